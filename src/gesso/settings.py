"""What the owner wishes: gesso.toml < .env files < environment < flags, in typed sections.

The only reader of the environment and of settings files. `load` returns the settings in force,
and they know of each value where it came from.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, SecretStr
from pydantic import ValidationError as PydanticError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError as UnreadableVariable

from gesso.core.errors import SettingsError

SETTINGS_FILE = "gesso.toml"
KEYS_FILE = "keys.toml"
DOTENV_FILES = (".env", ".env.local")
DEFAULT_FOLDER = Path("studio")
PREFIX = "GESSO_"
# Names that other programs use too, weakest first: where two name one key, the later one wins.
CUSTOMARY = {
    "FAL_AI_API_KEY": "keys.fal",
    "FAL_KEY": "keys.fal",
    "GEMINI_API_KEY": "keys.gemini",
    "OPENAI_API_KEY": "keys.openai",
    "LOG_LEVEL": "log_level",
    "RUN_ID": "run_id",
}
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


def _none_in_words(value: object) -> object:
    """TOML, the environment and flags cannot hold nothing; the word "none" stands for it."""
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


def _level(value: object) -> object:
    """LOG_LEVEL is shared with other programs, so their words for a level are taken too."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    others = {"trace": "debug", "warn": "warning", "critical": "error", "fatal": "error"}
    return others.get(word, word)


Seed = Annotated[Annotated[int, Field(ge=0, lt=2**63)] | None, BeforeValidator(_none_in_words)]
Dollars = Annotated[
    Annotated[float, Field(ge=0, allow_inf_nan=False)] | None, BeforeValidator(_none_in_words)
]
Many = Annotated[Annotated[int, Field(ge=1, le=256)] | None, BeforeValidator(_none_in_words)]
Processes = Annotated[Annotated[int, Field(ge=0, le=256)] | None, BeforeValidator(_none_in_words)]
ByName = dict[str, dict[str, Any]]
Rate = Annotated[str, Field(pattern=r"^[1-9]\d*/(\d*\.)?\d*[1-9]\d*$")]


