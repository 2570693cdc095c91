"""What holds files: a folder's tree or an archive; and the names that files go by here.

A file's path is a tuple of its names, from the root down. Its identifier is one printable string
that leads back to exactly that path, whatever bytes the names are made of.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Protocol

from gesso.core.errors import InputError

Parts = tuple[str, ...]

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jfif": "image/jpeg",
    ".png": "image/png",
    ".apng": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".avif": "image/avif",
}
"""Names that promise a picture which gesso reads. The decoder looks at the bytes, not at these."""

OTHER_PICTURES = frozenset(
    {
        *(".bmp", ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".ico", ".tga", ".dds", ".qoi"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".exr", ".hdr", ".svg", ".svgz", ".eps", ".ai", ".pdf"),
        *(".psd", ".psb", ".xcf", ".kra"),
        *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"),
    }
)
"""Names that promise a picture which gesso does not read: counted, and told once."""

WORDS = frozenset({".xmp", ".json", ".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".yaml", ".yml"})
"""Names that promise words about a picture beside it."""

WORDS_MOST = 1 << 20
"""Bytes of the words about one picture."""

_TEMPORARY = re.compile(
    r"\.(tmp|temp|part|partial|crdownload|download|opdownload|swp|bak|filepart|\!ut)$|~$|^~\$|^\._"
    r"|^(thumbs\.db|desktop\.ini|__macosx|@eadir|\$recycle\.bin|lost\+found)$",
    re.IGNORECASE,
)
# What prints nothing and still belongs in words: joiners (Persian, emoji). Every other letter of
# that kind makes a name read as another one.
_JOINERS = "\u200c\u200d"
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class File:
    """A file as its holder lists it.

    Attributes:
        parts: its path from the root.
        size_bytes: as the holder says; an archive may lie.
        revision: changes when the bytes do.
        changed_at: seconds since 1970, as the holder says.
    """

    parts: Parts
    size_bytes: int
    revision: str
    changed_at: float

    @property
    def name(self) -> str:
        """Its last name."""
        return self.parts[-1]


@dataclass(frozen=True)
class Listing:
    """The files of one folder, in order.

    Attributes:
        folder: its path from the root; () for the root itself.
        files: sorted by the bytes of their names.
    """

    folder: Parts
    files: tuple[File, ...]


class Holder(Protocol):
    """A folder's tree or an archive. `read` may be called from several threads at once."""

    def listings(self) -> Iterator[Listing]:
        """Every folder with its files, always in the same order.

        Raises:
            InputError: it cannot be listed.
        """
        ...

    def revision(self, parts: Parts) -> str:
        """What the file's revision is now.

        Raises:
            Gone: there is no such file any more.
            InputError: the path leads elsewhere.
        """
        ...

    def read(self, parts: Parts, most: int) -> bytes:
        """The whole file.

        Raises:
            Gone: there is no such file any more.
            Transient: it is being written just now.
            InputError: the path leads elsewhere, the file is longer than `most`, or damaged.
        """
        ...


def is_temporary(name: str) -> bool:
    """Whether a name is one that programs give to what is not finished, or not a person's."""
    return _TEMPORARY.search(name) is not None


def check_size(size: int, most: int, called: str) -> None:
    """Refuse a file that is larger than it may be.

    Raises:
        InputError: it is.
    """
    if size > most:
        raise InputError(
            f"'{called}' has {size:,} bytes, more than the {most:,} allowed.",
            "Make the file smaller, or raise the limit.",
        )


def suffix_of(name: str) -> str:
    """Its ending in small letters, also where dots or spaces follow it: "name.jpg." is a JPEG."""
    return PurePath(name.rstrip(". ")).suffix.lower()


def identifier_of(parts: Parts, archive: Parts = ()) -> str:
    """One line for a path: `albums/1900/boats.jpg`, `albums/old.zip!/boats.jpg`.

    Bytes that are no text, and letters that print nothing, are written as %XX; so is % itself.
    """
    inside = "/".join(map(_escaped, parts))
    return "/".join(map(_escaped, archive)) + "!/" + inside if archive else inside


def parts_of(identifier: str) -> tuple[Parts, Parts]:
    """The path of the archive, () for none, and the path inside, from an identifier.

    Raises:
        InputError: it leads out of its root, or nowhere.
    """
    outside, found, inside = identifier.partition("!/")
    paths = (outside, inside) if found else ("", outside)
    archive, parts = (tuple(map(_plain, path.split("/"))) if path else () for path in paths)
    if not parts or (found and not archive):
        raise strays(identifier)
    check_parts((*archive, *parts), identifier)
    return archive, parts


def check_parts(parts: Parts, called: str) -> None:
    """Refuse a path that could lead anywhere but down.

    Raises:
        InputError: one of its names is no name.
    """
    separators = "/\\\0:" if sys.platform == "win32" else "/\0"
    for part in parts:
        if part in {"", ".", ".."} or any(letter in separators for letter in part):
            raise strays(called)


def strays(called: str) -> InputError:
    """The refusal of a path that leads out of its folder or archive."""
    return InputError(
        f"'{escaped_path(called)[:200]}' does not lead to a file inside its folder or archive.",
        "Collect from the folder itself; a find is never looked for outside it.",
    )


def escaped_path(path: str | Path) -> str:
    """A path as one printable line; separators stay."""
    return "".join(map(_letter, str(path)))


def told_source(source: str) -> str:
    """What the world is told of a source: of a folder its name, not where it lies here.

    Eight signs of the path's hash keep two folders of one name apart: "folder:art-1f3c9a2e".
    """
    name, colon, place = source.partition(":")
    path = PurePath(place)
    if not colon or not path.is_absolute():
        return source
    return f"{name}:{path.name or 'root'}-{sha256(place.encode()).hexdigest()[:8]}"


def path_of(escaped: str) -> Path:
    """The path that `escaped_path` wrote."""
    return Path(_plain(escaped))


def _escaped(part: str) -> str:
    text = part if part.isprintable() and "%" not in part else "".join(map(_letter, part))
    return text[:-1] + "%21" if text.endswith("!") else text


def _letter(letter: str) -> str:
    shows = letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) == "Zs"
    if shows and letter != "%":
        return letter
    return "".join(f"%{byte:02X}" for byte in _bytes_of(letter))


def _bytes_of(letter: str) -> bytes:
    is_byte = "\udc80" <= letter <= "\udcff"  # one that was no text, as Python keeps it
    return letter.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")


def _plain(part: str) -> str:
    data = b"".join(map(_bytes_of, part))
    plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)
    return plain.decode("utf-8", "surrogateescape")
