"""The way back: a backup into an empty folder, every byte held to its hash, the name given last."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal

from gesso.core.catalogue.blobs.blob import BLOBS, BlobStore, key_of
from gesso.core.catalogue.copies.backup import named_by
from gesso.core.catalogue.copies.carrying import Cargo, Carrier
from gesso.core.catalogue.copies.folder import BackupFolder, BackupManifest, wrong_parts
from gesso.core.catalogue.store import folder as studio_folder
from gesso.core.catalogue.store.dialects.copying import move_in
from gesso.core.catalogue.store.dialects.databases import open_database
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error
from gesso.core.errors import DamageError, InputError

_MOST_TOLD = 20
_BUSY_S = 30.0


@dataclass(frozen=True)
class RestoreReport:
    """What was restored.

    Attributes:
        folder: the new studio, None where the backup was only verified.
        manifest: of the generation.
        blobs: pictures and thumbnails that are there.
        bytes: of those that were read.
        problems: a sentence for each file of the backup that is missing or damaged.
    """

    folder: Path | None
    manifest: BackupManifest
    blobs: int
    bytes: int
    problems: tuple[str, ...]


def restore(
    source: Path,
    folder: Path,
    *,
    generation: int | None = None,
    partly: bool = False,
    url: str = "",
    stop: Signal | None = None,
    heard: Callable[[int], None] = lambda _bytes: None,
) -> RestoreReport:
    """Make a studio of a backup.

    It grows beside its place and gets its name when everything is there; a broken-off run is
    gone on with.

    Args:
        source: the folder of the backups.
        folder: where the studio shall be; empty or new.
        generation: its number, None for the newest.
        partly: go on where pictures are missing or damaged; they are named in the report.
        url: of an empty database on a server that shall hold the catalogue, "" for a file.
        stop: set it to stop.
        heard: told of the bytes of each picture that is through.

    Raises:
        InputError: there is no such backup, or `folder` or the database is not empty.
        SettingsError: the URL cannot be used.
        DamageError: the backup is damaged; the first damaged files are named.
        StorageError: a disk would not do it.
        Interrupted: the owner stopped.
    """
    disk = Disk()
    home, manifest = _whole(source, generation, disk)
    _refuse_full(folder)
    growing = folder.absolute().with_name(f".{folder.absolute().name}.restoring")
    make_folder(disk, growing)
    cargo = Cargo()
    place = home.place(manifest.number)
    store = _store_of(home, disk)
    carrier = Carrier(store, growing / studio_folder.BLOBS, disk, stop=stop)
    carrier.carry(named_by(place / studio_folder.DATABASE), cargo, heard)
    problems = _problems(home, cargo)
    if problems and not partly:
        raise _damaged(problems)
    _copy_parts(place, manifest, growing, disk)
    if url:
        _move_in(growing, url, disk)
    _name(growing, folder, disk)
    return RestoreReport(folder, manifest, cargo.copied + cargo.there, cargo.bytes, tuple(problems))


def verify(source: Path, *, generation: int | None = None) -> RestoreReport:
    """Read a backup to the last byte, and say what is wrong with it.

    Raises:
        InputError: there is no such backup.
        DamageError: its catalogue or its manifest is damaged.
        StorageError: a disk would not read.
    """
    disk = Disk()
    home, manifest = _whole(source, generation, disk)
    store = _store_of(home, disk)
    cargo = Cargo()
    for key, size in named_by(home.place(manifest.number) / studio_folder.DATABASE):
        found = _looked_at(store, key, size)
        if found == "missing":
            cargo.missing.append(key)
        elif found == "damaged":
            cargo.damaged.append(key)
        else:
            cargo.copied += 1
            cargo.bytes += size
    return RestoreReport(None, manifest, cargo.copied, cargo.bytes, tuple(_problems(home, cargo)))


def _whole(source: Path, generation: int | None, disk: Disk) -> tuple[BackupFolder, BackupManifest]:
    home = BackupFolder(source, disk)
    manifest = home.manifest(generation)
    wrong = list(wrong_parts(home.place(manifest.number), manifest))
    if wrong:
        raise _damaged(wrong)
    return home, manifest


def _store_of(home: BackupFolder, disk: Disk) -> BlobStore:
    maker = BLOBS.open("local")
    return maker(home.blobs, disk, maker.Options(read_only=True))


def _looked_at(store: BlobStore, key: str, size: int) -> str:
    found = store.size(key)
    if found is None:
        return "missing"
    return "whole" if found == size and key_of(store.get(key)) == key else "damaged"


def _refuse_full(folder: Path) -> None:
    try:
        names = [path.name for path in folder.iterdir()] if folder.exists() else []
    except NotADirectoryError as error:
        raise InputError(f"{folder} is a file.", "Name a folder with --studio.") from error
    except OSError as error:
        raise storage_error(error, folder, "look into") from error
    if names:
        raise InputError(
            f"{folder} is not empty: it holds '{names[0]}'.",
            "A backup is restored into an empty or a new folder: name one with --studio.",
        )


def _copy_parts(place: Path, manifest: BackupManifest, growing: Path, disk: Disk) -> None:
    try:
        for part in manifest.parts:
            target = growing / part.name
            shutil.copyfile(place / part.name, target)
            with target.open("rb+") as file:
                disk.fsync(file.fileno())
        disk.fsync_folder(growing)
    except OSError as error:
        raise storage_error(error, growing, "write") from error
    wrong = list(wrong_parts(growing, manifest))
    if wrong:
        raise _damaged(wrong)


def _move_in(growing: Path, url: str, disk: Disk) -> None:
    """Let the catalogue be on a server instead of in the folder."""
    path = growing / studio_folder.DATABASE
    with closing(open_database(path, url, disk, _BUSY_S)) as server:
        move_in(path, server)
        path.unlink()
        studio_folder.note_server(growing, server.name, disk)


def _name(growing: Path, folder: Path, disk: Disk) -> None:
    try:
        with suppress(FileNotFoundError):
            folder.rmdir()
        disk.rename(growing, folder.absolute())
        disk.fsync_folder(folder.absolute().parent)
    except OSError as error:
        raise storage_error(error, folder, "make") from error


def _problems(home: BackupFolder, cargo: Cargo) -> list[str]:
    return [
        *(f"{home.blobs / key} is missing." for key in sorted(cargo.missing)),
        *(
            f"{home.blobs / key} is damaged: it holds other bytes than its name says."
            for key in sorted(set(cargo.damaged))
        ),
    ]


def _damaged(problems: list[str]) -> DamageError:
    told = " ".join(problems[:_MOST_TOLD])
    more = len(problems) - _MOST_TOLD
    return DamageError(
        f"The backup is damaged. {told}{f' And {more:,} more.' if more > 0 else ''}",
        "Take another copy of it or an earlier generation (--generation); --partly restores "
        "what is whole when only pictures are damaged.",
    )
