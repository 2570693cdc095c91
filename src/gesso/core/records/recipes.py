"""A recipe: everything that is needed to make a picture again, kept inside its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gesso.core.records.judgements import Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt

SourceType = Literal[
    "algorithmicMedia",
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "digitalCreation",
    "digitalCapture",
]

RECIPE_SCHEMA = "gesso.recipe/1"


@dataclass(frozen=True)
class Recipe:
    """How one picture was made.

    Attributes:
        prompt: as it was sent for this picture.
        painter: name, engine version or model id, settings.
        seed: what the painter was given; the same seed gives the same picture where it can.
        width, height: as asked for, pixels.
        source_type: the truth about the pixels (IPTC digital source type).
        round: 1 for the first.
        slot: 0 or 1, the place in the round's pair.
        concept: None for a prompt written by hand.
        run: the run's id, "" for none.
        item: the prompt's id within the run, "" for none.
        parent: pixel hash of the picture that this one refines, "" for none.
        shows: subjects that the painter says it painted.
        omits: subjects it was asked for and cannot paint.
        repertoire: one line of what it can paint, "" where it did not say.
        pixels: sha256 of the pixels, "" until they are known.
        evaluation: None until it was judged.
        cost_usd: what the picture cost, None where nobody knows.
        software: "gesso 0.1.0".
        made_at: ISO 8601, UTC.
        schema: of this record; a reader refuses one that it does not know.
    """

    prompt: Prompt
    painter: Maker
    seed: int
    width: int
    height: int
    source_type: SourceType
    round: int = 1
    slot: int = 0
    concept: Concept | None = None
    run: str = ""
    item: str = ""
    parent: str = ""
    shows: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()
    repertoire: str = ""
    pixels: str = ""
    evaluation: Evaluation | None = None
    cost_usd: float | None = None
    software: str = ""
    made_at: str = ""
    schema: str = RECIPE_SCHEMA
