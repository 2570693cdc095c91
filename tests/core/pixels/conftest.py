"""Pictures and a recipe that the pixel tests share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt
from gesso.core.records.recipes import Recipe


@pytest.fixture
def painted() -> Picture:
    """A smooth, colourful picture, 160 x 120, that lossy formats keep well."""
    coarse = np.random.default_rng(7).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Picture.from_array(
        np.asarray(cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    )


@pytest.fixture
def recipe() -> Recipe:
    """A recipe with words of many scripts and every optional part filled."""
    writer = Maker("offline", "1", offline=True)
    prompt = Prompt(
        title="Tidal Cathedral — 潮の聖堂",
        subject="a cathedral",
        scene="at low tide",
        mood="quiet",
        light="from the left",
        palette="umber & slate",
        composition="centred",
        avoid="text, frames",
        text='Tidal Cathedral, oil painting — naïve 潮 "slack water" <b>\nsecond line 🌊',
        reasoning="Because tides keep hours.",
        concept="Tidal Cathedral",
        aims=(),
        questions=(),
        maker=writer,
    )
    return Recipe(
        prompt=prompt,
        painter=Maker("procedural", "1.2", settings={"strokes": 9000}),
        seed=2**62 + 1,
        width=1024,
        height=768,
        source_type="algorithmicMedia",
        concept=Concept("Tidal Cathedral", "the sea", "It floods.", "Why not.", writer),
        pixels="ab" * 32,
        software="gesso 0.1.0",
        made_at="2026-11-21T02:00:00Z",
    )


@pytest.fixture
def sample_data() -> Path:
    """The folder of real and hostile samples, where it is at hand."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("GESSO_SAMPLE_DATA", root.parent / "shared" / "data"))
    if not (folder / "manifest.jsonl").is_file():
        pytest.skip("the sample data is not here")
    return folder


@pytest.fixture
def bad_pictures(sample_data: Path) -> list[dict[str, Any]]:
    """The manifest's rows of hostile and degenerate pictures."""
    lines = (sample_data / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["kind"] == "bad_image"]
