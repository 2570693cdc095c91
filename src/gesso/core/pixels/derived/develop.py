"""All the pixel work of one picture in one go, so that it can be done in another process.

A pure function of the bytes or the pixels, and a result of plain values: a worker develops, and
who keeps the catalogue writes files and rows.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from gesso.core.pixels.decode import Decoded, DecodeLimits, decode
from gesso.core.pixels.derived.fingerprint import fingerprint
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.derived.thumbhash import thumbhash
from gesso.core.pixels.derived.thumbnails import Reductions, Thumbnail, make_thumbnails
from gesso.core.pixels.encode import decode_own_png, encode, mark_png
from gesso.core.pixels.metadata.found import FoundRecipe
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.write import Marks
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Fingerprint, Swatch


@dataclass(frozen=True)
class Developed:
    """Everything that the catalogue keeps of a picture: plain values, so it pickles.

    Attributes:
        data: the file itself.
        media_type: of the file, by its content.
        width, height: pixels, upright.
        fingerprint: of the file and its pixels.
        thumbnails: largest first.
        thumbhash: base64.
        swatches: eight at most, largest share first.
        found: what the file says about how it was made; None for nothing, and for a picture that
            has just been made.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    fingerprint: Fingerprint
    thumbnails: tuple[Thumbnail, ...]
    thumbhash: str
    swatches: tuple[Swatch, ...]
    found: FoundRecipe | None = None


_DEFAULT_LIMITS = DecodeLimits()


def develop_file(
    data: bytes, limits: DecodeLimits = _DEFAULT_LIMITS, name: str = "the picture"
) -> Developed:
    """Develop a picture's file from one decode.

    Args:
        data: the whole file, whoever sent it.
        limits: how much it may ask for.
        name: the file's name, for errors.

    Raises:
        PictureError: it is no picture that we accept, too large, damaged or cut off.
    """
    return develop_decoded(data, decode(data, limits, name))


def develop_path(path: Path, limits: DecodeLimits = _DEFAULT_LIMITS) -> Developed:
    """Develop a picture's file where it lies, so that a worker reads it and not who asks.

    Raises:
        PictureError: it is no picture that we accept, too large, damaged or cut off.
        OSError: it cannot be read.
    """
    # A file beyond the limit is not read whole to be refused.
    with path.open("rb") as file:
        data = file.read(limits.max_bytes + 1)
    return develop_file(data, limits, path.name)


def develop_decoded(data: bytes, decoded: Decoded) -> Developed:
    """Develop a file that was decoded already."""
    developed = _developed(decoded.picture, data, decoded.media_type)
    return replace(developed, found=read_recipe(data))


def develop_picture(picture: Picture) -> Developed:
    """Develop a picture that was made here: its file is a PNG that says nothing yet.

    `picture.once(develop_picture)` does it once, wherever that is.
    """
    return _developed(picture, encode(picture), "image/png")


def packed(picture: Picture) -> Picture:
    """The same picture with its developed file in the place of its pixels: half as much to send."""
    data = picture.once(develop_picture).data
    return picture.packed(partial(decode_own_png, data))


def marked(developed: Developed, marks: Marks) -> Developed:
    """The same picture with other texts in its file, which is a PNG; the pixels stay as they are.

    Raises:
        ValueError: the file is no PNG.
    """
    data = mark_png(developed.data, marks)
    prints = replace(developed.fingerprint, data=sha256(data).hexdigest())
    return replace(developed, data=data, fingerprint=prints)


def _developed(picture: Picture, data: bytes, media_type: str) -> Developed:
    reductions = Reductions(picture)
    return Developed(
        data=data,
        media_type=media_type,
        width=picture.width,
        height=picture.height,
        fingerprint=fingerprint(data, picture, reductions),
        thumbnails=make_thumbnails(picture, reductions),
        thumbhash=base64.b64encode(thumbhash(picture, reductions)).decode(),
        swatches=swatches(picture, reductions=reductions),
    )
