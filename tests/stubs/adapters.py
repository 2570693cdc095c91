"""Adapters that are built once: each application of the tests would build a thousand alike.

A server builds its routes' adapters when it starts and once more when it is first asked: half a
second of work that is the same for each of the hundreds of applications that the tests open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi._compat.v2 import ModelField, asdict

Finish = Callable[[ModelField], None]


def sharing(finish: Finish) -> Finish:
    """What finishes a field of FastAPI, so that fields which are told alike share one adapter.

    An adapter is made of what its field is told and of nothing else, and is never changed.

    Args:
        finish: what finishes a field with an adapter of its own.
    """
    known: dict[tuple[object, ...], Any] = {}

    def finished(field: ModelField) -> None:
        key = _told(field)
        if _is_once(field) or not _is_hashable(key):
            finish(field)
        elif key in known:
            field._type_adapter = known[key]
        else:
            finish(field)
            known[key] = field._type_adapter

    return finished


def _told(field: ModelField) -> tuple[object, ...]:
    """What a field is told; what is equal and yet another thing (1, 1.0, True) is told apart."""
    told = asdict(field.field_info)
    attributes = told["attributes"]
    return (
        told["annotation"],
        repr(told["annotation"]),
        *((each, repr(each)) for each in told["metadata"]),
        *((name, attributes[name], repr(attributes[name])) for name in sorted(attributes)),
        repr(field.config),
    )


def _is_once(field: ModelField) -> bool:
    """Whether its type is made by FastAPI for this field alone, as that of a form is."""
    return getattr(field.field_info.annotation, "__module__", "") == ModelField.__module__


def _is_hashable(key: tuple[object, ...]) -> bool:
    try:
        hash(key)
    except TypeError:  # an example in a list, say
        return False
    return True
