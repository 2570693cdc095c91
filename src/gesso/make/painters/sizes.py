"""The size that a painter can do nearest to the one that was ordered."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gesso.core.outside.models.models import Pixels


def nearest_size(pixels: Pixels, width: int, height: int) -> tuple[int, int]:
    """The size nearest to an order that keeps all of a model's rules.

    The shape counts before the area: an order of a shape that is allowed keeps it but for the
    rounding to the model's steps.

    Args:
        pixels: the model's rules.
        width: as ordered, pixels.
        height: likewise.
    """
    if pixels.only:
        sizes = [_parsed(size) for size in pixels.only]
        return min(sizes, key=lambda size: (_apart(size, width, height), _area_apart(size, width)))
    shape = min(max(width / height, 1 / pixels.ratio), pixels.ratio)
    area = min(max(width * height, pixels.least), pixels.most)
    wide, high = math.sqrt(area * shape), math.sqrt(area / shape)
    shrink = min(1.0, pixels.longest / max(wide, high))
    return _within(pixels, wide * shrink, high * shrink)


def nearest_ratio(ratios: Sequence[str], width: int, height: int) -> str:
    """The ratio ("16:9") nearest to the shape of an order; "" where there are none."""
    return min(ratios, key=lambda ratio: _apart(_parsed(ratio), width, height), default="")


def nearest_side(sizes: Sequence[str], width: int, height: int) -> str:
    """The smallest size ("1K", "2K", "512": the side of a square) that reaches an order's area.

    The largest where none does; "" where there are none.
    """
    by_side = sorted(sizes, key=side_px)
    wanted = math.sqrt(width * height)
    enough = [size for size in by_side if side_px(size) >= wanted]
    return next(iter(enough or by_side[-1:]), "")


def side_px(size: str) -> int:
    """How many pixels "1K" or "512" are."""
    return int(size[:-1]) * 1024 if size.endswith("K") else int(size)


def _within(pixels: Pixels, wide: float, high: float) -> tuple[int, int]:
    """The multiples of the step about a size, nearest in shape, that keep the rules."""
    step = pixels.step
    tries = [
        (x, y)
        for x in _multiples(wide, step)
        for y in _multiples(high, step)
        if pixels.least <= x * y <= pixels.most
        and max(x, y) <= pixels.longest
        and max(x, y) <= pixels.ratio * min(x, y)
    ]
    if not tries:
        raise ValueError(f"no size keeps the rules {pixels}")
    return min(
        tries, key=lambda size: abs(math.log(size[0] / wide)) + abs(math.log(size[1] / high))
    )


def _multiples(side: float, step: int) -> list[int]:
    first = max(1, math.floor(side / step) - 1)
    return [step * count for count in range(first, first + 5)]


def _parsed(text: str) -> tuple[int, int]:
    across, _, down = text.replace("x", ":").partition(":")
    return int(across), int(down)


def _apart(size: tuple[int, int], width: int, height: int) -> float:
    return abs(math.log(size[0] / size[1] / (width / height)))


def _area_apart(size: tuple[int, int], width: int) -> float:
    return abs(math.log(size[0] / width))
