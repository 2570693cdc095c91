"""The verb make, as the command line, the web and a notebook call it."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.records.calls import Errand, Trouble
from gesso.core.records.judgements import Evaluation
from gesso.core.records.maker import Setting
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item, Run
from gesso.core.records.works import Provenance, Rights, Work
from gesso.make.batch import Entry
from gesso.make.critics.critic import View
from gesso.make.hanging.folder import Hanging, slug
from gesso.make.hanging.sheet import Framed, hang_sheet
from gesso.make.painters.painter import Order, Painter
from gesso.make.replay import Replay, recipe_in, replay
from gesso.make.run.claims import claim
from gesso.make.run.events import Event, Listener, nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun, RunReport
from gesso.make.run.verify import verified
from gesso.make.themes import read_theme
from gesso.make.writers.writer import Attempt

log = logging.getLogger(__name__)

_SHEET_MOST = 60
"""A sheet of more pictures than this would show none of them."""

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class AtelierOptions:
    """What the owner set for making.

    Attributes:
        run: for runs; `seed` 0 there means nothing, see `seed`.
        seed: None for a new one each time.
        painter, llm: as their registries name them.
        exports: where kept pictures are hung, a folder a run.
        locks: where lock files live.
        software: "gesso 0.1.0".
    """

    run: RunOptions
    seed: int | None
    painter: str
    llm: str
    exports: Path
    locks: Path
    software: str


class Atelier:
    """Makes pictures: whole runs, and each of their steps alone.

    Args:
        catalogue: where everything is kept.
        options: what the owner set.
        assemble: builds who works in a run, by the run's id; "" for work outside runs.
        open_painter: builds the painter of a name, for replays.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        options: AtelierOptions,
        assemble: Callable[[str], Parts],
        open_painter: Callable[[str], Painter],
    ) -> None:
        self._catalogue = catalogue
        self._options = options
        self._assemble = assemble
        self._open_painter = open_painter

    # Whole runs ----------------------------------------------------------------------------

    def exhibition(
        self,
        theme: str,
        *,
        works: int = 1,
        run_id: str | None = None,
        listen: Listener = nobody,
        allow_repeat: bool = False,
    ) -> RunReport:
        """Make `works` pictures on a theme.

        Args:
            theme: at most 2,000 characters.
            works: 1 to 10,000.
            run_id: of a run to make, or of this same run to go on with; None for a new id.
            listen: told what happens, from many threads.
            allow_repeat: a concept that the catalogue holds may come again.

        Raises:
            InputError: the theme, the number or the id cannot be used, or the id belongs to
                another run.
        """
        words = read_theme(theme).words
        if not 1 <= works <= 10_000:
            raise InputError(f"{works} works cannot be made.", "Ask for 1 to 10,000.")
        digits = max(2, len(str(works)))
        names = [f"{number:0{digits}d}" for number in range(1, works + 1)]
        return self._begin(
            run_id or _new_id(words),
            words,
            lambda run: [Item(run, name, at, theme=words) for at, name in enumerate(names)],
            {"works": works, "allow_repeat": allow_repeat},
            listen,
        )

    def batch(
        self, entries: Sequence[Entry], *, run_id: str | None = None, listen: Listener = nobody
    ) -> RunReport:
        """Make a picture of every entry; entries stream through their rounds independently.

        Raises:
            InputError: there is no entry, or the id cannot be used.
        """
        if not entries:
            raise InputError("There is no prompt to work on.", "Give at least one good entry.")
        return self._begin(
            run_id or _new_id("batch"),
            "",
            lambda run: [_item(run, at, entry) for at, entry in enumerate(entries)],
            {"works": len(entries), "allow_repeat": False},
            listen,
        )

    def resume(self, run_id: str, *, listen: Listener = nobody) -> RunReport:
        """Go on with a run that was stopped; a run that is done is only reported.

        Raises:
            UnknownItem: there is no such run; near ids are offered.
            InputError: it was cancelled, or made by another painter.
        """
        run = self._catalogue.runs.get(run_id)
        if run.state == "cancelled":
            raise InputError(
                f"The run '{run_id}' was cancelled, which is final.",
                "Start a new one; the concepts it found stay taken.",
            )
        for ours, name in ((self._options.painter, "painter"), (self._options.llm, "llm")):
            theirs = run.options.get(name, ours)
            if theirs != ours:
                raise InputError(
                    f"The run '{run_id}' was begun with the {name} '{theirs}', not '{ours}'.",
                    f"Resume it with: --{name} {theirs}",
                )
        return self._go(run, listen)

    def cancel(self, run_id: str) -> Run:
        """Stop a run for good; a process that works on it stops before its next round.

        Raises:
            UnknownItem: there is no such run.
            InputError: it is done already.
        """
        run = self._catalogue.runs.get(run_id)
        if run.state == "done":
            raise InputError(f"The run '{run_id}' is done.", "There is nothing left to cancel.")
        self._catalogue.runs.set_state(run_id, "cancelled", "cancelled by the owner")
        return self._catalogue.runs.get(run_id)

    # Single steps --------------------------------------------------------------------------

    def paint(
        self,
        text: str,
        *,
        seed: int | None = None,
        width: int | None = None,
        height: int | None = None,
        title: str = "",
        avoid: str = "",
    ) -> Work:
        """Paint one picture of a text, with no evaluation and no refinement."""
        parts, run = self._assemble(""), self._options.run
        prompt = parts.writer.expand(_read_text(text), title, avoid, Errand())
        order = Order(
            text=prompt.text,
            avoid=prompt.avoid,
            width=width or run.width,
            height=height or run.height,
            seed=_random_seed() if seed is None else seed,
        )
        painting = parts.painter.paint(order)
        recipe = Recipe(
            prompt=prompt,
            painter=painting.maker,
            seed=order.seed,
            width=order.width,
            height=order.height,
            source_type=painting.source_type,
            shows=painting.shows,
            omits=painting.omits,
            repertoire=painting.repertoire,
            cost_usd=painting.cost_usd,
            software=self._options.software,
        )
        return self._catalogue.accession.accept_painting(
            painting.picture,
            title=prompt.title,
            creator=f"{painting.maker.name} {painting.maker.version}".strip(),
            provenance=Provenance(
                "made",
                painting.maker.name,
                f"paint/{secrets.token_hex(8)}",
                source_type=painting.source_type,
            ),
            rights=Rights(),
            recipe=recipe,
            standing="kept",
        )

    def evaluate(
        self, data: bytes, prompt: Prompt | str | None = None, *, name: str = "the picture"
    ) -> Evaluation:
        """Evaluate a picture's file against a prompt.

        Args:
            data: the file's bytes.
            prompt: a prompt, its text, or None for the recipe inside the file.
            name: what errors call the file.

        Raises:
            PictureError: the bytes are no picture that we accept.
            InputError: no prompt was given and the file carries none.
        """
        parts = self._assemble("")
        picture = decode(data, name=name).picture
        found = read_recipe(data)
        recipe = found.recipe if found else None
        if prompt is None:
            if found is None or not found.text:
                raise InputError(f"'{name}' carries no prompt.", "Give one with --prompt TEXT.")
            prompt = recipe.prompt if recipe else found.text
        if isinstance(prompt, str):
            prompt = parts.writer.expand(_read_text(prompt), "", "", Errand())
        view = View(picture)
        if recipe is not None and recipe.prompt.questions == prompt.questions:
            view = View(picture, recipe.shows, recipe.omits, recipe.repertoire)
        return parts.critic.evaluate(view, prompt, Errand())

    def refine(self, prompt: Prompt | str, evaluations: Sequence[Evaluation]) -> Prompt:
        """Write a better prompt from what was found in its pictures, oldest finding first.

        Raises:
            InputError: there is no evaluation to learn from.
        """
        if not evaluations:
            raise InputError(
                "There is no evaluation to refine from.",
                "Evaluate a picture first: gesso evaluate FILE --json",
            )
        writer = self._assemble("").writer
        if isinstance(prompt, str):
            prompt = writer.expand(_read_text(prompt), "", "", Errand())
        attempts = [Attempt(prompt, evaluation) for evaluation in evaluations]
        return verified(writer.refine(attempts, Errand()), prompt)

    def replay(self, data: bytes, *, name: str = "the picture") -> Replay:
        """Paint a picture again from the recipe in its file.

        Raises:
            InputError: the file carries no recipe of ours.
        """
        recipe = recipe_in(data, name)
        try:
            painter = self._open_painter(recipe.painter.name)
        except UnknownItem:
            raise
        except Exception as error:
            log.info("the painter of a replay could not be opened", exc_info=error)
            line = f"Its painter cannot be opened: {error}"
            return Replay("gone", line, None, recipe)
        return replay(data, name, recipe, painter)

    # The inside of a run -------------------------------------------------------------------

    def _begin(
        self,
        run_id: str,
        theme: str,
        items: Callable[[str], Iterable[Item]],
        asked: Mapping[str, Setting],
        listen: Listener,
    ) -> RunReport:
        if not _RUN_ID.fullmatch(run_id) or ".." in run_id:
            raise InputError(
                f"'{run_id[:120]}' is no id for a run.",
                "Use at most 100 letters, digits, '.', '_' and '-', beginning with a letter or "
                "digit.",
            )
        own = self._options.run
        options: dict[str, Setting] = {
            **asked,
            "rounds": own.rounds,
            "width": own.width,
            "height": own.height,
            "epsilon": own.epsilon,
            "painter": self._options.painter,
            "llm": self._options.llm,
            "seed": self._seed_for(run_id),
        }
        run = self._catalogue.runs.create(run_id, theme, options, items(run_id))
        return self.resume(run.id, listen=listen)

    def _seed_for(self, run_id: str) -> Setting:
        if self._options.seed is not None:
            return self._options.seed
        try:
            return self._catalogue.runs.get(run_id).options.get("seed")
        except UnknownItem:
            return _random_seed()

    def _go(self, run: Run, listen: Listener) -> RunReport:
        options = replace(
            self._options.run,
            rounds=int(run.options["rounds"] or 1),
            width=int(run.options["width"] or 0),
            height=int(run.options["height"] or 0),
            epsilon=float(run.options["epsilon"] or 0.0),
            seed=int(run.options["seed"] or 0),
            allow_repeat=bool(run.options["allow_repeat"]),
        )
        hanging = Hanging(self._options.exports / run.id, self._catalogue.data_of)
        with claim(self._options.locks, run.id):
            self._catalogue.calls.abandon_open(run.id)
            heard = self._hanging(hanging, listen)
            report = MakeRun(self._assemble(run.id), options, run, heard).go()
        self._hang_sheet(hanging, report)
        return replace(report, folder=hanging.folder if hanging.folder.exists() else None)

    def _hang_sheet(self, hanging: Hanging, report: RunReport) -> None:
        if not 2 <= len(report.kept) <= _SHEET_MOST:
            return
        prompts = {item.kept: item.prompt for item in report.items}
        framed = []
        for work in report.kept:
            prompt = prompts[work.id]
            line = prompt.subject if prompt else ""
            framed.append(Framed(self._catalogue.picture(work), work.title, line))
        try:
            hanging.add("sheet.jpg", encode(hang_sheet(framed), "image/jpeg"))
        except OSError as error:
            log.warning("the sheet of run %s could not be written: %s", report.run.id, error)

    def _hanging(self, hanging: Hanging, listen: Listener) -> Listener:
        def heard(event: Event) -> None:
            item = event.item_record
            if event.kind == "kept" and item is not None and item.kept is not None:
                try:
                    hanging.hang(item.position, self._catalogue.works.get(item.kept))
                except OSError as error:
                    message = f"'{hanging.folder}' cannot be written: {error.strerror}."
                    self._catalogue.troubles.add(
                        Trouble(event.run, event.item, "storage", message, "skipped", True)
                    )
            listen(event)

        return heard


def _new_id(words: str) -> str:
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{slug(words, 40)}-{now}-{secrets.token_hex(2)}"


def _random_seed() -> int:
    return secrets.randbelow(2**31)


def _read_text(text: str) -> str:
    return read_theme(text, most=20_000, name="prompt").words


def _item(run: str, position: int, entry: Entry) -> Item:
    asked: dict[str, Setting] = {
        "text": entry.prompt or None,
        "title": entry.title or None,
        "avoid": entry.avoid or None,
        "seed": entry.seed,
        "width": entry.width,
        "height": entry.height,
        "rounds": entry.rounds,
    }
    settings = {name: value for name, value in asked.items() if value is not None}
    return Item(run, entry.id, position, theme=entry.theme, settings=settings)
