"""What every mask model owes (study/tools/subject/models/model.py), held against each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.study.tools.subject.test_models import mobile_sam, salient

from gesso.core.errors import SettingsError
from gesso.study.tools.subject.guidance import Guidance
from gesso.study.tools.subject.models.model import MASK_MODELS, MaskModel, ModelOptions

ROWS: dict[str, Callable[[Path], Path]] = {
    "salient": lambda at: salient(at / "u2netp.onnx"),
    "mobile_sam": lambda at: mobile_sam(at / "sam"),
}


@pytest.fixture(params=ROWS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def built(name: str, path: Path) -> MaskModel:
    return MASK_MODELS.open(name)(ModelOptions(path), None)


@pytest.fixture
def model(name: str, tmp_path: Path) -> MaskModel:
    return built(name, ROWS[name](tmp_path))


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A light square on dark, and where it is."""
    mask = np.zeros((90, 120), np.bool_)
    mask[20:70, 60:110] = True
    return np.where(mask[..., None], 230, 40).astype(np.uint8).repeat(3, axis=2), mask


def asked(model: MaskModel) -> np.ndarray:
    rgb, mask = scene()
    found = model.likely(rgb, Guidance(None, (), ()), mask if model.wants_a_hint else None)
    assert found is not None
    return found


def test_every_mask_model_on_the_shelf_is_held_to_the_contract() -> None:
    assert set(MASK_MODELS.names()) == set(ROWS)


def test_each_pixel_is_told_from_0_to_1(model: MaskModel) -> None:
    likely, (_, mask) = asked(model), scene()

    assert likely.shape == mask.shape
    assert likely.dtype == np.float32
    assert 0 <= likely.min() <= likely.max() <= 1
    assert likely[mask].mean() > likely[~mask].mean() + 0.3


def test_the_same_picture_gives_the_same_answer(name: str, tmp_path: Path) -> None:
    path = ROWS[name](tmp_path)

    assert np.array_equal(asked(built(name, path)), asked(built(name, path)))


def test_it_is_known_by_name_and_bytes_and_not_by_its_place(
    model: MaskModel, tmp_path: Path
) -> None:
    assert model.name
    assert str(tmp_path) not in model.name
    assert len(model.sha256) == 64


@pytest.mark.parametrize("data", [b"", b"no graph", None])
def test_what_is_no_such_model_is_refused_when_it_is_opened(
    name: str, tmp_path: Path, data: bytes | None
) -> None:
    path = ROWS[name](tmp_path)
    for file in [path] if path.is_file() else sorted(path.iterdir()):
        if data is None:
            salient(file, 64) if path.is_dir() else file.unlink()
        else:
            file.write_bytes(data)
    with pytest.raises(SettingsError) as refused:
        built(name, path)

    assert refused.value.advice
