"""The header of a space's vectors: whose they are."""

from __future__ import annotations

import json
from pathlib import Path

from gesso.core.catalogue.store.disk import Disk, storage_error, write_whole
from gesso.core.encoders.encoder import Space
from gesso.core.errors import DamageError
from gesso.core.indexes.truth.journal import Journal

NAME = "space.json"


class Header:
    """The header in one folder.

    Args:
        folder: of the vectors.
        space: whose they should be.
        disk: what to write on.
    """

    def __init__(self, folder: Path, space: Space, disk: Disk) -> None:
        self._path = folder / NAME
        self._space = space
        self._disk = disk

    def is_there(self) -> bool:
        """Whether it was ever written."""
        return self._path.exists()

    def write(self) -> None:
        """Say whose vectors these are, over whatever stood there.

        Raises:
            StorageError: the disk would not.
        """
        write_whole(self._disk, self._path, self._told())

    def is_ours(self, journal: Journal) -> bool:
        """Whether it is as it should be or was never written.

        Args:
            journal: whose records are believed where the header cannot be.

        Raises:
            DamageError: it names another space.
            StorageError: it cannot be read.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return True
        except OSError as error:
            raise storage_error(error, self._path, "read") from error
        if data == self._told():
            return True
        try:
            told = json.loads(data)
            other = f"'{told['space']}' of {int(told['size'])} numbers"
        except (ValueError, TypeError, KeyError):
            return False
        if journal.size() and len(journal.read().records):
            return False  # the records fit this space; the header's bytes went wrong
        raise DamageError(
            f"The vectors in {self._path.parent} belong to the space {other}, not to "
            f"'{self._space.id}' of {self._space.size}.",
            "Spaces never mix: give each its own folder, and embed the works for this one.",
        )

    def _told(self) -> bytes:
        told = {"format": 1, "space": self._space.id, "size": self._space.size}
        return json.dumps(told, indent=1).encode()
