"""Qdrant: collections on a server of its own, for libraries that one machine cannot hold."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from gesso.core.errors import AuthError, DamageError, SettingsError, Transient
from gesso.core.indexes.adapters.candidates import candidates
from gesso.core.indexes.index import Near, Place, Queries, Recall, Source

_STEP = 1_000
_NOT_FOUND = 404
_DENIED = (401, 403)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class QdrantOptions:
    """Which server, and how its graph is made and walked.

    Attributes:
        url: http://HOST:6333.
        key: of the server, "" for none.
        folder: without a server: where the client itself keeps collections. It compares every
            vector in Python, which is for trying out and for tests.
        links: of a node of the graph (m).
        care: candidates considered for a node when it is added (ef_construct).
        fast: candidates compared again in a fast search, besides those that are wanted.
        balanced: the same in a balanced one.
        timeout_s: for an answer.
    """

    url: str = ""
    key: str = ""
    folder: str = ""
    links: int = 24
    care: int = 200
    fast: int = 100
    balanced: int = 600
    timeout_s: int = 60


class Qdrant:
    """One collection a generation.

    Args:
        place: its name is the collection's.
        options: which server.

    Raises:
        SettingsError: no server is named.
    """

    Options: ClassVar[type] = QdrantOptions

    def __init__(self, place: Place, options: QdrantOptions | None = None) -> None:
        own = options or QdrantOptions()
        if not own.url and not own.folder:
            raise SettingsError(
                "No server is named for the index 'qdrant'.",
                "Set `url` in [indexes.qdrant]: http://HOST:6333",
            )
        self._place = place
        self._options = own
        self._held: QdrantClient | None = None
        self._count = 0

    def build(self, source: Source) -> None:
        """Make the collection and send every vector."""
        self._asked(lambda server: self._make(server, source))
        self._count = source.count

    def open(self) -> None:
        """See that the collection is there."""
        if self._local and not self._local.is_dir():
            raise self._missing()
        found = self._asked(lambda server: server.count(self._place.name, exact=True))
        self._count = found.count

    def search(
        self, queries: Queries, count: int, allowed: NDArray[np.bool_] | None, recall: Recall
    ) -> Near:
        """The candidates of each query; exactly where the graph brings too few."""
        admitted = self._count if allowed is None else int(np.count_nonzero(allowed))
        own = self._options
        wide = candidates(self._place, count, recall, fast=own.fast, balanced=own.balanced)
        wide = min(wide, admitted)
        rows = np.full((len(queries), wide), -1, dtype=np.int64)
        scores = np.zeros(rows.shape, dtype=np.float32)
        chosen = None if allowed is None else _filter(allowed)
        for line, query in enumerate(queries if wide else queries[:0]):
            found = self._near(query, wide, chosen, exact=False)
            if len(found) < wide:
                found = self._near(query, wide, chosen, exact=True)
            rows[line, : len(found)] = [int(point.id) for point in found]
            scores[line, : len(found)] = [point.score for point in found]
        return Near(rows, scores, admitted)

    def discard(self) -> None:
        """Delete the collection."""
        if self._local is None:
            self._asked(lambda server: server.delete_collection(self._place.name))
        self.close()
        if self._local is not None:
            shutil.rmtree(self._local, ignore_errors=True)

    def close(self) -> None:
        """Close the connection."""
        if self._held is not None:
            self._held.close()
            self._held = None

    @property
    def _local(self) -> Path | None:
        """Each collection in a folder of its own: the client locks it for itself."""
        own = self._options
        return None if own.url else Path(own.folder) / self._place.name

    def _make(self, server: QdrantClient, source: Source) -> None:
        name, own = self._place.name, self._options
        server.delete_collection(name)
        server.create_collection(
            name,
            vectors_config=models.VectorParams(
                size=source.size,
                distance=models.Distance.DOT,
                datatype=models.Datatype.FLOAT16,
            ),
            hnsw_config=models.HnswConfigDiff(m=own.links, ef_construct=own.care),
        )
        first = 0
        for piece in source.pieces(_STEP):
            ids: list[Any] = list(range(first, first + len(piece)))
            batch = models.Batch(ids=ids, vectors=piece.tolist())
            server.upsert(name, batch, wait=True)
            first += len(piece)

    def _near(
        self, query: NDArray[np.float32], wide: int, chosen: models.Filter | None, *, exact: bool
    ) -> list[Any]:
        # The client's own collections are compared exactly, and it warns where one asks how.
        own = models.SearchParams(hnsw_ef=max(wide, self._options.care), exact=exact)
        how = None if self._local else own
        found = self._asked(
            lambda server: server.query_points(
                self._place.name,
                query=query.tolist(),
                limit=wide,
                query_filter=chosen,
                search_params=how,
                with_payload=False,
            )
        )
        return list(found.points)

    def _asked(self, ask: Callable[[QdrantClient], Answer]) -> Answer:
        try:
            return ask(self._connected())
        except UnexpectedResponse as error:
            if error.status_code == _NOT_FOUND:
                raise self._missing() from error
            if error.status_code in _DENIED:
                raise AuthError(
                    f"Qdrant refuses the key (HTTP {error.status_code}).",
                    "Set `key` in [indexes.qdrant].",
                    provider="qdrant",
                    status=error.status_code,
                ) from error
            raise self._failed(f"HTTP {error.status_code}") from error
        except (ResponseHandlingException, OSError) as error:
            raise self._failed(str(error)) from error
        except ValueError as error:
            # What the client says where it keeps collections itself and has none of this name.
            raise self._missing() from error

    def _connected(self) -> QdrantClient:
        if self._held is None:
            own = self._options
            self._held = (
                QdrantClient(path=str(self._local), force_disable_check_same_thread=True)
                if self._local
                else QdrantClient(
                    url=own.url,
                    api_key=own.key or None,
                    timeout=own.timeout_s,
                    check_compatibility=False,
                )
            )
        return self._held

    def _missing(self) -> DamageError:
        return DamageError(
            f"there is no collection {self._place.name}",
            "Make a new index with: gesso index build",
        )

    def _failed(self, said: str) -> Transient:
        first = (said.strip().splitlines() or [""])[0][:200].rstrip(".")
        return Transient(
            f"Qdrant did not answer for the index: {first}.",
            "Look whether the server runs; every vector is compared meanwhile.",
            provider="qdrant",
        )


def _filter(allowed: NDArray[np.bool_]) -> models.Filter:
    """The rows that are admitted, or those that are not: whichever are fewer."""
    admits_most = allowed.mean() > 0.5
    rows: list[Any] = np.flatnonzero(~allowed if admits_most else allowed).tolist()
    named: list[models.Condition] = [models.HasIdCondition(has_id=rows)]
    return models.Filter(must_not=named) if admits_most else models.Filter(must=named)
