"""The local painter, at work with real pipelines of random weights."""

from __future__ import annotations

import dataclasses
import importlib
import re
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.make.painters.diffusers.conftest import (
    BRIDGE,
    Painters,
    failing,
    parts_of,
)

from gesso.core.errors import (
    BadOutput,
    BadRequest,
    Interrupted,
    Refused,
    SettingsError,
    Transient,
)
from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture

torch = pytest.importorskip("torch", reason="gesso[diffusers] is not installed")
pytest.importorskip("diffusers", reason="gesso[diffusers] is not installed")
asking = importlib.import_module("gesso.make.painters.diffusers.asking")
easel = importlib.import_module("gesso.make.painters.diffusers.easel")

Told = list[tuple[str, float | None]]


def picture(value: int = 90) -> Picture:
    return Picture(np.full((64, 64, 3), value, np.uint8))


# What it paints ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "turbo", "flux"])
def test_every_class_paints_the_same_order_alike(
    kind: str, painter_of: Painters, request: pytest.FixtureRequest
) -> None:
    painter = painter_of(request.getfixturevalue(kind))

    first = painter.paint(BRIDGE)

    assert (first.picture.width, first.picture.height) == (64, 64)
    assert painter.paint(BRIDGE).picture == first.picture
    assert painter.paint(dataclasses.replace(BRIDGE, seed=8)).picture != first.picture
    assert first.cost_usd == 0.0
    assert first.source_type == "trainedAlgorithmicMedia"


def test_the_largest_seed_paints(photo: Path, painter_of: Painters) -> None:
    order = dataclasses.replace(BRIDGE, seed=2**63 - 1)

    assert painter_of(photo).paint(order).picture.width == 64


def test_a_picture_does_not_depend_on_what_was_painted_before(
    photo: Path, painter_of: Painters
) -> None:
    painter = painter_of(photo)
    alone = painter.paint(BRIDGE).picture
    painter.paint(dataclasses.replace(BRIDGE, seed=1, width=96, reference=picture()))

    assert painter.paint(BRIDGE).picture == alone


def test_a_size_is_rounded_to_what_the_pipeline_takes_and_it_is_said(
    photo: Path, painter_of: Painters
) -> None:
    told: Told = []
    order = dataclasses.replace(BRIDGE, width=100, height=70)

    painting = painter_of(photo).paint(order, lambda *line: told.append(line))

    assert (painting.picture.width, painting.picture.height) == (104, 72)
    assert (painting.maker.settings["width"], painting.maker.settings["height"]) == (104, 72)
    assert ("painting 104x72, the nearest to 100x70", 0.0) in told


def test_each_step_is_told(photo: Path, painter_of: Painters) -> None:
    told: Told = []

    painter_of(photo).paint(BRIDGE, lambda *line: told.append(line))

    assert told[-5:-1] == [
        ("painting", 0.0),
        ("step 1 of 3", 0.25),
        ("step 2 of 3", 0.5),
        ("step 3 of 3", 0.75),
    ]
    line, share = told[-1]
    assert re.fullmatch(r"painted in \d+\.\d s", line)
    assert share == 1.0


def test_a_recipe_holds_what_made_the_picture(turbo: Path, painter_of: Painters) -> None:
    maker = painter_of(turbo, steps=0).paint(BRIDGE).maker

    assert (maker.name, maker.version) == ("diffusers", "tiny-turbo")
    assert not maker.offline
    told = dict(maker.settings)
    assert len(told.pop("weights")) == 32
    assert told.pop("torch") == torch.__version__
    assert told.pop("diffusers")
    assert told.pop("hardware") == torch.backends.cpu.get_cpu_capability()
    assert list(told).index("device") < list(told).index("dtype")
    assert told == {
        "pipeline": "StableDiffusionXLPipeline",
        "scheduler": "EulerAncestralDiscreteScheduler",
        "steps": 4,
        "guidance": 0.0,
        "width": 64,
        "height": 64,
        "dtype": "float32",
        "device": "cpu",
    }


# The owner's wishes --------------------------------------------------------------------------


