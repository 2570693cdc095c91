"""The painter that asks Google's Gemini models of pictures, through generateContent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from google import genai
from google.genai import types
from pydantic import SecretStr

from gesso.core.errors import BadOutput, Refused
from gesso.core.llms.wires.gemini import PROVIDER, VENDOR, GeminiWire, refusal_in, usage_of
from gesso.core.llms.wires.wire import Patience
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import Model, ModelBook
from gesso.core.outside.models.prices import Price, Quote, price
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.make.painters.arriving import key_text, picture_in, quoted, words_of
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.painters.sizes import nearest_ratio, nearest_side

# What the SDK's docs name for every model (google-genai 3.4.0, ImageConfig).
_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9")
_QUOTE_CHARS = 200


@dataclass(frozen=True)
class GeminiOptions:
    """What the owner can set of the painter at Google.

    Attributes:
        model: a model's id, "" for the book's default.
        api_key: Google's.
        base_url: another address, "" for Google's.
        image_size: "512", "1K", "2K" or "4K"; "" for the smallest that reaches the order.
        timeout_s: the longest silence of a model at work.
    """

    model: str = ""
    api_key: SecretStr | str = field(default="", repr=False)
    base_url: str = ""
    image_size: str = ""
    timeout_s: float = 180.0


@dataclass(frozen=True)
class _Painted:
    picture: Picture
    usd: float | None


class GeminiPainter:
    """Paints one picture a call; the shape and the size nearest to the order that a model takes.

    The wire has no seed for pictures, so the same order gives another picture each time.
    """

    Options: ClassVar[type] = GeminiOptions
    name: ClassVar[str] = PROVIDER
    vendor: ClassVar[str] = VENDOR
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, options: GeminiOptions, desk: Desk) -> None:
        self._options = options
        self._desk = desk
        self._book = ModelBook.open()
        self._wire = GeminiWire(
            key_text(options.api_key), options.base_url, Patience(read_s=options.timeout_s)
        )

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture; see `Painter.paint`.

        Raises:
            OutsideError: by its kind.
        """
        self._wire.check_key()
        model = self._book.find(PROVIDER, "image", self._options.model)
        shape = self._shape(order, model)
        contents = _contents(order)
        (quote,) = self.quotes(order)
        ask = Ask(PROVIDER, "paint", model.id, order.errand, quote.reserved_usd)
        tell(f"asking {model.id}", None)
        painted = self._desk.ask(ask, lambda attempt: self._send(model, shape, contents, attempt))
        tell("painted", 1.0)
        settings = {"aspect_ratio": shape.aspect_ratio, "image_size": shape.image_size}
        return Painting(
            painted.picture,
            Maker(self.name, model.id, settings=settings),
            "trainedAlgorithmicMedia",
            cost_usd=painted.usd,
        )

    def quotes(self, order: Order) -> tuple[Quote, ...]:
        """What a picture may cost at most."""
        model = self._book.find(PROVIDER, "image", self._options.model)
        size = self._shape(order, model).image_size or ""
        return (quoted(model, order, size),)

    def _send(
        self,
        model: Model,
        shape: types.ImageConfig,
        contents: types.Content,
        attempt: Attempt,
    ) -> Answer[_Painted]:
        config = types.GenerateContentConfig(response_modalities=["IMAGE"], image_config=shape)

        def generate(sdk: genai.Client) -> types.GenerateContentResponse:
            return sdk.models.generate_content(model=model.id, contents=contents, config=config)

        reply = self._wire.call(generate)
        cost = _cost(model, reply)
        if cost.usd is not None:
            attempt.note_cost(cost.usd, cost.source)
        picture = picture_in(_bytes_of(reply), PROVIDER)
        usage = usage_of(reply)
        return Answer(
            _Painted(picture, cost.usd),
            cost.usd,
            cost.source,
            usage.input_tokens if usage else None,
            usage.output_tokens if usage else None,
            reply.response_id or "",
        )

    def _shape(self, order: Order, model: Model) -> types.ImageConfig:
        ratio = nearest_ratio(model.ratios or _RATIOS, order.width, order.height)
        size = self._options.image_size or nearest_side(model.sizes, order.width, order.height)
        return types.ImageConfig(aspect_ratio=ratio, image_size=size or None)


def _contents(order: Order) -> types.Content:
    parts = [types.Part.from_text(text=words_of(order))]
    if order.reference is not None:
        png = encode(order.reference)
        parts.insert(0, types.Part.from_bytes(data=png, mime_type="image/png"))
    return types.Content(role="user", parts=parts)


def _cost(model: Model, reply: types.GenerateContentResponse) -> Price:
    usage = usage_of(reply)
    return Price(None, "estimate") if usage is None else price(PROVIDER, model.id, usage)


def _bytes_of(reply: types.GenerateContentResponse) -> bytes:
    """The picture in an answer.

    Raises:
        Refused: it was blocked, or there are words instead of a picture.
        BadOutput: there is neither.
    """
    refusal = refusal_in(reply)
    if refusal is not None:
        raise refusal
    candidate = next(iter(reply.candidates or []), None)
    content = candidate.content if candidate else None
    parts = [part for part in (content.parts if content else None) or [] if not part.thought]
    pictures = [part.inline_data.data for part in parts if part.inline_data is not None]
    if pictures:
        return pictures[-1] or b""
    said = " ".join("".join(part.text or "" for part in parts).split())
    if said:
        raise Refused(
            f"'{PROVIDER}' answered with words instead of a picture: {said[:_QUOTE_CHARS]}",
            "Say it differently; ask for a picture in plain words.",
            provider=PROVIDER,
            status=200,
        )
    reason = candidate.finish_reason if candidate else None
    why = f" ({reason.value})" if reason is not None else ""
    raise BadOutput(f"'{PROVIDER}' answered without a picture{why}.", provider=PROVIDER, status=200)
