"""Google's Gemini as an llm."""

from __future__ import annotations

from dataclasses import dataclass, field

from google import genai
from google.genai import types
from pydantic import SecretStr

from gesso.core.llms.asking import Said, Turn, WiredLlm, key_text, shown
from gesso.core.llms.ladder import Ladder
from gesso.core.llms.wires.gemini import (
    PROVIDER,
    VENDOR,
    GeminiWire,
    refusal_in,
    usage_of,
)
from gesso.core.llms.wires.wire import Patience
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import ModelBook

_CUT = frozenset({types.FinishReason.MAX_TOKENS, types.FinishReason.CONTINUATION})
# A picture of up to this many tokens; Google counts 258 for each tile of 768 pixels.
_TOKENS_A_PICTURE = 1120


@dataclass(frozen=True)
class GeminiOptions:
    """How Gemini is asked.

    Attributes:
        model: the model id, "" for the usual one of today.
        base_url: another address, "" for Google's.
        api_key: from the settings' [keys].
        timeout_s: the longest silence that is waited through.
        max_output_tokens: thoughts and answer together.
        picture_side: pixels of the longer side at which a picture is shown.
        unpriced_usd: set aside, and counted, for an answer whose price nobody knows.
    """

    model: str = ""
    base_url: str = ""
    api_key: SecretStr | str = field(default="", repr=False)
    timeout_s: float = 120.0
    max_output_tokens: int = 4096
    picture_side: int = 768
    unpriced_usd: float = 0.01

    def __post_init__(self) -> None:
        if self.timeout_s <= 0 or self.max_output_tokens < 1 or self.picture_side < 64:
            raise ValueError("timeout_s, max_output_tokens and picture_side (64) must be larger")


class GeminiLlm(WiredLlm):
    """Asks Gemini through generateContent; the schema goes as responseJsonSchema.

    Args:
        options: how.
        desk: over which every request goes.
        book: the models; None opens the one that comes with gesso.
        ladder: what is known of servers' habits; None shares it with all of this process.

    Raises:
        SettingsError: the model has ended, or does not answer.
    """

    Options = GeminiOptions
    name = PROVIDER
    vendor = VENDOR

    def __init__(
        self,
        options: GeminiOptions,
        desk: Desk,
        book: ModelBook | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        self._options = options
        self._wire = GeminiWire(
            key_text(options.api_key), options.base_url, Patience(read_s=options.timeout_s)
        )
        super().__init__(self._wire, desk, options, ladder)
        self.model = (book or ModelBook.open()).find(PROVIDER, "text", options.model).id
        self.server = options.base_url or "google"

    def say(self, turn: Turn) -> Said:
        """Send one turn and read what came back."""
        config = self._config(turn)
        contents = self._contents(turn)

        def generate(sdk: genai.Client) -> Said:
            return _said(
                sdk.models.generate_content(model=self.model, contents=contents, config=config)
            )

        return self._wire.call(generate)

    @property
    def _tokens_a_picture(self) -> int:
        return _TOKENS_A_PICTURE

    def _config(self, turn: Turn) -> types.GenerateContentConfig:
        asked = turn.question
        rung = turn.habits.rung
        return types.GenerateContentConfig(
            system_instruction=turn.instructions,
            temperature=asked.temperature if turn.takes("temperature") else None,
            seed=_seed(asked.seed) if turn.takes("seed") else None,
            max_output_tokens=self._options.max_output_tokens,
            response_mime_type=None if rung == "prompt" else "application/json",
            response_json_schema=turn.schema if rung == "json_schema" else None,
            # The SDK would send further requests by itself, which no ledger would know of.
            automatic_continuation=False,
        )

    def _contents(self, turn: Turn) -> list[types.Content]:
        side = self._options.picture_side
        parts = [
            types.Part.from_bytes(data=shown(picture, side), mime_type="image/jpeg")
            for picture in turn.question.pictures
        ]
        parts.append(types.Part.from_text(text=turn.question.material))
        contents = [types.Content(role="user", parts=parts)]
        if turn.last:
            said = [types.Part.from_text(text=turn.last)]
            contents.append(types.Content(role="model", parts=said))
        if turn.repair:
            again = [types.Part.from_text(text=turn.repair)]
            contents.append(types.Content(role="user", parts=again))
        return contents


def _seed(seed: int | None) -> int | None:
    # The wire's seed is a signed 32-bit number.
    return None if seed is None else seed % 2**31


def _said(reply: types.GenerateContentResponse) -> Said:
    usage, request_id = usage_of(reply), reply.response_id or ""
    refusal = refusal_in(reply)
    if refusal is not None:
        return Said("", "refused", "", usage, request_id, refusal)
    candidate = next(iter(reply.candidates or []), None)
    if candidate is None:
        return Said("", "whole", "no candidate", usage, request_id)
    parts = candidate.content.parts if candidate.content and candidate.content.parts else []
    text = "".join(part.text or "" for part in parts if not part.thought)
    reason = candidate.finish_reason
    return Said(
        text,
        "cut" if reason in _CUT else "whole",
        reason.value if reason else "",
        usage,
        request_id,
    )
