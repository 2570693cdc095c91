"""The garbage collector of a server: out of the way of those who wait for an answer."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG, _OLDER, _OLDEST = 20_000, 20, 20


@contextmanager
def collected_seldom() -> Iterator[None]:
    """What stands now is not looked through again, and what comes is looked through seldom.

    Modules, routes and schemas are some hundred thousand objects that live as long as the server;
    to look through them takes tens of milliseconds, which some request would have to wait for.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDEST)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
