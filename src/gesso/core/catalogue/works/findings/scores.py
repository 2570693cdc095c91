"""The shelf of scores: measured and judged qualities of works, 0 to 1, each with its scorer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, exists, func, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import scores, works
from gesso.core.catalogue.works.known import refuse_unknown
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.judgements import Score
from gesso.core.records.maker import Maker
from gesso.core.records.works import Standing


class ScoreShelf:
    """All scores; a work has one value of each scorer and name.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, found: Iterable[Score]) -> None:
        """Keep scores in one transaction, in place of earlier ones of the same scorer and name.

        Raises:
            ValueError: a value is outside 0 to 1.
            UnknownItem: one is of a work that the catalogue does not have; then none is kept.
        """
        with self._database.write() as connection:
            self.put_in(connection, found)

    def put_in(self, connection: Connection, found: Iterable[Score]) -> None:
        """Keep scores in a transaction that is open: with their captions.

        Raises:
            ValueError: a value is outside 0 to 1.
            UnknownItem: one is of a work that the catalogue does not have.
        """
        now = self._clock()
        latest = {(score.work, score.scorer, score.name): score for score in found}
        for score in latest.values():
            if not 0 <= score.value <= 1:
                raise ValueError(f"a score is 0 to 1, not {score.value}")
        if not latest:
            return
        refuse_unknown(connection, {score.work for score in latest.values()})
        for work_id, scorer, name in latest:
            is_it = (scores.c.work == work_id) & (scores.c.scorer == scorer)
            connection.execute(delete(scores).where(is_it & (scores.c.name == name)))
        rows = [_row(score) | {"created_at": now} for score in latest.values()]
        connection.execute(insert(scores), rows)

    def of(self, work_id: int) -> list[Score]:
        """A work's scores, by scorer and name."""
        wanted = select(scores).where(scores.c.work == work_id)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(scores.c.scorer, scores.c.name)).mappings()
            return [_score(row) for row in rows]

    def percentile(self, score: Score) -> float:
        """The share of all works of that scorer and name that do not score higher, 0 to 1."""
        alike = (scores.c.scorer == score.scorer) & (scores.c.name == score.name)
        count = select(func.count()).select_from(scores).where(alike)
        with self._database.read() as connection:
            every = connection.scalar(count) or 0
            higher = connection.scalar(count.where(scores.c.value > score.value)) or 0
        return 1 - higher / every if every else 0.0

    def ranked(self, scorer: str, name: str, limit: int = 60) -> list[Score]:
        """The works that score highest, best first."""
        wanted = select(scores).where(scores.c.scorer == scorer, scores.c.name == name)
        wanted = wanted.order_by(scores.c.value.desc(), scores.c.work.desc()).limit(limit)
        with self._database.read() as connection:
            return [_score(row) for row in connection.execute(wanted).mappings()]

    def missing(
        self,
        scorer: str,
        *,
        after: int = 0,
        limit: int = 100,
        standing: Standing | None = "kept",
    ) -> list[int]:
        """Numbers of works that this scorer has given no score, in order.

        Args:
            scorer: the scorer.
            after: only numbers above this one: the last of the batch before.
            limit: at most so many.
            standing: of these works only, None for any.
        """
        has = exists().where((scores.c.work == works.c.id) & (scores.c.scorer == scorer))
        wanted = select(works.c.id).where(works.c.id > after, ~has)
        if standing is not None:
            wanted = wanted.where(works.c.standing == standing)
        with self._database.read() as connection:
            return [*connection.scalars(wanted.order_by(works.c.id).limit(limit))]


def _row(score: Score) -> dict[str, object]:
    return {
        "work": score.work,
        "scorer": score.scorer,
        "name": score.name,
        "value": score.value,
        "made_by": to_json(score.maker),
    }


def _score(row: RowMapping) -> Score:
    return Score(
        row["work"], row["scorer"], row["name"], row["value"], from_json(Maker, row["made_by"])
    )
