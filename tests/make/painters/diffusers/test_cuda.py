"""The local painter on a graphics card; skipped on machines that have none."""

from __future__ import annotations

import dataclasses
import importlib
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tests.make.painters.diffusers.conftest import BRIDGE, Painters, parts_of

from gesso.core.errors import Transient
from gesso.core.pixels.picture import Picture

torch = pytest.importorskip("torch", reason="gesso[diffusers] is not installed")
pytest.importorskip("diffusers", reason="gesso[diffusers] is not installed")
pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no graphics card that torch can use"
)
easel = importlib.import_module("gesso.make.painters.diffusers.easel")

CARD = "cuda"
_ELSEWHERE = """
import sys
from gesso.core.outside.desk import Desk
from gesso.make.painters.painter import PAINTERS, Order
factory = PAINTERS.open("diffusers")
painter = factory(factory.Options(model=sys.argv[1], device=sys.argv[2], steps=3), Desk.offline())
order = Order("A stone bridge at night.", width=64, height=64, seed=7)
print(painter.paint(order).picture.pixels_sha256)
"""


@pytest.fixture(autouse=True)
def _empty_card() -> Iterator[None]:
    yield
    place = easel._PLACES.get(CARD)
    if place is not None:
        with place.lock:
            place.clear()


@pytest.mark.parametrize(
    ("kind", "dtype"), [("photo", "float16"), ("turbo", "float16"), ("flux", "bfloat16")]
)
def test_the_card_is_taken_by_itself_with_the_numbers_that_fit(
    kind: str, dtype: str, painter_of: Painters, request: pytest.FixtureRequest
) -> None:
    told: list[str] = []
    folder = request.getfixturevalue(kind)

    painting = painter_of(folder, device="auto").paint(BRIDGE, lambda line, _: told.append(line))

    settings = painting.maker.settings
    assert (settings["device"], settings["dtype"]) == (CARD, dtype)
    assert settings["hardware"] == torch.cuda.get_device_name()
    assert f"loading {folder.name} on cuda, {dtype}" in told
    assert told[-1].endswith("GB at most")
    for part in parts_of(easel._PLACES[CARD].easel.paints):
        assert part.device.type == CARD


@pytest.mark.parametrize("kind", ["photo", "turbo", "flux"])
def test_the_same_order_is_the_same_picture_in_every_process(
    kind: str, painter_of: Painters, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(kind)
    painter = painter_of(folder, device=CARD)
    picture = painter.paint(BRIDGE).picture
    painter.paint(dataclasses.replace(BRIDGE, seed=8))

    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, str(folder), CARD],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip

    assert painter.paint(BRIDGE).picture == picture
    assert done.stdout.strip() == picture.pixels_sha256


@pytest.mark.parametrize("kind", ["photo", "turbo", "flux"])
def test_it_goes_on_from_a_picture(
    kind: str, painter_of: Painters, request: pytest.FixtureRequest
) -> None:
    painter = painter_of(request.getfixturevalue(kind), device=CARD)
    dark = Picture(np.full((64, 64, 3), 20, np.uint8))
    order = dataclasses.replace(BRIDGE, reference=dark)

    painting = painter.paint(order)

    assert str(painting.maker.settings["pipeline"]).endswith("Img2ImgPipeline")
    assert painter.paint(order).picture == painting.picture


@pytest.mark.parametrize("offload", ["model", "sequential"])
def test_what_waits_in_the_machines_memory_paints_the_same_picture(
    photo: Path, painter_of: Painters, offload: str
) -> None:
    whole = painter_of(photo, device=CARD).paint(BRIDGE).picture

    parted = painter_of(photo, device=CARD, offload=offload).paint(BRIDGE).picture

    apart = np.abs(parted.rgb.astype(int) - whole.rgb.astype(int)).max()
    assert apart <= 1


def test_a_picture_that_broke_off_leaves_on_the_card_nothing_that_waits_elsewhere(
    photo: Path, painter_of: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = painter_of(photo, device=CARD, offload="model")
    before = painter.paint(BRIDGE).picture
    pipeline = easel._PLACES[CARD].easel.paints

    def fail(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline.scheduler, "step", fail)
        with pytest.raises(Transient):
            painter.paint(BRIDGE)

    assert {str(part.device) for part in parts_of(pipeline)} == {"cpu"}
    assert painter.paint(BRIDGE).picture == before


def test_a_card_that_is_full_is_told_and_paints_again_afterwards(
    photo: Path, painter_of: Painters
) -> None:
    painter = painter_of(photo, device=CARD)
    before = painter.paint(BRIDGE).picture
    _, total = torch.cuda.mem_get_info()
    torch.cuda.set_per_process_memory_fraction((256 << 20) / total)
    try:
        with pytest.raises(
            Transient, match="There is too little memory on cuda for a pict"
        ) as told:
            painter.paint(dataclasses.replace(BRIDGE, width=4096, height=4096))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)

    assert "GB are free" in told.value.message
    assert told.value.advice.startswith("Set ")
    assert painter.paint(BRIDGE).picture == before


def test_memory_goes_back_to_the_card_when_nobody_paints(flux: Path, painter_of: Painters) -> None:
    before = torch.cuda.memory_allocated()
    painter_of(flux, device=CARD, keep_s=0.2).paint(BRIDGE)
    place = easel._PLACES[CARD]

    end = time.monotonic() + 30
    while place.easel is not None and time.monotonic() < end:
        time.sleep(0.02)

    assert place.easel is None
    with place.lock:
        assert torch.cuda.memory_allocated() <= before


def test_card_and_processor_paint_beside_each_other(photo: Path, painter_of: Painters) -> None:
    on_card, on_cores = painter_of(photo, device=CARD), painter_of(photo, device="cpu")
    alone = [painter.paint(BRIDGE).picture for painter in (on_card, on_cores)]

    with ThreadPoolExecutor(2) as pool:
        together = list(
            pool.map(lambda painter: painter.paint(BRIDGE).picture, (on_card, on_cores))
        )

    assert together == alone
