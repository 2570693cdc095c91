"""Works in the making: what runs that are open are at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import evaluations, iterations, prompts, runs
from gesso.core.records.codec import from_json
from gesso.core.records.prompts import Concept

_MOST = 3


@dataclass(frozen=True)
class Making:
    """A work in the making.

    Attributes:
        run: its run.
        item: its item there.
        title: what it is about.
        round: the round it is in, 0 before the first.
        rounds: how many there may be, 0 where nobody said.
        step: what is done now.
        since: when it began, UTC.
    """

    run: str
    item: str
    title: str
    round: int
    rounds: int
    step: str
    since: datetime


class InTheMaking:
    """What is being made.

    Args:
        catalogue: asked for at first use.
    """

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue

    def now(self) -> tuple[Making, ...]:
        """The items that runs work at, the latest first; a few of them."""
        catalogue = self._catalogue()
        asked = (
            select(prompts, runs.c.created_at)
            .join(runs, runs.c.id == prompts.c.run)
            .where(runs.c.state == "running", prompts.c.state == "working")
            .order_by(runs.c.created_at.desc(), prompts.c.updated_at.desc())
            .limit(_MOST)
        )
        with catalogue.database.read() as connection:
            items = connection.execute(asked).mappings().all()
            found = []
            for item in items:
                is_it = (iterations.c.run == item["run"]) & (iterations.c.item == item["item"])
                last = connection.execute(
                    select(iterations.c.number, iterations.c.started_at, iterations.c.comparison)
                    .where(is_it)
                    .order_by(iterations.c.number.desc())
                ).first()
                judged = 0
                if last is not None:
                    of_round = (evaluations.c.run == item["run"]) & (
                        evaluations.c.item == item["item"]
                    )
                    judged = (
                        connection.scalar(
                            select(func.count()).where(
                                of_round, evaluations.c.number == last.number
                            )
                        )
                        or 0
                    )
                found.append((item, last, judged))
        options = {item["run"]: catalogue.runs.get(item["run"]).options for item, _, _ in found}
        return tuple(
            Making(
                item["run"],
                item["item"],
                _title(item["concept"], item["theme"]),
                last.number if last else 0,
                _count(options[item["run"]].get("rounds")),
                _step(last is not None, judged, is_compared=bool(last and last.comparison)),
                last.started_at if last else item["created_at"],
            )
            for item, last, judged in found
        )


def _title(concept: str | None, theme: str) -> str:
    title = from_json(Concept, concept).words if concept else ""
    return title or theme or "A new work"


def _step(has_begun: bool, judged: int, *, is_compared: bool) -> str:
    if not has_begun:
        return "Finding a concept"
    if is_compared:
        return "Writing it anew"
    return "Judging the pair" if judged else "Painting the pair"


def _count(told: object) -> int:
    return told if isinstance(told, int) else 0
