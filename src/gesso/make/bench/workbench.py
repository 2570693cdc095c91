"""The workbench: each step of making alone, for a person who wants just that step."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, StorageError, UnknownItem
from gesso.core.outside.waiting.stop import renewed
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import SUFFIXES, MediaType, encode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.write import Privacy, marks_for
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Evaluation
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Work
from gesso.make.bench.alone import OUTSIDE_RUNS, Alone
from gesso.make.bench.replay import Replay, recipe_in, replay
from gesso.make.critics.critic import Critic, View
from gesso.make.hanging.folder import Hanging
from gesso.make.painters.painter import Order, Painter
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.verify import verified
from gesso.make.writers.themes import read_words
from gesso.make.writers.writer import Attempt, Writer

log = logging.getLogger(__name__)


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
        budget_usd: what a run may spend, None for no cap.
    """

    run: RunOptions
    seed: int | None
    painter: str
    llm: str
    exports: Path
    locks: Path
    software: str
    budget_usd: float | None = None


class Workbench:
    """Each step of making, alone.

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
        self._alone = Alone(options.locks, catalogue.calls)
        if not catalogue.database.read_only:
            self._alone.abandon_dead()

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
        parts, run = self._assemble(OUTSIDE_RUNS), self._options.run
        self._begin_alone(parts, parts.writer, parts.painter)
        prompt = parts.writer.expand(_read_text(text), title, avoid, Errand())
        order = Order(
            text=prompt.text,
            avoid=prompt.avoid,
            width=width or run.width,
            height=height or run.height,
            seed=random_seed() if seed is None else seed,
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

    def hang(self, work: Work) -> Path:
        """Copy a work into the folder of single paintings under a readable name.

        Raises:
            StorageError: the folder cannot be written; the work itself is kept.
        """
        hanging = Hanging(self._options.exports / "painted", self._catalogue.data)
        try:
            return hanging.hang(work.id - 1, work)
        except OSError as error:
            raise StorageError(
                f"The picture is kept, but '{hanging.folder}' cannot be written: {error.strerror}.",
                "Make the folder writable, or copy the picture out with --out FILE.",
            ) from error

    def file_of(self, work: Work, media_type: str, privacy: Privacy = "full") -> bytes:
        """A work as a file of a kind, the recipe inside: as it is kept where it is of that kind.

        Args:
            work: of the catalogue.
            media_type: a `MediaType`.
            privacy: how much of the recipe a new file tells; the kept one stays as it is.

        Raises:
            InputError: a side is longer than that kind of file allows.
            StudioError: the work's file cannot be read.
        """
        if media_type == work.media_type:
            return self._catalogue.data(work)
        recipe = self._catalogue.works.recipe(work.id)
        marks = marks_for(recipe, privacy) if recipe else None
        kind: MediaType = next(known for known in SUFFIXES if known == media_type)
        try:
            return encode(self._catalogue.picture(work), kind, marks)
        except ValueError as error:
            raise InputError(f"The picture is kept, but: {error}", "Name a .png file.") from error

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
        parts = self._assemble(OUTSIDE_RUNS)
        self._begin_alone(parts, parts.writer, parts.critic)
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
        # A painter vouches for its own pixels only, not for a picture its recipe was pasted on.
        own = recipe is not None and recipe.pixels == picture.pixels_sha256
        if own and recipe is not None and recipe.prompt.questions == prompt.questions:
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
        parts = self._assemble(OUTSIDE_RUNS)
        writer = parts.writer
        self._begin_alone(parts, writer)
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
        return replay(data, name, recipe, painter, self._reference_of(recipe))

    def _begin_alone(self, parts: Parts, *asked: Writer | Painter | Critic) -> None:
        with renewed(parts.stop):
            if any(one.place == "outside" for one in asked):
                self._alone.vouch()

    def _reference_of(self, recipe: Recipe) -> Picture | None:
        """The picture that a painting went on from, None for none or where it is not here."""
        pixels = recipe.painter.settings.get("reference")
        works = self._catalogue.works.by_pixels(pixels) if isinstance(pixels, str) else []
        return self._catalogue.picture(works[0]) if works else None


def random_seed() -> int:
    """A seed for a run that was given none, small enough for a person to copy."""
    return secrets.randbelow(2**31)


def _read_text(text: str) -> str:
    return read_words(text, "prompt", 20_000)
