"""Every warehouse as the contract tests open it: in a folder, or in a service on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from tests.stubs.bigquery_stub import BigqueryStub

from gesso.collect.export.tables.tables import TABLES
from gesso.collect.export.warehouse import WAREHOUSES, Warehouse

Held = dict[str, str | None]
"""Of each work that a warehouse holds its title, by the row's uid."""


@dataclass(frozen=True)
class Opening:
    """A warehouse that can be opened again and again, and looked into past it.

    Attributes:
        open: as the studio builds it; twice means two processes.
        works: what it holds.
        spoil: puts something of somebody else in its place, before it is first opened.
    """

    open: Callable[[], Warehouse]
    works: Callable[[], Held]
    spoil: Callable[[], None]


def _files(name: str, read: Callable[[Path], Iterable[dict[str, Any]]]) -> Any:
    @contextmanager
    def opening(tmp_path: Path) -> Iterator[Opening]:
        maker, folder = WAREHOUSES.open(name), tmp_path / "out"

        def spoil() -> None:
            folder.mkdir()
            (folder / "letter.txt").write_text("dear", "utf-8")

        yield Opening(
            lambda: maker(maker.Options(), folder), lambda: _standing(folder, read), spoil
        )

    return opening


def _standing(folder: Path, read: Callable[[Path], Iterable[dict[str, Any]]]) -> Held:
    """What a reader of the files holds in the end: the last row of each uid, but for deletions."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return {}
    shards = json.loads(manifest.read_text("utf-8"))["shards"]
    rows: dict[str, tuple[int, str | None]] = {}
    for table, one in ((one["table"], one) for one in shards):
        for row in read(folder / one["file"]) if table in {"works", "deletions"} else ():
            if table == "works" or row["table"] == "works":
                before = rows.get(row["uid"], (-1, None))
                title = row["title"] if table == "works" else _GONE
                rows[row["uid"]] = max(before, (row["updated_seq"], title), key=lambda it: it[0])
    return {uid: title for uid, (_, title) in rows.items() if title is not _GONE}


_GONE = "\0gone"


def _of_lines(path: Path) -> Iterable[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def _of_parquet(path: Path) -> Iterable[dict[str, Any]]:
    return list(pq.read_table(path).to_pylist())


@contextmanager
def in_duckdb(tmp_path: Path) -> Iterator[Opening]:
    maker, path = WAREHOUSES.open("duckdb"), tmp_path / "gesso.duckdb"

    def works() -> Held:
        if not path.exists():
            return {}
        with duckdb.connect(path, read_only=True) as file:
            return dict(file.execute("SELECT uid, title FROM works").fetchall())

    def spoil() -> None:
        with duckdb.connect(path) as other:
            other.execute("CREATE TABLE theirs AS SELECT 42 AS answer")

    yield Opening(lambda: maker(maker.Options(), path), works, spoil)


@contextmanager
def in_bigquery(tmp_path: Path) -> Iterator[Opening]:
    maker = WAREHOUSES.open("bigquery")
    with BigqueryStub() as stub:
        options = maker.Options("p", "art", endpoint=stub.address, timeout_s=20)

        def works() -> Held:
            if "art.works" not in stub.tables:
                return {}
            return dict(stub.ask("SELECT uid, title FROM art.works"))

        def spoil() -> None:
            stub.datasets["art"] = {}
            told = {"projectId": "p", "datasetId": "art", "tableId": "theirs"}
            stub.tables["art.theirs"] = {"tableReference": told}

        yield Opening(lambda: maker(options, Path()), works, spoil)


ROWS: Mapping[str, Any] = {
    "ndjson": _files("ndjson", _of_lines),
    "parquet": _files("parquet", _of_parquet),
    "duckdb": in_duckdb,
    "bigquery": in_bigquery,
}

WORKS = next(table for table in TABLES if table.name == "works")
