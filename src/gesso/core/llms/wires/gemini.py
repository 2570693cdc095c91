"""Gemini's wire: google-genai without its own retries, its failures as our errors."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import httpx2
from google import genai
from google.genai import errors, types

from gesso.core.errors import AuthError, BadRequest, OutsideError, QuotaSpent, RateLimited, Refused
from gesso.core.llms.wires.wire import Patience, http_client, lost, reply_of, unreadable
from gesso.core.outside.client import origin_of
from gesso.core.outside.models.prices import Usage
from gesso.core.outside.redact import redact
from gesso.core.outside.replies import Reply, failure_in, retry_after_s

Got = TypeVar("Got")

PROVIDER = "gemini"
VENDOR = "google"
ADDRESS = "https://generativelanguage.googleapis.com"

# Why a candidate ended that was begun and taken back; another request in other words may pass.
REFUSALS = frozenset(
    {
        types.FinishReason.SAFETY,
        types.FinishReason.BLOCKLIST,
        types.FinishReason.PROHIBITED_CONTENT,
        types.FinishReason.SPII,
        types.FinishReason.RECITATION,
        types.FinishReason.LANGUAGE,
        types.FinishReason.IMAGE_SAFETY,
        types.FinishReason.IMAGE_PROHIBITED_CONTENT,
        types.FinishReason.IMAGE_RECITATION,
        types.FinishReason.MODEL_ARMOR,
        types.FinishReason.ESCALATION,
    }
)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


class GeminiWire:
    """Speaks with Gemini; may be used from many threads at once.

    Args:
        key: the API key; "" is refused at the first call.
        base_url: another address, "" for Google's.
        patience: how long and how much.

    Raises:
        SettingsError: the address is none of the web.
    """

    def __init__(self, key: str, base_url: str = "", patience: Patience | None = None) -> None:
        self._key = key
        self._base_url = base_url or ADDRESS
        origin_of(PROVIDER, self._base_url)
        self._patience = patience or Patience()

    def call(self, ask: Callable[[genai.Client], Got]) -> Got:
        """Let `ask` use the SDK, and read its answer; what fails is one of our errors.

        Raises:
            OutsideError: by its kind (facts of the wire: `_explained`).
        """
        self.check_key()
        try:
            return ask(self._sdk)
        except errors.APIError as error:
            raise self._failure(error) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise lost(PROVIDER, error, self._key) from error
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
            # The SDK reads replies as they come; a web page or a stranger's JSON ends here.
            raise unreadable(PROVIDER) from error

    def check_key(self) -> None:
        """Refuse to go on without a key.

        Raises:
            AuthError: there is none.
        """
        if not self._key:
            raise AuthError(
                "There is no key for Gemini.",
                'Set GEMINI_API_KEY, or write gemini = "..." into the studio\'s keys.toml.',
                provider=PROVIDER,
            )

    def models(self) -> list[str]:
        """List the ids that Google answers for today."""

        def ask(sdk: genai.Client) -> list[str]:
            return [(model.name or "").removeprefix("models/") for model in sdk.models.list()]

        return self.call(ask)

    @cached_property
    def _sdk(self) -> genai.Client:
        http = http_client(self._patience)
        weakref.finalize(self, http.close)
        # Everything is said outright, so that the SDK does not look into the environment.
        return genai.Client(
            vertexai=False,
            api_key=self._key,
            http_options=types.HttpOptions(
                base_url=self._base_url,
                timeout=round(self._patience.read_s * 1000),
                httpx_client=http,
                retry_options=None,
            ),
        )

    def _failure(self, error: errors.APIError) -> OutsideError:
        response = error.response
        if not isinstance(response, httpx2.Response):
            return unreadable(PROVIDER, error.code)
        reply = reply_of(PROVIDER, response)
        failure = _explained(reply) or failure_in(reply)
        failure.message = redact(failure.message, [self._key])
        return failure


def usage_of(reply: types.GenerateContentResponse) -> Usage | None:
    """What an answer used, thoughts among the output; None where it does not say."""
    said = reply.usage_metadata
    if said is None:
        return None
    return Usage(
        input_tokens=(said.prompt_token_count or 0) + (said.tool_use_prompt_token_count or 0),
        output_tokens=(said.candidates_token_count or 0) + (said.thoughts_token_count or 0),
        cached_tokens=said.cached_content_token_count or 0,
        output_image_tokens=_of_pictures(said.candidates_tokens_details),
    )


def refusal_in(reply: types.GenerateContentResponse) -> Refused | None:
    """The refusal in an answer of status 200, None for none."""
    feedback = reply.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        words = feedback.block_reason_message or ""
        return _refused("blocked the request", feedback.block_reason.value, words)
    for candidate in reply.candidates or []:
        if candidate.finish_reason in REFUSALS:
            words = candidate.finish_message or ""
            return _refused("took its answer back", candidate.finish_reason.value, words)
    return None


def _refused(did: str, reason: str, words: str) -> Refused:
    tail = f": {redact(words)[:300]}" if words else "."
    return Refused(
        f"'{PROVIDER}' {did} ({reason}){tail}",
        "The same words will be refused again; say it differently.",
        provider=PROVIDER,
        status=200,
    )


def _of_pictures(details: list[types.ModalityTokenCount] | None) -> int:
    return sum(
        detail.token_count or 0
        for detail in details or []
        if detail.modality == types.MediaModality.IMAGE
    )


def _explained(reply: Reply) -> OutsideError | None:
    """What only Google's own details tell: a key in a 400, a day's quota in a 429."""
    details = _details(reply)
    if reply.status == 400 and any(d.get("reason") == "API_KEY_INVALID" for d in details):
        return AuthError(
            f"'{PROVIDER}' refused the key (HTTP 400).",
            "Look at its key in the settings: `gesso settings` shows where it comes from.",
            provider=PROVIDER,
            status=400,
        )
    if reply.status == 404:
        return BadRequest(
            failure_in(reply).message,
            "Look at the model's name and the address: `gesso models check` asks which exist.",
            provider=PROVIDER,
            status=404,
        )
    if reply.status == 429:
        return _exhausted(reply, details)
    return None


def _exhausted(reply: Reply, details: list[dict[str, Any]]) -> OutsideError:
    """A 429: the day's quota, which no waiting mends, or a wish for quiet."""
    quotas = [
        str(violation.get("quotaId", ""))
        for detail in details
        for violation in _records(detail.get("violations"))
    ]
    if any("PerDay" in quota for quota in quotas):
        return QuotaSpent(
            f"The day's quota at '{PROVIDER}' is spent (HTTP 429, {quotas[0]}).",
            "Resume the run tomorrow, enable billing there, or choose another provider.",
            provider=PROVIDER,
            status=429,
        )
    plain = failure_in(reply)
    delays = [_SECONDS.fullmatch(str(detail.get("retryDelay", ""))) for detail in details]
    asked = max((float(delay[1]) for delay in delays if delay), default=None)
    return RateLimited(
        plain.message,
        plain.advice,
        provider=PROVIDER,
        after_s=asked or retry_after_s(reply.headers),
    )


def _details(reply: Reply) -> list[dict[str, Any]]:
    try:
        data = reply.json()
    except OutsideError:
        return []
    if isinstance(data, list) and data:
        data = data[0]
    error = data.get("error") if isinstance(data, dict) else None
    return _records(error.get("details")) if isinstance(error, dict) else []


def _records(told: object) -> list[dict[str, Any]]:
    """The objects in what should be a list of them; a stranger's JSON holds anything."""
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
