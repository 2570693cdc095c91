"""pgvector: an HNSW graph in Postgres, for a studio whose catalogue stands on a server already."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from gesso.core.errors import DamageError, MissingExtra, SettingsError, Transient
from gesso.core.indexes.adapters.candidates import candidates
from gesso.core.indexes.index import Near, Place, Queries, Recall, Source

_STEP = 2_000
_MOST_SEARCHED = 1_000
"""The largest hnsw.ef_search that pgvector takes."""
_OLDEST = (0, 8)
"""Iterative scans, which keep a filter from starving a search, came with 0.8.0."""
_MOST_NUMBERS = 4_000
"""The longest halfvec that can be indexed."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class PgvectorOptions:
    """Which server, and how its graph is made and walked.

    Attributes:
        url: postgresql://USER:PASSWORD@HOST/DATABASE.
        links: of a node of the graph (m).
        care: candidates considered for a node when it is added (ef_construction).
        fast: candidates compared again in a fast search, besides those that are wanted.
        balanced: the same in a balanced one.
        narrow: a filter that admits at most this share is answered without the graph.
        timeout_s: for getting a connection.
    """

    url: str = ""
    links: int = 24
    care: int = 200
    fast: int = 100
    balanced: int = 600
    narrow: float = 0.1
    timeout_s: int = 10


