"""One item's way through a run: concept, prompt, rounds of a pair; the best is kept."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from hashlib import blake2b

from gesso.core.errors import InputError, Interrupted, Refused
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Theme
from gesso.core.records.runs import Item, Round
from gesso.core.records.works import Work
from gesso.make.run.events import Event, Listener
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.rounds import Brief, Judged, RoundPlayer
from gesso.make.run.verify import verified
from gesso.make.writers.writer import Attempt

_CONCEPT_TRIES = 64


class ItemPath:
    """Walks one item through its rounds; `walk` is called once.

    An item that was broken off, by a signal, a kill or an empty purse, goes on where it stopped
    and repeats at most the calls that were in flight: every step is kept as soon as it is done,
    and asks first whether it was.
    """

    def __init__(
        self,
        parts: Parts,
        options: RunOptions,
        item: Item,
        listen: Listener,
        twins: Executor,
    ) -> None:
        self._parts = parts
        self._twins = twins
        self._options = _own(options, item)
        self._item = item
        self._begun = item
        self._listen = listen
        self._errand = Errand(run=item.run, item=item.id)

    def walk(self) -> Work:
        """Go the whole way, or the rest of it, and return the kept work.

        Raises:
            GessoError: by its kind; what was done until then is kept.
        """
        self._check_cancelled()
        if self._item.prompt is not None or self._parts.writer.place == "outside":
            # Else its words are there at once, and it is at work with the row that keeps them.
            self._parts.catalogue.runs.set_item(self._item.run, self._item.id, "working")
        self._tell("item")
        concept = self._item.concept or self._find_concept()
        prompt = self._item.prompt or self._write_prompt(concept)
        player = RoundPlayer(self._parts, self._item, concept, self._listen, self._twins)
        return self._keep(self._play(player, prompt), prompt)

    # Words ---------------------------------------------------------------------------------

    def _find_concept(self) -> Concept | None:
        if not self._item.theme:
            return None
        runs = self._parts.catalogue.runs
        for shift in range(_CONCEPT_TRIES):
            concept = self._parts.writer.find_concept(
                Theme(self._item.theme),
                _free if self._options.allow_repeat else runs.is_taken,
                self._options.seed + self._item.position + 1009 * shift,
                self._errand,
            )
            if runs.claim_concept(
                self._item.run, self._item.id, concept, allow_repeat=self._options.allow_repeat
            ):
                self._tell("concept", concept.words)
                return concept
        raise InputError(
            f"{_CONCEPT_TRIES} concepts for '{self._item.theme}' were taken while they were found.",
            "Allow repeats with --allow-repeat, or choose another theme.",
        )

    def _write_prompt(self, concept: Concept | None) -> Prompt:
        writer, own = self._parts.writer, self._item.settings
        if concept is not None:
            prompt = writer.write_prompt(concept, self._options.seed, self._errand)
        else:
            title, avoid = str(own.get("title") or ""), str(own.get("avoid") or "")
            prompt = writer.expand(str(own.get("text") or ""), title, avoid, self._errand)
        self._parts.catalogue.runs.begin_item(self._item.run, self._item.id, prompt)
        self._begun = replace(self._item, concept=concept, prompt=prompt)
        self._tell("prompt", prompt.title)
        return prompt

    # Rounds --------------------------------------------------------------------------------

    def _play(self, player: RoundPlayer, first: Prompt) -> Judged:
        best: Judged | None = None
        attempts: list[Attempt] = []
        stored = {found.number: found for found in self._stored()}
        prompt = stored[1].prompt if 1 in stored else first
        for number in range(1, self._options.rounds + 1):
            if number > 1:
                self._check_cancelled()
            player.check_stop()
            brief = self._brief(number, prompt, best)
            judged, prompt = self._play_round(player, brief, stored.get(number))
            attempts.append(Attempt(prompt, judged.evaluation))
            gain = judged.evaluation.score - (best.evaluation.score if best else 0.0)
            if best is None or gain > 0:
                best = judged
            if number == self._options.rounds or self._is_enough(number, best, gain):
                break
            ahead = stored.get(number + 1)
            refined = ahead.prompt if ahead else self._refine(attempts, first)
            if any(refined.text == attempt.prompt.text for attempt in attempts):
                break
            prompt = refined
            player.tell("refined", number + 1, prompt.reasoning)
        if best is None:
            raise ValueError("a run has at least one round")
        return best

    def _stored(self) -> list[Round]:
        """What the catalogue holds of this item's rounds: none before it has a prompt."""
        if self._item.prompt is None:
            return []
        return self._parts.catalogue.runs.rounds(self._item.run, self._item.id)

    def _play_round(
        self, player: RoundPlayer, brief: Brief, stored: Round | None
    ) -> tuple[Judged, Prompt]:
        try:
            has_row = brief.number == 1 and self._begun is not self._item
            return player.play(brief, stored, has_row=has_row), brief.prompt
        except Refused as refusal:
            # Never again with the same words: one rewriting that may remove the cause.
            prompt = self._refine([Attempt(brief.prompt, _refused(refusal))], brief.prompt)
            if prompt.text == brief.prompt.text:
                raise
            return player.play(replace(brief, prompt=prompt)), prompt

    def _check_cancelled(self) -> None:
        if self._parts.catalogue.runs.is_cancelled(self._item.run):
            raise cancelled(self._item.run)

    def _brief(self, number: int, prompt: Prompt, best: Judged | None) -> Brief:
        # The best seed so far stays in the pair, so that a change of the words shows as such;
        # its partner is new, so that every round also explores.
        fresh = seed_of(self._options.seed, self._item.id, number)
        seeds = (fresh, seed_of(fresh, "second", number))
        brief = Brief(number, prompt, seeds, self._options.width, self._options.height)
        if best is None:
            return brief
        return replace(
            brief,
            seeds=(best.shown.recipe.seed, fresh),
            parent=best.shown.work.fingerprint.pixels,
            reference=best.shown.view.picture,
        )

    def _is_enough(self, number: int, best: Judged, gain: float) -> bool:
        # A round that fell back taught the writer something, so the next one is worth playing;
        # one that gained next to nothing says that the words can do no more.
        return best.evaluation.passes or (number > 1 and 0 <= gain < self._options.epsilon)

    def _refine(self, attempts: list[Attempt], origin: Prompt) -> Prompt:
        return verified(self._parts.writer.refine(attempts, self._errand), origin)

    # The end -------------------------------------------------------------------------------

    def _keep(self, best: Judged, prompt: Prompt) -> Work:
        catalogue = self._parts.catalogue
        recipe = replace(best.shown.recipe, evaluation=best.evaluation)
        run, item, number = self._item.run, self._item.id, best.shown.work.id
        work = catalogue.accession.seal(
            best.shown.work,
            recipe,
            title=prompt.title,
            then=lambda connection: catalogue.runs.finish_item_in(connection, run, item, number),
        )
        done = replace(self._begun, state="done", reason="", kept=number)
        spent = self._parts.spent(run)
        self._listen(
            Event(
                "kept",
                run,
                item,
                line=prompt.title,
                spent_usd=spent,
                item_record=done,
                works=(work,),
            )
        )
        return work

    def _tell(self, kind: str, line: str = "") -> None:
        self._listen(Event(kind, self._item.run, self._item.id, line=line))  # type: ignore[arg-type]


def cancelled(run: str) -> Interrupted:
    """Our error for what is left of a run that the owner cancelled."""
    return Interrupted(f"The run '{run}' was cancelled.", "Start a new one.")


def seed_of(seed: int, *names: str | int) -> int:
    """A seed of its own for everything that has a name, 0 to 2**53 - 1.

    It fits a float's whole numbers, so it survives every JSON reader.
    """
    told = "/".join([str(seed), *map(str, names)])
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "big") >> 11


def _own(options: RunOptions, item: Item) -> RunOptions:
    def asked(name: str, otherwise: int) -> int:
        value = item.settings.get(name)
        return otherwise if value is None else int(value)

    return replace(
        options,
        rounds=asked("rounds", options.rounds),
        width=asked("width", options.width),
        height=asked("height", options.height),
        seed=asked("seed", options.seed),
    )


def _free(_words: str) -> bool:
    return False


def _refused(refusal: Refused) -> Evaluation:
    check = Check("Will the painter paint this?", "no", refusal.message)
    return Evaluation((check,), (), 0.0, 0.0, refusal.message, Maker(refusal.provider))
