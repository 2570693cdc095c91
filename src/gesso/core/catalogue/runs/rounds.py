"""The rounds of an item: the prompt as it was sent, the pair, what was found, who won."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.tables import evaluations, iterations, refined_prompts, works
from gesso.core.errors import UnknownItem
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.judgements import Comparison, Evaluation
from gesso.core.records.prompts import Prompt
from gesso.core.records.runs import Round, Take


def _round_in(table: Any) -> ColumnElement[bool]:
    here: ColumnElement[bool] = and_(
        table.c.run == bindparam("of_run"),
        table.c.item == bindparam("of_item"),
        table.c.number == bindparam("of_number"),
    )
    return here


# Said of every round of every item, so they are put together once.
_ROUNDS = (
    select(iterations)
    .where(iterations.c.run == bindparam("of_run"), iterations.c.item == bindparam("of_item"))
    .order_by(iterations.c.number)
)
_PROMPT = Prepared(select(iterations.c.prompt).where(_round_in(iterations)))
_CHANGE = Prepared(update(iterations).where(_round_in(iterations)))
_START, _REFINE = Prepared(insert(iterations)), Prepared(insert(refined_prompts))
_JUDGE = Prepared(insert(evaluations))
_UNREFINE = Prepared(delete(refined_prompts).where(_round_in(refined_prompts)))
_UNJUDGE_ALL = Prepared(delete(evaluations).where(_round_in(evaluations)))
_UNJUDGE = Prepared(
    delete(evaluations).where(_round_in(evaluations), evaluations.c.slot == bindparam("of_slot"))
)
_SEE_RUNS = "See the runs with: gesso runs list"


class RoundPages:
    """The part of the book of runs that keeps rounds.

    A picture belongs to its round by its work's identifier, `run/item/number/slot`, from the
    moment it is in the catalogue; its evaluation follows when there is one.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def rounds(self, run: str, item: str) -> list[Round]:
        """The rounds of an item by number, each with what there is of it."""
        with self._database.read() as connection:
            asked = {"of_run": run, "of_item": item}
            rows = connection.execute(_ROUNDS, asked).mappings().all()
            takes = _takes(connection, run, item) if rows else {}
        return [
            Round(
                number=row["number"],
                prompt=from_json(Prompt, row["prompt"]),
                takes=tuple(takes.get(row["number"], ())),
                comparison=from_json(Comparison, row["comparison"]) if row["comparison"] else None,
            )
            for row in rows
        ]

    def start_round(self, run: str, item: str, number: int, prompt: Prompt) -> None:
        """Keep the prompt of a round before anything is painted for it.

        A round that has started keeps its prompt as soon as one picture of it is in the
        catalogue; until then a reworded prompt (after a refusal) takes its place.

        Args:
            run: the run's id.
            item: the item's id.
            number: 1 for the first; a later one also becomes a row of `refined_prompts`.
            prompt: as it will be sent.

        Raises:
            UnknownItem: there is no such item.
        """
        try:
            with self._database.write() as connection:
                self._start_in(connection, run, item, number, prompt)
        except IntegrityError as error:
            raise UnknownItem(f"The run '{run}' has no item '{item}'.", _SEE_RUNS) from error

    def _start_in(
        self, connection: Connection, run: str, item: str, number: int, prompt: Prompt
    ) -> None:
        told, here = to_json(prompt), _here(run, item, number)
        stored = _PROMPT.first(connection, here)
        if stored == told:
            return
        if stored is not None:
            if any(number == of for of, _ in _painted(connection, run, item)):
                return
            _CHANGE.change(connection, here | {"prompt": told})
        else:
            row = {"prompt": told, "started_at": self._clock()}
            _START.add(connection, _place(run, item, number) | row)
        if number > 1:
            self._keep_refined(connection, _place(run, item, number), prompt)

    def set_evaluation(  # noqa: PLR0917 - a finding is filed under run, item, round and slot
        self,
        run: str,
        item: str,
        number: int,
        slot: int,
        work: int,
        seed: int,
        evaluation: Evaluation,
    ) -> None:
        """Keep what was found in one picture of a round, in place of an earlier finding.

        Raises:
            UnknownItem: there is no such round, or no such work.
        """
        row = self._finding(_place(run, item, number), Take(slot, work, seed, evaluation))
        here = _here(run, item, number) | {"of_slot": slot}
        try:
            with self._database.write() as connection:
                _UNJUDGE.change(connection, here)
                _JUDGE.add(connection, row)
        except IntegrityError as error:
            raise _unknown_round(run, item, number) from error

    def judge_round(self, run: str, item: str, played: Round) -> None:
        """Keep all that was found in a round at once, in place of earlier findings.

        Raises:
            UnknownItem: there is no such round, or no work of a take.
        """
        place, here = _place(run, item, played.number), _here(run, item, played.number)
        rows = [self._finding(place, take) for take in played.takes if take.evaluation]
        try:
            with self._database.write() as connection:
                _UNJUDGE_ALL.change(connection, here)
                _JUDGE.add_all(connection, rows)
                if played.comparison is not None:
                    self._compare_in(connection, here, played.comparison)
        except IntegrityError as error:
            raise _unknown_round(run, item, played.number) from error

    def set_comparison(self, run: str, item: str, number: int, comparison: Comparison) -> None:
        """Keep which of the pair won; that ends the round.

        Raises:
            UnknownItem: there is no such round.
        """
        with self._database.write() as connection:
            self._compare_in(connection, _here(run, item, number), comparison)

    def _compare_in(
        self, connection: Connection, here: dict[str, Any], comparison: Comparison
    ) -> None:
        values = {"comparison": to_json(comparison), "ended_at": self._clock()}
        if not _CHANGE.change(connection, values | here):
            raise _unknown_round(here["of_run"], here["of_item"], here["of_number"])

    def _finding(self, place: dict[str, Any], take: Take) -> dict[str, Any]:
        evaluation = take.evaluation
        if evaluation is None:
            raise ValueError("what was not evaluated has no finding")
        return place | {
            "slot": take.slot,
            "work": take.work,
            "seed": take.seed,
            "score": evaluation.score,
            "error": evaluation.error,
            "critic": evaluation.maker.name,
            "evaluation": to_json(evaluation),
            "created_at": self._clock(),
        }

    def _keep_refined(self, connection: Connection, place: dict[str, Any], prompt: Prompt) -> None:
        _UNREFINE.change(connection, _here(**place))
        row = {
            "parent": place["number"] - 1,
            "text": prompt.text,
            "reasoning": prompt.reasoning,
            "refiner": prompt.maker.name,
            "created_at": self._clock(),
        }
        _REFINE.add(connection, place | row)


