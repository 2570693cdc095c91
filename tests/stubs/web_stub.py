"""A small web on this machine: one server that is many hosts, each with manners of its own.

`names` resolves every name that ends in ".test" to the server, so that addresses look as they do
on the web, and whatever else to nothing. What arrived is kept with its time.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpcore2


@dataclass(frozen=True)
class Seen:
    """What arrived.

    Attributes:
        at: seconds of a clock that only goes forward.
        host: the Host header without its port.
        path: with its query.
        headers: names in small letters.
    """

    at: float
    host: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """What a host answers.

    Attributes:
        status, headers, body: as they are; a Content-Length is added where none is said.
        stall_s: seconds before the first byte.
        drip_s: seconds between two bytes of the body, 0.0 for all at once.
        cut: bytes of the body after which the connection ends, None for none.
        reset: the connection ends with a reset instead of a status.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    stall_s: float = 0.0
    drip_s: float = 0.0
    cut: int | None = None
    reset: bool = False


Answer = Callable[[Seen], Page]
NO_ROBOTS = Page(404)


class WebStub:
    """The hosts; a context manager that serves while it is open.

    Args:
        answer: what every host says to anything but robots.txt; `hosts` has the exceptions.

    Attributes:
        seen: all that arrived, in its order.
        hosts: host -> what it answers, robots.txt included.
    """

    def __init__(self, answer: Answer | None = None) -> None:
        self.seen: list[Seen] = []
        self.hosts: dict[str, Answer] = {}
        self._answer = answer or (lambda _: Page(404))
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.own_faults: list[BaseException] = []
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.server_address[1])

    def url(self, host: str, path: str = "/") -> str:
        """An address of one of the hosts."""
        return f"http://{host}:{self.port}{path}"

    def names(self, host: str, port: int) -> list[str]:
        """A resolver: every name that ends in .test lives here."""
        if host.endswith(".test"):
            return ["127.0.0.1"]
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    def paths(self, host: str = "") -> list[str]:
        """What was asked for, robots.txt left out."""
        with self._lock:
            return [
                seen.path
                for seen in self.seen
                if seen.path != "/robots.txt" and host in {"", seen.host}
            ]

    def answered(self, seen: Seen) -> Page:
        """What the host of a request says."""
        if seen.host in self.hosts:
            return self.hosts[seen.host](seen)
        return NO_ROBOTS if seen.path == "/robots.txt" else self._answer(seen)

    def arrived(self, path: str, sent: Mapping[str, str]) -> Page:
        """Keep a request, and say what it is answered with."""
        headers = {name.lower(): value for name, value in sent.items()}
        host = headers.get("host", "").partition(":")[0]
        seen = Seen(time.monotonic(), host, path, headers)
        with self._lock:
            self.seen.append(seen)
        return self.answered(seen)

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether the stub was closed meanwhile."""
        return self._closing.wait(seconds)

    def close(self) -> None:
        """Stop serving; whoever waits is let go.

        Raises:
            RuntimeError: the stub itself failed.
        """
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        if self.own_faults:
            raise RuntimeError("the stub failed while it answered") from self.own_faults[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Leading(httpcore2.SyncBackend):
    """Connections that lead to the small web, whatever address and port they are for."""

    def __init__(self, web: WebStub) -> None:
        self.asked: list[tuple[str, int]] = []
        self._web = web

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        self.asked.append((host, port))
        return super().connect_tcp("127.0.0.1", self._web.port, timeout)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stub: WebStub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stub = stub

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests; anything else is the stub's own fault."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.stub.own_faults.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        page = self.server.stub.arrived(self.path, dict(self.headers.items()))
        self.server.stub.wait(page.stall_s)
        if page.reset:
            self._reset()
            return
        with contextlib.suppress(OSError):  # whoever asked has gone
            self._send(page)

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def _send(self, page: Page) -> None:
        self.send_response_only(page.status)
        names = {name.lower() for name in page.headers}
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        if not names & {"content-length", "transfer-encoding"} and page.status != 304:
            self.send_header("Content-Length", str(len(page.body)))
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = page.body if page.cut is None else page.body[: page.cut]
        self._write(body, page.drip_s)
        if page.cut is not None:
            self.close_connection = True

    def _write(self, body: bytes, drip_s: float) -> None:
        for piece in [body] if not drip_s else [body[n : n + 1] for n in range(len(body))]:
            self.wfile.write(piece)
            if drip_s and self.server.stub.wait(drip_s):
                return

    def log_message(self, *_: object) -> None:
        """Quiet."""
