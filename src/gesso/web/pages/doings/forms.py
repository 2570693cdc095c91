"""Forms read as wishes: an empty field is no wish, and what cannot be is told in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from gesso.core.errors import InputError

Wish = TypeVar("Wish", bound=BaseModel)
_MOST_FIELDS = 40


async def fields_of(request: Request, *, empty: Collection[str] = ()) -> dict[str, str]:
    """The filled fields of a form that was sent.

    Args:
        request: that brings it.
        empty: fields that say something where they are empty, too: nothing shall stand there.
    """
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        told = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return {name: "" for name, _ in told if name in empty} | filled(told)


def filled(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields that are not empty, by name."""
    return {name: value.strip() for name, value in pairs if value.strip()}


def read(kind: type[Wish], fields: Mapping[str, Any]) -> Wish:
    """A wish from the fields of a form.

    Raises:
        InputError: a field cannot be used; it is named.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "the form"
        told = str(first["msg"])
        given = str(first.get("input", ""))[:60] if first["loc"] else ""
        words = f"{name.replace('_', ' ').capitalize()}: {told[0].lower()}{told[1:]}"
        raise InputError(f"{words}." if not given else f"{words}, not '{given}'.") from error


def lines_of(text: str) -> list[str]:
    """What stands on the lines of a field, empty ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]
