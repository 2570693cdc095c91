"""One round: a pair is painted, each picture is evaluated, the two are judged head to head.

Every step first asks the catalogue whether it was done already, so a round that was broken off
goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, replace
from functools import partial

from gesso.core.errors import DamageError, Interrupted, Refused
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Comparison, Evaluation
from gesso.core.records.prompts import Concept, Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item, Round, Take
from gesso.core.records.works import Provenance, Rights, Work
from gesso.make.critics.critic import View
from gesso.make.painters.painter import Order, Painting
from gesso.make.run.events import Event, EventKind, Listener
from gesso.make.run.parts import Parts


@dataclass(frozen=True)
class Brief:
    """What a round is to paint.

    Attributes:
        number: 1 for the first.
        prompt: as it is sent.
        seeds: of the pair.
        width, height: pixels.
        parent: pixel hash of the best picture so far, "" in the first round.
        reference: that picture, for a painter that goes on from one; None in the first round.
    """

    number: int
    prompt: Prompt
    seeds: tuple[int, int]
    width: int
    height: int
    parent: str = ""
    reference: Picture | None = None


@dataclass(frozen=True)
class Shown:
    """One picture of a round: its work, its recipe, and what the critic is shown of it."""

    work: Work
    recipe: Recipe
    view: View


@dataclass(frozen=True)
class Judged:
    """A picture with its evaluation."""

    shown: Shown
    evaluation: Evaluation


class RoundPlayer:
    """Plays the rounds of one item; the second picture of each pair is made in `twins`."""

    def __init__(
        self,
        parts: Parts,
        item: Item,
        concept: Concept | None,
        listen: Listener,
        twins: Executor,
    ) -> None:
        self._parts = parts
        self._item = item
        self._concept = concept
        self._listen = listen
        self._twins = twins
        self._errand = Errand(run=item.run, item=item.id)

    def play(self, brief: Brief, stored: Round | None = None, *, has_row: bool = False) -> Judged:
        """Paint, evaluate and compare; returns the better of the pair, kept in the catalogue.

        Args:
            brief: what to paint.
            stored: what the catalogue holds of this round already, None for nothing.
            has_row: its prompt has just been kept.
        """
        run, item = self._item.run, self._item.id
        if not has_row:
            self._parts.catalogue.runs.start_round(run, item, brief.number, brief.prompt)
        known = {take.slot: take for take in stored.takes} if stored else {}
        pair, refusal = _both(lambda slot: self._judged(brief, slot, known.get(slot)), self._twins)
        if refusal is not None:
            return self._survivor(brief, pair, refusal)
        comparison = stored.comparison if stored and stored.comparison else None
        if comparison is None:
            comparison = self._compare(brief, pair[0], pair[1])
        best = pair[comparison.winner]
        self.tell("evaluated", brief.number, best.evaluation.verdict)
        self._tell_round(_record(brief, pair, comparison), pair, comparison.reason)
        return best

    def _survivor(self, brief: Brief, pair: Sequence[Judged], refusal: Refused) -> Judged:
        """The picture that was painted when its twin was refused: it is paid for, so it counts.

        Raises:
            Refused: neither was painted.
        """
        if not pair:
            raise refusal
        (best,) = pair
        record = _record(brief, pair, None)
        if self._is_judged_here:
            self._keep_judgement(record)
        line = f"One of the pair was refused. {refusal.message}"
        self.tell("evaluated", brief.number, line)
        self._tell_round(record, pair, line)
        return best

    def _tell_round(self, record: Round, pair: Sequence[Judged], line: str) -> None:
        self._listen(
            Event(
                "round",
                self._item.run,
                self._item.id,
                record.number,
                line,
                spent_usd=self._parts.spent(self._item.run),
                round_record=record,
                works=tuple(judged.shown.work for judged in pair),
                recipes=tuple(judged.shown.recipe for judged in pair),
            )
        )

    def tell(self, kind: EventKind, number: int = 0, line: str = "") -> None:
        """Tell the listener what happened to this item."""
        spent = self._parts.spent(self._item.run)
        self._listen(Event(kind, self._item.run, self._item.id, number, line, None, 0, spent))

    def check_stop(self) -> None:
        """Go no further once the owner asked to stop.

        Raises:
            Interrupted: the owner did.
        """
        if self._parts.stop.is_set():
            raise Interrupted(
                f"Stopped before the item '{self._item.id}' was done.",
                f"Go on with: gesso runs resume {self._item.run}",
            )

    def _judged(self, brief: Brief, slot: int, known: Take | None) -> Judged:
        shown = self._found(known) if known else self._painted(brief, slot)
        if known is not None and known.evaluation is not None:
            return Judged(shown, known.evaluation)
        self.check_stop()
        evaluation = self._parts.critic.evaluate(shown.view, brief.prompt, self._errand)
        if self._is_judged_here:
            return Judged(shown, evaluation)
        self._parts.catalogue.runs.set_evaluation(
            self._item.run,
            self._item.id,
            brief.number,
            slot,
            shown.work.id,
            shown.recipe.seed,
            evaluation,
        )
        return Judged(shown, evaluation)

    def _compare(self, brief: Brief, first: Judged, second: Judged) -> Comparison:
        self.check_stop()
        comparison = self._parts.critic.compare(
            (first.shown.view, second.shown.view),
            (first.evaluation, second.evaluation),
            brief.prompt,
            self._errand,
        )
        if self._is_judged_here:
            self._keep_judgement(_record(brief, (first, second), comparison))
        else:
            self._parts.catalogue.runs.set_comparison(
                self._item.run, self._item.id, brief.number, comparison
            )
        return comparison

    @property
    def _is_judged_here(self) -> bool:
        """Judging costs nothing, so a round's findings are kept together, once all are there."""
        return self._parts.critic.place == "cpu"

    def _keep_judgement(self, played: Round) -> None:
        self._parts.catalogue.runs.judge_round(self._item.run, self._item.id, played)

    def _found(self, take: Take) -> Shown:
        catalogue = self._parts.catalogue
        work, recipe = catalogue.works.get(take.work), catalogue.works.recipe(take.work)
        if recipe is None:
            raise DamageError(
                f"Work {work.id} was made by the run '{self._item.run}' and has lost its recipe.",
                "Look at the studio with: gesso check --read-data",
            )
        return Shown(work, recipe, _view(catalogue.picture(work), recipe))

    def _painted(self, brief: Brief, slot: int) -> Shown:
        self.check_stop()
        order = Order(
            text=brief.prompt.text,
            avoid=brief.prompt.avoid,
            width=brief.width,
            height=brief.height,
            seed=brief.seeds[slot],
            reference=self._reference(brief, slot),
            errand=self._errand,
        )
        painting = self._parts.painter.paint(
            order, lambda line, share: self._progress(brief.number, line, share)
        )
        self._parts.hands.work_out(painting.picture)
        recipe = self._recipe(brief, slot, painting)
        work = self._parts.catalogue.accession.accept_painting(
            painting.picture,
            title=brief.prompt.title,
            creator=f"{painting.maker.name} {painting.maker.version}".strip(),
            provenance=self._provenance(brief, slot, recipe),
            rights=Rights(),
            recipe=recipe,
        )
        self.tell("painted", brief.number)
        recipe = replace(recipe, pixels=work.fingerprint.pixels)
        return Shown(work, recipe, _view(painting.picture, recipe))

    def _reference(self, brief: Brief, slot: int) -> Picture | None:
        """What a painter that can goes on from: the best so far; the other of the pair is new."""
        goes_on = slot == 0 and getattr(self._parts.painter, "goes_on", False)
        return brief.reference if goes_on else None

    def _recipe(self, brief: Brief, slot: int, painting: Painting) -> Recipe:
        return Recipe(
            prompt=brief.prompt,
            painter=painting.maker,
            seed=brief.seeds[slot],
            width=brief.width,
            height=brief.height,
            source_type=painting.source_type,
            round=brief.number,
            slot=slot,
            concept=self._concept,
            run=self._item.run,
            item=self._item.id,
            parent=brief.parent,
            shows=painting.shows,
            omits=painting.omits,
            repertoire=painting.repertoire,
            cost_usd=painting.cost_usd,
            software=self._parts.software,
        )

    def _provenance(self, brief: Brief, slot: int, recipe: Recipe) -> Provenance:
        return Provenance(
            origin="made",
            source=recipe.painter.name,
            identifier=f"{self._item.run}/{self._item.id}/{brief.number}/{slot}",
            run=self._item.run,
            source_type=recipe.source_type,
        )

    def _progress(self, number: int, line: str, share: float | None) -> None:
        self._listen(Event("painting", self._item.run, self._item.id, number, line, share))


def _record(brief: Brief, pair: Sequence[Judged], comparison: Comparison | None) -> Round:
    takes = tuple(
        Take(
            judged.shown.recipe.slot,
            judged.shown.work.id,
            judged.shown.recipe.seed,
            judged.evaluation,
        )
        for judged in pair
    )
    return Round(brief.number, brief.prompt, takes, comparison)


def _view(picture: Picture, recipe: Recipe) -> View:
    return View(picture, recipe.shows, recipe.omits, recipe.repertoire)


def _both(do: Callable[[int], Judged], twins: Executor) -> tuple[list[Judged], Refused | None]:
    """Do something for slot 0 and slot 1 at once, and wait for both.

    Returns:
        What came of the slots that were not refused, in order; and a refusal, if there was one.
        Any other failure is raised after both ended.
    """
    second = twins.submit(do, 1)
    try:
        done: list[Judged] = []
        refusal: Refused | None = None
        for ask in (partial(do, 0), second.result):
            try:
                done.append(ask())
            except Refused as refused:
                refusal = refused
        return done, refusal
    finally:
        wait([second])
