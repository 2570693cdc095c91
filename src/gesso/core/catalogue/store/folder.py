"""The studio's folder: what belongs in it, and which folders we take for one."""

from __future__ import annotations

from pathlib import Path

from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error, write_whole
from gesso.core.errors import DamageError, StudioError

DATABASE = "gesso.db"
SERVER = "gesso.server"
"""Stands where the database would, when it is on a server; says which, without a password."""
BLOBS = "blobs"
EXPORTS = "exports"
LOGS = "logs"

_OURS = frozenset(
    {
        BLOBS,
        EXPORTS,
        LOGS,
        "vectors",
        "index",
        "models",
        "results",
        "locks",
        "signing",
        "gesso.toml",
        SERVER,
        "keys.toml",
    }
)
_HARMLESS = frozenset(
    {".env", ".env.local", ".gitignore", ".gitkeep", ".DS_Store", "desktop.ini", "Thumbs.db"}
    | {"lost+found"}
)
_DATABASES = (DATABASE, "limits.db")


def holds_studio(folder: Path) -> bool:
    """Whether there is a studio in a folder, its database in it or on a server."""
    return (folder / DATABASE).is_file() or (folder / SERVER).is_file()


def prepare(folder: Path, disk: Disk, *, create: bool) -> None:
    """Make sure that `folder` is a studio, or may become one.

    Args:
        folder: the studio's folder.
        disk: what to make folders on.
        create: make a studio where there is none.

    Raises:
        StudioError: it is no folder, no studio (`create` is False), or holds other things.
        StorageError: it cannot be made or looked into.
    """
    try:
        is_studio = holds_studio(folder)
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        is_other = folder.exists() and not folder.is_dir()
    except OSError as error:
        raise storage_error(error, folder, "look into") from error
    if is_other:
        raise StudioError(
            f"{folder} is a file, so it cannot be a studio.", "Name a folder with --studio."
        )
    if not is_studio:
        _check_new(folder, names, create=create)
    for place in (folder, folder / EXPORTS, folder / LOGS):
        make_folder(disk, place)


def note_server(folder: Path, name: str, disk: Disk) -> None:
    """Say in the folder that its database is on a server.

    Raises:
        StudioError: there is a database in it as well, or it cannot be written.
    """
    if (folder / DATABASE).exists():
        raise StudioError(
            f"{folder} has a catalogue of its own, and [catalogue] url names another.",
            "Take the setting away, or name another folder with --studio.",
        )
    if not (folder / SERVER).exists():
        write_whole(disk, folder / SERVER, f"{name}\n".encode())


def refuse_server(folder: Path) -> None:
    """Make no second catalogue where the first is on a server.

    Raises:
        StudioError: it is.
    """
    if (folder / SERVER).is_file() and not (folder / DATABASE).exists():
        raise StudioError(
            f"The catalogue of {folder} is on a server: {_told(folder)}.",
            "Say where: [catalogue] url in its gesso.toml, or GESSO_CATALOGUE__URL.",
        )


def refuse_lost(folder: Path) -> None:
    """Make no new catalogue beside the pictures of one that was lost or emptied.

    It would look like a studio in which nothing ever was.

    Raises:
        DamageError: pictures lie there, and the catalogue that named them does not.
        StorageError: it cannot be looked into.
    """
    database = folder / DATABASE
    try:
        is_there = database.exists() and database.stat().st_size > 0
        is_lost = not is_there and any((folder / BLOBS).glob("??/*"))
    except OSError as error:
        raise storage_error(error, folder, "look into") from error
    if is_lost:
        raise DamageError(
            f"The database {database} is {'empty' if database.exists() else 'missing'}, but "
            f"pictures that it named lie in {BLOBS}/.",
            "Put back a copy of it, or restore a backup; to begin anew, name another folder.",
        )


def _told(folder: Path) -> str:
    try:
        return (folder / SERVER).read_text("utf-8").strip()[:200]
    except (OSError, UnicodeDecodeError):
        return "which one is not to be read"


def _check_new(folder: Path, names: list[str], *, create: bool) -> None:
    if not create:
        raise StudioError(
            f"There is no studio in {folder}.",
            "Name its folder with --studio, or begin one with: gesso make 'A THEME'",
        )
    strange = [name for name in names if not _belongs(name)]
    if strange:
        shown = ", ".join(f"'{name}'" for name in strange[:3])
        more = f" and {len(strange) - 3} more" if len(strange) > 3 else ""
        raise StudioError(
            f"{folder} is no studio and is not empty: it holds {shown}{more}.",
            "Name an empty or a new folder with --studio.",
        )


def _belongs(name: str) -> bool:
    return name in _OURS or name in _HARMLESS or name.startswith(_DATABASES)