@dataclass(frozen=True)
class _Painted:
    work: int
    seed: int


def _takes(connection: Connection, run: str, item: str) -> dict[int, list[Take]]:
    """The pictures of an item by round: those in the catalogue, with their evaluations."""
    stored = select(evaluations).where(evaluations.c.run == run, evaluations.c.item == item)
    found = {(row["number"], row["slot"]): row for row in connection.execute(stored).mappings()}
    takes: dict[int, list[Take]] = {}
    for (number, slot), painted in sorted(_painted(connection, run, item).items()):
        row = found.get((number, slot))
        evaluation = from_json(Evaluation, row["evaluation"]) if row else None
        takes.setdefault(number, []).append(Take(slot, painted.work, painted.seed, evaluation))
    return takes


def _painted(connection: Connection, run: str, item: str) -> dict[tuple[int, int], _Painted]:
    head = f"{run}/{item}/"
    wanted = select(works.c.identifier, works.c.id, works.c.seed).where(
        works.c.run == run,
        works.c.origin == "made",
        works.c.identifier >= head,
        works.c.identifier < f"{head[:-1]}0",  # "0" follows "/"
    )
    painted = {}
    for identifier, work, seed in connection.execute(wanted):
        number, slash, slot = identifier.removeprefix(head).partition("/")
        if slash and number.isdecimal() and slot.isdecimal():
            painted[int(number), int(slot)] = _Painted(work, seed or 0)
    return painted


def _unknown_round(run: str, item: str, number: int) -> UnknownItem:
    return UnknownItem(
        f"There is no round {number} of '{run}/{item}', or no such work.",
        f"See what there is with: gesso runs show {run}",
    )


def _place(run: str, item: str, number: int) -> dict[str, Any]:
    return {"run": run, "item": item, "number": number}


def _here(run: str, item: str, number: int) -> dict[str, Any]:
    return {"of_run": run, "of_item": item, "of_number": number}
