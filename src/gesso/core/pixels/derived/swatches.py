"""The colours of a picture, with the share of its area that each covers."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import srgb_to_oklab
from gesso.core.pixels.derived.thumbnails import Reductions
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Swatch

# More pixels than this (362 x 362) move no swatch.
_ENOUGH = 1 << 17
_BITS = 5  # a channel is cut into 32: finer steps move no swatch, coarser ones show
_CELLS = 1 << 3 * _BITS
_HALF = 1 << 26
# In OKLab hue and chroma count too little beside lightness: CSS Color 4's deltaEOK2 doubles a, b.
_CHROMA = 2.0
# Two swatches nearer than one just noticeable difference (deltaEOK 0.02) are one.
_ALIKE = 0.02
# Farther-first seeds weigh a colour by a low power of its area, so a small accent gets a seed.
_SEED_POWER = 0.3
_LEAST_SHARE = 0.001
_ROUNDS = 12

_TOP = np.uint8(256 - (1 << 8 - _BITS))

Points = NDArray[np.float32]
"""(3, n): one row an axis of OKLab, with a and b doubled."""
Centres = NDArray[np.float64]
"""The same of a few points, which are means of many."""
Weighed = NDArray[np.float64]
"""(4, n): the share of each point, and its three axes times its share."""
Channel = NDArray[np.uint8]


def swatches(
    picture: Picture, count: int = 8, reductions: Reductions | None = None
) -> tuple[Swatch, ...]:
    """Find a picture's colours by clustering in OKLab, largest share first.

    The same picture gives the same swatches everywhere: counting is done in whole numbers, and
    nothing is drawn by lot. A flat picture has one swatch; colours that cannot be told apart are
    one. Shares add up to 1.

    Args:
        picture: what to look at; large ones are halved until about 256 pixels are left of a side.
        count: how many at most, 1 or more.
        reductions: of the same picture, where others want it small as well.

    Raises:
        ValueError: `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"At least one swatch is wanted, not {count}.")
    # Halving adds whole numbers, which are exact on every machine; fractions are not.
    small = (reductions or Reductions(picture)).halved_while(lambda rgb: rgb.size > 3 * _ENOUGH)
    points, weights = _colours(small)
    weighed = np.stack([weights, *(weights * axis for axis in points)])
    centres = _settled(_seeds(points, weights, count), points, weighed)
    centres, shares = _told_apart(*_gathered(centres, points, weighed))
    order = np.argsort(-shares, kind="stable")
    return tuple(
        Swatch(
            lightness=float(centres[0, i]),
            a=float(centres[1, i] / _CHROMA),
            b=float(centres[2, i] / _CHROMA),
            share=float(shares[i]),
        )
        for i in order
    )


def _colours(rgb: NDArray[np.uint8]) -> tuple[Points, NDArray[np.float64]]:
    """The distinct colours, (3, n) L, 2a, 2b, and their shares, (n,)."""
    red, green, blue = (np.asarray(plane, np.uint8).ravel() for plane in cv2.split(rgb))
    # Bytes and pairs of bytes for as long as they can hold it: wide numbers cost what they weigh.
    cell = (red & _TOP).astype(np.uint16) << np.uint16(7)
    cell |= (green & _TOP).astype(np.uint16) << np.uint16(2)
    cell |= blue >> np.uint8(8 - _BITS)
    number, sums = _counted(cell.astype(np.intp), red, green, blue)
    means = np.stack(sums, axis=1) / number[:, np.newaxis] / 255
    points = srgb_to_oklab(means) * np.array([1, _CHROMA, _CHROMA], np.float32)
    return np.ascontiguousarray(points.T), number.astype(np.float64) / len(cell)


def _counted(
    cell: NDArray[np.intp], red: Channel, green: Channel, blue: Channel
) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], ...]]:
    """How many pixels each cell that has any has, and the sums of their channels.

    Two whole numbers below 2**26 are counted at once in a float of 53 bits: counting is what takes
    the time, and halves of it are exact.
    """
    if 255 * len(cell) >= _HALF:  # a strip that could not be halved any more
        number = np.bincount(cell, minlength=_CELLS)
        used = np.flatnonzero(number)
        told = (np.bincount(cell, of, _CELLS)[used].astype(np.int64) for of in (red, green, blue))
        return number[used], tuple(told)
    counted = np.bincount(cell, blue * float(_HALF) + 1, _CELLS)
    used = np.flatnonzero(counted > 0)
    rest = counted[used].astype(np.int64)
    both = np.bincount(cell, red * float(_HALF) + green, _CELLS)[used].astype(np.int64)
    return rest % _HALF, (both // _HALF, both % _HALF, rest // _HALF)


def _seeds(points: Points, weights: NDArray[np.float64], count: int) -> Centres:
    """The commonest colour first, then each time the one farthest from all so far."""
    pull = weights**_SEED_POWER
    chosen = [int(np.argmax(weights))]
    away = _distances(points, points[:, chosen])[0]
    while len(chosen) < count and away.max() > 0:
        chosen.append(int(np.argmax(away * pull)))
        away = np.minimum(away, _distances(points, points[:, chosen[-1:]])[0])
    return points[:, chosen].astype(np.float64)


def _settled(centres: Centres, points: Points, weighed: Weighed) -> Centres:
    for _ in range(_ROUNDS):
        moved, _ = _gathered(centres, points, weighed)
        if moved.shape == centres.shape and np.abs(moved - centres).max() < 1e-4:
            return moved
        centres = moved
    return centres


def _gathered(
    centres: Centres, points: Points, weighed: Weighed
) -> tuple[Centres, NDArray[np.float64]]:
    """Each centre to the middle of the colours nearest to it, with their share; none stays bare."""
    count = centres.shape[1]
    # Share and axes of a point fall into drawers of their own, all in one pass.
    drawers = _nearest(centres, points) + count * np.arange(4)[:, np.newaxis]
    sums = np.bincount(drawers.ravel(), weighed.ravel(), 4 * count).reshape(4, count)
    sums = sums[:, sums[0] > 0].astype(np.float64, copy=False)
    return sums[1:] / sums[0], sums[0]


def _nearest(centres: Centres, points: Points) -> NDArray[np.intp]:
    """Which centre is nearest to each point; of two as near as a millionth the first."""
    # Distances are above zero, so as whole numbers their bits are in the same order. The last of
    # them say whose distance it is: the least of eight is found in a tenth of argmin's time.
    bits = (centres.shape[1] - 1).bit_length()
    told: NDArray[np.int32] = _distances(points, centres).view(np.int32)
    told >>= bits
    told <<= bits
    told |= np.arange(centres.shape[1], dtype=np.int32)[:, np.newaxis]
    least: NDArray[np.int32] = told.min(axis=0)
    return np.asarray(least & ((1 << bits) - 1), np.intp)


def _told_apart(
    centres: Centres, shares: NDArray[np.float64]
) -> tuple[Centres, NDArray[np.float64]]:
    """Join what the eye cannot tell apart, and specks with what is nearest to them."""
    while len(shares) > 1:
        apart = np.sqrt(_distances(centres, centres))
        np.fill_diagonal(apart, np.inf)
        least = int(np.argmin(shares))
        if shares[least] < _LEAST_SHARE:
            one, other = least, int(np.argmin(apart[least]))
        elif apart.min() < _ALIKE:
            one, other = (int(i) for i in np.unravel_index(np.argmin(apart), apart.shape))
        else:
            break
        both = shares[one] + shares[other]
        mixed = shares[one] * centres[:, one] + shares[other] * centres[:, other]
        centres[:, other] = mixed / both
        shares[other] = both
        centres, shares = np.delete(centres, one, axis=1), np.delete(shares, one)
    return centres, shares / shares.sum()


def _distances(points: NDArray[Any], centres: NDArray[Any]) -> NDArray[Any]:
    """Squared distances, (centres, points), in the precision of the points."""
    # Axis by axis: three small passes are faster than one over (centres, points, 3), and unlike
    # a matrix product they round alike on every machine.
    columns = centres.astype(points.dtype)[:, :, np.newaxis]
    total = points[0] - columns[0]
    total *= total
    apart = np.empty_like(total)
    for axis in (1, 2):
        np.subtract(points[axis], columns[axis], out=apart)
        apart *= apart
        total += apart
    return np.asarray(total)
