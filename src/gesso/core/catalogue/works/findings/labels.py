"""The shelf of labels: what works were found to be; a person's word wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, case, delete, exists, func, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import labels, works
from gesso.core.catalogue.works.known import refuse_unknown
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.judgements import Label, LabelSource
from gesso.core.records.maker import Maker
from gesso.core.records.works import Standing

STRENGTH: Mapping[LabelSource, int] = {"human": 3, "source": 2, "few-shot": 1, "zero-shot": 0}
"""Whose word wins; the higher the stronger."""


class LabelShelf:
    """All labels.

    What one source says of a work in a set stands beside what the others say, so nobody
    overwrites anybody; who asks for what is `settled` hears the strongest.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, found: Iterable[Label]) -> None:
        """Keep labels in one transaction.

        All that the same source said before of the same works in the same sets is replaced.

        Raises:
            UnknownItem: one is of a work that the catalogue does not have; then none is kept.
        """
        said: dict[tuple[int, str, str], dict[str, Label]] = defaultdict(dict)
        for label in found:
            said[label.work, label.label_set, label.source][label.label] = label
        now = self._clock()
        with self._database.write() as connection:
            refuse_unknown(connection, {work_id for work_id, _, _ in said})
            for key, by_name in said.items():
                connection.execute(delete(labels).where(_is_of(*key)))
                rows = [_row(label) | {"created_at": now} for label in by_name.values()]
                connection.execute(insert(labels), rows)

    def withdraw(self, work_id: int, label_set: str, source: LabelSource) -> bool:
        """Take back all that a source said of a work in a set; whether there was anything."""
        with self._database.write() as connection:
            is_it = _is_of(work_id, label_set, source)
            return bool(connection.execute(delete(labels).where(is_it)).rowcount)

    def of(self, work_id: int, label_set: str | None = None) -> list[Label]:
        """All that is said of a work, the strongest source first, then the best score."""
        wanted = select(labels).where(labels.c.work == work_id)
        if label_set is not None:
            wanted = wanted.where(labels.c.label_set == label_set)
        with self._database.read() as connection:
            found = [_label(row) for row in connection.execute(wanted).mappings()]
        return sorted(found, key=lambda label: (-STRENGTH[label.source], -label.score, label.label))

    def settled(self, work_id: int, label_set: str) -> list[Label]:
        """What counts for a work in a set: all labels of the strongest source that said any."""
        found = self.of(work_id, label_set)
        return [label for label in found if label.source == found[0].source]

    def said(
        self, label_set: str, *, source: LabelSource | None = None, label: str | None = None
    ) -> list[Label]:
        """All labels of a set, by work; each argument narrows: what a classifier learns from."""
        wanted = select(labels).where(labels.c.label_set == label_set)
        if source is not None:
            wanted = wanted.where(labels.c.label_source == source)
        if label is not None:
            wanted = wanted.where(labels.c.label == label)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(labels.c.work, labels.c.label)).mappings()
            return [_label(row) for row in rows]

    def counts(self, label_set: str) -> dict[str, int]:
        """How many works have each label of a set, as settled and not abstained from."""
        strength = case(
            *((labels.c.label_source == name, rank) for name, rank in STRENGTH.items()), else_=-1
        )
        in_set = labels.c.label_set == label_set
        strongest = (
            select(labels.c.work, func.max(strength).label("strength"))
            .where(in_set)
            .group_by(labels.c.work)
            .subquery()
        )
        wanted = (
            select(labels.c.label, func.count())
            .join(strongest, strongest.c.work == labels.c.work)
            .where(in_set, strength == strongest.c.strength, labels.c.decision != "abstain")
            .group_by(labels.c.label)
            .order_by(func.count().desc(), labels.c.label)
        )
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(wanted)}

    def sets(self) -> dict[str, dict[str, int]]:
        """How many works each source has labelled, abstentions left out, by set and source."""
        spoken = labels.c.decision != "abstain"
        works_of = func.count(func.distinct(labels.c.work))
        by = (labels.c.label_set, labels.c.label_source)
        wanted = select(*by, works_of).where(spoken).group_by(*by).order_by(*by)
        found: dict[str, dict[str, int]] = defaultdict(dict)
        with self._database.read() as connection:
            for label_set, source, count in connection.execute(wanted):
                found[label_set][source] = count
        return dict(found)

    def missing(
        self,
        label_set: str,
        source: LabelSource,
        *,
        after: int = 0,
        limit: int = 100,
        standing: Standing | None = "kept",
    ) -> list[int]:
        """Numbers of works of which this source has said nothing in this set, in order.

        Args:
            label_set: the set.
            source: the source.
            after: only numbers above this one: the last of the batch before.
            limit: at most so many.
            standing: of these works only, None for any.
        """
        has = exists().where(
            (labels.c.work == works.c.id)
            & (labels.c.label_set == label_set)
            & (labels.c.label_source == source)
        )
        wanted = select(works.c.id).where(works.c.id > after, ~has)
        if standing is not None:
            wanted = wanted.where(works.c.standing == standing)
        with self._database.read() as connection:
            return [*connection.scalars(wanted.order_by(works.c.id).limit(limit))]


def _is_of(work_id: int, label_set: str, source: str) -> ColumnElement[bool]:
    return (
        (labels.c.work == work_id)
        & (labels.c.label_set == label_set)
        & (labels.c.label_source == source)
    )


def _row(label: Label) -> dict[str, object]:
    return {
        "work": label.work,
        "label_set": label.label_set,
        "label_source": label.source,
        "label": label.label,
        "score": label.score,
        "decision": label.decision,
        "made_by": to_json(label.maker),
    }


def _label(row: RowMapping) -> Label:
    return Label(
        row["work"],
        row["label_set"],
        row["label"],
        row["label_source"],
        row["score"],
        row["decision"],
        from_json(Maker, row["made_by"]),
    )