def test_another_scheduler_is_taken(photo: Path, painter_of: Painters) -> None:
    usual = painter_of(photo).paint(BRIDGE)
    consistent = painter_of(photo, scheduler="LCMScheduler", steps=0).paint(BRIDGE)

    assert consistent.maker.settings["scheduler"] == "LCMScheduler"
    assert (consistent.maker.settings["steps"], consistent.maker.settings["guidance"]) == (4, 1.0)
    assert consistent.picture != usual.picture


def test_a_scheduler_that_is_none_is_told_with_near_ones(photo: Path, painter_of: Painters) -> None:
    with pytest.raises(SettingsError, match="has no scheduler 'LMCScheduler'") as caught:
        painter_of(photo, scheduler="LMCScheduler").paint(BRIDGE)

    assert "LCMScheduler" in caught.value.advice


def test_what_to_avoid_is_heeded_by_those_who_can(
    photo: Path, turbo: Path, painter_of: Painters
) -> None:
    avoiding = dataclasses.replace(BRIDGE, avoid="people")

    heeds = painter_of(photo).paint(avoiding)
    cannot = painter_of(turbo).paint(avoiding)

    assert heeds.picture != painter_of(photo).paint(BRIDGE).picture
    assert "avoid" not in heeds.maker.settings
    assert cannot.maker.settings["avoid"] == "not heeded"


