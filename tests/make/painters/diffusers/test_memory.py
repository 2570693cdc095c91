"""What the local painter does with a device's memory, and where there is too little of it."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.make.painters.diffusers.conftest import BRIDGE, Painters, failing, parts_of

from gesso.core.errors import Transient

torch = pytest.importorskip("torch", reason="gesso[diffusers] is not installed")
pytest.importorskip("diffusers", reason="gesso[diffusers] is not installed")
easel = importlib.import_module("gesso.make.painters.diffusers.easel")
memory = importlib.import_module("gesso.make.painters.diffusers.device.memory")

# Where there is too little ---------------------------------------------------------------------


def _fail_at_decoding(error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    easel._PLACES["cpu"].easel.paints.vae.decode = fail


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 1 TB"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        MemoryError(),
    ],
)
def test_too_little_memory_is_told_with_what_to_do(
    own: Path, painter_of: Painters, error: Exception
) -> None:
    painter = painter_of(own)
    failing(painter, error)

    with pytest.raises(Transient) as caught:
        painter.paint(BRIDGE)

    assert caught.value.message == "There is too little memory on cpu for a picture of 64x64."
    assert caught.value.advice == (
        "Close what else uses it, then resume the run; or begin one with a smaller --size."
    )


def test_too_little_memory_for_the_last_step_is_helped_by_tiles(
    own: Path, painter_of: Painters
) -> None:
    painter = painter_of(own)
    painter.paint(BRIDGE)
    _fail_at_decoding(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."))

    with pytest.raises(Transient) as caught:
        painter.paint(BRIDGE)

    assert caught.value.advice == (
        "Set vae_tiling = true in [painters.diffusers], then resume the run; "
        "or begin one with a smaller --size."
    )


def test_after_too_little_memory_the_next_picture_is_painted(
    own: Path, painter_of: Painters
) -> None:
    painter = painter_of(own)
    before = painter.paint(BRIDGE).picture
    _fail_at_decoding(torch.OutOfMemoryError("CUDA out of memory."))
    with pytest.raises(Transient):
        painter.paint(BRIDGE)

    del easel._PLACES["cpu"].easel.paints.vae.decode

    assert painter.paint(BRIDGE).picture == before


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory."), KeyboardInterrupt()], ids=repr
)
def test_what_waits_for_its_turn_is_put_away_where_a_picture_broke_off(
    own: Path, painter_of: Painters, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    hooks = pytest.importorskip("accelerate.hooks").CpuOffload
    painter = painter_of(own)
    before = painter.paint(BRIDGE).picture
    # The processor stands in for a card: parts are called to it and put away in the same way.
    stands = easel._PLACES["cpu"].easel
    stands.wanted = painter._wanted = dataclasses.replace(stands.wanted, offload="model")
    unet, events = stands.paints.unet, list[str]()
    called, put_away = hooks.pre_forward, hooks.init_hook

    def fail(*_: object, **__: object) -> None:
        raise error

    def call(self: Any, module: Any, *args: Any, **more: Any) -> Any:
        events.extend(["called"] * (module is unet))
        return called(self, module, *args, **more)

    def put(self: Any, module: Any) -> Any:
        events.extend(["put away"] * (module is unet))
        return put_away(self, module)

    with monkeypatch.context() as patched:
        patched.setattr(hooks, "pre_forward", call)
        patched.setattr(hooks, "init_hook", put)
        patched.setattr(stands.paints.scheduler, "step", fail)
        with pytest.raises((Transient, KeyboardInterrupt)):
            painter.paint(BRIDGE)

    assert events[-2:] == ["called", "put away"]
    assert painter.paint(BRIDGE).picture == before


def test_too_little_memory_for_a_model_is_not_helped_by_smaller_pictures(
    own: Path, painter_of: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(easel.diffusers.AutoPipelineForText2Image, "from_pretrained", fail)

    with pytest.raises(Transient, match="There is too little memory on cpu for 'own'") as caught:
        painter_of(own).paint(BRIDGE)

    assert caught.value.advice == (
        "Close what else uses it, then resume the run; or take a smaller model."
    )


@pytest.mark.parametrize(
    ("device", "offload", "stage", "tiles", "said"),
    [
        ("mps", "none", "loading", False, 'Set offload = "model" in [painters.diffusers], then'),
        ("mps", "model", "painting", False, 'Set offload = "sequential" in [painters.diff'),
        ("mps", "model", "decoding", False, "Set vae_tiling = true in [painters.diffusers], then"),
        ("mps", "model", "decoding", True, 'Set offload = "sequential" in [painters.diff'),
        ("mps", "sequential", "painting", True, "Close what else uses it, then resume the run; or"),
    ],
)
def test_the_next_thing_that_saves_memory_is_named(
    device: str, offload: str, stage: str, tiles: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "give_back", lambda _device: None)  # there is no such device here

    told = memory.no_memory(MemoryError(), device, offload, "for it", stage, tiles=tiles)

    assert told.advice.startswith(said)


# What stays in memory ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "turbo", "flux"])
def test_a_model_is_let_go_before_the_next_is_loaded(
    kind: str,
    photo: Path,
    turbo: Path,
    painter_of: Painters,
    request: pytest.FixtureRequest,
) -> None:
    painter_of(request.getfixturevalue(kind)).paint(BRIDGE)
    held = [weakref.ref(part) for part in parts_of(easel._PLACES["cpu"].easel.paints)]
    alive: list[int] = []

    def tell(line: str, _: float | None) -> None:
        if line.startswith("loading"):
            alive.append(sum(part() is not None for part in held))

    gc.disable()
    try:
        painter_of(turbo if kind == "photo" else photo).paint(BRIDGE, tell)
    finally:
        gc.enable()

    assert held
    assert alive == [0]


def test_a_model_that_nobody_used_for_a_while_is_let_go(photo: Path, painter_of: Painters) -> None:
    painter = painter_of(photo, keep_s=0.2)
    painter.paint(BRIDGE)
    place = easel._PLACES["cpu"]
    held = [weakref.ref(part) for part in parts_of(place.easel.paints)]

    _wait_until(lambda: place.easel is None)

    assert all(part() is None for part in held)
    assert painter.paint(BRIDGE).picture.width == 64


def test_a_model_that_is_used_again_stays(photo: Path, painter_of: Painters) -> None:
    painter_of(photo, keep_s=0.3).paint(BRIDGE)
    painter_of(photo, keep_s=300).paint(BRIDGE)

    time.sleep(0.6)

    assert easel._PLACES["cpu"].easel is not None


def test_a_model_may_be_let_go_after_each_picture(photo: Path, painter_of: Painters) -> None:
    painter_of(photo, keep_s=0).paint(BRIDGE)

    _wait_until(lambda: easel._PLACES["cpu"].easel is None)


def test_a_model_is_let_go_after_the_longest_time_that_a_system_can_wait(
    photo: Path, painter_of: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "TIMEOUT_MAX", 0.1)

    painter_of(photo, keep_s=31_536_000).paint(BRIDGE)

    _wait_until(lambda: easel._PLACES["cpu"].easel is None)


def test_a_device_is_free_again_where_no_clock_can_be_wound(
    photo: Path, painter_of: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Timer, "start", fail)
        with pytest.raises(RuntimeError, match="new thread"):
            painter_of(photo).paint(BRIDGE)

    assert not easel._PLACES["cpu"].lock.locked()
    assert painter_of(photo).paint(BRIDGE).picture.width == 64


def _wait_until(is_so: Callable[[], bool], timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "it never came so"
        time.sleep(0.02)
