"""What the embedded painter owes whoever orders a picture of it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.picture import Picture
from gesso.make.critics.measures import measure
from gesso.make.painters.painter import Order
from gesso.make.painters.procedural import ENGINE_VERSION, ProceduralOptions, ProceduralPainter
from gesso.make.painters.procedural.painter import render
from gesso.make.painters.procedural.reading import read_text
from gesso.make.painters.procedural.subjects import MOTIFS

PAINTER = ProceduralPainter(ProceduralOptions())


def paint(text: str, width: int = 160, height: int = 160, seed: int = 3) -> Picture:
    return PAINTER.paint(Order(text, width=width, height=height, seed=seed)).picture


def far_apart(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> int:
    return int(np.abs(first.astype(int) - second.astype(int)).max())


@pytest.mark.parametrize("name", MOTIFS)
@pytest.mark.parametrize("size", [(64, 64), (224, 80), (80, 224)])
def test_every_motif_fills_every_format(name: str, size: tuple[int, int]) -> None:
    picture = paint(f"{MOTIFS[name].plain} at night", *size)

    assert (picture.width, picture.height) == size
    assert lightness(picture.rgb).std() > 2


@pytest.mark.parametrize("size", [(64, 1400), (1400, 64), (700, 900)])
def test_far_formats_are_painted_at_their_size(size: tuple[int, int]) -> None:
    picture = paint("a bridge at night", *size)

    assert (picture.width, picture.height) == size


def test_the_same_order_gives_the_same_picture() -> None:
    text = "gears in the sea at night under the moon"

    assert paint(text) == paint(text)


def test_another_seed_gives_another_picture() -> None:
    assert far_apart(paint("mountains", seed=1).rgb, paint("mountains", seed=2).rgb) > 40


def test_the_number_of_threads_changes_nothing() -> None:
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = paint("a harbour at dusk, lanterns", 300, 300)
        cv2.setNumThreads(4)
        together = paint("a harbour at dusk, lanterns", 300, 300)
    finally:
        cv2.setNumThreads(before)

    assert far_apart(alone.rgb, together.rgb) == 0


def test_painting_leaves_the_number_of_threads_alone() -> None:
    before = cv2.getNumThreads()
    paint("the sea", 64, 64)

    assert cv2.getNumThreads() == before


def test_a_plainer_processor_paints_the_same_within_one_level() -> None:
    program = (
        "import sys; from gesso.make.painters.painter import Order;"
        "from gesso.make.painters.procedural import ProceduralOptions, ProceduralPainter;"
        "o = Order('an observatory under stars', width=160, height=160, seed=3);"
        "p = ProceduralPainter(ProceduralOptions()).paint(o);"
        "sys.stdout.buffer.write(p.picture.rgb.tobytes())"
    )
    plain = os.environ | {
        "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
        "OPENCV_CPU_DISABLE": "AVX512_SKX,AVX512-SKX",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=plain, capture_output=True, check=True
    )
    elsewhere = np.frombuffer(done.stdout, np.uint8).reshape(160, 160, 3)

    assert far_apart(paint("an observatory under stars").rgb, elsewhere) <= 1


def test_a_painter_travels_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(PAINTER))
    order = Order("dunes", width=64, height=64, seed=1)

    assert copy.paint(order).picture == PAINTER.paint(order).picture


def test_a_painting_says_what_made_it_and_what_is_in_it() -> None:
    painting = PAINTER.paint(Order("a dog beside a windmill", width=64, height=64, seed=9))

    assert painting.source_type == "algorithmicMedia"
    assert (painting.maker.name, painting.maker.version) == ("procedural", ENGINE_VERSION)
    assert painting.maker.offline
    assert painting.maker.settings["seed"] == 9
    assert "a windmill" in painting.shows
    assert painting.omits == ("dog",)
    assert painting.repertoire.startswith("the offline painter paints")


def test_what_is_told_on_the_way_ends_at_one() -> None:
    told: list[tuple[str, float | None]] = []
    PAINTER.paint(
        Order("the sea", width=64, height=64), lambda line, share: told.append((line, share))
    )

    assert told[-1] == ("painted", 1.0)


@pytest.mark.parametrize("motif", ["mountains", "gears", "a city at night", "flowers"])
@pytest.mark.parametrize(
    ("label", "name", "asks"),
    [
        ("Key: low ({}).", "key", (22, 40, 60, 76)),
        ("Contrast: strong ({}).", "contrast", (20, 38, 56, 74)),
        ("Colour: clear ({}).", "chroma", (0.01, 0.04, 0.08, 0.12)),
        ("Detail: rich ({}).", "density", (0.15, 0.25, 0.4, 0.55)),
        ("Mist: thick ({}).", "mist", (0.0, 0.4, 0.7, 1.0)),
    ],
)
def test_asking_for_more_gives_more(
    motif: str, label: str, name: str, asks: tuple[float, ...]
) -> None:
    found = [measure(paint(f"{motif}. {label.format(ask)}"))[name] for ask in asks]

    assert found == sorted(found)
    assert found[-1] > found[0]


@pytest.mark.parametrize("place", ["the sea", "mountains", "dunes"])
def test_the_light_stands_where_it_is_asked_for(place: str) -> None:
    left = measure(paint(f"{place}. Light from: the left (0.20).", 256, 256))
    right = measure(paint(f"{place}. Light from: the right (0.80).", 256, 256))

    assert left["light_x"] < 0.45
    assert right["light_x"] > 0.55


def slope(text: str, label: str, name: str, asks: tuple[float, ...]) -> float:
    """How much more is measured for one more that is asked for."""
    found = [measure(paint(f"{text}. {label}: x ({ask}).", 192, 192))[name] for ask in asks]
    return float(np.polyfit(asks, found, 1)[0])


SCENES = ["a lighthouse at night", "mountains", "gears", "a cathedral", "flowers", "a city"]


@pytest.mark.parametrize("text", SCENES)
def test_weight_lies_where_it_is_asked_for(text: str) -> None:
    assert slope(text, "Weight", "balance", (0.35, 0.5, 0.65)) > 0.3


@pytest.mark.parametrize("text", SCENES)
def test_symmetry_follows_its_aim(text: str) -> None:
    assert slope(text, "Symmetry", "symmetry", (0.1, 0.5, 0.9)) > 0.45


@pytest.mark.parametrize("text", SCENES)
def test_mist_follows_its_aim(text: str) -> None:
    assert slope(text, "Mist", "mist", (0.05, 0.4, 0.75)) > 0.25


@pytest.mark.parametrize("aim", ["Symmetry: x (0.92).", "Weight: x (0.42).", "Mist: x (0.5)."])
def test_a_scene_that_is_asked_for_what_it_has_stays_as_it_was(aim: str) -> None:
    spec = read_text("dunes", "", 3).spec
    found = measure(Picture(render(spec, 200, 200)))
    asked = {"symmetry": "even", "balance": "balance", "mist": "haze"}
    name = {"S": "symmetry", "W": "balance", "M": "mist"}[aim[0]]
    changed: dict[str, Any] = {asked[name]: found[name]}
    held = replace(spec, **changed)

    assert measure(Picture(render(held, 200, 200)))[name] == pytest.approx(found[name], abs=0.12)


def test_no_two_seeds_share_the_place_of_their_light() -> None:
    places = [read_text("the sea", "", seed).spec for seed in range(24)]

    assert len({round(spec.light_x, 2) for spec in places}) > 16
    assert 8 <= sum(spec.light_x < 0.5 for spec in places) <= 16
    assert len({round(spec.light_y, 2) for spec in places}) > 10


def redness_of_hull(text: str) -> float:
    """Mean OKLab b (yellow against blue) where the airship's hull is."""
    picture = paint(text, 256, 256, seed=1)
    rows, columns = slice(56, 74), slice(70, 120)
    return float(srgb_to_oklab(picture.rgb[rows, columns])[..., 2].mean())