class Pgvector:
    """A table of half vectors and a graph over it, one table a generation.

    Args:
        place: its name is the table's.
        options: which server.

    Raises:
        SettingsError: no server is named.
    """

    Options: ClassVar[type] = PgvectorOptions

    def __init__(self, place: Place, options: PgvectorOptions | None = None) -> None:
        own = options or PgvectorOptions()
        if not own.url:
            raise SettingsError(
                "No Postgres server is named for the index 'pgvector'.",
                "Set `url` in [indexes.pgvector]: postgresql://USER:PASSWORD@HOST/DATABASE",
            )
        self._place = place
        self._options = own
        self._url = own.url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._table = sql.Identifier(place.name)
        self._lock = threading.Lock()
        self._held: psycopg.Connection[Any] | None = None
        self._count = 0

    def build(self, source: Source) -> None:
        """Make the table and its graph."""
        if source.size > _MOST_NUMBERS:
            raise SettingsError(
                f"pgvector indexes vectors of at most {_MOST_NUMBERS} numbers, not {source.size}.",
                "Take another kind of index: gesso index build --kind auto",
            )
        self._asked(lambda server: self._make(server, source))
        self._count = source.count

    def open(self) -> None:
        """See that the table is there, and the server new enough."""
        self._asked(self._look)

    def search(
        self, queries: Queries, count: int, allowed: NDArray[np.bool_] | None, recall: Recall
    ) -> Near:
        """The candidates of each query; without the graph where it brings too few."""
        admitted = self._count if allowed is None else int(np.count_nonzero(allowed))
        own = self._options
        wide = candidates(self._place, count, recall, fast=own.fast, balanced=own.balanced)
        wide = min(wide, admitted)
        rows = np.full((len(queries), wide), -1, dtype=np.int64)
        scores = np.zeros(rows.shape, dtype=np.float32)
        if wide:
            found = self._asked(lambda server: self._find(server, queries, wide, allowed))
            for line, answers in enumerate(found):
                rows[line, : len(answers)] = [row for row, _ in answers]
                scores[line, : len(answers)] = [score for _, score in answers]
        return Near(rows, scores, admitted)

    def discard(self) -> None:
        """Drop the table."""
        drop = sql.SQL("DROP TABLE IF EXISTS {}").format(self._table)
        self._asked(lambda server: server.execute(drop))
        self.close()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None

    # On the server ---------------------------------------------------------------------------

    def _make(self, server: psycopg.Connection[Any], source: Source) -> None:
        own, size = self._options, sql.Literal(source.size)
        with server.transaction():
            server.execute("CREATE EXTENSION IF NOT EXISTS vector")
            self._check_version(server)
            server.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self._table))
            server.execute(
                sql.SQL("CREATE TABLE {} (row integer PRIMARY KEY, place halfvec({}))").format(
                    self._table, size
                )
            )
            copy = sql.SQL("COPY {} (row, place) FROM STDIN").format(self._table)
            with server.cursor().copy(copy) as lines:
                first = 0
                for piece in source.pieces(_STEP):
                    for row, vector in enumerate(piece, first):
                        lines.write_row((row, _written(vector)))
                    first += len(piece)
            server.execute(
                sql.SQL(
                    "CREATE INDEX ON {} USING hnsw (place halfvec_ip_ops) "
                    "WITH (m = {}, ef_construction = {})"
                ).format(self._table, sql.Literal(own.links), sql.Literal(own.care))
            )
        server.execute(sql.SQL("ANALYZE {}").format(self._table))

    def _look(self, server: psycopg.Connection[Any]) -> None:
        found = server.execute("SELECT to_regclass(%s)", [f'"{self._place.name}"']).fetchone()
        if found is None or found[0] is None:
            raise DamageError(
                f"the server has no table {self._place.name}",
                "Make a new index with: gesso index build",
            )
        self._check_version(server)
        told = server.execute(
            sql.SQL("SELECT coalesce(max(row) + 1, 0) FROM {}").format(self._table)
        ).fetchone()
        self._count = int(told[0]) if told else 0

    def _check_version(self, server: psycopg.Connection[Any]) -> None:
        told = server.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        ).fetchone()
        version = str(told[0]) if told else "0"
        if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
            raise SettingsError(
                f"The server's pgvector is {version}, and a filter starves searches before 0.8.",
                "Update it there, then: ALTER EXTENSION vector UPDATE",
            )

    def _find(
        self,
        server: psycopg.Connection[Any],
        queries: Queries,
        wide: int,
        allowed: NDArray[np.bool_] | None,
    ) -> list[Sequence[tuple[int, float]]]:
        is_narrow = allowed is not None and allowed.mean() <= self._options.narrow
        found = []
        for query in queries:
            answers = [] if is_narrow else self._walk(server, query, wide, allowed)
            if len(answers) < wide:
                answers = self._compare(server, query, wide, allowed)
            found.append(answers)
        return found

    def _walk(
        self,
        server: psycopg.Connection[Any],
        query: NDArray[np.float32],
        wide: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Sequence[tuple[int, float]]:
        """Along the graph, on and on until there are enough."""
        admitted = sql.SQL("") if allowed is None else sql.SQL("WHERE get_bit(%s, row) = 1")
        bits = [] if allowed is None else [np.packbits(allowed, bitorder="little").tobytes()]
        ask = sql.SQL(
            "SELECT row, -(place <#> %s::halfvec) FROM {} {} "
            "ORDER BY place <#> %s::halfvec LIMIT %s"
        ).format(self._table, admitted)
        near = _written(query)
        with server.transaction():
            server.execute(f"SET LOCAL hnsw.ef_search = {min(wide, _MOST_SEARCHED)}")
            server.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            server.execute("SET LOCAL hnsw.max_scan_tuples = 2000000000")
            server.execute("SET LOCAL enable_seqscan = off")
            return server.execute(ask, [near, *bits, near, wide]).fetchall()

    def _compare(
        self,
        server: psycopg.Connection[Any],
        query: NDArray[np.float32],
        wide: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Sequence[tuple[int, float]]:
        """One by one: the sum keeps the planner from the graph, whose order is the distance's."""
        admitted = sql.SQL("") if allowed is None else sql.SQL("WHERE row = ANY(%s)")
        rows = [] if allowed is None else [np.flatnonzero(allowed).tolist()]
        ask = sql.SQL(
            "SELECT row, -(place <#> %s::halfvec) FROM {} {} "
            "ORDER BY (place <#> %s::halfvec) + 0 LIMIT %s"
        ).format(self._table, admitted)
        near = _written(query)
        return server.execute(ask, [near, *rows, near, wide]).fetchall()

    def _asked(self, ask: Callable[[psycopg.Connection[Any]], Answer]) -> Answer:
        """What the server answers; once more over a new connection where the old one was cut."""
        with self._lock:
            for is_last in (False, True):
                was_open = self._held is not None and not self._held.closed
                try:
                    return ask(self._connected())
                except psycopg.errors.FeatureNotSupported as error:
                    raise _unknown_to_server(error) from error
                except psycopg.errors.UndefinedTable as error:
                    raise DamageError(
                        f"the server has no table {self._place.name}",
                        "Make a new index with: gesso index build",
                    ) from error
                except psycopg.Error as error:
                    is_cut = self._held is None or self._held.closed
                    if was_open and is_cut and not is_last:
                        continue
                    raise Transient(
                        f"Postgres did not answer for the index: {_short(error)}.",
                        "Look whether the server runs; every vector is compared meanwhile.",
                        provider="pgvector",
                    ) from error
        raise AssertionError("the second go returns or raises")

    def _connected(self) -> psycopg.Connection[Any]:
        if self._held is None or self._held.closed:
            self._held = psycopg.connect(
                self._url, autocommit=True, connect_timeout=self._options.timeout_s
            )
        return self._held


def _written(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(format(number, ".6g") for number in vector.tolist()) + "]"


def _unknown_to_server(error: psycopg.Error) -> MissingExtra:
    return MissingExtra(
        f"The Postgres server has no pgvector: {_short(error)}.",
        "Install the extension on the server, then: CREATE EXTENSION vector",
    )


def _short(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
