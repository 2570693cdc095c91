"""A file of prompts: JSON, JSON lines or YAML; bad entries are named, good ones still run."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from gesso.core.errors import InputError
from gesso.core.records.calls import Trouble
from gesso.core.records.codec import to_json
from gesso.core.records.runs import ID_PATTERN, ID_RULE, is_id
from gesso.make.batch.plain_yaml import read_yaml
from gesso.make.batch.twice import Twice, of_pairs

MOST_BYTES = 16_000_000
MOST_ENTRIES = 100_000
SCHEMA_FILE = "prompts.schema.json"

_LONGEST_ITEM = 255
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ADVICE = "A prompts file is a list of entries; see the page 'batches' in the docs."

Id = Annotated[str, Field(strict=True, pattern=ID_PATTERN)]
Theme = Annotated[str, Field(strict=True, min_length=1, max_length=2_000)]
Text = Annotated[str, Field(strict=True, min_length=1, max_length=20_000)]
Line = Annotated[str, Field(strict=True, max_length=2_000)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Size = Annotated[int, Field(strict=True, ge=64, le=8192)]
Rounds = Annotated[int, Field(strict=True, ge=1, le=10)]


@with_config(
    ConfigDict(
        extra="forbid",
        title="Entry",
        json_schema_extra={"oneOf": [{"required": ["theme"]}, {"required": ["prompt"]}]},
    )
)
@dataclass(frozen=True)
class Entry:
    """One prompt of a batch, with what it alone asks for; the run's own wishes fill the rest.

    Attributes:
        id: unique in the file, capital and small letters alike; also the name of its result
            folder. "" in a file: "prompt-0001" by its place.
        theme: words to find a concept in; either this or `prompt`.
        prompt: the text to paint.
        title: what the picture will be called, "" to be found.
        avoid: what must not be seen.
        seed: 0 to 2**63 - 1.
        width, height: pixels.
        rounds: at most.
        meta: whatever you like; it is neither read nor kept.
    """

    id: Id = ""
    theme: Theme = ""
    prompt: Text = ""
    title: Line = ""
    avoid: Line = ""
    seed: Seed | None = None
    width: Size | None = None
    height: Size | None = None
    rounds: Rounds | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BadEntry:
    """An entry that cannot be used.

    Attributes:
        index: its place among all entries, 0 for the first.
        id: as it stands in the file, "" where it has none that can be shown.
        path: where in the file: "prompts[3].seed", or "line 4.seed" in JSON lines.
        message: one sentence.
    """

    index: int
    id: str
    path: str
    message: str

    def trouble(self, run: str) -> Trouble:
        """It as a row of the error log: by its place, for its id may be that of a good one."""
        path = self.path.encode("utf-8", "backslashreplace").decode()  # a key may be half a letter
        says = f"{path}: {self.message}"
        return Trouble(run, path[:_LONGEST_ITEM], InputError.kind, says, "skipped", False)


@dataclass(frozen=True)
class Entries:
    """What a prompts file holds, good and bad, each in the order of the file."""

    good: tuple[Entry, ...]
    bad: tuple[BadEntry, ...]


_ENTRY = TypeAdapter(Entry)
_KNOWN = tuple(known.name for known in fields(Entry))


class _Flaw(Exception):
    """What is wrong with one entry, and at which of its keys; never leaves this module."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(key, message)
        self.key, self.message = key, message


def digest(entries: Sequence[Entry]) -> str:
    """What tells one file of prompts from another under the same run id."""
    told = "\n".join(to_json(entry) for entry in entries)
    return blake2b(told.encode(), digest_size=8).hexdigest()


def read_entries(path: Path, *, ignore_unknown: bool = False) -> Entries:
    """Read a prompts file; its suffix says what it is: .json, .jsonl, .ndjson, .yaml, .yml.

    Args:
        path: a list of entries, or {"prompts": [entries]}; a bare text is a prompt.
        ignore_unknown: drop keys that an entry does not know; else such an entry is bad.

    Raises:
        InputError: the whole file cannot be used: not there, too large, not what it says, no
            list, empty.
    """
    text = _read_text(path)
    rows = list(_rows(path, text))
    if not rows:
        raise InputError(f"'{path}' holds no prompts.", _ADVICE)
    if len(rows) > MOST_ENTRIES:
        raise InputError(
            f"'{path}' holds {len(rows):,} prompts; {MOST_ENTRIES:,} are the most.", "Split it."
        )
    return _sort(rows, ignore_unknown)


