"""Calls of search. Written by tools/client.py."""

from __future__ import annotations

from typing import Literal

from gesso.web.client.shapes.search import AnswerTold, Batch, BatchTold
from gesso.web.client.wire import Wire


class SearchCalls(Wire):
    """Calls of search."""

    def search(
        self,
        data: bytes | None = None,
        *,
        words: str | None = None,
        filter: str | None = None,
        like: list[str] | None = None,
        minus: list[str] | None = None,
        but: list[str] | None = None,
        colours: list[str] | None = None,
        values: str | None = None,
        encoder: str | None = None,
        recall: Literal["fast", "balanced", "exact"] | None = None,
        limit: int | None = None,
        after: str | None = None,
        copies: bool | None = None,
        facets: list[str] | None = None,
    ) -> AnswerTold:
        """Find works."""
        told: AnswerTold = self._json(
            "POST",
            "/search",
            query={
                "words": words,
                "filter": filter,
                "like": like,
                "minus": minus,
                "but": but,
                "colours": colours,
                "values": values,
                "encoder": encoder,
                "recall": recall,
                "limit": limit,
                "after": after,
                "copies": copies,
                "facets": facets,
            },
            files={"picture": data},
            or_json=True,
        )
        return told

    def search_batch(self, body: Batch) -> BatchTold:
        """Find several."""
        told: BatchTold = self._json("POST", "/search/batch", json=body)
        return told
