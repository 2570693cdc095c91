"""What every wire shares: one HTTP client with our limits, and a lost connection as our error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from gesso.core.errors import BadOutput, OutsideError, Transient, UnknownOutcome
from gesso.core.outside.client import unsendable
from gesso.core.outside.redact import redact
from gesso.core.outside.replies import Reply

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
_UNSENDABLE = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL)


@dataclass(frozen=True)
class Patience:
    """How long and how much a wire takes.

    Attributes:
        connect_s: until the connection stands.
        read_s: the longest silence of a provider at work.
        total_s: for the whole body once it has begun, so that one that drips cannot hold us.
        max_bytes: of a reply, as it is sent.
    """

    connect_s: float = 10.0
    read_s: float = 120.0
    total_s: float = 600.0
    max_bytes: int = 64 * 2**20


def http_client(patience: Patience, without: tuple[str, ...] = ()) -> httpx2.Client:
    """Make the client that an SDK is handed: our limits, no redirects, many threads.

    Args:
        patience: how long and how much.
        without: headers that are taken off before a request leaves.
    """

    def strip(request: httpx2.Request) -> None:
        for name in without:
            request.headers.pop(name, None)

    def guard(response: httpx2.Response) -> None:
        stream = response.stream
        if isinstance(stream, httpx2.SyncByteStream):
            response.stream = _Guarded(stream, patience)

    return httpx2.Client(
        timeout=timeout(patience),
        limits=httpx2.Limits(max_connections=None),
        event_hooks={"request": [strip], "response": [guard]},
    )


def timeout(patience: Patience) -> httpx2.Timeout:
    """The patience as the HTTP library takes it."""
    return httpx2.Timeout(patience.read_s, connect=patience.connect_s)


def lost(provider: str, error: Exception, secret: str) -> OutsideError:
    """Which of our errors it is when no whole answer came.

    Args:
        provider: as the registries name it.
        error: what the HTTP library raised.
        secret: struck out of the message.
    """
    what = redact(str(error) or type(error).__name__, [secret]).rstrip(".")
    if isinstance(error, _UNSENDABLE):
        return unsendable(provider, error)
    if isinstance(error, httpx2.DecodingError):
        return BadOutput(f"'{provider}' sent bytes that do not unpack: {what}.", provider=provider)
    if isinstance(error, _NEVER_SENT):
        return Transient(
            f"'{provider}' could not be reached: {what}.",
            "Look at the network and at the provider's address in the settings.",
            provider=provider,
        )
    return UnknownOutcome(
        f"'{provider}' was asked and sent no whole answer: {what}.",
        "It may have been done and billed, so it is not sent again; it counts as spent.",
        provider=provider,
    )


def unreadable(provider: str, status: int | None = 200) -> BadOutput:
    """An answer that is not what the wire promises: a web page, another service's JSON."""
    return BadOutput(
        f"'{provider}' answered with something that is not its wire's form.",
        "Look at the provider's address in the settings: something else may answer there.",
        provider=provider,
        status=status,
    )


def reply_of(provider: str, response: httpx2.Response) -> Reply:
    """An SDK's failed response as our reply, so that one table tells the kinds apart."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        content = response.content
    except (httpx2.ResponseNotRead, httpx2.StreamError):
        content = b""
    return Reply(provider, response.status_code, headers, content)


class _Guarded(httpx2.SyncByteStream):
    """A body that ends in an error when it takes too long or grows too large."""

    def __init__(self, stream: httpx2.SyncByteStream, patience: Patience) -> None:
        self._stream = stream
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        deadline = time.monotonic() + self._patience.total_s
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > self._patience.max_bytes:
                raise httpx2.ReadError(f"more than {self._patience.max_bytes / 2**20:g} MiB")
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout(f"not whole after {self._patience.total_s:g} s")
            yield chunk

    def close(self) -> None:
        self._stream.close()
