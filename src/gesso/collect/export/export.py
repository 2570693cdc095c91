"""Taking the catalogue to a warehouse: read at one moment, every row checked, only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event as Signal

from gesso.collect.export.tables.column import Row, Table
from gesso.collect.export.tables.reading import Reading
from gesso.collect.export.tables.tables import DELETIONS, TABLES
from gesso.collect.export.tables.validate import RowChecker
from gesso.collect.export.warehouse import Delivery, Mark, Warehouse
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, Interrupted

_MOST_REFUSED = 100


@dataclass(frozen=True)
class Refusal:
    """A row that was left out, because it does not fit its table.

    Attributes:
        table, uid: which row.
        why: what is wrong with it.
    """

    table: str
    uid: str
    why: str


@dataclass(frozen=True)
class ExportReport:
    """What an export did.

    Attributes:
        place: where the warehouse is.
        full: everything was taken anew; False for what changed since the last time.
        upto: the mark that the warehouse has reached.
        rows: taken in, by table.
        written: bytes written or sent.
        refused: how many rows were left out.
        refusals: the first hundred of them.
    """

    place: str
    full: bool
    upto: int
    rows: Mapping[str, int]
    written: int
    refused: int
    refusals: tuple[Refusal, ...]


@dataclass
class _Refused:
    count: int = 0
    told: list[Refusal] = field(default_factory=list)

    def add(self, table: Table, row: Row, problems: list[str]) -> None:
        self.count += 1
        if len(self.told) < _MOST_REFUSED:
            self.told.append(Refusal(table.name, str(row.get("uid")), "; ".join(problems)))


def export(
    catalogue: Catalogue,
    warehouse: Warehouse,
    *,
    full: bool = False,
    stop: Signal | None = None,
    heard: Callable[[str, int], None] = lambda _table, _rows: None,
) -> ExportReport:
    """Take what changed since the last time to a warehouse, or everything.

    Everything it is when the warehouse is new, and when it is ahead of the catalogue: then an
    earlier state of the studio was put back.

    Args:
        catalogue: read in one transaction, while others may write.
        warehouse: where to.
        full: everything in any case.
        stop: set it to stop; the warehouse is then as it was.
        heard: told of a table and how many of its rows have gone, every thousand rows.

    Raises:
        InputError: the warehouse holds the rows of another studio.
        Interrupted: the owner stopped.
        StorageError: it could not be written.
        OutsideError: it could not be sent.
    """
    studio = catalogue.versions.studio()
    mark = warehouse.mark()
    if mark.studio not in ("", studio) and not full:
        raise InputError(
            "That warehouse holds the rows of another studio.",
            "Name another place, or say --full to put this studio in its place.",
        )
    refused = _Refused()
    with catalogue.database.read() as connection:
        reading = Reading(connection)
        upto = reading.newest()
        after = 0 if full or not mark.studio or mark.seq > upto else mark.seq

        def rows(table: Table) -> Iterator[Row]:
            checked = _checked(table, reading.of(table, after), refused)
            return _watched(table, checked, stop or Signal(), heard)

        loaded = warehouse.load(Delivery(studio, after, upto, (*TABLES, DELETIONS), rows))
    return ExportReport(
        place=loaded.place,
        full=after == 0,
        upto=upto,
        rows=loaded.rows,
        written=loaded.written,
        refused=refused.count,
        refusals=tuple(refused.told),
    )


def unchanged(catalogue: Catalogue, mark: Mark) -> bool:
    """Whether a warehouse holds all that the catalogue has."""
    with catalogue.database.read() as connection:
        return mark == Mark(catalogue.versions.studio(), Reading(connection).newest())


def _checked(table: Table, rows: Iterator[Row], refused: _Refused) -> Iterator[Row]:
    checker = RowChecker(table)
    for row in rows:
        problems = checker.problems(row)
        if problems:
            refused.add(table, row, problems)
        else:
            yield row


def _watched(
    table: Table, rows: Iterator[Row], stop: Signal, heard: Callable[[str, int], None]
) -> Iterator[Row]:
    count = 0
    for row in rows:
        if stop.is_set():
            raise Interrupted(
                f"Stopped while '{table.name}' was being taken out.",
                "The warehouse is as it was; run the same command again.",
            )
        yield row
        count += 1
        if count % 1000 == 0:
            heard(table.name, count)
    heard(table.name, count)
