"""Pillow warns about odd files; the answer to an odd file is a picture or one of our errors."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class _Hush:
    """Silences Pillow's warnings while at least one thread decodes.

    `warnings.catch_warnings` swaps state of the whole process (before Python 3.14's context-aware
    mode), so overlapping threads share one: the first in opens it, the last out closes it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._catcher: warnings.catch_warnings[None] | None = None

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._catcher = _ignoring_pillow()

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._catcher is not None:
                self._catcher.__exit__(None, None, None)
                self._catcher = None


def _ignoring_pillow() -> warnings.catch_warnings[None]:
    catcher = warnings.catch_warnings()
    catcher.__enter__()
    warnings.filterwarnings("ignore", module=r"PIL\.")
    return catcher


_HUSH = _Hush()


@contextmanager
def hushed() -> Iterator[None]:
    """Keep Pillow's warnings to ourselves: a picture or a refusal says all there is to say."""
    if getattr(sys.flags, "context_aware_warnings", False):
        catcher = _ignoring_pillow()
        try:
            yield
        finally:
            catcher.__exit__(None, None, None)
        return
    _HUSH.enter()
    try:
        yield
    finally:
        _HUSH.leave()
