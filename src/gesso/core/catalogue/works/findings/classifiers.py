"""The shelf of classifiers: what was learnt from labels; the newest of a set and kind counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import classifiers

_KEPT = 10
"""Of one set and kind so many stay readable."""


@dataclass(frozen=True)
class ClassifierRow:
    """A classifier as it is kept; its forms belong to whoever trained it.

    Attributes:
        label_set: which question it answers.
        kind: "few-shot" or "zero-shot".
        space: in which space it works.
        version: changes whenever it would answer otherwise.
        body: what it needs to answer, JSON.
        report: how good it is, JSON.
        created_at: UTC; None before it is kept.
    """

    label_set: str
    kind: str
    space: str
    version: str
    body: str
    report: str
    created_at: datetime | None = None


class ClassifierShelf:
    """All classifiers.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, row: ClassifierRow) -> None:
        """Keep a classifier; from now on it counts, and the ten newest of its kind are kept."""
        values = {name: value for name, value in vars(row).items() if name != "created_at"}
        alike = (classifiers.c.label_set == row.label_set) & (classifiers.c.kind == row.kind)
        newest = select(classifiers.c.id).where(alike).order_by(classifiers.c.id.desc())
        with self._database.write() as connection:
            connection.execute(insert(classifiers), values | {"created_at": self._clock()})
            last = connection.scalars(newest.offset(_KEPT - 1).limit(1)).first()
            if last is not None:
                connection.execute(delete(classifiers).where(alike, classifiers.c.id < last))

    def latest(self, label_set: str, kind: str) -> ClassifierRow | None:
        """The one that counts; None where none was trained."""
        alike = (classifiers.c.label_set == label_set) & (classifiers.c.kind == kind)
        wanted = select(classifiers).where(alike).order_by(classifiers.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else _row(row)

    def list(self) -> list[ClassifierRow]:
        """The newest of every set and kind, by set."""
        newest = select(func.max(classifiers.c.id)).group_by(
            classifiers.c.label_set, classifiers.c.kind
        )
        wanted = select(classifiers).where(classifiers.c.id.in_(newest))
        order = (classifiers.c.label_set, classifiers.c.kind)
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(wanted.order_by(*order)).mappings()]


def _row(row: RowMapping) -> ClassifierRow:
    return ClassifierRow(
        **{name: row[name] for name in ClassifierRow.__dataclass_fields__}  # one column each
    )
