"""Calls of study. Written by tools/client.py."""

from __future__ import annotations

from typing import Literal

from gesso.web.client.shapes.study import HistoryTold, MatchTold, ReadingTold, StudyTold
from gesso.web.client.wire import Wire, quoted


class StudyCalls(Wire):
    """Calls of study."""

    def study(
        self,
        data: bytes | None = None,
        *,
        levels: int | None = None,
        side: int | None = None,
        coherence: float | None = None,
        detail: Literal["coarse", "calm", "usual", "fine"] | None = None,
        intent: Literal[
            "none", "high-key", "low-key", "nocturne", "grisaille", "abstract", "reference"
        ]
        | None = None,
        plan: int | None = None,
        cut: Literal["quantile", "even", "natural"] | None = None,
        notan: float | None = None,
        box: str | None = None,
        keep_strokes: list[str] | None = None,
        drop_strokes: list[str] | None = None,
        change: str | None = None,
        amount: float | None = None,
        blocks: list[int] | None = None,
        picture: str | None = None,
        work: int | None = None,
    ) -> StudyTold:
        """Study a picture."""
        told: StudyTold = self._json(
            "POST",
            "/study",
            query={
                "levels": levels,
                "side": side,
                "coherence": coherence,
                "detail": detail,
                "intent": intent,
                "plan": plan,
                "cut": cut,
                "notan": notan,
                "box": box,
                "keep_strokes": keep_strokes,
                "drop_strokes": drop_strokes,
                "change": change,
                "amount": amount,
                "blocks": blocks,
                "picture": picture,
                "work": work,
            },
            files={"picture": data},
            or_json=True,
        )
        return told

    def compare_studies(
        self, data: bytes | None = None, *, reference: str, attempt: str | None = None
    ) -> MatchTold:
        """Lay an attempt on its reference."""
        told: MatchTold = self._json(
            "POST",
            "/study/compare",
            query={"reference": reference, "attempt": attempt},
            files={"picture": data},
            or_json=True,
        )
        return told

    def study_tool(
        self,
        tool: str,
        data: bytes | None = None,
        *,
        levels: int | None = None,
        side: int | None = None,
        coherence: float | None = None,
        detail: Literal["coarse", "calm", "usual", "fine"] | None = None,
        intent: Literal[
            "none", "high-key", "low-key", "nocturne", "grisaille", "abstract", "reference"
        ]
        | None = None,
        plan: int | None = None,
        cut: Literal["quantile", "even", "natural"] | None = None,
        notan: float | None = None,
        box: str | None = None,
        keep_strokes: list[str] | None = None,
        drop_strokes: list[str] | None = None,
        change: str | None = None,
        amount: float | None = None,
        blocks: list[int] | None = None,
        picture: str | None = None,
        work: int | None = None,
    ) -> ReadingTold:
        """Read one thing in a picture."""
        told: ReadingTold = self._json(
            "POST",
            f"/study/{quoted(tool)}",
            query={
                "levels": levels,
                "side": side,
                "coherence": coherence,
                "detail": detail,
                "intent": intent,
                "plan": plan,
                "cut": cut,
                "notan": notan,
                "box": box,
                "keep_strokes": keep_strokes,
                "drop_strokes": drop_strokes,
                "change": change,
                "amount": amount,
                "blocks": blocks,
                "picture": picture,
                "work": work,
            },
            files={"picture": data},
            or_json=True,
        )
        return told

    def study_sheet(self, key: str, name: str) -> bytes:
        """A sheet of a study."""
        return self._data("GET", f"/study/{quoted(key)}/sheets/{quoted(name)}.png")

    def study_page(self, key: str, *, paper: Literal["a4", "letter"] | None = None) -> bytes:
        """A study on one page to print."""
        return self._data("GET", f"/study/{quoted(key)}/page.pdf", query={"paper": paper})

    def study_picture(self, picture: str, *, side: int | None = None) -> bytes:
        """A small copy of a picture that was sent."""
        return self._data("GET", f"/study/pictures/{quoted(picture)}.jpg", query={"side": side})

    def study_history(self, number: int) -> HistoryTold:
        """How a work's studies changed over time."""
        told: HistoryTold = self._json("GET", f"/api/works/{quoted(number)}/studies")
        return told

    def keep_study(
        self,
        number: int,
        *,
        levels: int | None = None,
        side: int | None = None,
        coherence: float | None = None,
        detail: Literal["coarse", "calm", "usual", "fine"] | None = None,
        intent: Literal[
            "none", "high-key", "low-key", "nocturne", "grisaille", "abstract", "reference"
        ]
        | None = None,
        plan: int | None = None,
        cut: Literal["quantile", "even", "natural"] | None = None,
        notan: float | None = None,
        box: str | None = None,
        keep_strokes: list[str] | None = None,
        drop_strokes: list[str] | None = None,
        change: str | None = None,
        amount: float | None = None,
        blocks: list[int] | None = None,
    ) -> HistoryTold:
        """Study a work and keep the study under it."""
        told: HistoryTold = self._json(
            "POST",
            f"/api/works/{quoted(number)}/studies",
            query={
                "levels": levels,
                "side": side,
                "coherence": coherence,
                "detail": detail,
                "intent": intent,
                "plan": plan,
                "cut": cut,
                "notan": notan,
                "box": box,
                "keep_strokes": keep_strokes,
                "drop_strokes": drop_strokes,
                "change": change,
                "amount": amount,
                "blocks": blocks,
            },
        )
        return told
