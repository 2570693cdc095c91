"""The OpenAI wire: the openai SDK without its own retries, its failures as our errors."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from openai.types import CompletionUsage
from openai.types.images_response import Usage as ImagesUsage

from gesso.core.errors import AuthError, BadRequest, OutsideError, Refused
from gesso.core.llms.wires.wire import Patience, http_client, lost, reply_of, timeout, unreadable
from gesso.core.outside.client import origin_of
from gesso.core.outside.models.prices import Usage
from gesso.core.outside.redact import redact
from gesso.core.outside.replies import Reply, failure_in

Got = TypeVar("Got")

PROVIDER = "openai"
VENDOR = "openai"
ADDRESS = "https://api.openai.com/v1"

# OpenAI's own and Azure's words for a refusal that comes as a 400.
_REFUSALS = frozenset({"moderation_blocked", "content_policy_violation", "content_filter"})


class OpenAIWire:
    """Speaks with OpenAI, or a server that speaks as it does; for many threads at once.

    Args:
        key: the API key; OpenAI itself is never asked without one, other servers may be.
        base_url: the address with its version ("http://localhost:11434/v1"), "" for OpenAI's.
        patience: how long and how much.

    Raises:
        SettingsError: the address is none of the web.
    """

    def __init__(self, key: str, base_url: str = "", patience: Patience | None = None) -> None:
        self._key = key
        self.base_url = base_url or ADDRESS
        origin_of(PROVIDER, self.base_url)
        self._patience = patience or Patience()

    @property
    def host(self) -> str:
        """Whose server it is, without who may enter: "api.openai.com", "localhost:11434"."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def is_openai(self) -> bool:
        """Whether OpenAI itself answers, a region of it included."""
        name = urlsplit(self.base_url).hostname or ""
        return name == "openai.com" or name.endswith(".openai.com")

    def call(self, ask: Callable[[openai.OpenAI], Got]) -> Got:
        """Let `ask` use the SDK, and read its answer; what fails is one of our errors.

        Raises:
            OutsideError: by its kind.
        """
        self.check_key()
        try:
            return ask(self._sdk)
        except openai.APIStatusError as error:
            raise self._failure(error) from error
        except openai.APIConnectionError as error:
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
            raise lost(PROVIDER, cause, self._key) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise lost(PROVIDER, error, self._key) from error
        except (
            openai.OpenAIError,
            ValueError,
            AttributeError,
            KeyError,
            TypeError,
            RecursionError,
        ) as error:
            # The SDK reads replies as they come; a web page or a stranger's JSON ends here.
            raise unreadable(PROVIDER) from error

    def check_key(self) -> None:
        """Refuse to ask OpenAI itself without a key.

        Raises:
            AuthError: there is none.
        """
        if self.is_openai and not self._key:
            raise AuthError(
                "There is no key for OpenAI.",
                'Set OPENAI_API_KEY, or write openai = "..." into the studio\'s keys.toml; '
                "for a server of your own, set its address as base_url.",
                provider=PROVIDER,
            )

    def models(self) -> list[str]:
        """List the ids that the server answers for today."""
        return self.call(lambda sdk: [model.id for model in sdk.models.list()])

    @cached_property
    def _sdk(self) -> openai.OpenAI:
        # A server of one's own mostly asks for no key, and the SDK for any. What the SDK finds in
        # the environment about an account at OpenAI is nobody else's business.
        unsaid = () if self.is_openai else ("openai-organization", "openai-project")
        keyless = () if self._key else ("authorization",)
        http = http_client(self._patience, without=(*unsaid, *keyless))
        weakref.finalize(self, http.close)
        return openai.OpenAI(
            api_key=self._key or "none",
            base_url=self.base_url,
            max_retries=0,
            timeout=timeout(self._patience),
            http_client=http,
        )

    def _failure(self, error: openai.APIStatusError) -> OutsideError:
        reply = reply_of(PROVIDER, error.response)
        failure = _explained(reply, error) or failure_in(reply)
        failure.message = redact(failure.message, [self._key])
        return failure


def chat_usage(said: CompletionUsage | None) -> Usage | None:
    """What an answer used; None where the server does not say."""
    if said is None:
        return None
    return Usage(
        input_tokens=_count(said.prompt_tokens),
        output_tokens=_count(said.completion_tokens),
        cached_tokens=_count(getattr(said.prompt_tokens_details, "cached_tokens", 0)),
    )


def image_usage(said: ImagesUsage | None) -> Usage | None:
    """What a picture used; None where the server does not say."""
    if said is None:
        return None
    return Usage(
        input_tokens=_count(said.input_tokens),
        output_tokens=_count(said.output_tokens),
        input_image_tokens=_count(getattr(said.input_tokens_details, "image_tokens", 0)),
        output_image_tokens=_count(said.output_tokens),
    )


def _count(said: object) -> int:
    """A count of tokens; servers leave out, or misspell, what the SDK calls required."""
    return said if isinstance(said, int) and said > 0 else 0


def _explained(reply: Reply, error: openai.APIStatusError) -> OutsideError | None:
    """What the code tells and the status does not: a refusal, or a model that is not there."""
    code = str(error.code or "")
    plain = failure_in(reply)
    if reply.status in {400, 403} and code in _REFUSALS:
        return Refused(
            plain.message.replace("does not take the request", "refused the request", 1),
            "The same words will be refused again; say it differently.",
            provider=PROVIDER,
            status=reply.status,
        )
    if reply.status == 404:
        return BadRequest(
            plain.message,
            "Look at the model's name and the address: `gesso models check` asks which exist.",
            provider=PROVIDER,
            status=404,
        )
    return None
