"""A batch's results as files: a folder for each prompt, filled while its rounds are played."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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

_ADVICE = (
    "Mend that, or name another folder with --output-dir, and run the same command with the same "
    "--run-id again; what was painted is kept in the studio."
)


class Results:
    """A listener that writes what a run makes into a folder for each item, named by its id.

        iteration_N.png                the better picture of round N
        iteration_N_results.json       its prompt, painter, seeds and takes (or .yaml)
        iteration_N_evaluation.json    both evaluations, and which picture won
        summary.json                   how the item ended, round by round

    Each file is there whole or not at all. Pictures are copies, so that whoever edits one cannot
    harm the store. A listener must not raise: the first failure is kept in `failure`, `stop` is
    called, and nothing more is written.

    Args:
        folder: made when missing.
        catalogue: where the run keeps what it makes.
        data_format: of the results files.
        stop: called once, when the folder can no longer be written.
        disk: what to write on.
    """

    def __init__(
        self,
        folder: Path,
        catalogue: Catalogue,
        *,
        data_format: DataFormat = "json",
        stop: Callable[[], None] = lambda: None,
        disk: Disk | None = None,
    ) -> None:
        self.folder = folder
        self.failure: GessoError | None = None
        self._catalogue = catalogue
        self._format = data_format
        self._stop = stop
        self._disk = disk or Disk()
        self._lock = Lock()
        self._written: set[tuple[str, int]] = set()
        self._summed: set[str] = set()
        self._costs: dict[int, float | None] = {}

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
                self._write_round(event.run, event.item, event.round_record)
            elif event.kind in {"kept", "failed"} and event.item_record is not None:
                self._write_end(event.item_record)
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

    def _write_round(self, run: str, item: str, played: Round) -> None:
        best = better_take(played)
        if best is None:
            return
        name = f"iteration_{played.number}"
        works = {take.work: self._catalogue.works.get(take.work) for take in played.takes}
        told = self._told(run, item, played, best, works)
        judged = {
            "schema": "gesso.evaluation/1",
            **told["of"],
            "takes": [
                {"slot": take.slot, "evaluation": _plain(take.evaluation)} for take in played.takes
            ],
            "comparison": _plain(played.comparison),
        }
        results = {"schema": "gesso.results/1", **told["of"], **told["made"]}
        files = {
            f"{name}.png": self._catalogue.data(works[best.work]),
            f"{name}_results.{self._format}": self._formatted(results),
            f"{name}_evaluation.json": _json(judged),
        }
        self._put(self._folder_of(item), files)
        with self._lock:
            self._written.add((item, played.number))

    def _told(
        self, run: str, item: str, played: Round, best: Take, works: Mapping[int, Work]
    ) -> dict[str, dict[str, Any]]:
        recipes = {number: self._catalogue.works.recipe(number) for number in works}
        recipe = recipes[best.work]
        with self._lock:
            self._costs |= {number: _cost(recipe) for number, recipe in recipes.items()}
        of = {"run": run, "item": item, "iteration": played.number}
        made = {
            "picture": f"iteration_{played.number}.png",
            "prompt": to_plain(played.prompt),
            "painter": _plain(recipe.painter if recipe else None),
            "width": recipe.width if recipe else None,
            "height": recipe.height if recipe else None,
            "takes": [self._take(take, best, works[take.work]) for take in played.takes],
        }
        return {"of": of, "made": made}

    def _take(self, take: Take, best: Take, work: Work) -> dict[str, Any]:
        path = self._catalogue.path_of(work)
        return {
            "slot": take.slot,
            "work": take.work,
            "seed": take.seed,
            "better": take is best,
            "score": take.evaluation.score if take.evaluation else None,
            "blob": str(path) if path else None,
        }

    def _write_end(self, item: Item) -> None:
        rounds = self._catalogue.runs.rounds(item.run, item.id)
        kept = next((played for played in rounds if _holds(played, item.kept)), None)
        for played in rounds:
            if (item.id, played.number) not in self._written:
                self._write_round(item.run, item.id, played)
        files = {"summary.json": _json(self._summary(item, rounds, kept))}
        if kept is not None and item.kept is not None:
            # Keeping a work writes its verdict into its file, so the copy is taken again.
            work = self._catalogue.works.get(item.kept)
            files[f"iteration_{kept.number}.png"] = self._catalogue.data(work)
        self._put(self._folder_of(item.id), files)
        self._sweep(self._folder_of(item.id), len(rounds))
        with self._lock:
            self._summed.add(item.id)

    def _summary(self, item: Item, rounds: list[Round], kept: Round | None) -> dict[str, Any]:
        ended = [(played, better_take(played)) for played in rounds]
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
                "iteration": kept.number,
                "picture": f"iteration_{kept.number}.png",
            }
            if kept
            else None,
            "iterations": [
                {"iteration": played.number, **_marks(take)} for played, take in ended if take
            ],
            "pictures_usd": self._spent(rounds),
        }

    def _spent(self, rounds: list[Round]) -> float | None:
        """What the item's pictures cost together; None when nobody knows of one of them."""
        numbers = [take.work for played in rounds for take in played.takes]
        with self._lock:
            costs = {n: self._costs.pop(n) for n in numbers if n in self._costs}
        for number in numbers:
            if number not in costs:
                costs[number] = _cost(self._catalogue.works.recipe(number))
        known = [cost for cost in costs.values() if cost is not None]
        return round(sum(known), 6) if len(known) == len(costs) else None

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
            raise StorageError(error.message, _ADVICE) from error

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(storage_error(error, path, "remove").message, _ADVICE) from error

    def _fail(self, error: GessoError) -> None:
        with self._lock:
            first = self.failure is None
            self.failure = self.failure or error
        if first:
            self._stop()


def better_take(played: Round) -> Take | None:
    """The better picture of a round: as compared, else by score; None before any is painted."""
    if played.comparison is not None:
        chosen = (take for take in played.takes if take.slot == played.comparison.winner)
        return next(chosen, None)
    return max(
        played.takes,
        key=lambda take: take.evaluation.score if take.evaluation else -1.0,
        default=None,
    )


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


def _cost(recipe: Recipe | None) -> float | None:
    return recipe.cost_usd if recipe else None


def _plain(record: object) -> Any:
    return None if record is None else to_plain(record)


def _json(content: dict[str, Any]) -> bytes:
    return _DOCUMENT.dump_json(content, indent=2) + b"\n"
