"""What a blob store is: bytes by the hash of their content, written once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Protocol

from gesso.core.catalogue.store.disk import Disk
from gesso.core.registry import Entry, Registry

_KEY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}")


def key_of(data: bytes) -> str:
    """The key of some bytes, the same in every store: `ab/ab12…`, their sha256 behind its head."""
    digest = sha256(data).hexdigest()
    return f"{digest[:2]}/{digest}"


def is_key(text: str) -> bool:
    """Whether this is the form of a key, so that nothing else can name a place in a store."""
    return _KEY.fullmatch(text) is not None


class BlobStore(Protocol):
    """A blob store keeps bytes under the hash of their content.

    What every store owes the catalogue: every method may be called from many threads and
    processes at once; when `put` returns, the bytes survive a power cut whole; a reader never
    sees half a blob; a key that has not the form of one is a `ValueError`.

    What the catalogue will never ask: to change a blob.
    """

    def put(self, data: bytes, media_type: str = "") -> str:
        """Keep some bytes and return their key; bytes that are kept already stay as they are.

        Args:
            data: all of it.
            media_type: for stores that serve it to browsers.

        Raises:
            StorageError: they could not be kept; nothing of them stays behind.
        """
        ...

    def get(self, key: str) -> bytes:
        """The bytes as they lie there, unchecked.

        Raises:
            DamageError: there are none.
            StorageError: they could not be read.
        """
        ...

    def path(self, key: str) -> Path | None:
        """Where a person can open it, None for a store that has no files."""
        ...

    def has(self, key: str) -> bool:
        """Whether it is there."""
        ...

    def size(self, key: str) -> int | None:
        """Its length in bytes, None when it is not there."""
        ...

    def delete(self, key: str) -> None:
        """Remove it; one that is not there is no error.

        Raises:
            StorageError: it could not be removed.
        """
        ...

    def keys(self, shelf: str = "") -> Iterator[str]:
        """All keys, in no order; with a shelf (the first two digits) those that stand on it."""
        ...

    def leftovers(self) -> int:
        """How many pieces of broken-off writes lie about."""
        ...

    def sweep(self, older_than_s: float) -> int:
        """Remove pieces of writes that were broken off that long ago; returns how many."""
        ...


SHELVES = tuple(f"{number:02x}" for number in range(256))
"""The first two digits of every key there can be."""


class BlobMaker(Protocol):
    """How the catalogue builds a store: its own folder in the studio, the disk, its options.

    Attributes:
        Options: a frozen dataclass with defaults, filled from `[blobs.NAME]`.
    """

    Options: ClassVar[type]

    def __call__(self, folder: Path, disk: Disk, options: Any = None) -> BlobStore:
        """Build it; None for the options as they stand."""
        ...


BLOBS: Registry[BlobMaker] = Registry(
    "blob store",
    "blobs",
    {
        "local": Entry(
            "gesso.core.catalogue.blobs.local",
            "LocalBlobs",
            summary="files in the studio's own folder",
        ),
        "s3": Entry(
            "gesso.core.catalogue.blobs.s3",
            "S3Blobs",
            extra="cloud",
            summary="objects in a bucket of Amazon S3, or of a server that speaks like it",
        ),
        "gcs": Entry(
            "gesso.core.catalogue.blobs.gcs",
            "GcsBlobs",
            extra="cloud",
            summary="objects in a bucket of Google Cloud Storage",
        ),
    },
)
