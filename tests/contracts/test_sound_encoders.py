"""What every sound encoder owes (core/encoders/sound.py), held against each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.stubs.tiny_clap import write_clap

from gesso.core.encoders.clap.clap import Clap, ClapOptions
from gesso.core.encoders.sound import SOUND_ENCODERS, SoundEncoder, Wave
from gesso.core.errors import InputError

Make = Callable[[Path], SoundEncoder]
TEXTS = ["a slow river", "drums", ""]

ROWS: dict[str, tuple[str, Make]] = {
    "clap": ("clap", lambda at: Clap(ClapOptions(model=str(write_clap(at / "mine"))))),
    "clap without words": (
        "clap",
        lambda at: Clap(ClapOptions(model=str(write_clap(at / "deaf", has_words=False)))),
    ),
}


@pytest.fixture(params=list(ROWS.values()), ids=list(ROWS))
def row(request: pytest.FixtureRequest) -> tuple[str, Make]:
    found: tuple[str, Make] = request.param
    return found


@pytest.fixture
def make(row: tuple[str, Make]) -> Make:
    return row[1]


def waves() -> list[Wave]:
    """A tone, noise, silence, a moment, and another rate."""
    rng = np.random.default_rng(2)
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(96_000) / 48_000)
    return [
        Wave(tone.astype(np.float32), 48_000),
        Wave(rng.normal(0, 0.1, 60_000).astype(np.float32), 48_000),
        Wave(np.zeros(48_000, np.float32), 48_000),
        Wave(np.full(10, 0.2, np.float32), 48_000),
        Wave(tone[::6].astype(np.float32), 8_000),
    ]


def test_every_sound_encoder_on_the_shelf_is_held_to_the_contract() -> None:
    assert set(SOUND_ENCODERS.names()) == {name for name, _ in ROWS.values()}


def test_it_is_built_by_its_row_and_loads_nothing_then(row: tuple[str, Make]) -> None:
    factory = SOUND_ENCODERS.open(row[0])

    assert not factory(factory.Options(), None).loaded


def test_its_space_is_known_before_anything_is_loaded(
    row: tuple[str, Make], tmp_path: Path
) -> None:
    encoder = row[1](tmp_path)

    assert encoder.space.id.startswith(f"{row[0]}-")
    assert encoder.space.knows.endswith(".")
    assert not encoder.loaded


def test_vectors_are_of_the_space_and_of_length_1(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)

    vectors = encoder.sounds(waves())

    assert vectors.dtype == np.float32
    assert vectors.shape == (5, encoder.space.size)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_sound_has_the_same_vector_in_any_company(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)

    together = encoder.sounds(waves())

    alone = np.concatenate([encoder.sounds([wave]) for wave in waves()])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(together, encoder.sounds(waves()[::-1])[::-1], atol=1e-5)


def test_another_of_the_same_kind_is_the_same_space(make: Make, tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")

    assert one.space.id == other.space.id
    np.testing.assert_allclose(one.sounds(waves()), other.sounds(waves()), atol=1e-5)


def test_words_have_vectors_or_are_refused_in_words(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)

    if encoder.space.reads_words:
        vectors = encoder.words(TEXTS)
        assert vectors.shape == (3, encoder.space.size)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    else:
        with pytest.raises(InputError) as refused:
            encoder.words(TEXTS)
        assert refused.value.advice


def test_nothing_has_no_vectors(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)

    assert encoder.sounds([]).shape == (0, encoder.space.size)


def test_to_let_go_changes_nothing(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)
    before = encoder.sounds(waves())

    encoder.unload_idle()

    np.testing.assert_allclose(encoder.sounds(waves()), before, atol=1e-5)


def test_threads_get_their_own_vectors(make: Make, tmp_path: Path) -> None:
    encoder, asked = make(tmp_path), waves()
    expected = make(tmp_path / "other").sounds(asked)
    found = np.zeros_like(expected)

    def ask(at: int) -> None:
        found[at] = encoder.sounds([asked[at]])[0]

    threads = [threading.Thread(target=ask, args=[at]) for at in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    np.testing.assert_allclose(found, expected, atol=1e-5)
