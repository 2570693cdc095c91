"""The look of a picture: near for what looks alike, nearest for copies, silent on subjects."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from gesso.core.encoders.encoder import Vectors
from gesso.core.encoders.look import look
from gesso.core.encoders.look.look import Look, LookOptions, parts_of, vector_of
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.picture import Picture

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or ROOT / "../shared/data")


def painted(seed: int, height: int = 180, width: int = 240) -> Picture:
    """Patches of a few colours, with grain: like a painting in what is measured here."""
    rng = np.random.default_rng(seed)
    palette = rng.random((6, 3))
    steps = cv2.resize(rng.random((9, 12), dtype=np.float32), (width, height), interpolation=2)
    bands = np.clip(steps * 6, 0, 5).astype(int)
    grain = rng.normal(scale=rng.uniform(0.01, 0.08), size=(height, width, 1))
    return Picture.from_array(np.clip(palette[bands] + grain, 0, 1))


def jpeg(picture: Picture) -> Picture:
    kept = io.BytesIO()
    Image.fromarray(picture.rgb).save(kept, "JPEG", quality=40)
    return Picture(np.asarray(Image.open(kept)))


def smaller(picture: Picture) -> Picture:
    size = picture.width // 2, picture.height // 2
    made = cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA)
    return Picture(np.asarray(made, dtype=np.uint8))


def brighter(picture: Picture) -> Picture:
    return Picture(np.clip(picture.rgb * 1.15, 0, 255).astype(np.uint8))


def cropped(picture: Picture) -> Picture:
    down, across = picture.height // 25, picture.width // 25
    return Picture(picture.rgb[down:-down, across:-across])


EDITS = [jpeg, smaller, brighter, cropped]


def vectors(pictures: list[Picture]) -> Vectors:
    return Look(LookOptions()).pictures(pictures)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edited_copy_is_nearest_to_its_original(edit: Callable[[Picture], Picture]) -> None:
    originals = [painted(seed) for seed in range(12)]

    alike = vectors([edit(one) for one in originals]) @ vectors(originals).T

    assert alike.argmax(axis=1).tolist() == list(range(12))


def test_two_of_one_palette_and_hand_are_nearer_than_two_of_different_ones() -> None:
    red = [np.clip(painted(seed).rgb * [1.0, 0.3, 0.2], 0, 255).astype(np.uint8) for seed in (1, 2)]
    blue = np.clip(painted(3).rgb * [0.2, 0.4, 1.0], 0, 255).astype(np.uint8)

    first, second, other = vectors([Picture(red[0]), Picture(red[1]), Picture(blue)])

    assert first @ second > first @ other


def test_whatever_was_learnt_is_part_of_the_space(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {Look(LookOptions()).space.id}
    eye = look._learnt()
    nudged = eye.taught.copy()
    nudged[0, 0] += 0.01
    for other in (replace(eye, taught=nudged), replace(eye, usual=eye.usual * 1.01)):
        monkeypatch.setattr(look, "_learnt", lambda other=other: other)
        look._space.cache_clear()
        ids.add(Look(LookOptions()).space.id)
    look._space.cache_clear()

    assert len(ids) == 3


def test_a_picture_that_says_little_is_not_shouted_at() -> None:
    eye = look._learnt()
    usual = {name: np.zeros(0, np.float32) for name in look.WEIGHTS}
    start = 0
    for name, part in parts_of(painted(1)).items():
        usual[name] = eye.means[start : start + len(part)]
        start += len(part)

    vector = vector_of(usual)

    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.skipif(not (SAMPLES / "manifest.jsonl").exists(), reason="the sample data is not here")
def test_on_sample_paintings_it_finds_style_and_second_scans() -> None:
    lines = (SAMPLES / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["file"].startswith("images/")]
    # Every second scan, and every sixth of the others.
    rows = [row for at, row in enumerate(rows) if row.get("dup_group") or at % 6 == 0]
    files = [SAMPLES / row["file"] for row in rows]
    read = [decode(file.read_bytes(), DecodeLimits(), file.name).picture for file in files]
    seen = vectors(read)
    alike = seen @ seen.T
    np.fill_diagonal(alike, -9)
    style = np.array([row["style"] for row in rows])
    group = [row.get("dup_group") for row in rows]

    near = np.argsort(-alike, axis=1)

    same = (style[near[:, :10]] == style[:, None]).mean()
    by_chance = np.mean([(style == one).mean() for one in style])
    found = [group[row[0]] == group[at] for at, row in enumerate(near) if group[at]]
    assert same > 2 * by_chance
    assert np.mean(found) >= 0.9
