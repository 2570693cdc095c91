"""Pictures that were sent, kept in memory for a while, so that they can be looked at again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock


class KeptPictures:
    """The last pictures by the hash of their bytes, up to so many bytes; any thread may ask.

    They are never written to a disk, and are gone when the server ends.

    Args:
        most_bytes: of all together; what was asked for longest ago goes first.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._held)

    @property
    def size_bytes(self) -> int:
        """Of all of them."""
        return self._size

    def put(self, data: bytes) -> str:
        """Keep a picture; returns its key, 64 hexadecimal digits. One too large is not kept."""
        key = hashlib.sha256(data).hexdigest()
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            elif len(data) <= self._most:
                self._held[key] = data
                self._size += len(data)
            while self._size > self._most:
                _, gone = self._held.popitem(last=False)
                self._size -= len(gone)
        return key

    def get(self, key: str) -> bytes | None:
        """A picture, which counts as asked for now; None where it is not kept."""
        with self._lock:
            data = self._held.get(key)
            if data is not None:
                self._held.move_to_end(key)
            return data
