"""What a IIIF Image API 3 request asks for: region, size, rotation, quality, format.

Pure reckoning over numbers and words. The letter of the rules: https://iiif.io/api/image/3.0/,
sections 4.1 to 4.7; numbers of sections below are of that page.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

Quality = Literal["default", "color", "gray", "bitonal"]
Format = Literal["jpg", "png", "webp"]
Rotation = Literal[0, 90, 180, 270]

MEDIA_TYPES: dict[Format, str] = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_KNOWN_FORMATS = ("tif", "gif", "jp2", "pdf")
"""Formats that the API names and we do not write."""

# Nine digits hold any picture; more would only be there to make numbers large.
_INTEGER = r"\d{1,9}"
_NUMBER = r"(?:\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})"
_PIXELS = re.compile(rf"({_INTEGER}),({_INTEGER}),({_INTEGER}),({_INTEGER})", re.ASCII)
_PERCENT = re.compile(rf"pct:({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER})", re.ASCII)
_SIZE = re.compile(
    rf"(?P<up>\^?)(?:(?P<max>max)|pct:(?P<pct>{_NUMBER})|"
    rf"(?P<fit>!?)(?P<w>{_INTEGER})?,(?P<h>{_INTEGER})?)",
    re.ASCII,
)
_ROTATION = re.compile(rf"(!?)({_NUMBER})", re.ASCII)


class BadRequest(ValueError):
    """A request that no server could answer (400): its sentence says what is wrong."""


class NotOffered(ValueError):
    """A request that the API allows and this server does not offer (501)."""


@dataclass(frozen=True)
class Bounds:
    """How large a returned picture may be.

    Attributes:
        max_area: pixels.
        max_side: pixels of the longer side; what a file format can hold.
    """

    max_area: int = 25_000_000
    max_side: int = 16_383


@dataclass(frozen=True)
class Region:
    """A part of a picture in its own pixels; never empty, never over the edge."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class ImageRequest:
    """A request, understood.

    Attributes:
        region: which part.
        is_whole: the region is the whole picture.
        width, height: of what is returned, before it is turned.
        is_enlarged: more pixels are asked for than the region has.
        is_largest: the size is what "max" gives.
        mirrored: left and right are changed before it is turned.
        rotation: degrees clockwise.
        quality: its colours.
        format: of the file.
    """

    region: Region
    is_whole: bool
    width: int
    height: int
    is_enlarged: bool
    is_largest: bool
    mirrored: bool
    rotation: Rotation
    quality: Quality
    format: Format

    @property
    def canonical(self) -> str:
        """The one way to write it (section 4.7), from the region to the format."""
        part = self.region
        region = "full" if self.is_whole else f"{part.x},{part.y},{part.width},{part.height}"
        size = "max" if self.is_largest else f"{self.width},{self.height}"
        turn = f"{'!' if self.mirrored else ''}{self.rotation}"
        up = "^" if self.is_enlarged else ""
        return f"{region}/{up}{size}/{turn}/{self.quality}.{self.format}"


def read_request(  # noqa: PLR0917 - the five parts of a IIIF address, in its order
    width: int,
    height: int,
    region: str,
    size: str,
    rotation: str,
    named: str,
    bounds: Bounds = Bounds(),
) -> ImageRequest:
    """Understand a request.

    Args:
        width: of the whole picture.
        height: of the whole picture.
        region: as it stands in the address.
        size: as it stands in the address.
        rotation: as it stands in the address.
        named: the last part: "default.jpg".
        bounds: how large an answer may be.

    Raises:
        BadRequest: it breaks the rules, or asks for more than `bounds`.
        NotOffered: the rules allow it and we do not do it.
    """
    part = read_region(region, width, height)
    wide, high = read_size(size, part, bounds)
    mirrored, turn = read_rotation(rotation)
    quality, form = read_name(named)
    up = size.startswith("^")
    return ImageRequest(
        region=part,
        is_whole=part == Region(0, 0, width, height),
        width=wide,
        height=high,
        is_enlarged=wide > part.width or high > part.height,
        is_largest=(wide, high) == _largest(part, bounds, up=up and _is_larger(wide, high, part)),
        mirrored=mirrored,
        rotation=turn,
        quality=quality,
        format=form,
    )


