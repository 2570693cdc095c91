"""Our shapes as the JSON schemas that vendors accept, and their answers as our shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

Shape = TypeVar("Shape")

# What OpenAI's strict mode and Gemini's responseJsonSchema both know. What is left out here is
# still checked when the answer comes.
_KNOWN = frozenset(
    {
        *("type", "description", "enum", "properties", "required", "additionalProperties"),
        *("items", "minItems", "maxItems", "minimum", "maximum", "anyOf", "$ref", "$defs"),
    }
)
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
# How much of what was wrong is told to the model and to a person.
_MOST_FAULTS = 3


class Form(Generic[Shape]):
    """A shape, its schema, and how an answer becomes it.

    Args:
        shape: a pydantic model, or a frozen dataclass of plain values.

    Raises:
        ValueError: the shape has a field that no schema of a vendor can say (a free mapping).
    """

    def __init__(self, shape: type[Shape]) -> None:
        self._adapter: TypeAdapter[Shape] = TypeAdapter(shape)
        full = self._adapter.json_schema()
        self.name = _NOT_A_NAME.sub("_", shape.__name__)[:64]
        self.schema: dict[str, Any] = _strict(full, shape.__name__)

    def read(self, data: object) -> Shape:
        """Make the shape of what was parsed.

        Raises:
            Misshapen: it does not fit.
        """
        try:
            return self._adapter.validate_python(data)
        except ValidationError as error:
            raise Misshapen(error) from error


class Misshapen(ValueError):
    """An answer of another shape; its text names the fields, for a model and for a person."""

    def __init__(self, error: ValidationError) -> None:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = [
            f"{'.'.join(str(part) for part in fault['loc']) or 'the answer'}: {fault['msg']}"
            for fault in faults[:_MOST_FAULTS]
        ]
        more = len(faults) - len(told)
        super().__init__("; ".join(told) + (f"; and {more} more" if more > 0 else ""))


def _strict(schema: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The schema with every field required, nothing beside them, and only words that all know."""
    _refuse_free_mapping(schema, path)
    if "$ref" in schema:
        # A reference stands alone: OpenAI refuses words beside it.
        bare = {word: schema[word] for word in ("$ref", "$defs") if word in schema}
        return _inside(bare, path)
    strict = {word: value for word, value in schema.items() if word in _KNOWN}
    if "const" in schema:
        strict["enum"] = [schema["const"]]
    if "oneOf" in schema:
        strict["anyOf"] = schema["oneOf"]
    if "prefixItems" in schema:
        strict |= _row(schema["prefixItems"])
    if strict.get("type") == "object":
        strict |= {"required": list(strict["properties"]), "additionalProperties": False}
    return _inside(strict, path)


def _inside(schema: dict[str, Any], path: str) -> dict[str, Any]:
    """The same for all schemas inside."""
    for word in ("properties", "$defs"):
        if word in schema:
            schema[word] = {
                name: _strict(inner, f"{path}.{name}") for name, inner in schema[word].items()
            }
    if isinstance(schema.get("items"), Mapping):
        schema["items"] = _strict(schema["items"], f"{path}[]")
    if "anyOf" in schema:
        schema["anyOf"] = [_strict(choice, path) for choice in schema["anyOf"]]
    return schema


def _row(items: list[Mapping[str, Any]]) -> dict[str, Any]:
    """A tuple of fixed length, as an array that holds any of its kinds."""
    kinds = [item for at, item in enumerate(items) if item not in items[:at]]
    inner = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return {"items": inner, "minItems": len(items), "maxItems": len(items)}


def _refuse_free_mapping(schema: Mapping[str, Any], path: str) -> None:
    is_free = schema.get("type") == "object" and "properties" not in schema
    if is_free or isinstance(schema.get("additionalProperties"), Mapping):
        raise ValueError(
            f"{path} is a mapping with free keys, which strict schemas cannot say; "
            "make it a list of pairs with names"
        )