def entries_schema() -> dict[str, Any]:
    """The JSON Schema of a prompts file, as published beside this module."""
    entry = _ENTRY.json_schema()
    entry["description"] = str(Entry.__doc__).partition("\n")[0]
    for name in ("id", "theme", "prompt"):
        del entry["properties"][name]["default"]
    rows = {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_ENTRIES,
        "items": {"anyOf": [{"$ref": "#/$defs/Entry"}, {"type": "string", "minLength": 1}]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gesso prompts",
        "description": "A file for `gesso make --input-file`: a list of entries, or an object "
        "with that list under `prompts`. A bare text is a prompt.",
        "anyOf": [
            {"$ref": "#/$defs/Entries"},
            {
                "type": "object",
                "properties": {"prompts": {"$ref": "#/$defs/Entries"}},
                "required": ["prompts"],
                "additionalProperties": False,
            },
        ],
        "$defs": {"Entries": rows, "Entry": entry},
    }


# The file ----------------------------------------------------------------------------------


def _read_text(path: Path) -> str:
    try:
        if not path.is_file():
            raise InputError(f"There is no file '{path}'.", _ADVICE)
        if path.stat().st_size > MOST_BYTES:
            raise InputError(
                f"'{path}' is larger than {MOST_BYTES // 1_000_000} MB.", "Split it into several."
            )
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be read: {error.strerror or error}.", "Make it readable."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"'{path}' is not UTF-8 text.", "Save it as UTF-8.") from error


def _rows(path: Path, text: str) -> Iterator[tuple[str, object]]:
    """(where in the file, raw entry) for each entry."""
    match path.suffix.lower():
        case ".jsonl" | ".ndjson":
            for number, line in enumerate(text.split("\n"), 1):
                if line.strip():
                    yield f"line {number}", _json_line(line)
        case ".json":
            yield from _listed(path, _json(f"'{path}'", text))
        case ".yaml" | ".yml":
            yield from _listed(path, read_yaml(path, text))
        case other:
            raise InputError(
                f"'{path}' ends in '{other}', which is no kind of prompts file.",
                "The kinds are: .json, .jsonl, .ndjson, .yaml, .yml.",
            )


def _listed(path: Path, content: object) -> Iterator[tuple[str, object]]:
    above = ""
    if isinstance(content, Twice):
        raise InputError(
            f"'{path}' holds the key {_shown(content.twice)} twice.", "Make one of the two."
        )
    if isinstance(content, dict) and "prompts" in content:
        others = [str(name) for name in content if name != "prompts"]
        if others:
            raise InputError(
                f"'{path}' holds the key {_shown(others[0])} beside 'prompts'.",
                "Only 'prompts' may stand at the top; notes go under 'meta' of an entry.",
            )
        above, content = "prompts", content["prompts"]
    if not isinstance(content, list):
        raise InputError(f"'{path}' holds no list of prompts.", _ADVICE)
    yield from ((f"{above}[{at}]", row) for at, row in enumerate(content))


def _json(where: str, text: str) -> object:
    try:
        return cast("object", json.loads(text, object_pairs_hook=of_pairs))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            "Mend it there; every text stands in double quotes, and no comma ends a list.",
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            f"{where} is not JSON that can be read: nested too deep, or a number too long.",
            _ADVICE,
        ) from error


def _json_line(line: str) -> object:
    """A line's entry, or the error that makes it a bad one: the lines stand each for itself."""
    try:
        return _json("The line", line)
    except InputError as error:
        return error


# The entries -------------------------------------------------------------------------------


def _sort(rows: Iterable[tuple[str, object]], ignore_unknown: bool) -> Entries:
    good: list[Entry] = []
    bad: list[BadEntry] = []
    places: dict[str, str] = {}
    for index, (place, row) in enumerate(rows):
        try:
            entry = _entry(index, row, ignore_unknown)
            _claim(entry.id, place, places)
            good.append(entry)
        except _Flaw as flaw:
            path = f"{place}.{flaw.key}" if flaw.key else place
            bad.append(BadEntry(index, _id_of(row), path, flaw.message))
    return Entries(tuple(good), tuple(bad))


