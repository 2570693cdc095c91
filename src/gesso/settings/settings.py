"""The settings in force, which know of each value where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gesso.core.outside.redact import is_secret_name, redact
from gesso.core.records.runs import ID_PATTERN
from gesso.settings.sections import (
    BlobSettings,
    ByName,
    CaptionSettings,
    CatalogueSettings,
    CollectSettings,
    CurateSettings,
    DuplicateSettings,
    KeySettings,
    MakeSettings,
    ModelSettings,
    MusicSettings,
    OutsideSettings,
    PictureSettings,
    SearchSettings,
    StorySettings,
    StudySettings,
    WebSettings,
    level_in_words,
)

DEFAULT_FOLDER = Path("studio")


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
    models: ModelSettings = ModelSettings()
    pictures: PictureSettings = PictureSettings()
    collect: CollectSettings = CollectSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    caption: CaptionSettings = CaptionSettings()
    curate: CurateSettings = CurateSettings()
    web: WebSettings = WebSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    blobs: BlobSettings = BlobSettings()
    warehouse: ByName = Field(default={}, description="options of one: [warehouse.NAME]")
    search: SearchSettings = SearchSettings()
    encoders: ByName = Field(default={}, description="options of an encoder: [encoders.NAME]")
    music: MusicSettings = MusicSettings()
    sound_encoders: ByName = Field(
        default={}, description="options of one that hears: [sound_encoders.NAME]"
    )
    indexes: ByName = Field(default={}, description="options of an index: [indexes.NAME]")
    study: StudySettings = StudySettings()
    story: StorySettings = StorySettings()
    tools: ByName = Field(default={}, description="options of a study's tool: [tools.NAME]")
    keys: KeySettings = KeySettings()
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(level_in_words)
    ] = Field(default="info", description="debug, info, warning or error; also LOG_LEVEL")
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

    @property
    def shelf(self) -> Path:
        """The folder of models that run on this machine."""
        return self.models.folder or self.studio / "models"

    def secrets(self) -> tuple[str, ...]:
        """All that no log and no screen may hold, options of adapters included."""
        options = [*flat(self.painters), *flat(self.llms), *flat(self.indexes)]
        named = [held for name, held in options if is_secret_name(name)]
        guarded = (self.web.token, self.catalogue.url)
        own = [held.get_secret_value() for held in guarded if held is not None]
        written = [held for held in named if isinstance(held, str) and held]
        return (*self.keys.values(), *own, *written)

    def origins(self) -> tuple[Origin, ...]:
        """Every value in force and where it came from, in the order of the sections."""
        return tuple(
            Origin(name, value, self._places.get(name, "default"), allowed)
            for name, value, allowed in leaves(self)
        )


def _as_shown(name: str, value: object) -> object:
    """A value as a person may see it: without secrets, wherever the owner wrote them."""
    if isinstance(value, SecretStr) or (value and is_secret_name(name)):
        return "********"
    return redact(value) if isinstance(value, str) else value


def leaves(section: BaseModel, above: str = "") -> Iterator[tuple[str, Any, str]]:
    """(dotted name, value to show, what is allowed) of every setting."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        path = f"{above}{name}"
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{path}.")
        elif isinstance(value, dict) and value:
            for part, held in flat(value, f"{path}."):
                yield part, _as_shown(part, held), field.description or ""
        else:
            shown = _as_shown("", str(value) if isinstance(value, Path) else value)
            yield path, shown, field.description or ""


def flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    """(dotted name, value) of everything in a nest of tables."""
    for name, value in values.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{path}.")
        else:
            yield path, value
