"""Pictures of a query: from the catalogue, a file, the web; made small as those of works are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gesso.core.errors import InputError
from gesso.core.pixels.darkroom import at_most
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.picture import Picture
from gesso.search.columns.loading import MOST_SWATCHES, swatch_columns
from gesso.search.columns.rows import Rows
from gesso.search.records import Like

SIDE = 512
"""Works are compared by their thumbnails of this long side, and so is what is held up to them."""

_NUMBER = re.compile(r"[0-9]{1,18}")

Fetch = Callable[[str], bytes]
"""The bytes behind an address on the web, asked for by the rules of the house."""
OpenPicture = Callable[[bytes, str], Picture]
"""The pixels of a picture's file; its second argument names it in errors."""


class PictureDesk:
    """Reads the pictures of a query as people name them.

    Args:
        open_picture: decodes a file.
        fetch: from the web.
    """

    def __init__(self, open_picture: OpenPicture, fetch: Fetch) -> None:
        self._open = open_picture
        self._fetch = fetch

    def like(self, named: str, *, is_minus: bool = False) -> Like:
        """A picture by its name: work:12, https://…, or a file.

        Raises:
            InputError: there is none of that name, or it is no picture.
            OutsideError: the host would not give it.
        """
        kind, _, rest = named.partition(":")
        if kind == "work":
            if _NUMBER.fullmatch(rest) is None:
                raise InputError(f"'{named[:60]}' names no work.", "Write its number: work:12.")
            return Like(work=int(rest), name=named, is_minus=is_minus)
        is_on_web = kind.lower() in ("http", "https")
        data = self._fetch(named) if is_on_web else _read(Path(named))
        return self.from_bytes(data, named, is_minus=is_minus)

    def from_bytes(self, data: bytes, name: str, *, is_minus: bool = False) -> Like:
        """A picture by its bytes.

        Raises:
            PictureError: they are no picture that is accepted.
        """
        return Like(picture=small(self._open(data, name)), name=name, is_minus=is_minus)


def small(picture: Picture) -> Picture:
    """A picture as large as works are when they are compared."""
    return at_most(picture, SIDE)


def colours_of(picture: Picture) -> Rows:
    """The swatches of one picture, as those of works are kept."""
    held = np.zeros((1, MOST_SWATCHES, 4), dtype=np.float32)
    for at, one in enumerate(swatches(picture, MOST_SWATCHES)):
        held[0, at] = one.lightness, one.a, one.b, one.share
    return Rows(np.zeros(1, dtype=np.int64), swatch_columns(held))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"There is no picture in the file '{path}': {error.strerror}.",
            "Name a picture's file, its address on the web, or a work: work:12.",
        ) from error
