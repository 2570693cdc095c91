"""What the tests of the catalogue work with: a clock that they turn, pictures made from numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.judgements import Check, Comparison, Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Work


class Clock:
    """A clock that goes a second further at each look, and wherever a test puts it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Workshop:
    """Makes what the tests hand in: nothing here is random but by a number."""

    def picture(self, number: int, width: int = 24, height: int = 16) -> Picture:
        rng = np.random.Generator(np.random.PCG64(number))
        return Picture(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))

    def file(self, number: int) -> bytes:
        return encode(self.picture(number))

    def prompt(self, text: str = "A gear of brass above the sea", title: str = "Tide") -> Prompt:
        return Prompt(
            title=title,
            subject="gear",
            scene="sea",
            mood="calm",
            light="moon",
            palette="blue",
            composition="low",
            avoid="",
            text=text,
            reasoning="Because gears turn like tides.",
            concept="Brass Tide",
            aims=(),
            questions=(),
            maker=Maker("offline", offline=True),
        )

    def concept(self, words: str = "Brass Tide") -> Concept:
        return Concept(words, "Nocturne", "It turns.", "Because.", Maker("offline", offline=True))

    def evaluation(self, score: float = 0.5) -> Evaluation:
        checks = (Check("Is there a gear?", "yes", "The painter painted gears."),)
        return Evaluation(checks, (), 0.1, score, "Fair.", Maker("measured", offline=True))

    def comparison(self) -> Comparison:
        return Comparison(1, True, "The second is calmer.", Maker("measured", offline=True))

    def recipe(self, number: int = 0, prompt: Prompt | None = None) -> Recipe:
        return Recipe(
            prompt=prompt or self.prompt(),
            painter=Maker("procedural", "1"),
            seed=number,
            width=24,
            height=16,
            source_type="algorithmicMedia",
            shows=("gears", "sea"),
        )

    def provenance(self, identifier: str, run: str = "r") -> Provenance:
        return Provenance("made", "procedural", identifier, run, "algorithmicMedia")

    def paint(
        self, catalogue: Catalogue, number: int, identifier: str = "", title: str = "Tide"
    ) -> Work:
        return catalogue.accession.accept_painting(
            self.picture(number),
            title=title,
            creator="procedural 1",
            provenance=self.provenance(identifier or f"r/i/{number}/0"),
            rights=Rights(),
            recipe=self.recipe(number),
        )

    def bring(self, catalogue: Catalogue, number: int, title: str = "Brought") -> Work:
        return catalogue.accession.accept_bytes(
            self.file(number),
            name=f"{number}.png",
            title=title,
            provenance=Provenance("brought", f"{number}.png"),
            rights=Rights(),
        )
