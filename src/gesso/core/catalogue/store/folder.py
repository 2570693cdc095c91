"""The studio's folder: what belongs in it, and which folders we take for one."""

from __future__ import annotations

from pathlib import Path

from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error
from gesso.core.errors import StudioError

DATABASE = "gesso.db"
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
        "results",
        "locks",
        "signing",
        "gesso.toml",
        "keys.toml",
    }
)
_HARMLESS = frozenset(
    {".env", ".env.local", ".gitignore", ".gitkeep", ".DS_Store", "desktop.ini", "Thumbs.db"}
    | {"lost+found"}
)
_DATABASES = (DATABASE, "limits.db")


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
        is_studio = (folder / DATABASE).is_file()
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