def _claim(name: str, place: str, places: dict[str, str]) -> None:
    # "Fox" and "fox" are one folder on many disks.
    first = places.setdefault(name.casefold(), place)
    if first != place:
        raise _Flaw("id", f"the id '{name}' stands already at {first}.")


def _entry(index: int, row: object, ignore_unknown: bool) -> Entry:
    if isinstance(row, InputError):
        raise _Flaw("", f"{row.message[0].lower()}{row.message[1:]}")
    if isinstance(row, str):
        row = {"prompt": row}
    if not isinstance(row, dict):
        raise _Flaw("", f"an entry is an object or a text, not {_kind(row)}.")
    if isinstance(row, Twice):
        raise _Flaw(row.twice[:60], f"the key {_shown(row.twice)} stands twice in this entry.")
    held = {name: value for name, value in row.items() if name in _KNOWN or not ignore_unknown}
    _check_keys(held)
    held.setdefault("id", f"prompt-{index + 1:04d}")
    try:
        entry = _ENTRY.validate_python(held)
    except ValidationError as error:
        raise _flaw(error) from error
    _check_id(entry.id)
    for name in ("theme", "prompt", "title", "avoid"):
        _check_text(name, getattr(entry, name), given=name in held)
    if bool(entry.theme) == bool(entry.prompt):
        both = "both 'theme' and 'prompt'" if entry.theme else "neither 'theme' nor 'prompt'"
        raise _Flaw("", f"it has {both}; one of them is wanted.")
    return entry


def _check_keys(row: Mapping[object, object]) -> None:
    unknown = next((name for name in row if name not in _KNOWN), None)
    if unknown is not None:
        near = get_close_matches(str(unknown), _KNOWN, n=1)
        guess = f"did you mean '{near[0]}'?" if near else f"the keys are: {', '.join(_KNOWN)}."
        raise _Flaw(str(unknown)[:60], f"there is no key called {_shown(str(unknown))}; {guess}")


def _flaw(error: ValidationError) -> _Flaw:
    first = error.errors(include_url=False)[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    if key == "id" and first["type"] == "string_pattern_mismatch":
        return _Flaw(key, _bad_id(str(first["input"])))
    if isinstance(first["input"], str) and first["type"] == "string_too_long":
        most = first["ctx"]["max_length"]
        return _Flaw(key, f"{len(first['input']):,} characters; {most:,} are the most.")
    if first["type"] == "string_too_short":
        return _Flaw(key, f"the {key} is empty.")
    wrong = f"{first['msg'][0].lower()}{first['msg'][1:]}"
    quotable = first["type"] == "string_type" and not isinstance(first["input"], dict | list | None)
    hint = "; put it in quotes" if quotable else ""
    return _Flaw(key, f"{_shown(first['input'])} cannot be used: {wrong}{hint}.")


def _check_id(name: str) -> None:
    if not is_id(name):
        raise _Flaw("id", _bad_id(name))


def _bad_id(name: str) -> str:
    return f"the id {_shown(name)} cannot name a folder; {ID_RULE[0].lower()}{ID_RULE[1:]}"


def _check_text(name: str, text: str, *, given: bool) -> None:
    if given and name in {"theme", "prompt"} and not text.strip():
        raise _Flaw(name, f"the {name} is empty.")
    bad = next((sign for sign in text if _is_control(sign)), None)
    if bad is not None:
        raise _Flaw(name, f"the {name} holds a control character (U+{ord(bad):04X}).")


def _is_control(sign: str) -> bool:
    if sign in "\t\n\r":
        return False
    return unicodedata.category(sign) in {"Cc", "Cs"} or sign in _TURNS_TEXT_ROUND


def _id_of(row: object) -> str:
    name = row.get("id") if isinstance(row, dict) else ""
    return name if isinstance(name, str) and is_id(name) else ""


def _shown(value: object) -> str:
    told = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return told if len(told) <= 80 else f"{told[:79]}…"


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "this")
