"""The manifest of a generation: what it is made of, with a check sum for every byte of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gesso.core.catalogue.store.disk import Disk, write_whole
from gesso.core.errors import DamageError
from gesso.core.indexes.truth.breaking import BrokenOff, IsOver, never

NAME = "manifest.json"
_FORMAT = 1
_PIECE = 1 << 20
_ADVICE = "Another generation answers meanwhile; make a new one with: gesso index build"


@dataclass(frozen=True)
class FileLine:
    """One file of a generation.

    Attributes:
        size: its bytes.
        sha256: of all of them.
    """

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a generation says of itself.

    Attributes:
        number: counted from 1.
        space: whose vectors are in it.
        size: numbers in a vector.
        kind: the adapter that built it.
        name: what the adapter calls it outside its folder.
        widen: how many times as many candidates its canaries wanted.
        count: vectors in it.
        high_water: rows of the truth behind which everything came later.
        truth: over the works and sums of its rows; another truth gives another one.
        few: works up to which comparing them one by one was quicker than asking it.
        recall_pictures, recall_words: of its canaries at k = 10, 0 to 1.
        built_at, build_s: when, in seconds since 1970, and how long it took.
        versions: of the packages that wrote it.
        files: every other file of the folder.
    """

    number: int
    space: str
    size: int
    kind: str
    name: str
    widen: float
    count: int
    high_water: int
    truth: str
    few: int
    recall_pictures: float
    recall_words: float
    built_at: float
    build_s: float
    versions: dict[str, str]
    files: dict[str, FileLine]

    def write(self, disk: Disk, folder: Path) -> None:
        """Put it into the folder, with a check sum over itself."""
        said = {"format": _FORMAT, **asdict(self)}
        write_whole(
            disk, folder / NAME, json.dumps(said | {"check": _check(said)}, indent=1).encode()
        )

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """What the folder's manifest says.

        Raises:
            DamageError: there is none, or it is not what was written.
        """
        try:
            said = json.loads((folder / NAME).read_bytes())
            check, is_known = said.pop("check"), said["format"] == _FORMAT
            is_whole = check == _check(said)
            del said["format"]
            files = {name: FileLine(**line) for name, line in said.pop("files").items()}
            manifest = cls(**said, files=files)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DamageError(f"its manifest cannot be read ({error})", _ADVICE) from error
        if not (is_known and is_whole):
            raise DamageError("its manifest is not what was once written", _ADVICE)
        return manifest

    def check_files(self, folder: Path, is_over: IsOver = never) -> None:
        """Read every byte, a piece at a time.

        Raises:
            DamageError: a file is missing or is not what was written.
            BrokenOff: it was over before the end.
        """
        for name, line in self.files.items():
            path = folder / name
            try:
                is_whole = (
                    path.stat().st_size == line.size and digest_of(path, is_over) == line.sha256
                )
            except OSError as error:
                raise DamageError(f"{name} cannot be read ({error.strerror})", _ADVICE) from error
            if not is_whole:
                raise DamageError(f"{name} is not what was once written", _ADVICE)

    def size_bytes(self) -> int:
        """Of all files, the manifest left out."""
        return sum(line.size for line in self.files.values())


def digest_of(path: Path, is_over: IsOver = never) -> str:
    """The sha256 of a file.

    Raises:
        BrokenOff: it was over before the end.
    """
    found, piece = hashlib.sha256(), bytearray(_PIECE)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(piece):
            found.update(memoryview(piece)[:count])
            if is_over():
                raise BrokenOff
    return found.hexdigest()


def files_of(folder: Path) -> dict[str, FileLine]:
    """Every file in a folder, the manifest left out."""
    paths = sorted(path for path in folder.iterdir() if path.name != NAME)
    return {path.name: FileLine(path.stat().st_size, digest_of(path)) for path in paths}


def _check(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
