"""OpenAI, and every server that speaks as it does, as an llm."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any, Literal

import openai
from openai.types.chat import ChatCompletion
from pydantic import SecretStr

from gesso.core.errors import SettingsError
from gesso.core.llms.asking import Said, Turn, WiredLlm, key_text, shown
from gesso.core.llms.ladder import Ladder
from gesso.core.llms.llm import Question
from gesso.core.llms.wires.openai import PROVIDER, VENDOR, OpenAIWire, chat_usage
from gesso.core.llms.wires.wire import Patience, unreadable
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import ModelBook

# At high detail a picture of 2048 pixels; rather too many than too few.
_TOKENS_A_PICTURE = {"low": 300, "auto": 1600, "high": 1600}


@dataclass(frozen=True)
class OpenAIOptions:
    """How the server is asked.

    Attributes:
        model: the model id, "" for the usual one of today (OpenAI only).
        base_url: the server's address with its version, as in "http://localhost:11434/v1";
            "" for OpenAI's.
        vendor: whose models answer there; "" reads it from the address. "openai" for a gateway
            that passes on to OpenAI: its models, dates and prices hold then.
        api_key: from the settings' [keys]; many servers of one's own ask for none.
        timeout_s: the longest silence that is waited through.
        max_output_tokens: thoughts and answer together.
        detail: how closely pictures are looked at: "low", "high" or "auto".
        picture_side: pixels of the longer side at which a picture is shown.
        unpriced_usd: set aside, and counted, for an answer whose price nobody knows.
    """

    model: str = ""
    base_url: str = ""
    vendor: str = ""
    api_key: SecretStr | str = field(default="", repr=False)
    timeout_s: float = 120.0
    max_output_tokens: int = 4096
    detail: Literal["low", "high", "auto"] = "auto"
    picture_side: int = 768
    unpriced_usd: float = 0.01

    def __post_init__(self) -> None:
        if self.timeout_s <= 0 or self.max_output_tokens < 1 or self.picture_side < 64:
            raise ValueError("timeout_s, max_output_tokens and picture_side (64) must be larger")
        if self.detail not in _TOKENS_A_PICTURE:
            raise ValueError(f"detail is low, high or auto, not {self.detail!r}")


class OpenAILlm(WiredLlm):
    """Asks through chat completions, which every compatible server has.

    Args:
        options: how.
        desk: over which every request goes.
        book: the models; None opens the one that comes with gesso.
        ladder: what is known of servers' habits; None shares it with all of this process.

    Raises:
        SettingsError: the model has ended or does not answer, or a server that is not OpenAI's
            was named without a model.
    """

    Options = OpenAIOptions
    name = PROVIDER

    def __init__(
        self,
        options: OpenAIOptions,
        desk: Desk,
        book: ModelBook | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        self._options = options
        self._wire = OpenAIWire(
            key_text(options.api_key), options.base_url, Patience(read_s=options.timeout_s)
        )
        super().__init__(self._wire, desk, options, ladder)
        self.vendor = options.vendor or (VENDOR if self._wire.is_openai else self._wire.host)
        self.server = self._wire.base_url
        self.model = self._model(book)

    def say(self, turn: Turn) -> Said:
        """Send one turn and read what came back."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": self._messages(turn),
            **self._parameters(turn),
        }

        def complete(sdk: openai.OpenAI) -> Said:
            raw = sdk.chat.completions.with_raw_response.create(**body)
            reply: object = raw.parse()
            if not isinstance(reply, ChatCompletion):
                raise unreadable(PROVIDER)
            return _said(reply, raw.headers.get("x-request-id", ""))

        return self._wire.call(complete)

    @property
    def _tokens_a_picture(self) -> int:
        return _TOKENS_A_PICTURE[self._options.detail]

    @property
    def _priced_at(self) -> str:
        return "" if self.vendor == VENDOR else self._wire.base_url

    def _model(self, book: ModelBook | None) -> str:
        wish = self._options.model
        if self.vendor == VENDOR:
            return (book or ModelBook.open()).find(PROVIDER, "text", wish).id
        if not wish:
            raise SettingsError(
                f"No model was named for the server at {self._wire.host}.",
                "Name one by the option 'model'; its own list is at /models.",
            )
        return wish

    def _messages(self, turn: Turn) -> list[dict[str, Any]]:
        asked = turn.question
        content: str | list[dict[str, Any]] = asked.material
        if asked.pictures:
            content = [*self._pictures(asked), {"type": "text", "text": asked.material}]
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": turn.instructions},
            {"role": "user", "content": content},
        ]
        if turn.last:
            messages.append({"role": "assistant", "content": turn.last})
        if turn.repair:
            messages.append({"role": "user", "content": turn.repair})
        return messages

    def _pictures(self, question: Question) -> list[dict[str, Any]]:
        side = self._options.picture_side
        data = [base64.b64encode(shown(one, side)).decode() for one in question.pictures]
        return [
            {
                "type": "image_url",
                "image_url": {
                    "url": f"data:image/jpeg;base64,{jpeg}",
                    "detail": self._options.detail,
                },
            }
            for jpeg in data
        ]

    def _parameters(self, turn: Turn) -> dict[str, Any]:
        asked = turn.question
        limit = self._options.max_output_tokens
        # OpenAI's newer models refuse the old name, other servers often do not know the new one.
        newer = self.vendor == VENDOR and turn.takes("max_completion_tokens")
        name = "max_completion_tokens" if newer or not turn.takes("max_tokens") else "max_tokens"
        wished = {"temperature": asked.temperature, "seed": asked.seed, name: limit}
        taken = {k: v for k, v in wished.items() if v is not None and turn.takes(k)}
        return {**taken, **_format(turn)}


def _format(turn: Turn) -> dict[str, Any]:
    match turn.habits.rung:
        case "json_schema":
            form = {"name": turn.name, "strict": True, "schema": turn.schema}
            return {"response_format": {"type": "json_schema", "json_schema": form}}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
        case _:
            return {}


def _said(reply: ChatCompletion, request_id: str) -> Said:
    usage = chat_usage(reply.usage)
    # Servers leave out what the SDK calls required.
    choice = next(iter(getattr(reply, "choices", None) or []), None)
    message = getattr(choice, "message", None)
    if choice is None or message is None:
        return Said("", "whole", "no choice", usage, request_id)
    if message.refusal:
        return Said(message.refusal, "refused", "refusal", usage, request_id)
    if choice.finish_reason == "content_filter":
        return Said("", "refused", "content_filter", usage, request_id)
    end: Literal["whole", "cut"] = "cut" if choice.finish_reason == "length" else "whole"
    return Said(_text(message.content), end, choice.finish_reason or "", usage, request_id)


def _text(content: object) -> str:
    """The words of a message; some servers send them in parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content)
    if not isinstance(content, str | None):
        raise unreadable(PROVIDER)
    return content or ""
