"""What a warehouse is: a place where the catalogue's tables can be asked by people who count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from gesso.collect.export.tables.column import Row, Table
from gesso.core.registry import Entry, Registry


@dataclass(frozen=True)
class Mark:
    """How far a warehouse has come.

    Attributes:
        studio: whose rows it holds, "" for nobody's yet.
        seq: the number of the last change that it holds.
    """

    studio: str = ""
    seq: int = 0


@dataclass(frozen=True)
class Delivery:
    """What is handed to a warehouse: everything that changed after its mark.

    Attributes:
        studio: whose.
        after: the mark that it goes on from; 0 for everything from the beginning, whatever the
            warehouse holds.
        upto: the mark that it has reached once all is taken in.
        tables: in their order.
        rows: the checked rows of a table; each is read as it is taken, so take one after the other.
    """

    studio: str
    after: int
    upto: int
    tables: tuple[Table, ...]
    rows: Callable[[Table], Iterator[Row]]

    @property
    def is_full(self) -> bool:
        """It begins from the beginning."""
        return self.after == 0


@dataclass(frozen=True)
class Loaded:
    """What a warehouse took in.

    Attributes:
        rows: how many, by table.
        place: where it is, for a person.
        written: bytes that were written or sent.
    """

    rows: Mapping[str, int]
    place: str
    written: int


class Warehouse(Protocol):
    """A warehouse takes rows in and knows how far it has come.

    What every warehouse owes an export: it takes a delivery in whole or is as it was; a row takes
    the place of an earlier one of the same `uid`, a row of `deletions` takes one away; the same
    delivery taken in twice changes nothing; memory does not grow with the delivery.

    What it will never be asked: to check rows, or to read the catalogue.
    """

    def mark(self) -> Mark:
        """How far it has come.

        Raises:
            InputError: something else is in its place.
            OutsideError: it cannot be asked.
        """
        ...

    def load(self, delivery: Delivery) -> Loaded:
        """Take a delivery in.

        Raises:
            StorageError: it could not be written.
            OutsideError: it could not be sent.
        """
        ...


class WarehouseMaker(Protocol):
    """How the studio builds a warehouse.

    Attributes:
        Options: a frozen dataclass with defaults, filled from `[warehouse.NAME]`.
    """

    Options: ClassVar[type]

    def __call__(self, options: Any, place: Path) -> Warehouse:
        """Build it; `place` is its own folder or file, for one that lives on a disk."""
        ...


_HERE = "gesso.collect.export"

WAREHOUSES: Registry[WarehouseMaker] = Registry(
    "warehouse",
    "warehouses",
    {
        "ndjson": Entry(
            f"{_HERE}.files.ndjson", "NdjsonFiles", summary="files of JSON lines in a folder"
        ),
        "parquet": Entry(
            f"{_HERE}.files.parquet",
            "ParquetFiles",
            extra="warehouse",
            summary="Parquet files in a folder",
        ),
        "duckdb": Entry(
            f"{_HERE}.duck.warehouse",
            "DuckdbFile",
            extra="warehouse",
            summary="one DuckDB file with views, for gesso query",
        ),
        "bigquery": Entry(
            f"{_HERE}.bigquery.warehouse",
            "BigqueryDataset",
            extra="bigquery",
            summary="a dataset of Google BigQuery",
        ),
    },
)
