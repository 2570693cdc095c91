"""One picture looked at in a worker: its file in, what was measured out."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.collect.caption.captioner import Look
from gesso.collect.caption.measured.colours import colours_of
from gesso.collect.caption.measured.scores import scores_of
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

_OWN = DecodeLimits(max_bytes=4 << 30, max_pixels=178_000_000)
"""The file is in the catalogue already: it was let in once."""


@dataclass(frozen=True)
class Job:
    """A file to look at.

    Attributes:
        data: its bytes.
        name: for errors.
        side_px: the long side at which somebody wants to see it, 0 for nobody.
    """

    data: bytes
    name: str
    side_px: int = 0


def look_at_file(job: Job) -> Look:
    """Decode a file and measure it.

    Raises:
        PictureError: it is no picture that we accept.
    """
    return look_at(decode(job.data, _OWN, job.name).picture, job.side_px)


def look_at(picture: Picture, side_px: int = 0) -> Look:
    """Measure a picture; with it comes the picture reduced where somebody wants to see it."""
    tones, hues = colours_of(picture)
    shown = Picture(reduced(picture.rgb, side_px)) if side_px else None
    return Look(tones, hues, scores_of(picture), shown)
