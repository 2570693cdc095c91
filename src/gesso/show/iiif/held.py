"""What is held ready between requests: pyramids by their bytes, finished tiles by theirs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from gesso.show.iiif.pyramid import Pyramid, build


class Tiles:
    """Finished files by their key, the last ones asked for, up to a number of bytes.

    Args:
        most_bytes: of all files together.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """A file, which counts as asked for now."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: str, data: bytes) -> None:
        """Keep a file; one that would take an eighth of the room is not kept."""
        if len(data) * 8 > self._most:
            return
        with self._lock:
            self._bytes += len(data) - len(self._held.pop(key, b""))
            self._held[key] = data
            while self._bytes > self._most:
                self._bytes -= len(self._held.popitem(last=False)[1])


class Pyramids:
    """Pyramids by their key: small pictures in memory, large ones in mapped files.

    However many ask for one that is not there, it is made once, and the others wait for it.

    Args:
        memory_bytes: of those in memory together; the one asked for last stays at any size.
        disk_bytes: of those in files together.
        folder: for the files; None to keep all in memory.
    """

    def __init__(self, memory_bytes: int, disk_bytes: int, folder: Path | None) -> None:
        self._most = {False: memory_bytes, True: disk_bytes}
        self._small = memory_bytes // 8
        self._folder = folder
        self._held: OrderedDict[str, Pyramid] = OrderedDict()
        self._lock = Lock()
        self._making: dict[str, tuple[Lock, int]] = {}

    def get(self, key: str) -> Pyramid | None:
        """One that is there, which counts as asked for now."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def made(self, key: str, load: Callable[[], NDArray[np.uint8]]) -> Pyramid:
        """One that is there, or made of what `load` brings: (height, width, 3) uint8.

        What `load` raises is raised, and the next who asks tries again.
        """
        with self._alone(key):
            found = self.get(key)
            if found is None:
                found = self._made(load())
                self._keep(key, found)
            return found

    def _made(self, rgb: NDArray[np.uint8]) -> Pyramid:
        if self._folder is not None and rgb.nbytes * 4 // 3 > self._small:
            try:
                return build(rgb, self._folder)
            except OSError:  # a full disk, or one that may only be read: memory does as well
                pass
        return build(rgb)

    def _keep(self, key: str, made: Pyramid) -> None:
        with self._lock:
            self._held[key] = made
            alike = [
                (name, one) for name, one in self._held.items() if one.is_on_disk == made.is_on_disk
            ]
            taken = sum(one.nbytes for _, one in alike)
            for name, one in alike[:-1]:
                if taken <= self._most[made.is_on_disk]:
                    break
                taken -= one.nbytes
                del self._held[name]

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        with self._lock:
            lock, waiting = self._making.get(key, (Lock(), 0))
            self._making[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._making.pop(key)
                if waiting > 1:
                    self._making[key] = (lock, waiting - 1)
