"""The book of models: which there are, which is the default, and which have ended."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, Literal, Self

from gesso.core.errors import ModelEnded, SettingsError

Kind = Literal["text", "image", "both"]

# A dated snapshot belongs to the model whose name it begins with.
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})")


@dataclass(frozen=True)
class Pixels:
    """Which sizes a painter of pictures takes.

    Attributes:
        step: sides are multiples of this many pixels.
        least, most: pixels of the whole picture.
        longest: pixels of the longer side.
        ratio: the longer side is at most this many times the shorter.
        only: "1024x1024" and so on, where nothing else is taken; () for free sizes.
    """

    step: int = 1
    least: int = 1
    most: int = 2**26
    longest: int = 8192
    ratio: float = 128.0
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """One model of one provider.

    Attributes:
        provider: as the registries name it.
        id: as the provider writes it.
        kind: what it can do; a model that the book does not know can do what it is asked for.
        is_known: it stands in the book.
        is_default: it is taken where the owner names none.
        price: "genai-prices", "billed units", "free", or "" for nobody we know.
        priced_as: the id whose list price holds.
        unit, unit_usd: for "billed units": what is counted, and US dollars for one.
        image_tokens: tokens that one picture costs, by size ("1K") or by quality ("medium").
        sizes, ratios: what can be asked for, () for free.
        pixels: the sizes that it takes; None where nothing is known.
        sunset: the first day on which it no longer answers, None for none announced.
        successor: whom its provider names then.
        source: where the row was read.
    """

    provider: str
    id: str
    kind: Kind
    is_known: bool = True
    is_default: bool = False
    price: str = ""
    priced_as: str = ""
    unit: str = ""
    unit_usd: float = 0.0
    image_tokens: Mapping[str, int] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    pixels: Pixels | None = None
    sunset: date | None = None
    successor: str = ""
    source: str = ""

    def has_ended(self, today: date) -> bool:
        """Whether its provider no longer answers for it."""
        return self.sunset is not None and today >= self.sunset

    def can(self, kind: Kind) -> bool:
        """Whether it does what is asked: a "both" does either."""
        return kind in (self.kind, "both") or self.kind == "both"


def _utc_today() -> date:
    return datetime.now(UTC).date()


class ModelBook:
    """The models that we know of, by provider and kind.

    Args:
        models: each provider and id once.
        dated: the day on which they were looked up.
        today: the calendar.
    """

    def __init__(
        self, models: Iterable[Model], dated: date, today: Callable[[], date] = _utc_today
    ) -> None:
        self.dated = dated
        self._today = today
        self._models = {(model.provider, model.id): model for model in models}

    @classmethod
    def open(cls, today: Callable[[], date] = _utc_today) -> Self:
        """Open the book that comes with gesso."""
        text = files(__package__).joinpath("models.toml").read_text("utf-8")
        return cls.read(text, today)

    @classmethod
    def read(cls, text: str, today: Callable[[], date] = _utc_today) -> Self:
        """Read a book from TOML of the form of models.toml."""
        data = tomllib.loads(text)
        return cls(map(_model, data["model"]), data["dated"], today)

    def list(self, provider: str = "", kind: Kind = "both") -> list[Model]:
        """List the models of a provider and kind, or of everybody, those that ended included."""
        return [
            model
            for model in self._models.values()
            if provider in ("", model.provider) and model.can(kind)
        ]

    def has_ended(self, model: Model) -> bool:
        """Whether a model's provider no longer answers for it, by today's date."""
        return model.has_ended(self._today())

    def find(self, provider: str, kind: Kind, model_id: str = "") -> Model:
        """Find a model by its id, or the provider's default of that kind for "".

        An id that the book does not know is taken as it is: providers are faster than books.

        Raises:
            ModelEnded: its successor is named.
            SettingsError: it is of another kind, or no id was given and there is no default.
        """
        model = self.row(provider, model_id, kind) if model_id else self._default(provider, kind)
        if not model.can(kind):
            raise self._of_another_kind(model, kind)
        if self.has_ended(model):
            raise ModelEnded(
                f"The model '{model.id}' of {provider} ended on {model.sunset}.",
                f"Use its successor instead: '{self._living(model)}'."
                if model.successor
                else f"The models are: {self._ids(provider, kind)}.",
            )
        return model

    def row(self, provider: str, model_id: str, kind: Kind = "both") -> Model:
        """The row of a model whatever its date; of one that is not in the book, an empty row.

        Args:
            provider: as the registries name it.
            model_id: as the provider writes it, a dated snapshot included.
            kind: what an unknown model is taken for.
        """
        family = self.family(provider, model_id)
        if family is None:
            price = self._usual_price(provider)
            return Model(provider, model_id, kind, is_known=False, price=price)
        return family if family.id == model_id else replace(family, id=model_id, is_default=False)

    def family(self, provider: str, model_id: str) -> Model | None:
        """The row of the book that a model belongs to: its own, or for a snapshot its family's."""
        own = self._models.get((provider, model_id))
        dated = _SNAPSHOT.search(model_id)
        if own is None and dated:
            return self._models.get((provider, model_id[: dated.start()]))
        return own

    def successor(self, model: Model) -> str:
        """Who answers in its place: the end of the chain of successors, as far as it is known."""
        return self._living(model) if model.successor else ""

    def nearest(self, provider: str, model_id: str) -> str:
        """The id in the book that is most like a misspelt one, "" for none."""
        ids = [model.id for model in self.list(provider) if not self.has_ended(model)]
        return next(iter(get_close_matches(model_id, ids, n=1, cutoff=0.7)), "")

    def _usual_price(self, provider: str) -> str:
        """What prices every model of a provider, "" where they differ: a local one stays free."""
        ways = {model.price for model in self.list(provider) if model.price}
        return ways.pop() if len(ways) == 1 else ""

    def _default(self, provider: str, kind: Kind) -> Model:
        for model in self.list(provider, kind):
            if model.is_default:
                return model
        raise SettingsError(
            f"There is no usual model of {provider} for this.",
            "Name one by the option 'model'.",
        )

    def _living(self, model: Model) -> str:
        """The end of the chain of successors, or the last that the book knows."""
        seen: set[str] = set()
        name = model.successor
        while name not in seen:
            seen.add(name)
            after = self._models.get((model.provider, name))
            if after is None or not self.has_ended(after) or not after.successor:
                break
            name = after.successor
        return name

    def _of_another_kind(self, model: Model, kind: Kind) -> SettingsError:
        does = {"text": "answers and does not paint", "image": "paints and does not answer"}
        return SettingsError(
            f"The model '{model.id}' of {model.provider} {does.get(model.kind, 'does neither')}.",
            f"Choose one of: {self._ids(model.provider, kind)}.",
        )

    def _ids(self, provider: str, kind: Kind) -> str:
        here = [m.id for m in self.list(provider, kind) if not self.has_ended(m)]
        return ", ".join(here) or "none that we know"


def _model(row: dict[str, Any]) -> Model:
    pixels = row.get("pixels")
    if pixels is not None:
        row = {**row, "pixels": Pixels(**{**pixels, "only": tuple(pixels.get("only", ()))})}
    for name in ("sizes", "ratios"):
        row = {**row, name: tuple(row.get(name, ()))}
    row["is_default"] = row.pop("default", False)
    return Model(**row)
