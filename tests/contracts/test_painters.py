"""What every painter owes the run (make/painters/painter.py), asked of each painter alike.

A painter that is not ours is asked the same by its entry point's name:
`GESSO_CONTRACT_PAINTERS=theirs pytest tests/contracts/test_painters.py`.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from gesso.core.errors import GessoError, MissingExtra
from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.recipes import SourceType
from gesso.core.registry import Factory
from gesso.make.painters.painter import PAINTERS, Order, Painter

FOREIGN = [name for name in os.environ.get("GESSO_CONTRACT_PAINTERS", "").split(",") if name]
NAMES = FOREIGN or list(PAINTERS.names())
BRIDGE = Order("A stone bridge over a river at night, a full moon.", width=128, height=96, seed=7)
HARD_TEXTS = {
    "one letter": "x",
    "only marks": "?! ... —",
    "another script": "月夜の橋、静かな川",
    "twenty thousand characters": "a lighthouse in the fog, " * 800,
    "line breaks and tabs": "a tree\n\n\ton a hill\r\n",
    "numbers": "1 2 3 0.5 -7 1e400",
    "braces and percent signs": "{subject} %s $(moon) <lora:x:1>",
}


@pytest.fixture(params=NAMES)
def factory(request: pytest.FixtureRequest) -> Factory[Painter]:
    try:
        return PAINTERS.open(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model for a painter that brings none: tiny, with random weights."""
    tiny = importlib.import_module("tests.stubs.tiny_pipelines")
    return Path(tiny.save_stable_diffusion(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture
def painter(factory: Factory[Painter], request: pytest.FixtureRequest) -> Painter:
    built = factory(factory.Options(), Desk.offline())
    if built.place == "outside":
        pytest.skip(f"{built.name} paints outside: it is asked with recorded replies")
    if built.place == "local":
        folder = str(request.getfixturevalue("model"))
        return factory(factory.Options(model=folder, device="cpu", steps=2), Desk.offline())
    return built


def test_a_painter_is_called_what_its_row_says(factory: Factory[Painter]) -> None:
    assert PAINTERS.open(factory(factory.Options(), Desk.offline()).name) is factory


def test_its_options_are_a_frozen_dataclass_with_defaults(factory: Factory[Painter]) -> None:
    parameters: Any = getattr(factory.Options, "__dataclass_params__", None)

    assert dataclasses.is_dataclass(factory.Options)
    assert parameters.frozen
    assert factory.Options() == factory.Options()


@pytest.mark.parametrize(("width", "height"), [(64, 64), (160, 90), (90, 160), (96, 96)])
def test_a_painting_has_the_shape_that_was_ordered(
    painter: Painter, width: int, height: int
) -> None:
    picture = painter.paint(dataclasses.replace(BRIDGE, width=width, height=height)).picture

    assert isinstance(picture, Picture)
    assert picture.width / picture.height == pytest.approx(width / height, rel=0.1)


def test_the_same_order_gives_the_same_picture(painter: Painter) -> None:
    assert painter.paint(BRIDGE).picture == painter.paint(BRIDGE).picture


def test_another_seed_gives_another_picture(painter: Painter) -> None:
    other = dataclasses.replace(BRIDGE, seed=8)

    assert painter.paint(BRIDGE).picture != painter.paint(other).picture


def test_another_text_gives_another_picture(painter: Painter) -> None:
    other = dataclasses.replace(BRIDGE, text="A field of sunflowers at bright noon.")

    assert painter.paint(BRIDGE).picture != painter.paint(other).picture


def test_the_largest_seed_is_a_seed(painter: Painter) -> None:
    assert painter.paint(dataclasses.replace(BRIDGE, seed=2**63 - 1)).picture.width > 0


def test_a_painting_is_more_than_one_flat_colour(painter: Painter) -> None:
    assert float(np.std(painter.paint(BRIDGE).picture.rgb)) > 1


def test_threads_paint_what_one_alone_would(painter: Painter) -> None:
    orders = [dataclasses.replace(BRIDGE, seed=seed) for seed in range(4)]
    alone = [painter.paint(order).picture for order in orders]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda order: painter.paint(order).picture, orders))

    assert together == alone


def test_a_painter_paints_the_same_in_another_process(painter: Painter) -> None:
    if painter.place != "cpu":
        pytest.skip(f"{painter.name} stays in this process")
    twin: Painter = pickle.loads(pickle.dumps(painter))

    assert twin.paint(BRIDGE).picture == painter.paint(BRIDGE).picture


def test_a_painting_travels_between_processes(painter: Painter) -> None:
    painting = painter.paint(BRIDGE)

    assert pickle.loads(pickle.dumps(painting)) == painting


def test_painting_leaves_everybodys_chance_and_threads_alone(painter: Painter) -> None:
    def shared() -> tuple[object, ...]:
        state = np.random.get_state(legacy=False)
        return random.getstate(), pickle.dumps(state), cv2.getNumThreads()

    before = shared()
    painter.paint(BRIDGE)

    assert shared() == before


def test_a_painting_says_who_made_it_and_what_its_pixels_are(painter: Painter) -> None:
    painting = painter.paint(BRIDGE)

    assert painting.maker.name == painter.name
    assert painting.maker.version
    assert painting.source_type in get_args(SourceType)
    if painting.maker.offline:
        assert painting.source_type in {"algorithmicMedia", "digitalCreation"}


def test_what_was_not_painted_is_not_shown(painter: Painter) -> None:
    painting = painter.paint(dataclasses.replace(BRIDGE, text="A dog reads a newspaper by a lake."))

    assert not set(painting.shows) & set(painting.omits)
    assert painting.repertoire or not painting.omits


def test_a_painter_that_knows_its_repertoire_owns_up_to_a_stranger(painter: Painter) -> None:
    painting = painter.paint(dataclasses.replace(BRIDGE, text="A zorblax."))

    if not painting.repertoire:
        pytest.skip(f"{painter.name} does not say what it can paint")
    assert any("zorblax" in subject.casefold() for subject in painting.omits)


def test_progress_never_runs_back(painter: Painter) -> None:
    told: list[tuple[str, float | None]] = []
    painter.paint(BRIDGE, lambda line, share: told.append((line, share)))

    shares = [share for _, share in told if share is not None]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert all("\n" not in line and len(line) <= 80 for line, _ in told)


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_any_words_are_painted_or_refused_in_a_sentence(painter: Painter, text: str) -> None:
    try:
        painting = painter.paint(dataclasses.replace(BRIDGE, text=text))
    except GessoError as error:
        pytest.skip(f"refused: {error}")
    assert painting.picture.width > 0


def test_what_to_avoid_may_be_anything(painter: Painter) -> None:
    order = dataclasses.replace(BRIDGE, avoid="people, text, bridges, everything")

    assert painter.paint(order).picture.width > 0
