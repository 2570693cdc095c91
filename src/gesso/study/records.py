"""A study is what the tools read in one picture, with two tips; plain values, no pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pydantic import JsonValue

from gesso.core.records.maker import Maker

Figure = JsonValue
"""A value that JSON can hold; a number is finite."""

Intent = Literal["none", "high-key", "low-key", "nocturne", "grisaille", "abstract", "reference"]
"""What a painter is after; tips that would contradict it are muted."""

TipCategory = Literal["value", "mass", "focus", "edges", "balance", "colour"]


@dataclass(frozen=True)
class Sheet:
    """A picture that explains a reading.

    Attributes:
        name: unique in a study: "blocks", "notan".
        caption: one sentence that says what is seen.
        draw: makes the PNG, the same bytes each time; called at the first look at `data`.
        width, height: pixels.
        role: "sheet" for eyes; "labels" for a map whose gray values are level numbers, from which
            a browser can draw the sheet again.
    """

    name: str
    caption: str
    draw: Callable[[], bytes] = field(repr=False, compare=False)
    width: int
    height: int
    role: Literal["sheet", "labels"] = "sheet"

    @cached_property
    def data(self) -> bytes:
        """The PNG. Drawn when somebody looks: figures are there long before."""
        return self.draw()


@dataclass(frozen=True)
class Reading:
    """What one tool read.

    Attributes:
        tool: as the registry names it.
        title: for a heading: "Big shapes".
        note: one or two plain sentences on this picture.
        figures: by metric id; every id stands in the docs.
        sheets: for eyes, most telling first.
        maker: tool, version, settings.
        abstains: why nothing is claimed, "" where something is.
    """

    tool: str
    title: str
    note: str
    figures: Mapping[str, Figure]
    sheets: tuple[Sheet, ...]
    maker: Maker
    abstains: str = ""


@dataclass(frozen=True)
class Evidence:
    """A measurement that a tip rests on.

    Attributes:
        metric: its id.
        value: as measured.
        percentile: among paintings, 0 to 1.
    """

    metric: str
    value: float
    percentile: float


@dataclass(frozen=True)
class WhatIf:
    """A deterministic change that demonstrates a tip.

    Attributes:
        name: "lift-darks", "quiet-border", ...
        amount: 0 to 1.
        blocks: numbers of those it works on, 1 the darkest; empty for the whole picture.
    """

    name: str
    amount: float
    blocks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tip:
    """One thing worth doing next.

    Attributes:
        rule: the id of the rule, stable across versions.
        category: the two tips of a study have two.
        observation: what the picture reads as, with the measurement.
        action: what to do in ten minutes.
        why: one sentence.
        evidence: what it rests on, one at least.
        blocks: numbers of the blocks it points at, 1 the darkest.
        what_if: shows it; None where nothing can.
        is_strength: "push your strength" instead of a lack.
        source: "measured", or the llm that worded it.
    """

    rule: str
    category: TipCategory
    observation: str
    action: str
    why: str
    evidence: tuple[Evidence, ...]
    blocks: tuple[int, ...] = ()
    what_if: WhatIf | None = None
    is_strength: bool = False
    source: str = "measured"


@dataclass(frozen=True)
class Study:
    """Everything read in one picture.

    Attributes:
        pixels: sha256 of the picture's pixels.
        width, height: of the picture, pixels.
        readings: in the order of the tools.
        tips: exactly two; empty only for a picture of which nothing can be said.
        silence: why there are no tips, "" where there are.
        metrics: every measurement by id, for comparing studies.
        intent: what the painter was after.
        maker: version and settings; the same maker and pixels give the same study.
        note: why an llm's words for the tips were not used, "" where none were asked for or
            they were.
    """

    pixels: str
    width: int
    height: int
    readings: tuple[Reading, ...]
    tips: tuple[Tip, ...]
    silence: str
    metrics: Mapping[str, float]
    intent: Intent
    maker: Maker
    note: str = ""
