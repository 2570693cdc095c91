"""The painter that asks OpenAI's models of pictures, or a server that speaks as OpenAI does."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import openai
from openai.types import ImagesResponse
from pydantic import SecretStr

from gesso.core.errors import BadOutput, SettingsError
from gesso.core.llms.wires.openai import PROVIDER, VENDOR, OpenAIWire, image_usage
from gesso.core.llms.wires.wire import Patience, unreadable
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.client import Client, ClientOptions
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import Model, ModelBook
from gesso.core.outside.models.prices import Price, Quote, is_local, price
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker, Setting
from gesso.make.painters.arriving import (
    bytes_in,
    fetched,
    key_text,
    picture_at,
    picture_in,
    quoted,
    words_of,
)
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.painters.sizes import nearest_size


@dataclass(frozen=True)
class OpenAIOptions:
    """What the owner can set of the painter at OpenAI.

    Attributes:
        model: a model's id, "" for the book's default.
        api_key: OpenAI's, or the server's; a server of one's own may ask for none.
        base_url: another address with its version (".../v1"), "" for OpenAI's.
        quality: of the qualities that a model of OpenAI's has.
        timeout_s: the longest silence of a model at work.
    """

    model: str = ""
    api_key: SecretStr | str = field(default="", repr=False)
    base_url: str = ""
    quality: str = "medium"
    timeout_s: float = 300.0


@dataclass(frozen=True)
class _Painted:
    picture: Picture
    usd: float | None


class OpenAIPainter:
    """Paints one picture a call, at the size nearest to the order that the model takes.

    A model that the book knows is asked for its quality and for PNG; of any other only what
    every server understands is asked. The wire has no seed.
    """

    Options: ClassVar[type] = OpenAIOptions
    name: ClassVar[str] = PROVIDER
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, options: OpenAIOptions, desk: Desk) -> None:
        self._options = options
        self._desk = desk
        self._book = ModelBook.open()
        self._wire = OpenAIWire(
            key_text(options.api_key), options.base_url, Patience(read_s=options.timeout_s)
        )
        self._files = Client(
            PROVIDER,
            self._wire.base_url,
            options=ClientOptions(use_proxies=not is_local(self._wire.base_url)),
        )
        weakref.finalize(self, self._files.close)

    @property
    def vendor(self) -> str:
        """Whose models paint: "openai", or the host of another server."""
        known = self._book.family(PROVIDER, self._options.model) is not None
        return VENDOR if known or self._wire.is_openai else self._wire.host

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture; see `Painter.paint`. A reference makes it an edit.

        Raises:
            SettingsError: the model has no such quality.
            OutsideError: by its kind.
        """
        self._wire.check_key()
        model = self._book.find(PROVIDER, "image", self._options.model)
        asked = self._asked(order, model)
        (quote,) = self.quotes(order)
        ask = Ask(PROVIDER, "paint", model.id, order.errand, quote.reserved_usd)
        tell(f"asking {model.id}", None)
        painted = self._desk.ask(ask, lambda attempt: self._send(model, asked, order, attempt))
        tell("painted", 1.0)
        settings: dict[str, Setting] = {
            name: asked[name] for name in ("size", "quality") if name in asked
        }
        return Painting(
            painted.picture,
            Maker(self.name, model.id, settings=settings),
            "trainedAlgorithmicMedia",
            cost_usd=painted.usd,
        )

    def quotes(self, order: Order) -> tuple[Quote, ...]:
        """What a picture may cost at most."""
        model = self._book.find(PROVIDER, "image", self._options.model)
        sides = _sides(self._asked(order, model))
        at = self._priced_at(model)
        return (quoted(model, order, self._options.quality, sides, base_url=at),)

    def _asked(self, order: Order, model: Model) -> dict[str, Any]:
        width, height = order.width, order.height
        if model.pixels is not None:
            width, height = nearest_size(model.pixels, width, height)
        asked = {
            "model": model.id,
            "prompt": words_of(order),
            "n": 1,
            "size": f"{width}x{height}",
        }
        if not model.sizes:
            return asked
        if self._options.quality not in model.sizes:
            raise SettingsError(
                f"The model '{model.id}' has no quality '{self._options.quality}'.",
                f"Choose one of: {', '.join(model.sizes)}.",
            )
        return {**asked, "quality": self._options.quality, "output_format": "png"}

    def _send(
        self, model: Model, asked: dict[str, Any], order: Order, attempt: Attempt
    ) -> Answer[_Painted]:
        def generate(sdk: openai.OpenAI) -> object:
            if order.reference is None:
                return sdk.images.generate(**asked)
            png = ("reference.png", encode(order.reference), "image/png")
            return sdk.images.edit(image=png, **asked)

        reply = self._wire.call(generate)
        if not isinstance(reply, ImagesResponse):  # the SDK hands on whatever is no JSON
            raise unreadable(PROVIDER)
        cost = self._cost(model, reply)
        if cost.usd is not None:
            attempt.note_cost(cost.usd, cost.source)
        usage = image_usage(reply.usage)
        return Answer(
            _Painted(self._picture(reply), cost.usd),
            cost.usd,
            cost.source,
            usage.input_tokens if usage else None,
            usage.output_tokens if usage else None,
            getattr(reply, "_request_id", None) or "",
        )

    def _cost(self, model: Model, reply: ImagesResponse) -> Price:
        usage = image_usage(reply.usage)
        base_url = self._priced_at(model)
        if usage is None:
            return Price(0.0, "free") if base_url and is_local(base_url) else _UNKNOWN
        return price(PROVIDER, model.id, usage, base_url=base_url)

    def _priced_at(self, model: Model) -> str:
        """A model of OpenAI's has its price wherever it is asked for; others have a server's."""
        return "" if model.is_known or self._wire.is_openai else self._wire.base_url

    def _picture(self, reply: ImagesResponse) -> Picture:
        first = next(iter(reply.data or []), None)
        if first is not None and first.b64_json:
            return picture_in(bytes_in(first.b64_json, PROVIDER), PROVIDER)
        if first is not None and first.url:
            return picture_at(
                first.url, PROVIDER, self._wire.base_url, lambda url: fetched(self._files, url)
            )
        raise BadOutput(f"'{PROVIDER}' answered without a picture.", provider=PROVIDER, status=200)


_UNKNOWN = Price(None, "estimate")


def _sides(asked: dict[str, Any]) -> tuple[int, int]:
    width, _, height = str(asked["size"]).partition("x")
    return int(width), int(height)
