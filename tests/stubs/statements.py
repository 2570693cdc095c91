"""Statements that are compiled once: each studio of the tests would compile the same ones anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

_MANY = 5_000
Create = Callable[..., Engine]


def sharing(create: Create) -> Create:
    """What makes engines of SQLite, so that all of them share what one has compiled.

    That is what the connections of one engine do. What is set for each engine stays its own: how
    it connects, what it says to a new connection, how it begins.

    Args:
        create: what makes an engine.
    """
    known: list[Engine] = []

    def created(url: str, **options: Any) -> Engine:
        engine = create(url, query_cache_size=_MANY, **options)
        if known and known[0].dialect.server_version_info:
            engine.dialect, engine._compiled_cache = known[0].dialect, known[0]._compiled_cache
        else:
            known[:] = [engine]  # it knows what SQLite can do when it has connected
        return engine

    return created
