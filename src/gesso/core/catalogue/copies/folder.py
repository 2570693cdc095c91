"""What a backup looks like on a disk.

gesso-backup.json                  says that this folder holds backups, and of which studio
generations/000003/gesso.db        the catalogue as it stood at one moment
generations/000003/gesso.toml      the settings, without any key
generations/000003/manifest.json   what belongs to it, with sizes and hashes; written last
blobs/ab/ab12…                     the pictures, shared by all generations
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error, write_whole
from gesso.core.errors import DamageError, InputError
from gesso.core.records.codec import from_json, to_json

FORMAT = "gesso-backup"
VERSION = 1
MARKER = "gesso-backup.json"
MANIFEST = "manifest.json"
GENERATIONS = "generations"
BLOBS = "blobs"
DATABASE = "gesso.db"
SETTINGS = "gesso.toml"


@dataclass(frozen=True)
class Part:
    """One file of a generation: its name there, its size and its sha256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class BackupManifest:
    """One generation.

    Attributes:
        number: of the generation, from 1.
        made_at: ISO 8601, UTC.
        software: which gesso made it.
        schema: the revision of its tables.
        parts: its files but this one; pictures are named by the catalogue among them.
        counts: rows by table.
        blobs: how many pictures and thumbnails it names.
        blob_bytes: their size in all.
    """

    number: int
    made_at: str
    software: str
    schema: str
    parts: tuple[Part, ...]
    counts: dict[str, int]
    blobs: int
    blob_bytes: int


class BackupFolder:
    """A folder of backups of one studio.

    Args:
        folder: where; it need not exist.
        disk: what to write on.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk

    @property
    def blobs(self) -> Path:
        """Where the pictures of all generations lie."""
        return self.folder / BLOBS

    def begin(self, studio: str) -> None:
        """Make the folder, or make sure that it is one of this studio's backups.

        Args:
            studio: what tells the studio from others; empty where it has no such word yet.

        Raises:
            InputError: it holds other things, or the backups of another studio.
            StorageError: it cannot be made or read.
        """
        if not self.is_one():
            if self.folder.exists() and _names(self.folder):
                raise InputError(
                    f"{self.folder} is not empty and holds no backup of gesso.",
                    "Name an empty or a new folder.",
                )
            make_folder(self._disk, self.folder)
            self._mark(studio)
        elif not self.studio():
            self._mark(studio)
        elif self.studio() != studio:  # one without a word was never backed up here
            raise InputError(
                f"{self.folder} holds the backups of another studio.",
                "Name another folder; each studio has one of its own.",
            )
        make_folder(self._disk, self.folder / GENERATIONS)

    def is_one(self) -> bool:
        """Whether it is a folder of backups that this gesso knows.

        Raises:
            InputError: a newer gesso made it, or it is a file.
            DamageError: what says so is damaged.
        """
        path = self.folder / MARKER
        try:
            told = json.loads(path.read_text("utf-8"))
            version = told["version"]
        except FileNotFoundError:
            return False
        except NotADirectoryError as error:
            raise InputError(f"{self.folder} is a file.", "Name a folder.") from error
        except (ValueError, TypeError, KeyError) as error:
            raise DamageError(f"{path} is damaged.", _ANOTHER) from error
        except OSError as error:
            raise storage_error(error, path, "read") from error
        if version != VERSION:
            raise InputError(
                f"{self.folder} holds backups of form {version}, this gesso knows {VERSION}.",
                "Install the newer gesso that made them.",
            )
        return True

    def studio(self) -> str:
        """Which studio's backups these are; empty where nothing says so.

        Raises:
            StorageError: it cannot be read.
        """
        path = self.folder / MARKER
        try:
            return str(json.loads(path.read_text("utf-8")).get("studio", ""))
        except OSError as error:
            raise storage_error(error, path, "read") from error

    def _mark(self, studio: str) -> None:
        told = {"format": FORMAT, "version": VERSION, "studio": studio}
        write_whole(self._disk, self.folder / MARKER, json.dumps(told).encode() + b"\n")

    def place(self, number: int) -> Path:
        """The folder of a generation."""
        return self.folder / GENERATIONS / f"{number:06d}"

    def numbers(self) -> list[int]:
        """The generations that are whole, oldest first; one without a manifest is none."""
        above = self.folder / GENERATIONS
        found = [path for path in above.iterdir() if re.fullmatch(r"\d{6,}", path.name)]
        return sorted(int(path.name) for path in found if (path / MANIFEST).is_file())

    def publish(self, manifest: BackupManifest) -> None:
        """Write the manifest: from now on the generation is there."""
        told = to_json(manifest, indent=1).encode() + b"\n"
        write_whole(self._disk, self.place(manifest.number) / MANIFEST, told)

    def manifest(self, number: int | None = None) -> BackupManifest:
        """What belongs to a generation, None for the newest.

        Raises:
            InputError: there is no such generation, or no backup at all.
            DamageError: its manifest is damaged.
        """
        numbers = self.numbers() if self.is_one() else []
        if not numbers:
            raise InputError(
                f"There is no whole backup in {self.folder}.", "Name the folder of one."
            )
        wanted = numbers[-1] if number is None else number
        if wanted not in numbers:
            told = ", ".join(str(one) for one in numbers)
            raise InputError(f"There is no backup number {wanted} there.", f"There are: {told}.")
        path = self.place(wanted) / MANIFEST
        try:
            manifest = from_json(BackupManifest, path.read_bytes())
        except InputError as error:
            raise DamageError(f"{path} is damaged.", _ANOTHER) from error
        except OSError as error:
            raise storage_error(error, path, "read") from error
        if any(part.name not in (DATABASE, SETTINGS) for part in manifest.parts):
            raise DamageError(f"{path} names files that belong to no backup.", _ANOTHER)
        return manifest


def digest_of(path: Path) -> tuple[int, str]:
    """The size and the sha256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def wrong_parts(place: Path, manifest: BackupManifest) -> Iterator[str]:
    """A sentence for each file of a generation that is not what it was."""
    for part in manifest.parts:
        path = place / part.name
        try:
            found = digest_of(path)
        except FileNotFoundError:
            yield f"{path} is missing."
            continue
        except OSError as error:
            yield f"{path} cannot be read: {(error.strerror or type(error).__name__).lower()}."
            continue
        if found != (part.bytes, part.sha256):
            yield f"{path} is damaged: it holds other bytes than when the backup was made."


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except NotADirectoryError as error:
        raise InputError(f"{folder} is a file.", "Name a folder.") from error
    except OSError as error:
        raise storage_error(error, folder, "look into") from error


_ANOTHER = "Take another copy of the backup, or an earlier generation with --generation."
