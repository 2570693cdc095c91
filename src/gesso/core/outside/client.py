"""One HTTP client for every provider: what comes back is a whole reply or one of our errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn, Self

import httpx2

from gesso.core.errors import (
    BadOutput,
    BadRequest,
    OutsideError,
    SettingsError,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.redact import is_secret_header, redact, secrets_in
from gesso.core.outside.replies import Reply, failure_in

# Asking for the same thing twice does no harm with these (RFC 9110, 9.2.1).
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
_UNSENDABLE = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol)


@dataclass(frozen=True)
class ClientOptions:
    """How long and how much the client takes.

    Attributes:
        connect_s: until the connection stands.
        read_s: the longest silence of a provider at work.
        total_s: for the whole reply, so that one that drips cannot hold us for ever.
        max_bytes: of a reply, unpacked.
        use_proxies: heed the customary proxy variables of the machine.
    """

    connect_s: float = 10.0
    read_s: float = 180.0
    total_s: float = 600.0
    max_bytes: int = 64 * 2**20
    use_proxies: bool = True


class Client:
    """Talks to one provider. May be used from many threads at once; a context manager.

    Certificates are checked against the machine's trust store. Redirects are not followed: a
    provider's address is the owner's choice. Headers that carry secrets go to the provider's own
    origin only, and never into a message.

    Args:
        provider: as the registry names it.
        base_url: what paths are appended to; a path of its own (".../v1") is kept.
        headers: sent with each request.
        options: how long and how much.
        explain: reads a failed reply as only this provider's adapter can (its own codes for
            quota or refusal); None lets its status speak.

    Raises:
        SettingsError: `base_url`, or a proxy's in the environment, is no address of the web.
    """

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        options: ClientOptions | None = None,
        explain: Callable[[Reply], OutsideError | None] | None = None,
    ) -> None:
        self.provider = provider
        self._options = options or ClientOptions()
        self._explain = explain
        self._base_url = base_url.rstrip("/") + "/"
        self._origin = origin_of(provider, base_url)
        self._headers = dict(headers or {})
        self._secrets = secrets_in(self._headers)
        try:
            self._http = httpx2.Client(
                timeout=httpx2.Timeout(self._options.read_s, connect=self._options.connect_s),
                limits=httpx2.Limits(max_connections=None),
                trust_env=self._options.use_proxies,
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise SettingsError(
                "A proxy's address in the environment cannot be read.",
                "Look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY: signs of a password like '/' and "
                "'@' are written %2F and %40.",
            ) from error

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Fetch `path`, or a whole address."""
        return self.request("GET", path, headers=headers)

    def post(
        self, path: str, *, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send `body` as JSON to `path`, or to a whole address."""
        return self.request("POST", path, body=body, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request and read its whole reply.

        Args:
            method: in capitals.
            path: appended to the base address; a whole address of another origin is asked
                without our secrets.
            body: sent as JSON; None sends none.
            content: sent as it is, with its type in `headers`; not together with `body`.
            headers: on top of the client's own.

        Returns:
            The reply, its status 200 to 299.

        Raises:
            Transient: nothing was sent, or sending it again does no harm.
            UnknownOutcome: it was sent and no whole answer came.
            OutsideError: the status, or `explain`, says what it is.
        """
        url = path if "://" in path else self._base_url + path.lstrip("/")
        try:
            sent = {**self._headers_for(url), **(headers or {})}
            reply = self._exchange(method, url, body, content, sent)
        except httpx2.HTTPError as error:
            self._fail(method, error)
        except (httpx2.InvalidURL, ValueError) as error:
            raise unsendable(self.provider, error) from error
        self._raise_failure(reply)
        return reply

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _exchange(
        self, method: str, url: str, body: object, content: bytes | None, headers: dict[str, str]
    ) -> Reply:
        deadline = time.monotonic() + self._options.total_s
        with self._http.stream(
            method, url, json=body, content=content, headers=headers
        ) as response:
            received = {name.lower(): value for name, value in response.headers.items()}
            data = self._read(response, deadline)
        return Reply(self.provider, response.status_code, received, data)

    def _read(self, response: httpx2.Response, deadline: float) -> bytes:
        data = bytearray()
        try:
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > self._options.max_bytes:
                    raise self._too_large(response.status_code)
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout(f"not whole after {self._options.total_s:g} s")
        except httpx2.TransportError:
            # A failure says all that matters in its first line; a broken rest changes nothing.
            if response.is_success:
                raise
        return bytes(data)

    def _headers_for(self, url: str) -> dict[str, str]:
        if httpx2.URL(url).origin == self._origin:
            return self._headers
        return {k: v for k, v in self._headers.items() if not is_secret_header(k)}

    def _raise_failure(self, reply: Reply) -> None:
        if reply.is_success:
            return
        failure = self._explain(reply) if self._explain else None
        failure = failure or failure_in(reply)
        failure.message = redact(failure.message, self._secrets)
        raise failure

    def _fail(self, method: str, error: httpx2.HTTPError) -> NoReturn:
        what = redact(str(error) or type(error).__name__, self._secrets)
        if isinstance(error, _UNSENDABLE):
            raise unsendable(self.provider, error) from error
        if isinstance(error, httpx2.DecodingError):
            raise BadOutput(
                f"'{self.provider}' sent bytes that do not unpack: {what}.", provider=self.provider
            ) from error
        if isinstance(error, _NEVER_SENT):
            raise Transient(
                f"'{self.provider}' could not be reached: {what}.",
                "Look at the network and at the provider's address in the settings.",
                provider=self.provider,
            ) from error
        if method in _SAFE_METHODS:
            raise Transient(
                f"'{self.provider}' sent no whole answer: {what}.", provider=self.provider
            ) from error
        raise UnknownOutcome(
            f"'{self.provider}' was asked and sent no whole answer: {what}.",
            "It may have been done and billed, so it is not sent again; it counts as spent.",
            provider=self.provider,
        ) from error

    def _too_large(self, status: int) -> BadOutput:
        return BadOutput(
            f"'{self.provider}' sent more than {self._options.max_bytes / 2**20:g} MiB.",
            provider=self.provider,
            status=status,
        )


def unsendable(provider: str, error: Exception) -> BadRequest:
    """What to raise for a request that never left; what was wrong with it may be a secret."""
    why = "its address, or that of a proxy in the environment, cannot be read"
    if isinstance(error, httpx2.LocalProtocolError):
        why = "a header holds a sign that none may hold, mostly the key"
    if isinstance(error, httpx2.UnsupportedProtocol):
        why = "its address begins with neither http:// nor https://"
    return BadRequest(
        f"The request to '{provider}' cannot be sent: {why}.",
        "Look at the provider's address and key in the settings.",
        provider=provider,
    )


def origin_of(provider: str, base_url: str) -> httpx2.Origin:
    """The origin of a provider's address.

    Raises:
        SettingsError: it is no address of the web.
    """
    try:
        url = httpx2.URL(base_url)
        if url.scheme in {"http", "https"} and url.host:
            return url.origin
    except (httpx2.InvalidURL, ValueError):
        pass
    raise SettingsError(
        f"The address of '{provider}' is not one of the web: {redact(base_url)!r}.",
        "Write it whole, as in https://api.example.org/v1.",
    )