def read_region(words: str, width: int, height: int) -> Region:
    """The region (section 4.1): `full`, `square`, `x,y,w,h` or `pct:x,y,w,h`, cut at the edges.

    Raises:
        BadRequest: it is none of these, is empty, or lies wholly outside.
    """
    if words == "full":
        return Region(0, 0, width, height)
    if words == "square":
        side = min(width, height)
        return Region((width - side) // 2, (height - side) // 2, side, side)
    pixels, percent = _PIXELS.fullmatch(words), _PERCENT.fullmatch(words)
    if pixels:
        x, y, wide, high = (int(number) for number in pixels.groups())
    elif percent:
        x, y, wide, high = _of_percent(percent, width, height)
    else:
        raise BadRequest(
            f"'{words[:60]}' is no region: write full, square, x,y,w,h or pct:x,y,w,h."
        )
    wide, high = min(wide, width - x), min(high, height - y)
    if wide < 1 or high < 1:
        raise BadRequest(f"The region {words} holds no pixel of a picture {width} x {height}.")
    return Region(x, y, wide, high)


def _of_percent(percent: re.Match[str], width: int, height: int) -> tuple[int, int, int, int]:
    """Edges are rounded, not sizes, so that neighbours share no pixel and leave none out."""
    left, top, wide, high = (Fraction(number) / 100 for number in percent.groups())
    x, y = _rounded(left * width), _rounded(top * height)
    return x, y, _rounded((left + wide) * width) - x, _rounded((top + high) * height) - y


def read_size(words: str, part: Region, bounds: Bounds) -> tuple[int, int]:
    """(width, height) of what is returned (section 4.2).

    `max`, `w,`, `,h`, `pct:n`, `w,h`, `!w,h`, each with `^` before it where it may be larger than
    the region. Sides that follow from the other are rounded and hold one pixel at least.

    Raises:
        BadRequest: it is none of these, is empty, or is larger than may be.
    """
    asked = _SIZE.fullmatch(words)
    if not asked or (
        asked["w"] is None and asked["h"] is None and not (asked["max"] or asked["pct"])
    ):
        raise BadRequest(f"'{words[:60]}' is no size: write max, w, or ,h or w,h or !w,h or pct:n.")
    up = bool(asked["up"])
    if asked["max"]:
        return _largest(part, bounds, up=up)
    if asked["fit"]:
        if asked["w"] is None or asked["h"] is None:
            raise BadRequest(f"'{words}' is no size: after ! stand a width and a height.")
        return _within(part, int(asked["w"]), int(asked["h"]), bounds, up=up)
    wide, high = _stated(asked, part)
    if wide < 1 or high < 1:
        raise BadRequest(f"The size {words} holds no pixel.")
    if not up and _is_larger(wide, high, part):
        raise BadRequest(
            f"{words} is larger than the region of {part.width} x {part.height}: "
            "write ^ before it to have it enlarged."
        )
    if wide * high > bounds.max_area or max(wide, high) > bounds.max_side:
        raise BadRequest(
            f"{wide} x {high} is larger than may be: {bounds.max_area:,} pixels, "
            f"{bounds.max_side:,} on a side."
        )
    return wide, high


def _stated(asked: re.Match[str], part: Region) -> tuple[int, int]:
    if asked["pct"]:
        share = Fraction(asked["pct"]) / 100
        wide, high = _rounded(part.width * share), _rounded(part.height * share)
        # A long thin region keeps its one pixel; what would vanish on both sides is no picture.
        return (wide, high) if max(wide, high) < 1 else (max(wide, 1), max(high, 1))
    if asked["w"] is None:
        high = int(asked["h"])
        return max(_rounded(Fraction(part.width * high, part.height)), min(high, 1)), high
    wide = int(asked["w"])
    if asked["h"] is None:
        return wide, max(_rounded(Fraction(part.height * wide, part.width)), min(wide, 1))
    return wide, int(asked["h"])


def _largest(part: Region, bounds: Bounds, *, up: bool) -> tuple[int, int]:
    """As large as may be: the region itself where it fits and is not to be enlarged."""
    wide, high = part.width, part.height
    by_area = math.sqrt(bounds.max_area / (wide * high))
    scale = min(by_area, bounds.max_side / max(wide, high))
    if not up and scale >= 1:
        return wide, high
    return _scaled(part, scale, bounds)


def _within(part: Region, wide: int, high: int, bounds: Bounds, *, up: bool) -> tuple[int, int]:
    """Section 4.2: as large as possible, not larger than the box, the limits, or the region.

    So without `^` a box larger than the region gives the region; it is no error.
    """
    if wide < 1 or high < 1:
        raise BadRequest(f"The size !{wide},{high} holds no pixel.")
    most = _largest(part, bounds, up=up)
    scale = min(wide / part.width, high / part.height, most[0] / part.width)
    if scale * part.width >= most[0] and most[0] <= wide and most[1] <= high:
        return most
    found = _scaled(part, scale, bounds)
    return min(found[0], wide), min(found[1], high)


def _scaled(part: Region, scale: float, bounds: Bounds) -> tuple[int, int]:
    wide, high = max(1, round(part.width * scale)), max(1, round(part.height * scale))
    while wide * high > bounds.max_area:  # both were rounded up
        wide, high = (wide - 1, high) if wide >= high else (wide, high - 1)
    return min(wide, bounds.max_side), min(high, bounds.max_side)


def _is_larger(wide: int, high: int, part: Region) -> bool:
    return wide > part.width or high > part.height


def read_rotation(words: str) -> tuple[bool, Rotation]:
    """(mirrored, degrees) (section 4.3): 0 to 360, with `!` to mirror it first.

    Raises:
        BadRequest: it is no number of degrees, or more than a turn.
        NotOffered: it is no quarter of a turn.
    """
    asked = _ROTATION.fullmatch(words)
    degrees = Fraction(asked[2]) if asked else None
    if asked is None or degrees is None or degrees > 360:
        raise BadRequest(f"'{words[:60]}' is no rotation: write 0 to 360, with ! to mirror.")
    if degrees % 90:
        raise NotOffered(f"Pictures are turned by quarters here, not by {asked[2]} degrees.")
    turn: Rotation
    for turn in get_args(Rotation):
        if degrees % 360 == turn:
            return bool(asked[1]), turn
    raise AssertionError(words)


def read_name(words: str) -> tuple[Quality, Format]:
    """(quality, format) of the last part of an address (sections 4.4 and 4.5).

    Raises:
        BadRequest: it is neither.
        NotOffered: a format of the API that we do not write.
    """
    named, dot, ending = words.rpartition(".")
    if not dot:
        raise BadRequest(f"'{words[:60]}' names no format: write default.jpg.")
    if ending in _KNOWN_FORMATS:
        raise NotOffered(f"Pictures are written as {', '.join(MEDIA_TYPES)} here, not as {ending}.")
    quality: Quality
    form: Format
    for quality in get_args(Quality):
        for form in MEDIA_TYPES:
            if (named, ending) == (quality, form):
                return quality, form
    raise BadRequest(
        f"'{words[:60]}' is no quality and format: the qualities are "
        f"{', '.join(get_args(Quality))}, the formats {', '.join(MEDIA_TYPES)}."
    )


def _rounded(value: Fraction) -> int:
    """To the nearest; halves go up."""
    return math.floor(value + Fraction(1, 2))
