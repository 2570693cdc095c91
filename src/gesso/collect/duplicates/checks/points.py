"""The marks of a picture: points that come back in another scan, and words to look them up by.

Points are SIFT's (Lowe, IJCV 60, 2004), their descriptors cut to one bit a number at their median
(Zhou et al., "Scalar quantization for large scale image search", ACM MM 2012). That keeps 16 bytes
a point, and pictures are told apart as well: matches are held to one geometry afterwards.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.derived.thumbnails import reduced

SIDE = 400
"""Pictures are read at this long side: 512 finds no more pairs and takes half as long again."""
POINTS = 320
"""Points of a picture at most, the strongest."""
WORDS = 150
"""So many of the points are looked up."""
MAKER = f"points 1, {SIDE} px, {POINTS}, {WORDS}"

_FAINTEST = 0.012
_FRACTION = 32  # places are kept to 1/32 of a pixel
_HEAD = struct.Struct("<HHH")
_BITS = 24
_TABLES = 2
# Neighbouring bits of a descriptor go together; words are made of bits from all over it.
_ORDER = np.random.Generator(np.random.PCG64(1999)).permutation(128)


@dataclass(frozen=True)
class Points:
    """The points of a picture.

    Attributes:
        width, height: of the picture as it was read, pixels.
        places: (points, 2) float32, x and y in these pixels, the strongest first.
        codes: (points, 2) uint64, 128 bits a point.
    """

    width: int
    height: int
    places: NDArray[np.float32]
    codes: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def mirrored(self) -> Points:
        """The points of the picture seen in a mirror.

        A descriptor in a mirror is the same numbers in another order, so nothing is read again.
        """
        places = self.places.copy()
        places[:, 0] = self.width - 1 - places[:, 0]
        bits = np.unpackbits(self.codes.view(np.uint8), axis=1)
        return Points(self.width, self.height, places, _packed(bits[:, _MIRROR]))

    def words(self) -> NDArray[np.uint32]:
        """Up to 300 words, sorted, each once: 24 bits of a point's code, from either half."""
        halves = self.codes[:WORDS] & np.uint64((1 << _BITS) - 1)
        halves |= np.arange(_TABLES, dtype=np.uint64) << np.uint64(_BITS)
        return np.unique(halves.ravel()).astype(np.uint32)

    def to_bytes(self) -> bytes:
        """As it is kept: about 20 bytes a point."""
        places = np.rint(self.places * _FRACTION).clip(0, 65535).astype("<u2")
        head = _HEAD.pack(self.width, self.height, len(self))
        return head + places.tobytes() + self.codes.astype("<u8").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Points:
        """What `to_bytes` wrote.

        Raises:
            ValueError: it did not.
        """
        width, height, count = _HEAD.unpack_from(data)
        if len(data) != _HEAD.size + count * 20:
            raise ValueError(f"{len(data)} bytes are not the marks of {count} points")
        places = np.frombuffer(data, "<u2", 2 * count, _HEAD.size).reshape(count, 2)
        codes = np.frombuffer(data, "<u8", 2 * count, _HEAD.size + 4 * count).reshape(count, 2)
        fractions = places.astype(np.float32) / np.float32(_FRACTION)
        return cls(width, height, fractions, codes.astype(np.uint64))


def points_of(rgb: NDArray[np.uint8]) -> Points:
    """Find the points of a picture.

    Args:
        rgb: (height, width, 3) uint8; larger than `SIDE` it is made smaller first. A picture
            without structure has no points.
    """
    small = reduced(rgb, SIDE)
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found, descriptors = cv2.SIFT.create(
        nfeatures=POINTS, contrastThreshold=_FAINTEST
    ).detectAndCompute(gray, None)
    height, width = gray.shape[:2]
    if not found:
        return Points(width, height, np.zeros((0, 2), np.float32), np.zeros((0, 2), np.uint64))
    strongest = np.argsort([-point.response for point in found], kind="stable")[:POINTS]
    places = np.array([found[at].pt for at in strongest], dtype=np.float32)
    chosen = np.asarray(descriptors)[strongest]
    bits = (chosen > np.median(chosen, axis=1, keepdims=True)).astype(np.uint8)
    return Points(width, height, places, _packed(bits[:, _ORDER]))


def _packed(bits: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """(points, 128) bits to (points, 2) uint64."""
    return np.ascontiguousarray(np.packbits(bits, axis=1)).view("<u8").astype(np.uint64)


def _mirror() -> NDArray[np.int64]:
    """Where each bit of a mirrored code comes from.

    A descriptor is 4 rows of 4 fields of 8 directions, turned so that its own direction is
    nothing; a mirror turns the rows round and the sense of the directions.
    """
    row, field, direction = np.unravel_index(_ORDER, (4, 4, 8))
    source = np.ravel_multi_index((3 - row, field, (8 - direction) % 8), (4, 4, 8))
    place = np.empty(128, dtype=np.int64)
    place[_ORDER] = np.arange(128)
    return place[source]


_MIRROR = _mirror()
