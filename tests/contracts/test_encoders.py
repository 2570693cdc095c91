"""What every encoder owes an index, held against each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.stubs.tiny_clip import Tiny, write_clip

from gesso.core.encoders.clip.clip import Clip, ClipOptions
from gesso.core.encoders.clip.model.folder import read_folder
from gesso.core.encoders.clip.quantise import to_int8
from gesso.core.encoders.encoder import ENCODERS, Encoder
from gesso.core.encoders.look.look import Look, LookOptions
from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture

Make = Callable[[Path], Encoder]
TEXTS = ["the sea at night", "a cat", ""]


def _look(folder: Path) -> Encoder:
    del folder
    return Look(LookOptions())


def _clip(folder: Path) -> Encoder:
    return Clip(ClipOptions(model=str(write_clip(folder / "mine"))))


def _pictures_only(folder: Path) -> Encoder:
    return Clip(ClipOptions(model=str(write_clip(folder / "mine", Tiny(has_words=False)))))


def _of_8_bits(folder: Path) -> Encoder:
    made = to_int8(read_folder(write_clip(folder / "mine")), folder / "small", lambda _: None)
    return Clip(ClipOptions(model=str(made.folder.path)))


ROWS: dict[str, tuple[str, Make]] = {
    "look": ("look", _look),
    "clip": ("clip", _clip),
    "clip without words": ("clip", _pictures_only),
    "clip of 8 bits": ("clip", _of_8_bits),
}


@pytest.fixture(params=list(ROWS.values()), ids=list(ROWS))
def row(request: pytest.FixtureRequest) -> tuple[str, Make]:
    found: tuple[str, Make] = request.param
    return found


@pytest.fixture
def make(row: tuple[str, Make]) -> Make:
    return row[1]


def pictures() -> list[Picture]:
    """Gradients, noise, one colour; wide, high and tiny."""
    rng = np.random.default_rng(1)
    down, across = np.mgrid[:90, :140]
    slope = np.stack([across, down * 2, 255 - across], axis=-1).astype(np.uint8)
    return [
        Picture(slope),
        Picture(rng.integers(0, 256, (200, 60, 3), dtype=np.uint8)),
        Picture(np.full((50, 50, 3), 90, dtype=np.uint8)),
        Picture(np.full((1, 1, 3), 7, dtype=np.uint8)),
        Picture(np.full((3, 900, 3), 240, dtype=np.uint8)),
    ]


def test_every_encoder_on_the_shelf_is_held_to_the_contract() -> None:
    assert set(ENCODERS.names()) == {name for name, _ in ROWS.values()}


def test_it_is_built_by_its_row(row: tuple[str, Make]) -> None:
    factory = ENCODERS.open(row[0])

    assert factory(factory.Options(), None) is not None


def test_its_space_is_known_before_anything_is_encoded(
    row: tuple[str, Make], tmp_path: Path
) -> None:
    encoder = row[1](tmp_path)

    space = encoder.space

    assert space.encoder == row[0]
    assert space.id.startswith(f"{row[0]}-")
    assert len(space.id) <= 40
    assert space.knows.endswith(".")


def test_vectors_are_of_the_space_and_of_length_1(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)

    vectors = encoder.pictures(pictures())

    assert vectors.dtype == np.float32
    assert vectors.shape == (5, encoder.space.size)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_picture_has_the_same_vector_in_any_company(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)

    together = encoder.pictures(pictures())

    backwards = encoder.pictures(pictures()[::-1])[::-1]
    alone = np.concatenate([encoder.pictures([picture]) for picture in pictures()])
    np.testing.assert_allclose(together, backwards, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_another_of_the_same_kind_is_the_same_space_with_the_same_vectors(
    make: Make, tmp_path: Path
) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")

    assert one.space.id == other.space.id
    np.testing.assert_allclose(one.pictures(pictures()), other.pictures(pictures()), atol=1e-5)


def test_different_pictures_have_different_vectors(make: Make, tmp_path: Path) -> None:
    slope, noise = make(tmp_path).pictures(pictures()[:2])

    assert float(slope @ noise) < 0.99


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

    assert encoder.pictures([]).shape == (0, encoder.space.size)


def test_to_let_go_changes_nothing(make: Make, tmp_path: Path) -> None:
    encoder = make(tmp_path)
    before = encoder.pictures(pictures())

    encoder.unload_idle()

    assert isinstance(encoder.loaded, bool)
    np.testing.assert_allclose(encoder.pictures(pictures()), before, atol=1e-5)


def test_threads_get_their_own_vectors(make: Make, tmp_path: Path) -> None:
    encoder, asked = make(tmp_path), pictures()
    expected = make(tmp_path / "other").pictures(asked)
    found = np.zeros_like(expected)

    def ask(at: int) -> None:
        found[at] = encoder.pictures([asked[at]])[0]

    threads = [threading.Thread(target=ask, args=[at]) for at in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    np.testing.assert_allclose(found, expected, atol=1e-5)
