"""Where wishes are read from: gesso.toml < .env files < environment < flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError as PydanticError
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError as UnreadableVariable

from gesso.core.errors import SettingsError
from gesso.core.outside.redact import redact
from gesso.settings.settings import DEFAULT_FOLDER, Settings, flat, leaves

SETTINGS_FILE = "gesso.toml"
KEYS_FILE = "keys.toml"
DOTENV_FILES = (".env", ".env.local")
PREFIX = "GESSO_"
# Names that other programs use too, weakest first: where two name one key, the later one wins.
CUSTOMARY = {
    "FAL_AI_API_KEY": "keys.fal",
    "FAL_KEY": "keys.fal",
    "GEMINI_API_KEY": "keys.gemini",
    "HF_TOKEN": "keys.huggingface",
    "OPENAI_API_KEY": "keys.openai",
    "LOG_LEVEL": "log_level",
    "RUN_ID": "run_id",
}


def find_folder(wish: Path | None) -> Path:
    """The studio's folder: `wish`, else GESSO_STUDIO (environment, .env files), else ./studio."""
    if wish is not None:
        return wish
    named = os.environ.get(f"{PREFIX}STUDIO") or ""
    for name in DOTENV_FILES[::-1]:
        named = named or _read_dotenv(Path(name)).get(f"{PREFIX}STUDIO", "")
    return Path(named) if named else DEFAULT_FOLDER


def load(folder: Path, flags: Mapping[str, object] | None = None) -> Settings:
    """Read the settings in force for the studio in `folder`.

    Args:
        folder: the studio's folder; it need not exist.
        flags: wishes of this one command by dotted name; a value of None is no wish.

    Raises:
        SettingsError: a value cannot be used; it is named with the place it came from.
    """
    wishes: dict[str, Any] = {}
    places: dict[str, str] = {}
    for place, layer in _layers(folder, flags or {}):
        for path, value in layer.items():
            _check_path(path, place)
            wishes[path], places[path] = value, place
    wishes["studio"], places["studio"] = folder, _place_of_folder(folder)
    try:
        settings = Settings(**_nested(wishes))
    except PydanticError as error:
        raise _unusable(error, wishes, places) from error
    settings._places.update(places)
    return settings


def _place_of_folder(folder: Path) -> str:
    if folder == DEFAULT_FOLDER:
        return "default"
    named = os.environ.get(f"{PREFIX}STUDIO")
    return f"environment {PREFIX}STUDIO" if named and Path(named) == folder else "flag"


def _layers(
    folder: Path, flags: Mapping[str, object]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """(place, values by dotted name), weakest first; places of variables name the variable."""
    yield SETTINGS_FILE, _read_settings_file(folder / SETTINGS_FILE)
    yield KEYS_FILE, _read_keys_file(folder / KEYS_FILE)
    for path in (place / name for place in (Path(), folder) for name in DOTENV_FILES):
        for variable, values in _from_variables(_read_dotenv(path), str(path)):
            yield f"{path} {variable}", values
    for variable, values in _from_variables(os.environ, "the environment"):
        yield f"environment {variable}", values
    yield "flag", {name: value for name, value in flags.items() if value is not None}


def _read_settings_file(path: Path) -> dict[str, object]:
    values = _read_toml(path)
    if "keys" in values:
        raise SettingsError(
            f"{path} holds [keys], and secrets have no place in {SETTINGS_FILE}.",
            f'Move them to {path.with_name(KEYS_FILE)} (chmod 600), one line each: gemini = "..."',
        )
    if "studio" in values:
        raise SettingsError(
            f"{path} sets 'studio', but a studio cannot move itself.",
            f"Remove the line, and name the folder by --studio or {PREFIX}STUDIO.",
        )
    return dict(flat(values))


def _read_keys_file(path: Path) -> dict[str, object]:
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        raise SettingsError(
            f"{path} can be read by others (mode {path.stat().st_mode & 0o777:o}), "
            "so its keys are not used.",
            f"Close it with: chmod 600 {path}",
        )
    return {f"keys.{name}": value for name, value in _read_toml(path).items()}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path} is not TOML: {error}.", "Mend that line, or move the file away."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}.", "Make it readable, or move it away."
        ) from error


def _read_dotenv(path: Path) -> dict[str, str]:
    try:
        found = dotenv_values(path, interpolate=False) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}.", "Make it readable, or move it away."
        ) from error
    return {name: value for name, value in found.items() if value is not None}


def _from_variables(
    variables: Mapping[str, str], place: str
) -> Iterator[tuple[str, dict[str, object]]]:
    """(name of the variable, values by dotted name) for each variable that is ours."""
    for name, path in CUSTOMARY.items():
        if variables.get(name):
            yield name, {path: variables[name]}
    for name, text in variables.items():
        if text and name.upper().startswith(PREFIX) and name.upper() != f"{PREFIX}STUDIO":
            yield name, _from_variable(name, text, place)


def _from_variable(name: str, text: str, place: str) -> dict[str, object]:
    source = EnvSettingsSource(Settings, env_prefix=PREFIX, env_nested_delimiter="__")
    source.env_vars = {name.lower(): text}
    try:
        return dict(flat(source()))
    except UnreadableVariable as error:
        raise SettingsError(
            f"{name} in {place} is not JSON.",
            f"Write a JSON object, or one variable a value: {name}__NAME.",
        ) from error


def _nested(values: Mapping[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *above, name = path.split(".")
        branch = tree
        for part in above:
            branch = branch.setdefault(part, {})
        branch[name] = value
    return tree


def _allowed() -> dict[str, str]:
    return {name: allowed for name, _, allowed in leaves(Settings())}


def _check_path(path: str, place: str) -> None:
    """Refuse a name that is no setting; names below a free table are free."""
    known = _allowed()
    free = (
        "painters.",
        "llms.",
        "tools.",
        "encoders.",
        "sound_encoders.",
        "indexes.",
        "collect.sources.",
        "collect.engines.",
        "blobs.s3.",
        "warehouse.",
        "blobs.gcs.",
        "outside.rates.",
    )
    if path in known or path.startswith(free):
        return
    if any(name.startswith(f"{path}.") for name in known):
        raise SettingsError(
            f"'{path}' ({place}) is a section, not a value.",
            f"Set one of: {', '.join(name for name in known if name.startswith(f'{path}.'))}.",
        )
    near = get_close_matches(path, known, n=1, cutoff=0.6)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    section = f"{path.partition('.')[0]}."
    siblings = [name for name in known if name.startswith(section)] or list(known)
    raise SettingsError(
        f"There is no setting called '{path}' ({place}).",
        f"{guess}The settings there are: {', '.join(siblings)}.",
    )


def _unusable(
    error: PydanticError, wishes: Mapping[str, object], places: Mapping[str, str]
) -> SettingsError:
    first = error.errors(include_url=False)[0]
    loc = [str(part) for part in first["loc"]]
    tries = [".".join(loc[:end]) for end in range(len(loc), 0, -1)]
    path = next((name for name in tries if name in wishes), ".".join(loc))
    told = redact(repr(wishes.get(path, first["input"])))
    value = "********" if path.startswith("keys.") else told
    place = places.get(path, "default")
    # The shape of a text is told by what is allowed, not by a regular expression.
    pattern = first["type"] == "string_pattern_mismatch"
    why = "" if pattern else f": {first['msg'][0].lower()}{first['msg'][1:]}"
    allowed = _allowed().get(path) or _allowed().get(path.rpartition(".")[0], "")
    return SettingsError(
        f"{path} = {value} ({place}) cannot be used{why}.",
        f"Allowed for {path}: {allowed}." if allowed else "",
    )
