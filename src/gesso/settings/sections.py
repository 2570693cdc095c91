"""The sections of the settings: what can be wished for, and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def _none_in_words(value: object) -> object:
    """TOML, the environment and flags cannot hold nothing; the word "none" stands for it."""
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


def level_in_words(value: object) -> object:
    """LOG_LEVEL is shared with other programs, so their words for a level are taken too."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    others = {"trace": "debug", "warn": "warning", "critical": "error", "fatal": "error"}
    return others.get(word, word)


def in_order(wish: str) -> str:
    """Names with commas between them, the first choice first; "gemini, fal" is "gemini,fal".

    Raises:
        ValueError: a name is empty or comes twice.
    """
    names = [name.strip() for name in wish.split(",")]
    if not all(names):
        raise ValueError("a name between the commas is empty")
    if len(set(names)) < len(names):
        raise ValueError("a name comes twice")
    return ",".join(names)


InOrder = Annotated[str, AfterValidator(in_order)]
Seed = Annotated[Annotated[int, Field(ge=0, lt=2**63)] | None, BeforeValidator(_none_in_words)]
Dollars = Annotated[
    Annotated[float, Field(ge=0, allow_inf_nan=False)] | None, BeforeValidator(_none_in_words)
]
Many = Annotated[Annotated[int, Field(ge=1, le=256)] | None, BeforeValidator(_none_in_words)]
Processes = Annotated[Annotated[int, Field(ge=0, le=256)] | None, BeforeValidator(_none_in_words)]
Finds = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_none_in_words)]
Amount = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None, BeforeValidator(_none_in_words)
]
ByName = dict[str, dict[str, Any]]
Rate = Annotated[str, Field(pattern=r"^[1-9]\d*/(\d*\.)?\d*[1-9]\d*$")]


