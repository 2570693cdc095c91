"""Kept pictures under names that a person can read, beside the store of hashes."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gesso.core.catalogue.store.disk import Disk
from gesso.core.records.runs import Run
from gesso.core.records.works import Work

_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/gif": ".gif",
    "image/tiff": ".tif",
}

_UNTITLED = "untitled"


def slug(words: str, length: int = 60) -> str:
    """Words as a plain file name: "Ember & Orrery" -> "ember-orrery"; "untitled" for nothing.

    Letters and digits of every script stay, Latin ones without their accents; all else becomes a
    "-", so no name is a path, is hidden or turns the direction of a line.

    Args:
        words: what a person calls it.
        length: letters at most; in UTF-8 the name has at most twice as many bytes.
    """
    name = ""
    for letter in unicodedata.normalize("NFC", words).lower():
        plain = _plain(letter)
        # A mark belongs to the letter before it: vowels of Hindi and Thai are such.
        if plain and unicodedata.category(plain[0]).startswith("M") and name[-1:] in {"", "-"}:
            continue
        name += "" if plain == "-" and name[-1:] in {"", "-"} else plain
    name = name[:length]
    while len(name.encode()) > 2 * length:
        name = name[:-1]
    return name.rstrip("-") or _UNTITLED


def ascii_slug(words: str, length: int = 60) -> str:
    """As `slug`, of ASCII letters alone, for what also has to be typed: the id of a run."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return slug(plain, length)


def _plain(letter: str) -> str:
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", letter) if part.isascii() and part.isalnum()
    )
    if bare:
        return bare.lower()
    return letter if unicodedata.category(letter)[0] in "LNM" else "-"


def folder_of(run: Run) -> str:
    """What the folder of a run is called: as its id, or as its theme with the end of the id.

    The latter where the theme has no ASCII letter, so that the id made of it says nothing.
    """
    nameless = f"{_UNTITLED}-"
    if run.id.startswith(nameless) and ascii_slug(run.theme) == _UNTITLED:
        return f"{slug(run.theme, 40)}-{run.id.removeprefix(nameless)}"
    return run.id


def suffix_of(media_type: str) -> str:
    """The file suffix of a media type that we store: "image/png" -> ".png"."""
    return _SUFFIXES.get(media_type, ".bin")


class Hanging:
    """A folder of kept pictures, `01-ember-orrery.png` and so on.

    The folder is a convenience: the catalogue does not read it, and what cannot be written there
    is not lost. Files are copies, so that whoever edits one cannot harm the store.

    Args:
        folder: made when the first picture is hung.
        data_of: the stored bytes of a work.
    """

    def __init__(self, folder: Path, data_of: Callable[[Work], bytes]) -> None:
        self.folder = folder
        self._data_of = data_of

    def hang(self, position: int, work: Work) -> Path:
        """Hang a work at `position` (0 for the first), in place of a file of that name.

        Raises:
            OSError: the folder cannot be written.
        """
        return self.add(self.place_of(position, work).name, self._data_of(work))

    def place_of(self, position: int, work: Work) -> Path:
        """Where a work hangs, or would hang."""
        name = f"{position + 1:02d}-{slug(work.title)}{suffix_of(work.media_type)}"
        return self.folder / name

    def add(self, name: str, data: bytes) -> Path:
        """Put one file there, whole or not at all; another of that name is replaced.

        A power cut after this leaves the file.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / name
        temporary = target.with_name(f".{name}.{os.getpid()}.part")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
            Disk().fsync_folder(self.folder)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        return target
