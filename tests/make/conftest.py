"""A small painter, a small writer and a catalogue, real enough to run a whole make run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Question, Theme
from gesso.make import aims
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.run.parts import Parts
from gesso.make.writers.writer import Attempt

FIRST = ("Ember", "Tidal", "Hollow", "Velvet", "Mercury", "Winter", "Copper", "Silent")
SECOND = ("Orrery", "Harbour", "Viaduct", "Cathedral", "Glacier", "Orchard")


class SlopePainter:
    """Paints a slope of greys about the asked key, twelve points too light; seeds move it."""

    name: ClassVar[str] = "slope"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.before: Callable[[Order], None] = lambda _order: None
        self._lock = threading.Lock()

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        with self._lock:
            self.orders.append(order)
        self.before(order)
        tell("one stroke", 0.5)
        key = aims.read(order.text).get("key", 50.0) + 12.0 + order.seed % 5
        slope = np.linspace(key - 20, key + 20, order.width).clip(0, 100) / 116 + 16 / 116
        grey = (np.clip(slope**3, 0, 1) ** (1 / 2.4) * 255).astype(np.uint8)
        rgb = np.repeat(np.repeat(grey[None, :, None], order.height, axis=0), 3, axis=2)
        return Painting(Picture(rgb), Maker(self.name, "1", offline=True), "algorithmicMedia")


class ListWriter:
    """Takes its concepts from two lists; refines the key by what was missed."""

    name: ClassVar[str] = "list"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def find_concept(
        self, theme: Theme, is_taken: Callable[[str], bool], seed: int, errand: Errand
    ) -> Concept:
        pairs = [f"{first} {second}" for first in FIRST for second in SECOND]
        turned = pairs[seed % len(pairs) :] + pairs[: seed % len(pairs)]
        words = next(pair for pair in turned if not is_taken(pair))
        return Concept(words, theme.words, "A turn.", "A reason.", Maker(self.name))

    def write_prompt(self, concept: Concept, seed: int, errand: Errand) -> Prompt:
        return self.expand(f"{concept.words}. Key: low (30).", concept.words, "", errand)

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        return Prompt(
            title=title or text.split(".", maxsplit=1)[0],
            subject="", scene="", mood="", light="", palette="", composition="",
            avoid=avoid,
            text=text,
            reasoning="",
            concept=title,
            aims=aims.as_aims(aims.read(text)),
            questions=(Question("Is it dark?"),),
            maker=Maker(self.name),
        )  # fmt: skip

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        last = attempts[-1]
        found = {m.name: m.value - m.target for m in last.evaluation.measures if m.target}
        asked = aims.read(last.prompt.text)
        wished = {name: asked[name] - miss for name, miss in found.items()}
        return replace(last.prompt, text=aims.with_clauses(last.prompt.text, wished))


@pytest.fixture
def painter() -> SlopePainter:
    return SlopePainter()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def parts(catalogue: Catalogue, painter: SlopePainter) -> Parts:
    return Parts(
        writer=ListWriter(),
        painter=painter,
        critic=MeasuredCritic(MeasuredOptions(), Desk.offline()),
        catalogue=catalogue,
        spent=lambda _run: 0.0,
        stop=threading.Event(),
        software="gesso test",
        streams=3,
    )