def test_words_that_nobody_reads_are_counted(photo: Path, painter_of: Painters) -> None:
    told: Told = []
    letters = dataclasses.replace(BRIDGE, text="a" * 100)

    painting = painter_of(photo).paint(letters, lambda *line: told.append(line))

    # 77 tokens are read, two of them the beginning and the end.
    assert painting.maker.settings["unread_tokens"] == 25
    assert ("painting; the last 25 tokens of the text are not read", 0.0) in told


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_it_paints_in_other_numbers(photo: Path, painter_of: Painters, dtype: str) -> None:
    painting = painter_of(photo, dtype=dtype).paint(BRIDGE)

    assert painting.maker.settings["dtype"] == dtype
    standing = easel._PLACES["cpu"].easel
    for pipeline in (standing.paints, standing.goes_on):
        assert {str(part.dtype) for part in parts_of(pipeline)} == {f"torch.{dtype}"}
    assert float(np.std(painting.picture.rgb)) > 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"device": "cuda:99"}, "There is no device 'cuda:99'"),
        ({"device": "abacus"}, "There is no device 'abacus'"),
        ({"dtype": "float8"}, "'float8' is no kind of numbers"),
        ({"offload": "model"}, "needs a device beside the processor"),
        ({"offload": "sideways"}, "'sideways' is no way to offload"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told(
    photo: Path, painter_of: Painters, options: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        painter_of(photo, **options).paint(BRIDGE)


@pytest.mark.parametrize("options", [{"steps": -1}, {"strength": 1.5}, {"keep_s": -1}])
def test_options_out_of_range_are_refused(
    photo: Path, painter_of: Painters, options: dict[str, float]
) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        painter_of(photo, **options)


# Going on from a picture ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "turbo", "flux"])
def test_it_goes_on_from_a_picture(
    kind: str, painter_of: Painters, request: pytest.FixtureRequest
) -> None:
    painter = painter_of(request.getfixturevalue(kind))
    dark, light = picture(20), picture(220)

    one = painter.paint(dataclasses.replace(BRIDGE, reference=dark))
    other = painter.paint(dataclasses.replace(BRIDGE, reference=light))

    assert painter.goes_on
    assert str(one.maker.settings["pipeline"]).endswith("Img2ImgPipeline")
    assert one.maker.settings["reference"] == dark.pixels_sha256
    assert one.maker.settings["strength"] == 0.6
    assert one.picture != other.picture
    assert painter.paint(dataclasses.replace(BRIDGE, reference=dark)).picture == one.picture


def test_all_the_steps_are_taken_whatever_the_strength(photo: Path, painter_of: Painters) -> None:
    told: Told = []
    order = dataclasses.replace(BRIDGE, reference=picture())

    painter_of(photo, strength=0.3).paint(order, lambda *line: told.append(line))

    assert [line for line, _ in told if line.startswith("step")] == [
        "step 1 of 3", "step 2 of 3", "step 3 of 3"
    ]  # fmt: skip


def test_noise_is_never_added_to_the_picture_that_it_made() -> None:
    anew = asking._generator(BRIDGE)
    going_on = asking._generator(dataclasses.replace(BRIDGE, reference=picture(20)))
    other = asking._generator(dataclasses.replace(BRIDGE, reference=picture(21)))

    assert anew.initial_seed() == BRIDGE.seed
    assert len({one.initial_seed() for one in (anew, going_on, other)}) == 3


def test_a_picture_of_another_size_is_fitted(photo: Path, painter_of: Painters) -> None:
    wide = Picture(np.full((90, 200, 3), 90, np.uint8))

    painting = painter_of(photo).paint(dataclasses.replace(BRIDGE, reference=wide))

    assert (painting.picture.width, painting.picture.height) == (64, 64)


def test_with_strength_0_every_picture_begins_anew(photo: Path, painter_of: Painters) -> None:
    painter = painter_of(photo, strength=0)

    anew = painter.paint(dataclasses.replace(BRIDGE, reference=picture()))

    assert not painter.goes_on
    assert anew.picture == painter.paint(BRIDGE).picture
    assert "reference" not in anew.maker.settings


# What goes wrong -----------------------------------------------------------------------------


def test_a_half_copied_model_is_told_before_it_is_loaded(
    photo: Path, painter_of: Painters, tmp_path: Path
) -> None:
    half = shutil.copytree(photo, tmp_path / "half")
    (half / "vae/diffusion_pytorch_model.safetensors").unlink()
    told: Told = []

    with pytest.raises(SettingsError, match=r"vae/diffusion_pytorch_model.safetensors is missing"):
        painter_of(half).paint(BRIDGE, lambda *line: told.append(line))

    assert not told


def test_a_model_that_was_mended_paints(photo: Path, painter_of: Painters, tmp_path: Path) -> None:
    half = shutil.copytree(photo, tmp_path / "half")
    (half / "vae/config.json").unlink()
    painter = painter_of(half)
    with pytest.raises(SettingsError):
        painter.paint(BRIDGE)

    shutil.copy(photo / "vae/config.json", half / "vae/config.json")

    assert painter.paint(BRIDGE).picture.width == 64


def test_a_class_that_paints_nothing_is_told(
    photo: Path, painter_of: Painters, tmp_path: Path
) -> None:
    odd = shutil.copytree(photo, tmp_path / "odd")
    index = (odd / "model_index.json").read_text()
    (odd / "model_index.json").write_text(index.replace("StableDiffusionPipeline", "NoSuchThing"))

    with pytest.raises(SettingsError, match=r"The model 'odd' cannot be loaded: .*NoSuchThing"):
        painter_of(odd).paint(BRIDGE)


def test_weights_of_another_shape_are_told_in_a_sentence(
    photo: Path, painter_of: Painters, tmp_path: Path
) -> None:
    odd = shutil.copytree(photo, tmp_path / "odd")
    config = (odd / "unet/config.json").read_text()
    (odd / "unet/config.json").write_text(
        config.replace('"cross_attention_dim": 32', '"cross_attention_dim": 48')
    )

    with pytest.raises(SettingsError, match="cannot be loaded") as caught:
        painter_of(odd).paint(BRIDGE)

    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


def test_a_card_that_broke_off_is_told_with_what_mends_it(own: Path, painter_of: Painters) -> None:
    painter = painter_of(own)
    fault = "CUDA error: an illegal memory access was encountered\nSearch for it\nCompile with"
    failing(painter, torch.AcceleratorError(fault))

    with pytest.raises(Transient) as caught:
        painter.paint(BRIDGE)

    assert caught.value.message == (
        "The device cpu broke off: CUDA error: an illegal memory access was encountered."
    )
    assert "then resume the run" in caught.value.advice


def test_a_card_that_broke_off_is_no_fault_of_the_model(
    own: Path, painter_of: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise torch.AcceleratorError("CUDA error: device-side assert triggered\nSearch for it")

    monkeypatch.setattr(easel.diffusers.AutoPipelineForText2Image, "from_pretrained", fail)

    with pytest.raises(Transient, match="broke off: CUDA error: device-side assert triggered"):
        painter_of(own).paint(BRIDGE)


def test_what_a_pipeline_cannot_do_is_told_in_a_sentence(own: Path, painter_of: Painters) -> None:
    painter = painter_of(own)
    failing(painter, RuntimeError("mat1 and mat2 shapes\ncannot be multiplied"))

    with pytest.raises(BadRequest, match="'own' could not paint: mat1 and mat2 shapes cannot be"):
        painter.paint(BRIDGE)


def test_a_picture_without_numbers_is_no_picture(own: Path, painter_of: Painters) -> None:
    painter = painter_of(own)
    painter.paint(BRIDGE)
    with torch.no_grad():
        for weights in easel._PLACES["cpu"].easel.paints.vae.decoder.conv_out.parameters():
            weights.fill_(float("nan"))

    with pytest.raises(BadOutput, match="ran out of the range of float32"):
        painter.paint(BRIDGE)


def test_a_picture_that_the_models_filter_blackened_is_refused(
    own: Path, painter_of: Painters
) -> None:
    painter = painter_of(own)
    painter.paint(BRIDGE)
    pipeline = easel._PLACES["cpu"].easel.paints
    pipeline.run_safety_checker = lambda image, *_: (image, [True])

    with pytest.raises(Refused, match="The filter of 'own' blackened the picture"):
        painter.paint(BRIDGE)


# Beside others -------------------------------------------------------------------------------


def test_it_stops_between_two_steps(photo: Path, painter_of: Painters) -> None:
    stop = threading.Event()
    desk = Desk.offline()
    desk.stop = stop
    painter = painter_of(photo, desk, steps=50)
    steps: list[str] = []

    def tell(line: str, _: float | None) -> None:
        steps.append(line)
        if line.startswith("step 2 "):
            stop.set()

    with pytest.raises(Interrupted):
        painter.paint(BRIDGE, tell)

    assert steps[-1] == "step 2 of 50"
    stop.clear()
    assert painter.paint(dataclasses.replace(BRIDGE, seed=1)).picture.width == 64


def test_who_waits_for_the_device_hears_of_the_stop(photo: Path, painter_of: Painters) -> None:
    desk = Desk.offline()
    painter = painter_of(photo, desk)
    painter.paint(BRIDGE)
    with ThreadPoolExecutor(1) as pool, easel._PLACES["cpu"].lock:
        waiting = pool.submit(painter.paint, BRIDGE)
        desk.stop.set()

        with pytest.raises(Interrupted):
            waiting.result(timeout=60)


def test_one_picture_at_a_time_is_on_the_device(photo: Path, painter_of: Painters) -> None:
    painter = painter_of(photo)
    at_work: list[str] = []
    faults: list[str] = []

    def paint(seed: int) -> Picture:
        def tell(line: str, _: float | None) -> None:
            if line == "painting":
                if at_work:
                    faults.append(f"{seed} beside {at_work}")
                at_work.append(str(seed))
            if line == "step 3 of 3":
                at_work.remove(str(seed))

        drawn: Picture = painter.paint(dataclasses.replace(BRIDGE, seed=seed), tell).picture
        return drawn

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(paint, range(4)))

    assert not faults
    assert together == [
        painter.paint(dataclasses.replace(BRIDGE, seed=n)).picture for n in range(4)
    ]


def test_two_painters_of_one_model_load_it_once(
    photo: Path, turbo: Path, painter_of: Painters
) -> None:
    told: Told = []

    def tell(*line: Any) -> None:
        told.append(line)

    painter_of(turbo).paint(BRIDGE)
    painter_of(photo).paint(BRIDGE, tell)
    painter_of(photo).paint(BRIDGE, tell)

    assert [line for line, _ in told if line.startswith("loading")] == [
        "loading photo on cpu, float32"
    ]


def test_nobody_is_asked_and_nothing_is_said(
    photo: Path,
    turbo: Path,
    painter_of: Painters,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: asked.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: asked.append(address))
    long = dataclasses.replace(BRIDGE, text="a bridge " * 60, avoid="people")

    for folder in (turbo, photo):
        painter_of(folder).paint(long)

    assert not asked
    assert capfd.readouterr() == ("", "")
