"""Fonts for letters that the house's own faces lack: named ones, and those of the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from PIL import ImageFont

from gesso.core.errors import SettingsError
from gesso.core.pixels.type.coverage import Coverage, coverage_of

_ENDS = (".ttf", ".otf", ".ttc", ".otc")
_MOST_FILES = 8_000
_SHARED = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/run/current-system/sw/share/X11/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_OWN = (".local/share/fonts", ".fonts", "Library/Fonts")
_LAST = ("lastresort", "adobeblank", "notdef", "emoji", "fallback")
"""Words in names of fonts that have a sign for everything, or that are the last to be asked."""
_STYLED = (
    "bold", "black", "heavy", "medium", "light", "thin", "italic", "oblique", "condensed",
    "narrow", "mono", "display",
)  # fmt: skip


class SpareFonts:
    """Fonts beside the house's own, by the letters that they have.

    Args:
        named: files that the owner names; they are asked first, in their order.
        folders: of the machine; their fonts are looked through when a letter is lacking, and
            always in the same order.
    """

    def __init__(self, named: Sequence[Path] = (), folders: Sequence[Path] = ()) -> None:
        self._named = tuple(named)
        self._folders = tuple(folders)
        self._files: tuple[Path, ...] | None = None

    def having(self, letter: str) -> Iterator[Path]:
        """The files that may have a letter, always in the same order.

        Raises:
            SettingsError: a font that the owner named cannot be read.
        """
        yield from (path for path in self._named if letter in _named(path))
        yield from (path for path in self._all() if letter in _known(path))

    def _all(self) -> tuple[Path, ...]:
        if self._files is None:
            found = islice(_fonts_in(self._folders), _MOST_FILES)
            self._files = tuple(sorted(found, key=_rank))
        return self._files


def system_folders() -> tuple[Path, ...]:
    """Where fonts usually lie on Linux, macOS and Windows; not each of them is there."""
    try:
        own = tuple(Path.home() / name for name in _OWN)
    except RuntimeError:
        own = ()
    return (*own, *(Path(name) for name in _SHARED))


def _fonts_in(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (Path(place, name) for name in names if name.lower().endswith(_ENDS))


def _rank(path: Path) -> tuple[bool, int, bool, str, str]:
    """Upright fonts of a usual weight come first, and Noto, which is drawn to stand together."""
    name = path.stem.lower()
    styles = sum(word in name for word in _STYLED)
    return any(word in name for word in _LAST), styles, "noto" not in name, name, str(path)


@lru_cache(maxsize=64)
def _named(path: Path) -> Coverage:
    try:
        ImageFont.truetype(path, 24)
    except OSError as error:
        raise SettingsError(
            f"The font {path} of [story] font cannot be read.",
            "Name a TrueType or OpenType file: .ttf, .otf or .ttc",
        ) from error
    return _known(path)


@lru_cache(maxsize=_MOST_FILES)
def _known(path: Path) -> Coverage:
    return coverage_of(path)
