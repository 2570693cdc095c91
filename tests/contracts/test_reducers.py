"""What every reducer owes (core/encoders/clip/reducer.py), held against each of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from tests.stubs.tiny_clip import write_clip

from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.model.folder import ModelFolder, read_folder
from gesso.core.encoders.clip.reducer import LEAST_COSINE, REDUCERS, Reducer
from gesso.core.errors import GessoError, MissingExtra
from gesso.core.pixels.picture import Picture


@pytest.fixture(params=REDUCERS.names())
def reducer(request: pytest.FixtureRequest) -> Reducer:
    try:
        return REDUCERS.open(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))  # its package is an extra that may be absent here


@pytest.fixture
def model(tmp_path: Path) -> ModelFolder:
    return read_folder(write_clip(tmp_path / "whole"))


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def vectors(folder: Path) -> np.ndarray:
    rng = np.random.default_rng(5)
    pictures = [Picture(rng.integers(0, 256, (50, 40 + at, 3), dtype=np.uint8)) for at in range(3)]
    return Clip(ClipOptions(model=str(folder))).pictures(pictures)


def test_a_smaller_model_in_the_same_layout_comes_out(
    reducer: Reducer, model: ModelFolder, tmp_path: Path
) -> None:
    said: list[str] = []
    made = reducer(model, tmp_path / "small", said.append)

    assert read_folder(tmp_path / "small").path == made.folder.path
    assert made.after < made.before
    assert said


def test_the_old_model_stays_as_it_is(reducer: Reducer, model: ModelFolder, tmp_path: Path) -> None:
    before = bytes_of(model.path)

    reducer(model, tmp_path / "small", lambda _: None)

    assert bytes_of(model.path) == before


def test_what_is_claimed_was_measured(reducer: Reducer, model: ModelFolder, tmp_path: Path) -> None:
    made = reducer(model, tmp_path / "small", lambda _: None)
    agree = (vectors(model.path) * vectors(made.folder.path)).sum(axis=1)

    assert made.cosine
    assert all(LEAST_COSINE <= value <= 1.0001 for value in made.cosine.values())
    assert agree.min() >= LEAST_COSINE


def test_a_model_that_cannot_be_run_is_refused_and_nothing_is_left(
    reducer: Reducer, model: ModelFolder, tmp_path: Path
) -> None:
    for graph in model.path.rglob("model.onnx"):
        graph.write_bytes(b"no graph")
    with pytest.raises(GessoError) as refused:
        reducer(model, tmp_path / "small", lambda _: None)

    assert refused.value.advice
    assert not list((tmp_path / "small").rglob("*.onnx"))
