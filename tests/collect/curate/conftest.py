"""Works of a few colours, and an encoder of pictures and words that is plain to see through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from gesso.collect.curate.heads.silence import Sureness
from gesso.collect.curate.room import CurateRoom
from gesso.collect.curate.vectors import Encoding, KeptVectors
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.errors import InputError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights, Work

COLOURS = {"red": (210, 40, 40), "green": (40, 170, 60), "blue": (40, 60, 200)}
NOISY = 40


class ColourEncoder:
    """Knows three colours: a picture lies where its mean colour is, a text where the words are
    that name one. A text that names none lies on an axis of its own, where gray pictures lie.

    Each wording turns a text a little aside, as it does in a real model; pictures stand apart from
    texts by a constant, which is the gap between the two that such spaces have.
    """

    def __init__(self, reads_words: bool = True) -> None:
        self.asked = 0
        self._space = Space("colours-1", "colours", 6, reads_words, "Near means the same colour.")

    @property
    def space(self) -> Space:
        return self._space

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        self.asked += len(pictures)
        means = np.array([picture.rgb.reshape(-1, 3).mean(axis=0) for picture in pictures])
        gray = means.min(axis=1, keepdims=True)
        return _unit(np.hstack([means - gray, gray / 2, np.full_like(gray, 120.0), 0 * gray]))

    def words(self, texts: Sequence[str]) -> Vectors:
        if not self._space.reads_words:
            raise InputError("This space knows no words.")
        rows = [[100.0 * (name in text) for name in COLOURS] for text in texts]
        coloured = np.array(rows)
        other = 100.0 * (coloured.sum(axis=1, keepdims=True) == 0)
        turned = np.array([[np.sin(sum(map(ord, text))) * 8] for text in texts])
        return _unit(np.hstack([coloured, other, 0 * other, 60 + turned]))

    @property
    def loaded(self) -> bool:
        return True

    def unload_idle(self) -> None:
        return None


def _unit(rows: np.ndarray) -> Vectors:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(rows / lengths, dtype=np.float32)


def painted(colour: tuple[int, int, int], number: int) -> Picture:
    """A picture that is about of a colour; the number makes it another one."""
    rng = np.random.default_rng(number)
    is_gray = len(set(colour)) == 1
    base = np.array(colour) + rng.integers(-NOISY, NOISY, 1 if is_gray else 3)
    rgb = np.clip(base + rng.integers(-20, 20, (24, 32, 1 if is_gray else 3)), 0, 255)
    rgb = np.broadcast_to(rgb, (24, 32, 3))
    return Picture(rgb.astype(np.uint8))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def bring(catalogue: Catalogue) -> Callable[..., list[int]]:
    """Bring works of a colour; returns their numbers."""
    count = 0

    def put(colour: tuple[int, int, int], many: int) -> list[int]:
        nonlocal count
        found: list[Work] = []
        for _ in range(many):
            count += 1
            found.append(
                catalogue.accession.accept_bytes(
                    encode(painted(colour, count)),
                    name=f"{count}.png",
                    provenance=Provenance("brought", f"{count}.png"),
                    rights=Rights(),
                )
            )
        return [work.id for work in found]

    return put


@pytest.fixture
def encoder() -> ColourEncoder:
    return ColourEncoder()


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def room(
    catalogue: Catalogue, encoder: ColourEncoder, stop: threading.Event, tmp_path: Path
) -> Iterator[CurateRoom]:
    vectors = KeptVectors(
        catalogue, encoder.space, Encoding(encoder), tmp_path / "cache" / "vectors.db"
    )
    yield CurateRoom(catalogue, lambda: vectors, lambda: (encoder, vectors), Sureness(), stop=stop)
    vectors.close()
