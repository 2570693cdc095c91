"""One request over a connection whose far end was checked: no name is looked up after the check."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore2
import httpx2

from gesso.core.errors import BadOutput, BadRequest, Transient
from gesso.core.outside.polite.guard import Guard, Target

# A connection that nobody used for so long is closed, so hosts keep no place for us.
_IDLE_S = 15.0
_BROKEN = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)


@dataclass(frozen=True)
class WireOptions:
    """How long and how much.

    Attributes:
        connect_s: until the connection stands.
        read_s: the longest silence.
        total_s: for a whole reply, so that one that drips cannot hold us for ever.
        max_bytes: of a reply, unpacked.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 120.0
    max_bytes: int = 64 * 2**20


class Answering:
    """A reply that has begun: its status and headers are here, its body is still on the way.

    Attributes:
        status: the HTTP status.
        headers: names in small letters; what is said twice is joined by commas.
    """

    def __init__(
        self, host: str, response: httpcore2.Response, count: Callable[[int], None]
    ) -> None:
        self._host = host
        self._response = response
        self._count = count
        self.status = response.status
        self.headers = _joined(response.headers)

    def read(self, max_bytes: int) -> bytes:
        """The whole body, unpacked.

        Raises:
            BadOutput: it is larger than `max_bytes`, or packed in a way that we did not ask for.
            Transient: it broke off.
        """
        stated = self.headers.get("content-length", "")
        if stated.isdecimal() and int(stated) > max_bytes:
            raise self._too_large(max_bytes)
        data = bytearray()
        for chunk in self._unpacked(max_bytes):
            data += chunk
            if len(data) > max_bytes:
                raise self._too_large(max_bytes)
        return bytes(data)

    def first(self, max_bytes: int) -> bytes:
        """The first bytes of the body; what lies beyond is left.

        Raises:
            BadOutput: it is packed in a way that we did not ask for.
            Transient: it broke off before.
        """
        data = bytearray()
        for chunk in self._unpacked(max_bytes):
            data += chunk
            if len(data) >= max_bytes:
                break
        return bytes(data[:max_bytes])

    def start(self, max_bytes: int) -> bytes:
        """The first bytes of a failure's body, as far as it came: its status says the rest."""
        data = bytearray()
        try:
            for chunk in self._unpacked(max_bytes):
                data += chunk
                if len(data) >= max_bytes:
                    break
        except (BadOutput, Transient, *_BROKEN):
            pass
        return bytes(data[:max_bytes])

    def _unpacked(self, max_bytes: int) -> Iterator[bytes]:
        packing = self.headers.get("content-encoding", "identity").strip().lower()
        if packing in {"", "identity"}:
            yield from self._packed()
        elif packing in {"gzip", "x-gzip", "deflate"}:
            yield from self._inflated(max_bytes, 47 if "gzip" in packing else zlib.MAX_WBITS)
        else:
            raise BadOutput(
                f"{self._host} sent bytes packed as '{packing[:40]}', which was not asked for.",
                provider=self._host,
                status=self.status,
            )

    def _inflated(self, max_bytes: int, window: int) -> Iterator[bytes]:
        # Each step may unpack no more than a cap, or a few kilobytes would become gigabytes.
        step = min(max_bytes + 1, 2**20)
        unpacker = zlib.decompressobj(window)
        try:
            for packed in self._packed():
                rest = packed
                while rest and not unpacker.eof:
                    yield unpacker.decompress(rest, step)
                    rest = unpacker.unconsumed_tail
        except zlib.error as error:
            raise BadOutput(
                f"{self._host} sent bytes that do not unpack: {error}.", provider=self._host
            ) from error
        if not unpacker.eof:
            raise Transient(f"{self._host} sent a packed body that broke off.", provider=self._host)

    def _packed(self) -> Iterator[bytes]:
        for chunk in self._response.iter_stream():
            self._count(len(chunk))
            yield chunk

    def _too_large(self, max_bytes: int) -> BadOutput:
        return BadOutput(
            f"{self._host} sends more than {max_bytes / 2**20:g} MiB for one file.",
            "Raise the cap on a file's size in the settings if you want it.",
            provider=self._host,
            status=self.status,
        )


