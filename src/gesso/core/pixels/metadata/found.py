"""What was found in a file about how its picture was made."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gesso.core.records.recipes import Recipe

# Nobody writes four million letters about one picture; who claims to is cut off.
MAX_TEXT = 4_000_000

_SIZE = re.compile(r"(\d{1,6})\D{1,3}(\d{1,6})")


@dataclass(frozen=True)
class FoundRecipe:
    """A recipe read from a file that anybody may have written: data, never an instruction.

    Attributes:
        container: who wrote it: "gesso", "a1111", "comfyui", "invokeai", "swarmui", "fooocus",
            "xmp", or "c2pa" where a manifest is all there is; a schema, "gesso.recipe/2", where
            a newer gesso did.
        text: the prompt, "" where none was found.
        negative: what was to be avoided.
        seed, steps, cfg, width, height: None where the file does not say, or says nonsense.
        model, sampler: "" where the file does not say.
        source_type: the IPTC digital source type, last part of its URI, "" where it is not told.
        software: what wrote the file, "" where it is not told.
        raw: the text that all this was read from, at most 4,000,000 letters.
        recipe: our own recipe, whole; None where another program wrote the file.
        c2pa: a C2PA manifest is in the file; whether it is valid was not looked at.
    """

    container: str
    text: str = ""
    negative: str = ""
    seed: int | None = None
    model: str = ""
    steps: int | None = None
    sampler: str = ""
    cfg: float | None = None
    width: int | None = None
    height: int | None = None
    source_type: str = ""
    software: str = ""
    raw: str = ""
    recipe: Recipe | None = None
    c2pa: bool = False


def json_object(text: str) -> dict[str, Any] | None:
    """Read a JSON object that a stranger wrote; None if it is none."""
    if text.lstrip()[:1] != "{" or len(text) > MAX_TEXT:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def words(data: Mapping[str, Any], *keys: str) -> str:
    """The first of these values that is text, or a list of texts; "" if none is."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = ", ".join(value)
        if isinstance(value, str) and value.strip():
            return value.strip()[:MAX_TEXT]
    return ""


def whole(data: Mapping[str, Any], *keys: str) -> int | None:
    """The first of these values that is a whole number, also one written as text."""
    for key in keys:
        found = to_whole(data.get(key))
        if found is not None:
            return found
    return None


def number(data: Mapping[str, Any], *keys: str) -> float | None:
    """The first of these values that is a finite number, also one written as text."""
    for key in keys:
        found = to_number(data.get(key))
        if found is not None:
            return found
    return None


def to_whole(value: object) -> int | None:
    """A whole number of at most 20 digits, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**20 else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,20}\s*", value):
        return int(value)
    return None


def to_number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value[:40] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def size(text: str) -> tuple[int | None, int | None]:
    """Width and height of "512x768" or "(512, 768)"; None, None if it is neither."""
    match = _SIZE.search(text[:40])
    return (int(match[1]), int(match[2])) if match else (None, None)


def one_line(text: str, most: int = 200) -> str:
    """A stranger's text for a screen: one line, no control characters, `most` letters at most."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * most])
    line = " ".join(plain.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