class Section(BaseModel):
    """A part of the settings; every field's description says what is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MakeSettings(Section):
    """How pictures are made."""

    painter: InOrder = Field(
        default="procedural", description="see `gesso painters`; with a comma, who stands by"
    )
    llm: InOrder = Field(
        default="offline", description="who writes and judges; with a comma, who stands by"
    )
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


class ModelSettings(Section):
    """Where models that run on this machine are kept."""

    folder: Annotated[Path | None, BeforeValidator(_none_in_words)] = Field(
        default=None, description="a folder; none: models in the studio's folder"
    )


class StudySettings(Section):
    """How pictures are studied."""

    words: str = Field(
        default="measured", min_length=1, description="who words the tips: measured, or an llm"
    )
    side: int = Field(default=360, ge=300, le=420, description="reading size, 300 to 420 pixels")
    levels: int = Field(default=5, ge=4, le=6, description="values of the big shapes, 4 to 6")
    coherence: float = Field(
        default=0.783, ge=0, le=1, description="how much texture is forgotten, 0 to 1"
    )


class CollectSettings(Section):
    """How pictures are brought in."""

    contact: str = Field(default="", description="your mail or web address, told to every host")
    unknown_licence: Literal["link", "keep", "skip"] = Field(
        default="link", description="pictures of unknown licence: link, keep or skip"
    )
    licences: list[str] = Field(
        default=[], description='licences to keep beside the free ones: ["CC-BY-NC-4.0"]'
    )
    items: Finds = Field(default=None, description="finds that a run takes up; none: no end")
    megabytes: Amount = Field(default=None, description="a run may bring so many; none: no end")
    streams: int = Field(default=8, ge=1, le=64, description="finds at once, 1 to 64")
    tries: int = Field(default=5, ge=1, le=20, description="tries for one find, 1 to 20")
    patience_s: float = Field(
        default=120.0, ge=0, le=86400, description="seconds to wait for a quiet host"
    )
    engine: str = Field(
        default="process", min_length=1, description="who develops: serial, process or ray"
    )
    engines: ByName = Field(default={}, description="options of one: [collect.engines.NAME]")
    sources: ByName = Field(default={}, description="options of one: [collect.sources.NAME]")


class CaptionSettings(Section):
    """Who captions works, and for how much."""

    llm: str = Field(
        default="offline", min_length=1, description="who captions: offline, or an llm"
    )
    budget_usd: Dollars = Field(default=0.50, description="for a run, 0 or more; none: no cap")
    side: int = Field(
        default=768, ge=128, le=2048, description="pixels an llm is shown, 128 to 2048"
    )


class StorySettings(Section):
    """Who tells stories, and who paints between pictures."""

    llm: str = Field(
        default="offline", min_length=1, description="who orders and writes: offline, or an llm"
    )
    painter: str = Field(default="", description="who paints between two pictures; empty: nobody")
    budget_usd: Dollars = Field(default=0.50, description="at once, 0 or more; none: no cap")
    font: str | list[str] = Field(
        default="", description="font files for letters that the own faces lack: one, or a list"
    )


class DuplicateSettings(Section):
    """How works that show one picture are found."""

    neighbours: int = Field(
        default=8, ge=0, le=50, description="look-alikes a work is held against, 0 to 50"
    )
    shapes: bool = Field(default=True, description="also find works of plain shapes, true or false")


class SearchSettings(Section):
    """How works are found."""

    encoder: str = Field(
        default="look", min_length=1, description="in whose space pictures are compared"
    )
    standby: str = Field(
        default="", description="who answers while under 99 % of the works are in it"
    )
    embeds: int = Field(
        default=64, ge=0, le=10_000, description="works a search embeds on its way; 0 for none"
    )
    index: str = Field(default="auto", min_length=1, description="kind of a new index")
    keep: int = Field(default=3, ge=1, le=20, description="generations of an index that stay")
    threads: int = Field(default=1, ge=1, le=64, description="that one search may use")
    words: float = Field(default=1.0, ge=0, le=10, description="what the full text counts")
    meaning: float = Field(default=1.0, ge=0, le=10, description="what the words' vector counts")
    neighbours: float = Field(
        default=0.3, ge=0, le=10, description="what looking like works whose words fit counts"
    )
    picture: float = Field(default=1.0, ge=0, le=10, description="what pictures count")
    colour: float = Field(default=1.0, ge=0, le=10, description="what colours count")
    values: float = Field(default=1.0, ge=0, le=10, description="what big shapes count")
    constant: float = Field(
        default=60.0, ge=0, le=1000, description="how little first places count more, 0 to 1000"
    )


class MusicSettings(Section):
    """How pictures and tracks are matched."""

    encoder: str = Field(
        default="", description='a model that hears tracks and reads words: "clap"; "" for none'
    )


class CurateSettings(Section):
    """How works are sorted."""

    encoder: str = Field(
        default="look", min_length=1, description="in whose space labels are learnt"
    )
    words: str = Field(default="clip", min_length=1, description="in whose space words are asked")
    sure: float = Field(
        default=0.8, gt=0, lt=1, description="share of answers that must be right, 0 to 1"
    )
    doubt: float = Field(default=0.2, gt=0, lt=1, description="chance that fewer are right, 0 to 1")


class PictureSettings(Section):
    """How large a picture from elsewhere may be."""

    max_megapixels: float = Field(default=64.0, gt=0, le=1024, description="above 0, up to 1024")
    max_megabytes: float = Field(default=64.0, gt=0, le=1024, description="above 0, up to 1024")


class WebSettings(Section):
    """The server."""

    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on")
    port: int = Field(default=8765, ge=0, le=65535, description="0 for any that is free")
    token: SecretStr | None = Field(
        default=None, description="one that allows everything; see also `gesso tokens`"
    )
    hosts: list[str] = Field(
        default=[], description='names under which the server is known: ["art.example.org"]'
    )
    proxies: list[str] = Field(
        default=["127.0.0.1", "::1"], description="whose word is taken on who asks: addresses"
    )
    session_days: float = Field(
        default=30.0, gt=0, le=3650, description="a browser stays signed in, above 0"
    )
    calls_per_minute: int = Field(
        default=600, ge=0, le=1_000_000, description="of one address and one token; 0: no limit"
    )
    burst: int = Field(default=60, ge=1, le=100_000, description="such calls at once")
    cors: bool = Field(
        default=True, description="other sites' pages may read IIIF, feeds and shared links"
    )
    access_log: bool = Field(default=True, description="a line for each request, true or false")
    megabytes: float = Field(default=64.0, gt=0, le=1024, description="of one request")
    workers: int | None = Field(
        default=None, ge=1, le=256, description="pictures worked on at once; none: as cores"
    )


class CatalogueSettings(Section):
    """Where the catalogue itself is."""

    url: SecretStr | None = Field(default=None, description="of a Postgres database; none: a file")


class BlobSettings(Section):
    """Where the bytes of pictures lie."""

    store: str = Field(default="local", min_length=1, description="local, s3 or gcs")
    s3: dict[str, Any] = Field(default={}, description="options of s3: [blobs.s3]")
    gcs: dict[str, Any] = Field(default={}, description="options of gcs: [blobs.gcs]")

    def options(self, store: str) -> dict[str, Any]:
        """The options of one store; none for one that takes none."""
        found: dict[str, Any] = getattr(self, store, {}) if store in ("s3", "gcs") else {}
        return found


class KeySettings(Section):
    """Secrets of providers; never printed, never logged."""

    gemini: SecretStr | None = Field(default=None, description="also GEMINI_API_KEY")
    openai: SecretStr | None = Field(default=None, description="also OPENAI_API_KEY")
    fal: SecretStr | None = Field(default=None, description="also FAL_KEY or FAL_AI_API_KEY")
    huggingface: SecretStr | None = Field(default=None, description="also HF_TOKEN")

    def values(self) -> tuple[str, ...]:
        """The secrets that are set, for the filter that keeps them out of logs."""
        keys = (self.gemini, self.openai, self.fal, self.huggingface)
        return tuple(key.get_secret_value() for key in keys if key and key.get_secret_value())
