"""Fetching a model from a hub onto the shelf: whole, or not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gesso.core.errors import StorageError
from gesso.core.outside.models.hub import Hub, HubFile, Listing
from gesso.core.outside.models.shelf import PART, Card, Kept, Shelf

# Told while a file comes: its path, and the bytes of the whole that are here.
TellPull = Callable[[str, int], None]


@dataclass(frozen=True)
class Offer:
    """What would be pulled.

    Attributes:
        listing: the whole of it.
        files: those that are needed.
    """

    listing: Listing
    files: tuple[HubFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all the files that are needed."""
        return sum(file.size for file in self.files)


def fetch(
    hub: Hub, wanted: Offer, shelf: Shelf, tell: TellPull, card: Callable[[Path], Card]
) -> Kept:
    """Fetch a model's files and put it on the shelf.

    Until it is whole it lies beside its place, in a folder that ends in ".part", and a second
    fetch goes on there; then it is looked through and moved in one step.

    Args:
        hub: who has it.
        wanted: what is fetched.
        shelf: where it is put; a model of that name is replaced.
        tell: told how it goes.
        card: looks the folder of the files through and writes the model's card, or refuses.

    Raises:
        OutsideError: by its kind.
        StorageError: there is no room.
    """
    listing = wanted.listing
    place = shelf.place(listing.name)
    part = place.with_name(f"{place.name}{PART}")
    make_room(part, wanted.size)
    here = 0
    for file in wanted.files:
        hub.fetch(listing, file, part, _telling(tell, file.path, here))
        here += file.size
        tell(file.path, here)
    return shelf.put(card(part), part)


def make_room(folder: Path, size: int) -> None:
    """Make a folder for so many bytes, those that lie there counted.

    Raises:
        StorageError: there is no room, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        here = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StorageError(
            f"'{folder}' cannot be written: {error.strerror}.",
            "Choose another folder: [models] folder.",
        ) from error
    if size - here > free:
        raise StorageError(
            f"The model needs {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free.",
            "Make room, or choose another folder: [models] folder.",
        )


def now() -> str:
    """The time of a card: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _telling(tell: TellPull, path: str, before: int) -> Callable[[int], None]:
    return lambda done: tell(path, before + done)
