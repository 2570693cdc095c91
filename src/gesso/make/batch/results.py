"""A batch's results as files: a folder for each prompt, filled while its rounds are played."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal
from uuid import uuid4

import yaml
from pydantic import TypeAdapter

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error, write_all
from gesso.core.errors import GessoError, StorageError
from gesso.core.records.codec import to_plain
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item, Round, Take, is_id
from gesso.core.records.works import Work
from gesso.make.run.events import Event

DataFormat = Literal["json", "yaml"]

_OURS = re.compile(r"iteration_(\d+)(\.png|_results\.(json|yaml)|_evaluation\.json)")

# Python's own writer of JSON takes ten times as long where lines are indented.
_DOCUMENT = TypeAdapter(dict[str, Any])


@dataclass
class _Played:
    """A round with the works and recipes of its takes, in their order."""

    round: Round
    works: tuple[Work, ...]
    recipes: tuple[Recipe | None, ...]
    is_written: bool = False

    def work_of(self, take: Take) -> Work:
        return next(work for work in self.works if work.id == take.work)

    def recipe_of(self, take: Take) -> Recipe | None:
        return self.recipes[self.round.takes.index(take)]

    def now(self, work: Work) -> None:
        """Take up how one of the works has become."""
        self.works = tuple(work if one.id == work.id else one for one in self.works)


class Results:
    """A listener that writes what a run makes into a folder for each item, named by its id.

        iteration_N.png                the better picture of round N
        iteration_N_results.json       its prompt, painter, seeds and takes (or .yaml)
        iteration_N_evaluation.json    both evaluations, and which picture won
        summary.json                   how the item ended, round by round

    Each file is there whole or not at all. Pictures are copies, so that whoever edits one cannot
    harm the store. A round is written when the next one is planned or its item ends: only then is
    it known whether its picture is the kept one, whose file is sealed. A listener must not raise:
    the first failure is kept in `failure`, `stop` is called, and nothing more is written.

    Args:
        folder: made when missing.
        catalogue: where the run keeps what it makes.
        data_format: of the results files.
        run: whose results they are, "" while there is none yet; told when they cannot be written.
        stop: called once, when the folder can no longer be written.
        disk: what to write on.
    """

    def __init__(
        self,
        folder: Path,
        catalogue: Catalogue,
        *,
        data_format: DataFormat = "json",
        run: str = "",
        stop: Callable[[], None] = lambda: None,
        disk: Disk | None = None,
    ) -> None:
        self.folder = folder
        self.failure: GessoError | None = None
        self._catalogue = catalogue
        self._format = data_format
        self._run = run
        self._stop = stop
        self._disk = disk or Disk()
        self._lock = Lock()
        self._heard: dict[str, list[_Played]] = {}
        self._summed: set[str] = set()

    def prepare(self) -> None:
        """Make the folder and try it, before anything is painted for it.

        Raises:
            StorageError: it cannot be written.
        """
        name = f".{uuid4().hex}.gesso-was-here"
        self._put(self.folder, {name: b""})
        self._remove(self.folder / name)

    def hear(self, event: Event) -> None:
        """Write what an event of the run brings; safe from many threads."""
        if self.failure is not None:
            return
        try:
            if event.kind == "round" and event.round_record is not None:
                played = _Played(event.round_record, event.works, event.recipes)
                self._heard.setdefault(event.item, []).append(played)
            elif event.kind in {"refined", "waiting"}:
                self._write_heard(event.run, event.item)
            elif event.kind in {"kept", "failed"} and event.item_record is not None:
                self._write_end(event.item_record, event.works)
        except GessoError as error:
            self._fail(error)

    def finish(self, items: tuple[Item, ...]) -> None:
        """Write what an earlier going of the run has ended, and raise what went wrong.

        Raises:
            StorageError: the folder could not be written.
        """
        if self.failure is None:
            for item in items:
                if item.state in {"done", "failed"} and item.id not in self._summed:
                    self._write_end(item)
        if self.failure is not None:
            raise self.failure

    # The files -----------------------------------------------------------------------------

    def _write_heard(self, run: str, item: str) -> None:
        """Write the rounds of an item that stand to be written."""
        for played in self._heard.get(item, ()):
            if not played.is_written:
                self._put(self._folder_of(item), self._round_files(run, item, played))
                played.is_written = True

    def _round_files(self, run: str, item: str, played: _Played) -> dict[str, bytes]:
        told, best = played.round, played.round.better
        if best is None:
            return {}
        name = f"iteration_{told.number}"
        of = {"run": run, "item": item, "iteration": told.number}
        judged = {
            "schema": "gesso.evaluation/1",
            **of,
            "takes": [
                {"slot": take.slot, "evaluation": _plain(take.evaluation)} for take in told.takes
            ],
            "comparison": _plain(told.comparison),
        }
        results = {"schema": "gesso.results/1", **of, **self._made(played, best)}
        return {
            f"{name}.png": self._catalogue.data(played.work_of(best)),
            f"{name}_results.{self._format}": self._formatted(results),
            f"{name}_evaluation.json": _json(judged),
        }

    def _made(self, played: _Played, best: Take) -> dict[str, Any]:
        recipe = played.recipe_of(best)
        return {
            "picture": f"iteration_{played.round.number}.png",
            "prompt": to_plain(played.round.prompt),
            "painter": _plain(recipe.painter if recipe else None),
            "width": recipe.width if recipe else None,
            "height": recipe.height if recipe else None,
            "takes": [
                {
                    "slot": take.slot,
                    "work": take.work,
                    "seed": take.seed,
                    "better": take is best,
                    "score": take.evaluation.score if take.evaluation else None,
                }
                for take in played.round.takes
            ],
        }

    def _write_end(self, item: Item, works: tuple[Work, ...] = ()) -> None:
        """Write what is left of an item, and its summary.

        Args:
            item: as it ended.
            works: its kept work as it is now, where somebody has it at hand.
        """
        rounds = self._all_rounds(item)
        kept = next((played for played in rounds if _holds(played.round, item.kept)), None)
        files: dict[str, bytes] = {}
        for played in rounds:
            if not played.is_written:
                if played is kept and works:
                    played.now(works[0])
                files |= self._round_files(item.run, item.id, played)
        if kept is not None and item.kept is not None and kept.is_written:
            # Keeping a work writes its verdict into its file, so the copy is taken again.
            work = works[0] if works else self._catalogue.works.get(item.kept)
            files[f"iteration_{kept.round.number}.png"] = self._catalogue.data(work)
        files["summary.json"] = _json(self._summary(item, rounds, kept))
        self._put(self._folder_of(item.id), files)
        self._sweep(self._folder_of(item.id), len(rounds))
        self._heard.pop(item.id, None)
        with self._lock:
            self._summed.add(item.id)

    def _all_rounds(self, item: Item) -> list[_Played]:
        """The rounds of an item: as they were heard where that is all, else as they are kept."""
        heard = self._heard.get(item.id, [])
        is_all = (
            bool(heard)
            and item.state == "done"
            and any(_holds(played.round, item.kept) for played in heard)
        )
        if is_all and [played.round.number for played in heard] == list(range(1, len(heard) + 1)):
            return heard
        shelf = self._catalogue.works
        known = {played.round.number: played for played in heard}
        rounds = []
        for told in self._catalogue.runs.rounds(item.run, item.id):
            numbers = [take.work for take in told.takes]
            works = tuple(shelf.get(number) for number in numbers)
            recipes = tuple(shelf.recipe(number) for number in numbers)
            is_written = told.number in known and known[told.number].is_written
            rounds.append(_Played(told, works, recipes, is_written))
        return rounds

    def _summary(self, item: Item, rounds: list[_Played], kept: _Played | None) -> dict[str, Any]:
        ended = [(played.round, played.round.better) for played in rounds]
        return {
            "schema": "gesso.summary/1",
            "run": item.run,
            "item": item.id,
            "state": item.state,
            "reason": item.reason,
            "theme": item.theme,
            "concept": _plain(item.concept),
            "title": item.prompt.title if item.prompt else "",
            "prompt": item.prompt.text if item.prompt else item.settings.get("text", ""),
            "kept": {
                "work": item.kept,
                "iteration": kept.round.number,
                "picture": f"iteration_{kept.round.number}.png",
            }
            if kept
            else None,
            "iterations": [
                {"iteration": played.number, **_marks(take)} for played, take in ended if take
            ],
            "pictures_usd": _spent(rounds),
        }

    def _sweep(self, folder: Path, rounds: int) -> None:
        """Take away what another run, of more rounds, left in the folder."""
        for path in folder.iterdir():
            found = _OURS.fullmatch(path.name)
            if found and int(found[1]) > rounds:
                self._remove(path)

    def _formatted(self, content: dict[str, Any]) -> bytes:
        if self._format == "json":
            return _json(content)
        text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
        return text.encode()

    def _folder_of(self, item: str) -> Path:
        if not is_id(item):
            raise ValueError(f"an item's id names a folder, and {item!r} cannot")
        return self.folder / item

    def _put(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Write files, each whole or not at all, whoever else writes into the same folder."""
        try:
            make_folder(self._disk, folder)
            write_all(self._disk, folder, files)
        except StorageError as error:
            raise StorageError(error.message, self._advice) from error

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            message = storage_error(error, path, "remove").message
            raise StorageError(message, self._advice) from error

    @property
    def _advice(self) -> str:
        if not self._run:
            return "Mend that, or name another folder with --output-dir."
        return (
            "What was painted is kept in the studio. Mend that, then go on with: gesso runs resume "
            f"{self._run}; or repeat the first command with --run-id {self._run} and another "
            "--output-dir."
        )

    def _fail(self, error: GessoError) -> None:
        with self._lock:
            first = self.failure is None
            self.failure = self.failure or error
        if first:
            self._stop()


def _holds(played: Round, work: int | None) -> bool:
    return any(take.work == work for take in played.takes)


def _marks(take: Take) -> dict[str, Any]:
    found = take.evaluation
    return {
        "score": found.score if found else None,
        "error": found.error if found else None,
        "passes": found.passes if found else None,
        "verdict": found.verdict if found else "",
    }


def _spent(rounds: list[_Played]) -> float | None:
    """What an item's pictures cost together; None when nobody knows of one of them."""
    recipes = [recipe for played in rounds for recipe in played.recipes]
    costs = [recipe.cost_usd if recipe else None for recipe in recipes]
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 6) if len(known) == len(costs) else None


def _plain(record: object) -> Any:
    return None if record is None else to_plain(record)


def _json(content: dict[str, Any]) -> bytes:
    return _DOCUMENT.dump_json(content, indent=2) + b"\n"
