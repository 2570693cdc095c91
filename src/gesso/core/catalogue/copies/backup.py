"""A backup while others write: the catalogue as of one moment, with every picture it names.

The pictures come first, then the moment is caught (`VACUUM INTO` reads one state of the database
and keeps nobody from writing), then what came in between. A picture that was sealed in between has
lost its old file; then a later moment is caught. Last of all a moment is caught with the writer's
lock held, so that it ends.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal

from sqlalchemy import select

from gesso._version import __version__
from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.copies.carrying import Cargo, Carrier
from gesso.core.catalogue.copies.folder import (
    DATABASE,
    SETTINGS,
    BackupFolder,
    BackupManifest,
    Part,
    digest_of,
)
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error
from gesso.core.catalogue.store.tables import blobs
from gesso.core.errors import DamageError

_MOMENTS = 4
"""So often a moment is caught before the writers are asked to wait for it."""


@dataclass(frozen=True)
class BackupOptions:
    """How a backup is made.

    Attributes:
        keep: so many generations stay, the newest ones; their pictures all stay.
        link: share the pictures' files with the studio where both are on one disk.
    """

    keep: int = 3
    link: bool = False

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise ValueError(f"at least one generation is kept, not {self.keep}")


@dataclass(frozen=True)
class BackupReport:
    """What was backed up.

    Attributes:
        folder: where.
        manifest: of the new generation.
        copied, there: pictures and thumbnails that were copied, and that were there already.
        bytes: copied.
        problems: a sentence for each file of the studio that is missing or damaged, and so is not
            in the backup either.
    """

    folder: Path
    manifest: BackupManifest
    copied: int
    there: int
    bytes: int
    problems: tuple[str, ...] = field(default=())


def back_up(
    catalogue: Catalogue,
    folder: Path,
    options: BackupOptions,
    *,
    stop: Signal | None = None,
    heard: Callable[[int], None] = lambda _bytes: None,
) -> BackupReport:
    """Make a new generation in a folder of backups, and verify it.

    Args:
        catalogue: of the studio; it may be in use meanwhile.
        folder: of the backups; made when it is missing, told by name when it holds other things.
        options: how.
        stop: set it to stop; the folder then holds the generations that it held.
        heard: told of the bytes of each picture that is through.

    Raises:
        InputError: the folder holds other things, or the backups of another studio.
        StorageError: a disk would not do it.
        DamageError: the catalogue itself is damaged.
        Interrupted: the owner stopped.
    """
    disk = Disk()
    home = BackupFolder(folder, disk)
    home.begin(catalogue.versions.studio())
    number = max(home.numbers(), default=0) + 1
    place = home.place(number)
    _clear(place)
    make_folder(disk, place)
    carrier = Carrier(catalogue.blobs, home.blobs, disk, link=options.link, stop=stop)
    cargo = Cargo()
    carrier.carry(_live(catalogue), cargo, heard)
    lost = _catch(catalogue, place / DATABASE, carrier, cargo)
    _settings(catalogue, place)
    manifest = _manifest(number, place, disk)
    home.publish(manifest)
    for old in home.numbers()[: -options.keep]:
        _clear(home.place(old))
    return BackupReport(
        folder, manifest, cargo.copied, cargo.there, cargo.bytes, tuple(_told(lost, cargo))
    )


def named_by(database: Path) -> Iterator[tuple[str, int]]:
    """The pictures that a catalogue's file names, with their sizes.

    Raises:
        DamageError: it cannot be read.
    """
    try:
        with closing(_opened(database)) as connection:
            yield from connection.execute("SELECT key, size_bytes FROM blobs ORDER BY key")
    except sqlite3.Error as error:
        raise DamageError(f"{database} is damaged: {error}.", _ANOTHER) from error


def _catch(catalogue: Catalogue, database: Path, carrier: Carrier, cargo: Cargo) -> list[str]:
    """Catch a moment and the pictures that it names; returns those that are nowhere."""
    lost: list[str] = []
    for moment in range(_MOMENTS + 1):
        is_last = moment == _MOMENTS and not catalogue.database.read_only
        with catalogue.database.write() if is_last else nullcontext():
            database.unlink(missing_ok=True)
            catalogue.database.copy_to(database)
            rest = Cargo()
            carrier.carry(named_by(database), rest)
            lost = rest.missing
            cargo.copied += rest.copied
            cargo.bytes += rest.bytes
        if not _let_go(catalogue, lost):
            break
    return lost


def _let_go(catalogue: Catalogue, keys: list[str]) -> bool:
    """Whether some of these are named no more: then they were let go of, not lost."""
    with catalogue.database.read() as connection:
        wanted = select(blobs.c.key).where(blobs.c.key.in_(keys[:500]))
        return len(set(connection.scalars(wanted))) < len(keys[:500])


def _live(catalogue: Catalogue) -> Iterator[tuple[str, int]]:
    after = ""
    while True:
        wanted = (
            select(blobs.c.key, blobs.c.size_bytes)
            .where(blobs.c.key > after)
            .order_by(blobs.c.key)
            .limit(1000)
        )
        with catalogue.database.read() as connection:
            batch = [(row[0], row[1]) for row in connection.execute(wanted)]
        if not batch:
            return
        after = batch[-1][0]
        yield from batch


def _settings(catalogue: Catalogue, place: Path) -> None:
    """The settings go along; keys, locks and seals do not: a backup lies about for years."""
    path = catalogue.folder / SETTINGS
    try:
        if path.is_file():
            shutil.copyfile(path, place / SETTINGS)
    except OSError as error:
        raise storage_error(error, path, "copy") from error


def _manifest(number: int, place: Path, disk: Disk) -> BackupManifest:
    """Verify the generation, and say what it holds."""
    database = place / DATABASE
    counts, schema, held = _looked_at(database)
    parts = []
    try:
        for path in sorted(place.iterdir()):
            with path.open("rb+") as file:
                disk.fsync(file.fileno())
            parts.append(Part(path.name, *digest_of(path)))
        disk.fsync_folder(place)
        disk.fsync_folder(place.parent)
    except OSError as error:
        raise storage_error(error, place, "read back") from error
    return BackupManifest(
        number=number,
        made_at=utc_now().isoformat(timespec="seconds"),
        software=f"gesso {__version__}",
        schema=schema,
        parts=tuple(parts),
        counts=counts,
        blobs=held[0],
        blob_bytes=held[1],
    )


def _looked_at(database: Path) -> tuple[dict[str, int], str, tuple[int, int]]:
    """Rows by table, the schema's revision, and the pictures it names with their size."""
    try:
        with closing(_opened(database)) as connection:
            told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if told != ["ok"]:
                raise DamageError(f"The copy {database} is damaged: {told[0]}.", _ANOTHER)
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%' "
                "AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'works_fts%' ORDER BY name"
            ).fetchall()
            counts = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
                for (name,) in names
            }
            (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            held = connection.execute(
                "SELECT count(*), coalesce(sum(size_bytes), 0) FROM blobs"
            ).fetchone()
    except sqlite3.Error as error:
        raise DamageError(f"The copy {database} is damaged: {error}.", _ANOTHER) from error
    return counts, schema, held


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _told(lost: list[str], cargo: Cargo) -> Iterator[str]:
    yield from (f"{key} is missing in the studio." for key in lost)
    yield from (f"{key} is damaged in the studio." for key in dict.fromkeys(cargo.damaged))


def _clear(place: Path) -> None:
    """Remove a generation, its manifest first, so that half of one is never taken for whole."""
    with suppress(FileNotFoundError):
        for path in sorted(place.iterdir(), key=lambda path: path.name != "manifest.json"):
            path.unlink()
        place.rmdir()


_ANOTHER = "Look at the disk, then back up again; find what is wrong with: gesso check"