class Section(BaseModel):
    """A part of the settings; every field's description says what is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MakeSettings(Section):
    """How pictures are made."""

    painter: str = Field(default="procedural", min_length=1, description="see `gesso painters`")
    llm: str = Field(default="offline", min_length=1, description="who writes and judges")
    works: int = Field(default=1, ge=1, le=1000, description="works for a theme, 1 to 1000")
    rounds: int = Field(default=3, ge=1, le=10, description="rounds a work at most, 1 to 10")
    width: int = Field(default=1024, ge=64, le=8192, description="pixels, 64 to 8192")
    height: int = Field(default=1024, ge=64, le=8192, description="pixels, 64 to 8192")
    seed: Seed = Field(default=None, description="0 to 2**63 - 1; none: a new one each run")
    budget_usd: Dollars = Field(default=0.50, description="for a run, 0 or more; none: no cap")
    epsilon: float = Field(default=0.02, ge=0, le=1, description="smallest gain to go on, 0 to 1")
    streams: Many = Field(default=None, description="prompts at once, 1 to 256; none: what pays")
    in_flight: int = Field(default=16, ge=1, le=256, description="calls outside at once, 1 to 256")
    workers: Processes = Field(default=None, description="processes, 0 to 256; none: as cores")
    recipe: Literal["full", "source-type", "none"] = Field(
        default="full", description="what a file tells of its making: full, source-type or none"
    )


class OutsideSettings(Section):
    """How the world outside is asked."""

    attempts: int = Field(default=6, ge=1, le=20, description="tries for one request, 1 to 20")
    wait_max_s: float = Field(
        default=60.0, gt=0, le=3600, description="seconds between two tries at most, up to 3600"
    )
    rates: dict[str, Rate] = Field(
        default_factory=dict, description='"calls/seconds" for each provider: "60/60"'
    )

    def rate(self, provider: str) -> tuple[int, float] | None:
        """How many calls in how many seconds `provider` takes; None where nothing was said."""
        calls, _, seconds = self.rates.get(provider, "").partition("/")
        return (int(calls), float(seconds)) if calls else None


class PictureSettings(Section):
    """How large a picture from elsewhere may be."""

    max_megapixels: float = Field(default=64.0, gt=0, le=1024, description="above 0, up to 1024")
    max_megabytes: float = Field(default=64.0, gt=0, le=1024, description="above 0, up to 1024")


class KeySettings(Section):
    """Secrets of providers; never printed, never logged."""

    gemini: SecretStr | None = Field(default=None, description="also GEMINI_API_KEY")
    openai: SecretStr | None = Field(default=None, description="also OPENAI_API_KEY")
    fal: SecretStr | None = Field(default=None, description="also FAL_KEY or FAL_AI_API_KEY")

    def values(self) -> tuple[str, ...]:
        """The secrets that are set, for the filter that keeps them out of logs."""
        keys = (self.gemini, self.openai, self.fal)
        return tuple(key.get_secret_value() for key in keys if key and key.get_secret_value())


@dataclass(frozen=True)
class Origin:
    """One value in force.

    Attributes:
        name: dotted: "make.rounds".
        value: as a person may see it; secrets are masked.
        place: "default", "gesso.toml", "environment GESSO_MAKE__ROUNDS", ".env", "flag".
        allowed: what may be wished for.
    """

    name: str
    value: Any
    place: str
    allowed: str


class Settings(BaseSettings):
    """Everything that can be wished for, in force."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    studio: Path = Field(default=DEFAULT_FOLDER, description="a folder; also GESSO_STUDIO")
    make: MakeSettings = MakeSettings()
    painters: ByName = Field(default={}, description="options of a painter: [painters.NAME]")
    llms: ByName = Field(default={}, description="options of an llm: [llms.NAME]")
    outside: OutsideSettings = OutsideSettings()
    pictures: PictureSettings = PictureSettings()
    keys: KeySettings = KeySettings()
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_level)] = (
        Field(default="info", description="debug, info, warning or error; also LOG_LEVEL")
    )
    run_id: Annotated[str | None, Field(pattern=ID_PATTERN)] = Field(
        default=None, description="the run's id: letters, digits, . _ -, at most 100; also RUN_ID"
    )

    _places: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the names are pydantic-settings' own
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from `load` alone, which knows where each came from."""
        return (init_settings,)

    def origins(self) -> tuple[Origin, ...]:
        """Every value in force and where it came from, in the order of the sections."""
        return tuple(
            Origin(name, value, self._places.get(name, "default"), allowed)
            for name, value, allowed in _leaves(self)
        )


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
    return dict(_flat(values))


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
        return dict(_flat(source()))
    except UnreadableVariable as error:
        raise SettingsError(
            f"{name} in {place} is not JSON: {text[:80]!r}.",
            f"Write a JSON object, or one variable a value: {name}__NAME.",
        ) from error


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{path}.")
        else:
            yield path, value


def _nested(values: Mapping[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *above, name = path.split(".")
        branch = tree
        for part in above:
            branch = branch.setdefault(part, {})
        branch[name] = value
    return tree


def _leaves(section: BaseModel, above: str = "") -> Iterator[tuple[str, Any, str]]:
    """(dotted name, value to show, what is allowed) of every setting."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        path = f"{above}{name}"
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{path}.")
        elif isinstance(value, dict) and value:
            for part, held in _flat(value, f"{path}."):
                yield part, held, field.description or ""
        else:
            shown = "********" if isinstance(value, SecretStr) else value
            yield path, str(shown) if isinstance(shown, Path) else shown, field.description or ""


def _allowed() -> dict[str, str]:
    return {name: allowed for name, _, allowed in _leaves(Settings())}


def _check_path(path: str, place: str) -> None:
    """Refuse a name that is no setting; names below a free table are free."""
    known = _allowed()
    free = ("painters.", "llms.", "outside.rates.")
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
    value = "********" if path.startswith("keys.") else repr(wishes.get(path, first["input"]))
    place = places.get(path, "default")
    # The shape of a text is told by what is allowed, not by a regular expression.
    pattern = first["type"] == "string_pattern_mismatch"
    why = "" if pattern else f": {first['msg'][0].lower()}{first['msg'][1:]}"
    allowed = _allowed().get(path) or _allowed().get(path.rpartition(".")[0], "")
    return SettingsError(
        f"{path} = {value} ({place}) cannot be used{why}.",
        f"Allowed for {path}: {allowed}." if allowed else "",
    )