def test_a_silver_airship_is_no_golden_one() -> None:
    golden = redness_of_hull("an airship over hills by day. Light from: the right (0.7).")
    silver = redness_of_hull("a silver airship over hills by day. Light from: the right (0.7).")

    assert silver < golden - 0.02


def test_a_storm_darkens_the_sky_and_takes_the_sun_away() -> None:
    fair = lightness(paint("the sea by day", 200, 200).rgb)[:100]
    storm = lightness(paint("the sea by day in a storm", 200, 200).rgb)[:100]

    assert storm.mean() < fair.mean() - 8
    assert storm.max() < fair.max()


def test_lightning_is_the_brightest_thing_of_its_night() -> None:
    dark = lightness(paint("hills at night in a storm", 256, 256).rgb)[:140]
    struck = lightness(paint("hills at night, lightning", 256, 256).rgb)[:140]

    assert (struck > 85).sum() > 40 + (dark > 85).sum()


@pytest.mark.parametrize("hue", [30.0, 140.0, 260.0])
def test_zones_go_towards_the_hues_that_are_asked_for(hue: float) -> None:
    found = measure(paint(f"the sea. Middles: some ({hue:.0f}).", 256, 256))["hue_mid"]

    assert abs((found - hue + 180) % 360 - 180) < 40


def test_avoiding_the_moon_leaves_the_night_without_it() -> None:
    order = Order("the sea at night", width=200, height=200, seed=4)
    with_moon = PAINTER.paint(order).picture
    without = PAINTER.paint(
        Order(order.text, avoid="the moon", width=200, height=200, seed=4)
    ).picture

    bright = [(lightness(one.rgb)[:110] > 85).sum() for one in (with_moon, without)]
    assert bright[0] > 150
    assert bright[1] < bright[0] / 2