class Wire:
    """Connections to checked addresses. May be used from many threads at once.

    No proxy, no cookies, no redirects, no HTTP/2; certificates are checked against the machine's
    trust store, under the name that the address had.

    Args:
        guard: says which addresses a host may have; asked at every new connection.
        options: how long and how much.
        network: how connections are made.
    """

    def __init__(
        self,
        guard: Guard,
        options: WireOptions | None = None,
        network: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._options = options or WireOptions()
        self._deadline = threading.local()
        self._network = _Pinned(guard, network or httpcore2.SyncBackend(), self._left_s)
        self._lock = threading.Lock()
        self._pools: dict[str, httpcore2.ConnectionPool] = {}

    @contextmanager
    def ask(
        self, target: Target, headers: Mapping[str, str], count: Callable[[int], None]
    ) -> Iterator[Answering]:
        """Send one GET; leaving the context closes what was not read.

        Args:
            target: as the guard read it.
            headers: sent as they are, beside Host.
            count: told how many bytes of a body arrived, as they arrive; may raise.

        Raises:
            InputError: the host's addresses lie inside this network.
            Transient: no whole reply came.
            BadRequest: the request cannot be sent.
        """
        self._deadline.at = time.monotonic() + self._options.total_s
        with _in_our_words(target.host):
            response = self._pool(target.scheme).handle_request(self._request(target, headers))
            try:
                yield Answering(target.host, response, count)
            finally:
                response.close()

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()

    def _pool(self, scheme: str) -> httpcore2.ConnectionPool:
        with self._lock:
            if scheme not in self._pools:
                # The machine's trust store takes a while to read, so it is read when it is needed.
                self._pools[scheme] = httpcore2.ConnectionPool(
                    ssl_context=httpx2.create_ssl_context() if scheme == "https" else None,
                    max_connections=None,
                    keepalive_expiry=_IDLE_S,
                    network_backend=self._network,
                )
            return self._pools[scheme]

    def _request(self, target: Target, headers: Mapping[str, str]) -> httpcore2.Request:
        url = httpcore2.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        sent = [("Host", target.authority), *headers.items()]
        times = {
            "connect": self._options.connect_s,
            "read": self._options.read_s,
            "write": self._options.read_s,
        }
        return httpcore2.Request("GET", url, headers=sent, extensions={"timeout": times})

    def _left_s(self) -> float:
        return float(self._deadline.at - time.monotonic())


class _Pinned(httpcore2.NetworkBackend):
    """Connects to the very addresses that the guard saw, so a name server has no second word."""

    def __init__(
        self, guard: Guard, network: httpcore2.NetworkBackend, left_s: Callable[[], float]
    ) -> None:
        self._guard = guard
        self._network = network
        self._left_s = left_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception | None = None
        for address in self._guard.addresses(host, port):
            try:
                stream = self._network.connect_tcp(
                    address,
                    port,
                    timeout=_shorter(timeout, self._left_s()),
                    local_address=local_address,
                    socket_options=socket_options,
                )
                return _Timed(stream, self._left_s)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")


class _Timed(httpcore2.NetworkStream):
    """A stream that ends with the time for the whole reply, whatever still drips out of it."""

    def __init__(self, stream: httpcore2.NetworkStream, left_s: Callable[[], float]) -> None:
        self._stream = stream
        self._left_s = left_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _shorter(timeout, self._left_s()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _shorter(timeout, self._left_s()))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        shorter = _shorter(timeout, self._left_s())
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, shorter), self._left_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _shorter(timeout: float | None, left_s: float) -> float:
    if left_s <= 0.0:
        raise httpcore2.ReadTimeout("the time for the whole reply is over")
    return left_s if timeout is None else min(timeout, left_s)


@contextmanager
def _in_our_words(host: str) -> Iterator[None]:
    try:
        yield
    except (httpcore2.LocalProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise BadRequest(
            f"The request to {host} cannot be sent: {error}.", provider=host
        ) from error
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
        raise Transient(f"{host} could not be reached: {_said(error)}.", provider=host) from error
    except _BROKEN as error:
        raise Transient(f"{host} sent no whole reply: {_said(error)}.", provider=host) from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
