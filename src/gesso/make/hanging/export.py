"""Kept works out of the studio: under readable names, with or without their words, sealed last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event as Signal

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, Interrupted, StorageError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.metadata.provenance.belief import believed_type
from gesso.core.pixels.metadata.provenance.gather import gather_texts
from gesso.core.pixels.metadata.provenance.signer import Parent, Signer, Statement
from gesso.core.pixels.metadata.strip import STRIPPABLE, strip
from gesso.core.pixels.metadata.write import source_marks
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Work
from gesso.make.hanging.folder import Hanging, slug, suffix_of

# A chain of refinements has one picture for each round; a damaged one could go in a circle.
_MOST_PARENTS = 32


@dataclass(frozen=True)
class ExportOptions:
    """How works leave.

    Attributes:
        strip: take every word out of the files; the source type stays.
        overwrite: take the place of files that are there already.
        software: who writes this: "gesso 0.1.0".
    """

    strip: bool = False
    overwrite: bool = False
    software: str = "gesso"


@dataclass(frozen=True)
class Exported:
    """One work as it left.

    Attributes:
        work: its record.
        path: its copy.
        is_sealed: it bears a seal of this studio.
        parents: how many earlier pictures are sealed with it.
        note: what was not done as asked, and why; "" for nothing.
    """

    work: Work
    path: Path
    is_sealed: bool = False
    parents: int = 0
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """Which works are wanted.

    Attributes:
        numbers: these.
        runs: all that these runs kept.
        favourites: all that a person marked.
        everything: all that hang in the gallery.
    """

    numbers: tuple[int, ...] = ()
    runs: tuple[str, ...] = ()
    favourites: bool = False
    everything: bool = False


def chosen(catalogue: Catalogue, choice: Choice) -> list[Work]:
    """The kept works that are wanted, each once, those named by number first, the oldest first.

    Raises:
        UnknownItem: there is no such work or run.
        InputError: a work is a round's take, or no kept work is wanted at all.
    """
    found = {number: catalogue.works.get(number) for number in choice.numbers}
    takes = [work for work in found.values() if work.standing != "kept"]
    if takes:
        raise InputError(
            f"Work {takes[0].id} is a round's take and hangs nowhere; kept works are exported.",
            f"See what was kept with: gesso runs show {takes[0].provenance.run or 'RUN'}",
        )
    for run in choice.runs:
        found |= {work.id: work for work in _kept(catalogue, run=catalogue.runs.get(run).id)}
    if choice.favourites:
        found |= {work.id: work for work in _kept(catalogue, favourite=True)}
    if choice.everything:
        found |= {work.id: work for work in _kept(catalogue)}
    if not found:
        raise InputError(
            "There is no kept work to export.",
            "Name works by number (`gesso runs show RUN` tells them), or say --run, "
            "--favourites or --all.",
        )
    return list(found.values())


def _kept(
    catalogue: Catalogue, *, run: str | None = None, favourite: bool | None = None
) -> Iterator[Work]:
    after = None
    while True:
        page = catalogue.works.page(after, 1000, run=run, favourite=favourite, order="oldest")
        yield from page.works
        after = page.next
        if after is None:
            return


class Exporter:
    """Copies works out.

    Args:
        catalogue: where they are.
        options: how they leave.
        signer: who seals made works, None for no seals and where nobody can read one.
        stop: set it to stop after the work at hand.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        options: ExportOptions,
        signer: Signer | None = None,
        stop: Signal | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._options = options
        self._signer = signer
        self._stop = stop or Signal()

    def export(self, works: Sequence[Work], folder: Path) -> Iterable[Exported]:
        """Copy works into a folder, one after the other, each whole or not at all.

        Raises:
            InputError: a file is there already and must not be overwritten (then nothing was
                written), or a work cannot leave as asked.
            StorageError: the folder cannot be written.
            DamageError: a work's file is not what was kept.
            Interrupted: the owner stopped; what was copied stays.
        """
        places = [folder / self._name(work) for work in works]
        self._refuse_others(places)
        hanging = Hanging(folder, self._catalogue.data)
        for work, path in zip(works, places, strict=True):
            if self._stop.is_set():
                raise Interrupted(
                    f"Stopped before '{path.name}' was copied.", "What was copied before it stays."
                )
            exported, data = self._prepared(work, path)
            try:
                hanging.add(path.name, data)
            except OSError as error:
                cause = (error.strerror or type(error).__name__).lower()
                raise StorageError(
                    f"Could not write {path}: {cause}.",
                    "Free some room or name another folder with --to.",
                ) from error
            yield exported

    def _name(self, work: Work) -> str:
        # The number makes it a name that no other work of the studio has.
        is_kept_as_it_is = not self._options.strip or work.media_type in STRIPPABLE
        media_type = work.media_type if is_kept_as_it_is else "image/png"
        return f"{slug(work.title)}-{work.id}{suffix_of(media_type)}"

    def _refuse_others(self, places: Iterable[Path]) -> None:
        there = [path for path in places if path.exists()]
        if there and not self._options.overwrite:
            more = f" and {len(there) - 1} more are" if len(there) > 1 else " is"
            raise InputError(
                f"{there[0]}{more} there already, so nothing was exported.",
                "Name another folder with --to, or say --overwrite.",
            )

    def _prepared(self, work: Work, path: Path) -> tuple[Exported, bytes]:
        data, media_type = self._worded(work)
        if self._signer is None:
            return Exported(work, path), data
        recipe = self._catalogue.works.recipe(work.id)
        if recipe is None:
            note = "It was not made here, so this studio does not seal it."
            return Exported(work, path, note=note), data
        line = [work, *self._ancestors(recipe)]
        return (
            Exported(work, path, is_sealed=True, parents=len(line) - 1),
            self._sealed(line, data, media_type),
        )

    # Words ---------------------------------------------------------------------------------

    def _worded(self, work: Work) -> tuple[bytes, str]:
        """A work's file as it shall leave but for the seal, and its media type."""
        data = self._catalogue.data(work)
        if not self._options.strip:
            return data, work.media_type
        source_type = work.provenance.source_type or self._source_type(work, data)
        if work.media_type in STRIPPABLE:
            return strip(
                data, work.media_type, source_type, self._options.software
            ), work.media_type
        marks = source_marks(source_type, self._options.software)
        return encode(self._catalogue.picture(work), "image/png", marks), "image/png"

    def _source_type(self, work: Work, data: bytes) -> str:
        """What the file itself says about its making: it must not get lost with the words.

        Raises:
            InputError: only a seal could tell, and nobody here can read it.
        """
        evidence = gather_texts(data, work.media_type, self._signer)
        if evidence.unread:
            raise InputError(
                f"Work {work.id} bears a C2PA seal, and what that says about its making would be "
                "lost with it.",
                "Export it without --strip, or with --sign, which reads the seal first.",
            )
        return believed_type(evidence)

    # Seals ---------------------------------------------------------------------------------

    def _ancestors(self, recipe: Recipe) -> list[Work]:
        """The pictures that a made one goes on from, the nearest first, as far as they are here."""
        line: list[Work] = []
        seen: set[str] = set()
        while recipe.parent and recipe.parent not in seen and len(line) < _MOST_PARENTS:
            seen.add(recipe.parent)
            parent = self._parent_of(recipe)
            above = self._catalogue.works.recipe(parent.id) if parent else None
            if parent is None or above is None:
                break
            line.append(parent)
            recipe = above
        return line

    def _parent_of(self, recipe: Recipe) -> Work | None:
        found = self._catalogue.works.by_pixels(recipe.parent)
        made = [work for work in found if work.provenance.origin == "made"]
        own = [work for work in made if work.provenance.run == recipe.run]
        return next(iter([*own, *made]), None)

    def _sealed(self, line: Sequence[Work], data: bytes, media_type: str) -> bytes:
        """Seal a picture over its ancestors: the oldest first, each inside the one after it."""
        parent: Parent | None = None
        for ancestor in reversed(line[1:]):
            bare, kind = self._worded(ancestor)
            sealed = self._seal(ancestor, bare, kind, parent)
            parent = Parent(sealed, kind, "" if self._options.strip else ancestor.title)
        return self._seal(line[0], data, media_type, parent)

    def _seal(self, work: Work, data: bytes, media_type: str, parent: Parent | None) -> bytes:
        recipe = self._catalogue.works.recipe(work.id)
        if recipe is None or self._signer is None:
            return data
        statement = Statement(
            recipe.source_type,
            self._options.software,
            description="Painted anew after a refined prompt." if parent else "",
            parent=parent,
        )
        return self._signer.sign(data, media_type, self._with_words(statement, work, recipe))

    def _with_words(self, statement: Statement, work: Work, recipe: Recipe) -> Statement:
        if self._options.strip:
            return statement
        return replace(
            statement,
            agent=recipe.painter.name,
            agent_version=recipe.painter.version,
            title=work.title,
            made_at=recipe.made_at,
        )
