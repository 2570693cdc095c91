"""The verb make, as the command line, the web and a notebook call it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import EllipsisType

from gesso.core.errors import InputError, UnknownItem
from gesso.core.outside.waiting.stop import renewed
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.records.calls import Trouble
from gesso.core.records.maker import Setting
from gesso.core.records.runs import ID_RULE, Item, Run, is_id
from gesso.make.batch.entries import BadEntry, Entry, digest
from gesso.make.batch.results import DataFormat, Results
from gesso.make.bench.estimate import Estimate, Wanted, estimate_run, refuse_unaffordable
from gesso.make.bench.workbench import Workbench, random_seed
from gesso.make.hanging.folder import Hanging, ascii_slug, folder_of
from gesso.make.hanging.sheet import Framed, hang_sheet
from gesso.make.run.events import Event, Listener, nobody
from gesso.make.run.parts import Parts
from gesso.make.run.run import MakeRun, RunReport
from gesso.make.writers.themes import read_theme

log = logging.getLogger(__name__)

_SHEET_MOST = 60
"""A sheet of more pictures than this would show none of them."""


class Atelier(Workbench):
    """Makes pictures: whole runs, and each of their steps alone."""

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
            works: 1 to 1,000.
            run_id: of a run to make, or of this same run to go on with; None for a new id.
            listen: told what happens, from many threads.
            allow_repeat: a concept that the catalogue holds may come again.

        Raises:
            InputError: the theme, the number or the id cannot be used, or the id belongs to
                another run.
            BudgetSpent: not even the first picture fits into the budget; nothing was asked.
        """
        run, parts = self._order_works(theme, works, run_id, allow_repeat=allow_repeat)
        return self._go(run, parts, listen)

    def order(
        self,
        theme: str,
        *,
        works: int = 1,
        run_id: str | None = None,
        allow_repeat: bool = False,
    ) -> Run:
        """Write down a run on a theme, and leave the work to `resume`.

        For who answers at once and has the work done elsewhere: what was ordered is not lost.

        Raises:
            GessoError: as `exhibition`.
        """
        return self._order_works(theme, works, run_id, allow_repeat=allow_repeat)[0]

    def estimate(
        self, *, works: int = 1, entries: Sequence[Entry] = (), from_themes: bool = True
    ) -> Estimate:
        """What a run may cost at most, before it is begun; asks nobody and makes nothing.

        Args:
            works: how many, on a theme.
            entries: the prompts of a file, which take the place of `works`.
            from_themes: concepts have to be found, too; an entry says so itself.
        """
        own = self._options.run
        wanted = [Wanted(from_themes, own.rounds, own.width, own.height)] * works
        if entries:
            wanted = [
                Wanted(
                    bool(entry.theme),
                    entry.rounds or own.rounds,
                    entry.width or own.width,
                    entry.height or own.height,
                )
                for entry in entries
            ]
        return estimate_run(self._assemble(""), wanted, self._options.budget_usd)

    def batch(
        self,
        entries: Sequence[Entry],
        *,
        run_id: str | None = None,
        bad: Sequence[BadEntry] = (),
        results: Path | None = None,
        results_format: DataFormat = "json",
        listen: Listener = nobody,
    ) -> RunReport:
        """Make a picture of every entry; entries stream through their rounds independently.

        Args:
            entries: the prompts.
            run_id: of a run to make, or of this same run to go on with; None for a new id.
            bad: entries of the same file that cannot be used: each is a row of the error log.
            results: where a folder for each prompt is written, also by a resume; None for nowhere.
            results_format: of its results files.
            listen: told what happens, from many threads.

        Raises:
            InputError: there is no entry, or the id cannot be used.
            StorageError: the results cannot be written there.
        """
        if not entries:
            raise InputError("There is no prompt to work on.", "Give at least one good entry.")
        told: dict[str, Setting] = {}
        if results is not None:
            Results(results, self._catalogue).prepare()
            told = {"results": str(results.absolute()), "results_format": results_format}
        run, parts = self._order(
            run_id or _new_id("batch"),
            "",
            lambda run: [_item(run, at, entry) for at, entry in enumerate(entries)],
            {"works": len(entries), "allow_repeat": False, "entries": digest(entries), **told},
        )
        self._catalogue.troubles.add_once(run.id, [entry.trouble(run.id) for entry in bad])
        return self._go(run, parts, listen)

    def resume(
        self,
        run_id: str,
        *,
        failed: bool = False,
        budget_usd: float | EllipsisType | None = ...,
        listen: Listener = nobody,
    ) -> RunReport:
        """Go on with a run that was stopped; a run that is done is only reported.

        Args:
            run_id: of a run that is there.
            failed: try the items that failed once more, too.
            budget_usd: what it may spend in all from now on, None for no cap; `...` for what it
                was begun with, or was given last.
            listen: told what happens, from many threads.

        Raises:
            UnknownItem: there is no such run; near ids are offered.
            InputError: it was cancelled, or made by another painter.
            StorageError: its results cannot be written where they were.
        """
        run = self._catalogue.runs.get(run_id)
        self._refuse_foreign(run)
        if not isinstance(budget_usd, EllipsisType):
            run = self._changed(run, {"budget_usd": budget_usd})
        parts = self._assemble(run_id)
        if failed:
            self._catalogue.runs.reopen(run_id)
        return self._go(run, parts, listen)

    def cancel(self, run_id: str) -> Run:
        """Stop a run for good; a process that works on it stops before its next round.

        Raises:
            UnknownItem: there is no such run.
            InputError: it is done already.
        """
        run = self._catalogue.runs.get(run_id)
        if run.state == "done":
            raise InputError(f"The run '{run_id}' is done.", "There is nothing left to cancel.")
        self._catalogue.runs.cancel(run_id, "cancelled by the owner")
        return self._catalogue.runs.get(run_id)

    def is_at_work(self, run_id: str) -> bool:
        """Whether a process, this one or another, works on a run at this moment."""
        return self._catalogue.claims.is_held(run_id)

    # The inside of a run -------------------------------------------------------------------

    def _order_works(
        self, theme: str, works: int, run_id: str | None, *, allow_repeat: bool
    ) -> tuple[Run, Parts]:
        words = read_theme(theme).words
        if not 1 <= works <= 1_000:
            raise InputError(f"{works} works cannot be made.", "Ask for 1 to 1,000.")
        digits = max(2, len(str(works)))
        names = [f"{number:0{digits}d}" for number in range(1, works + 1)]
        return self._order(
            run_id or _new_id(words),
            words,
            lambda run: [Item(run, name, at, theme=words) for at, name in enumerate(names)],
            {"works": works, "allow_repeat": allow_repeat},
        )

    def _order(
        self,
        run_id: str,
        theme: str,
        items: Callable[[str], Iterable[Item]],
        asked: Mapping[str, Setting],
    ) -> tuple[Run, Parts]:
        if not is_id(run_id):
            raise InputError(f"'{run_id[:120]}' is no id for a run.", ID_RULE)
        run_id = self._catalogue.runs.known_as(run_id)
        own, is_begun = self._options.run, self._is_begun(run_id)
        if not is_begun:
            parts = self._assemble(run_id)
            refuse_unaffordable(parts, self._options.budget_usd, own.width, own.height)
        options: dict[str, Setting] = {
            **asked,
            "rounds": own.rounds,
            "width": own.width,
            "height": own.height,
            "epsilon": own.epsilon,
            "painter": self._options.painter,
            "llm": self._options.llm,
            "seed": self._seed_for(run_id),
            "budget_usd": self._options.budget_usd,
        }
        run = self._catalogue.runs.create(run_id, theme, options, items(run_id))
        if is_begun:
            new = ("budget_usd", "results", "results_format")
            run = self._changed(run, {name: options[name] for name in new if name in options})
            parts = self._assemble(run_id)
        return run, parts

    def _changed(self, run: Run, options: Mapping[str, Setting]) -> Run:
        """The run with what the owner wishes now, which the next resume goes by, too."""
        if all(name in run.options and run.options[name] == options[name] for name in options):
            return run
        return self._catalogue.runs.change_options(run.id, options)

    def _refuse_foreign(self, run: Run) -> None:
        if run.state == "cancelled":
            raise InputError(
                f"The run '{run.id}' was cancelled, which is final.",
                "Start a new one; the concepts it found stay taken.",
            )
        for ours, name in ((self._options.painter, "painter"), (self._options.llm, "llm")):
            theirs = run.options.get(name, ours)
            if theirs != ours:
                raise InputError(
                    f"The run '{run.id}' was begun with the {name} '{theirs}', not '{ours}'.",
                    f"Resume it with: --{name} {theirs}",
                )

    def _is_begun(self, run_id: str) -> bool:
        try:
            self._catalogue.runs.get(run_id)
        except UnknownItem:
            return False
        return True

    def _seed_for(self, run_id: str) -> Setting:
        if self._options.seed is not None:
            return self._options.seed
        try:
            return self._catalogue.runs.get(run_id).options.get("seed")
        except UnknownItem:
            return random_seed()

    def _go(self, run: Run, parts: Parts, listen: Listener) -> RunReport:
        self._refuse_foreign(run)
        options = replace(
            self._options.run,
            rounds=int(run.options["rounds"] or 1),
            width=int(run.options["width"] or 0),
            height=int(run.options["height"] or 0),
            epsilon=float(run.options["epsilon"] or 0.0),
            seed=int(run.options["seed"] or 0),
            allow_repeat=bool(run.options["allow_repeat"]),
        )
        hanging = Hanging(self._options.exports / folder_of(run), self._catalogue.data)
        results = self._results(run, parts)
        with self._catalogue.claims.hold(run.id):
            self._catalogue.calls.abandon_open(run.id)
            # The prompts of a file have a results folder of their own; a theme's works hang here.
            heard = self._hanging(hanging, listen) if run.theme else _also(results, listen)
            with renewed(parts.stop):
                report = MakeRun(parts, options, run, heard).go()
        if run.theme:
            self._hang_missing(hanging, report)
        self._hang_sheet(hanging, report)
        if results is not None:
            results.finish(report.items)
        return replace(
            report,
            folder=hanging.folder if hanging.folder.exists() else None,
            results=results.folder if results else None,
        )

    def _results(self, run: Run, parts: Parts) -> Results | None:
        """Where the results of a batch are written; None for a run that has none."""
        folder = run.options.get("results")
        if not folder:
            return None
        results = Results(
            Path(str(folder)),
            self._catalogue,
            data_format="yaml" if run.options.get("results_format") == "yaml" else "json",
            run=run.id,
            stop=parts.stop.set,
        )
        results.prepare()
        return results

    def _hang_missing(self, hanging: Hanging, report: RunReport) -> None:
        """Hang what a kill or a person's hand left out, so that the folder shows the whole run."""
        positions = {item.kept: item.position for item in report.items}
        for work in report.kept:
            if not hanging.place_of(positions[work.id], work).exists():
                try:
                    hanging.hang(positions[work.id], work)
                except OSError as error:
                    log.warning("'%s' cannot be written: %s", hanging.folder, error)
                    return

    def _hang_sheet(self, hanging: Hanging, report: RunReport) -> None:
        if not report.run.theme or not 2 <= len(report.kept) <= _SHEET_MOST:
            return
        prompts = {item.kept: item.prompt for item in report.items}
        framed = []
        for work in report.kept:
            prompt = prompts[work.id]
            line = prompt.subject if prompt else ""
            # Thumbnails are as large as a sheet shows them, and sixty of them are no burden.
            small = decode(self._catalogue.thumbnail(work, 512)).picture
            framed.append(Framed(small, work.title, line))
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


def _also(results: Results | None, listen: Listener) -> Listener:
    if results is None:
        return listen

    def heard(event: Event) -> None:
        results.hear(event)
        listen(event)

    return heard


def _new_id(words: str) -> str:
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{ascii_slug(words, 40)}-{now}-{secrets.token_hex(2)}"


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
