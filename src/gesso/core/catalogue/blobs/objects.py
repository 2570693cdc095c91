"""Blobs as objects in a bucket: `v1/ab/ab12…`, each created once and never written over.

    gesso-blobs.json      says that this place holds blobs of gesso, and in which layout
    v1/ab/ab12…           originals and thumbnails beside each other, under their hash

The layout's number stands in every name, so that another one can come beside it without moving
what is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import ObjectStore

from gesso.core.catalogue.blobs.blob import is_key, key_of
from gesso.core.errors import DamageError, NewerStudio, StorageError

Found = TypeVar("Found")

LAYOUT = 1
_MARKER = "gesso-blobs.json"
_PART = 16 << 20
"""Larger blobs go out in parts of this size."""

RETRIES: Mapping[str, Any] = {
    "max_retries": 5,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {
        "init_backoff": timedelta(milliseconds=200),
        "max_backoff": timedelta(seconds=10),
        "base": 2,
    },
}
"""How a store's own client tries again; every request of ours may be sent twice without harm."""


@dataclass(frozen=True)
class Place:
    """Where objects lie, for sentences: "s3://bucket/prefix"."""

    url: str

    def of(self, key: str) -> str:
        """Where one blob lies."""
        return f"{self.url}/v{LAYOUT}/{key}"


class ObjectBlobs:
    """A blob store in one bucket, or below a prefix of it.

    Args:
        store: the bucket, with the prefix; its client tries again by itself.
        place: what to call it.
    """

    def __init__(self, store: ObjectStore, place: Place) -> None:
        self._store = store
        self._place = place
        self._settle_layout()

    def put(self, data: bytes, media_type: str = "") -> str:
        """Keep some bytes and return their key."""
        key = key_of(data)
        attributes: Any = {"Content-Type": media_type} if media_type else None
        try:
            if len(data) <= _PART:
                obstore.put(self._store, _name(key), data, mode="create", attributes=attributes)
            elif self.size(key) != len(data):
                # Parts cannot be told to create only; what they would write over is the same.
                obstore.put(self._store, _name(key), data, chunk_size=_PART, attributes=attributes)
        except AlreadyExistsError:
            self._mend(key, data, attributes)
        except (BaseError, OSError) as error:
            raise self._failed("write", key, error) from error
        return key

    def get(self, key: str) -> bytes:
        """The bytes as they lie there."""
        name = self._checked(key)
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError as error:
            raise DamageError(
                f"The stored object {self._place.of(key)} is missing.",
                "Put it back with `gesso sync` from a copy; `gesso check` names all that are "
                "missing.",
            ) from error
        except (BaseError, OSError) as error:
            raise self._failed("read", key, error) from error

    def path(self, key: str) -> Path | None:
        """Objects are no files."""
        self._checked(key)
        return None

    def has(self, key: str) -> bool:
        """Whether the object is there."""
        return self.size(key) is not None

    def size(self, key: str) -> int | None:
        """The object's length in bytes."""
        name = self._checked(key)
        try:
            return int(obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise self._failed("look at", key, error) from error

    def delete(self, key: str) -> None:
        """Remove the object."""
        name = self._checked(key)
        try:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, name)
        except (BaseError, OSError) as error:
            raise self._failed("remove", key, error) from error

    def keys(self, shelf: str = "") -> Iterator[str]:
        """All objects that bear the name of a key."""
        below = f"v{LAYOUT}/{shelf}" if shelf else f"v{LAYOUT}"
        try:
            for batch in obstore.list(self._store, below):
                names = (one["path"].removeprefix(f"v{LAYOUT}/") for one in batch)
                yield from (name for name in names if is_key(name))
        except (BaseError, OSError) as error:
            raise self._failed("list", shelf, error) from error

    def leftovers(self) -> int:
        """None that can be seen: a bucket shows no parts of a broken-off upload."""
        return 0

    def sweep(self, older_than_s: float) -> int:  # noqa: ARG002 - the bucket's own rule sweeps
        """Nothing: parts of broken-off uploads are removed by a lifecycle rule of the bucket."""
        return 0

    # The bucket ----------------------------------------------------------------------------

    def _settle_layout(self) -> None:
        """Make sure that this is a place of ours, of a layout that we know."""
        told = json.dumps({"format": "gesso-blobs", "layout": LAYOUT}).encode()
        try:
            found = self._marker()
            if found is None:
                with suppress(AlreadyExistsError):
                    obstore.put(self._store, _MARKER, told, mode="create")
                found = self._marker() or told
        except (BaseError, OSError) as error:
            raise self._failed("open", "", error) from error
        try:
            layout = json.loads(found)["layout"]
        except (ValueError, TypeError, KeyError) as error:
            raise DamageError(
                f"{self._place.url}/{_MARKER} is damaged.",
                "Put it back, or name another bucket or prefix.",
            ) from error
        if layout != LAYOUT:
            raise NewerStudio(
                f"{self._place.url} holds blobs in layout {layout}, this gesso knows {LAYOUT}.",
                "Install a newer gesso, or name another prefix.",
            )

    def _marker(self) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, _MARKER).bytes())
        except FileNotFoundError:
            return None

    def _mend(self, key: str, data: bytes, attributes: Any) -> None:
        """What is there stays, but for an object of another length, which is no blob of ours."""
        if self.size(key) == len(data):
            return
        self._asked(
            "write",
            key,
            lambda: obstore.put(
                self._store, _name(key), data, attributes=attributes, use_multipart=False
            ),
        )

    def _asked(self, doing: str, key: str, ask: Callable[[], Found]) -> Found:
        try:
            return ask()
        except (BaseError, OSError) as error:
            raise self._failed(doing, key, error) from error

    def _checked(self, key: str) -> str:
        if not is_key(key):
            raise ValueError(f"{key!r} is no key of a blob")
        return _name(key)

    def _failed(self, doing: str, key: str, error: Exception) -> StorageError:
        where = self._place.of(key) if key else self._place.url
        if isinstance(error, PermissionDeniedError | UnauthenticatedError):
            return StorageError(
                f"Could not {doing} {where}: the store does not let us.",
                "Look at the credentials and their rights: docs/blobs.md says which are needed.",
            )
        return StorageError(
            f"Could not {doing} {where}: {_told(error)}.",
            "Look at the bucket's name, the endpoint and the network, then run it again.",
        )


def _name(key: str) -> str:
    return f"v{LAYOUT}/{key}"


def _told(error: Exception) -> str:
    """The first line of what the client says, without its inner workings."""
    line = str(error).strip().partition("\n")[0]
    return (f"{line[:200]}…" if len(line) > 200 else line).rstrip(".") or type(error).__name__
