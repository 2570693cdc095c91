"""Tiny pipelines with random weights, made once; skipped where diffusers is not installed."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gesso.core.outside.desk import Desk
from gesso.make.painters.painter import PAINTERS, Order

Painters = Callable[..., Any]
BRIDGE = Order("A stone bridge at night.", width=64, height=64, seed=7)


def parts_of(pipeline: Any) -> list[Any]:
    """What holds weights."""
    return [part for part in pipeline.components.values() if hasattr(part, "parameters")]


def failing(painter: Any, error: Exception) -> None:
    """Let the pipeline that stands ready fail as torch does, in the middle of its work."""
    painter.paint(BRIDGE)
    easel = importlib.import_module("gesso.make.painters.diffusers.easel")
    pipeline = easel._PLACES["cpu"].easel.paints

    def fail(*_: object, **__: object) -> None:
        raise error

    pipeline.unet.forward = fail


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The module that makes tiny pipelines."""
    pytest.importorskip("diffusers", reason="gesso[diffusers] is not installed")
    return importlib.import_module("tests.stubs.tiny_pipelines")


@pytest.fixture(scope="session")
def photo(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the class of Stable Diffusion, with the scheduler that it was published with."""
    folder: Path = tiny.save_stable_diffusion(tmp_path_factory.mktemp("models") / "photo")
    return folder


@pytest.fixture(scope="session")
def turbo(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the class of SDXL, distilled."""
    folder: Path = tiny.save_stable_diffusion_xl(
        tmp_path_factory.mktemp("models") / "tiny-turbo", scheduler=tiny.turbo()
    )
    return folder


@pytest.fixture(scope="session")
def flux(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the class of Flux."""
    folder: Path = tiny.save_flux(tmp_path_factory.mktemp("models") / "flux")
    return folder


@pytest.fixture
def own(photo: Path, tmp_path: Path) -> Path:
    """A model that a test may break: no other test has it loaded."""
    folder = shutil.copytree(photo, tmp_path / "own")
    with (folder / "model_index.json").open("a") as index:
        index.write("\n")
    return folder


@pytest.fixture
def painter_of(tiny: Any) -> Painters:
    """A painter of a folder, three steps unless it is said otherwise."""
    painter = PAINTERS.open("diffusers")

    def build(folder: Path | str, desk: Desk | None = None, **options: Any) -> Any:
        asked = {"steps": 3, "device": "cpu", **options}
        return painter(painter.Options(model=str(folder), **asked), desk or Desk.offline())

    return build
