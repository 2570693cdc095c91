"""What every stub is: a provider on this machine that fails on demand, counts and meters.

A fault is asked for by the end of the model's name ("any-model-429once") or for the next
requests by `stub.fail_next("429", "")`, one entry a request. `stub.requests` holds what was
sent, `stub.meter` what the provider would bill, so that a test can hold both against the books.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from PIL import Image

KEY = "stub-key-0123456789"
# A stub that is slow answers after this long, or when it is closed.
SLOW_S = 30.0
# What a stub asks for when it wants quiet.
QUIET_S = 0.3


@dataclass(frozen=True)
class Request:
    """What arrived.

    Attributes:
        at: seconds of a clock that only goes forward.
        method, path: the path without its query.
        query: the text behind the question mark.
        headers: names in small letters.
        content: the body's bytes.
        body: the JSON body; for a form its fields, files as bytes.
        model: whom it was for, "" where it names none.
        fault: what it met, "" for nothing.
    """

    at: float
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content: bytes
    body: dict[str, Any]
    model: str
    fault: str


@dataclass
class Meter:
    """What the provider would bill, by its own price table.

    Attributes:
        usd: in US dollars.
        answered: requests that were answered with something that is billed.
        entries: (model, input tokens, output tokens, US dollars) of each.
    """

    usd: float = 0.0
    answered: int = 0
    entries: list[tuple[str, int, int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """What a stub answers: JSON of `body`, or `raw` bytes as they are."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    media_type: str = "application/json"


class HangUp(Exception):
    """The connection ends here, without an answer."""


class Stub:
    """A provider on this machine; a context manager that serves while it is open.

    Attributes:
        requests: all that arrived, in their order.
        meter: what would be billed.
        answer: what a model says: an object, or a function of the request's body; None makes
            the smallest object that fits the asked-for schema.
        models: the ids that the provider lists.
        latency_s: how long each answer takes.
    """

    # (input, output, output of images) in US dollars for a million tokens, by the start of the
    # model's name: the providers' list prices of November 2026.
    prices: ClassVar[dict[str, tuple[float, float, float]]] = {}
    faults: ClassVar[tuple[str, ...]] = ()

    def __init__(self, answer: Any = None, latency_s: float = 0.0) -> None:
        self.answer = answer
        self.latency_s = latency_s
        self.requests: list[Request] = []
        self.meter = Meter()
        self.models: list[str] = []
        self._seen: Counter[str] = Counter()
        self._next: deque[str] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._faults_of_its_own: list[BaseException] = []
        self._server = _server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """http://host:port, without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What a client is given as the provider's address."""
        return self.address

    @property
    def calls(self) -> list[Request]:
        """The requests that asked a model for something."""
        return [request for request in self.requests if request.method == "POST"]

    def fail_next(self, *faults: str) -> None:
        """Let the next requests meet these faults, one each; "" lets one pass."""
        unknown = [fault for fault in faults if fault and fault not in self.faults]
        if unknown:
            raise ValueError(f"there is no fault called {unknown[0]!r}; there are {self.faults}")
        with self._lock:
            self._next.extend(faults)

    def close(self) -> None:
        """Stop serving; whoever waits for a slow answer is let go.

        Raises:
            RuntimeError: the stub itself failed, so that what a test saw was no provider's work.
        """
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._faults_of_its_own:
            raise RuntimeError("the stub failed while it answered") from self._faults_of_its_own[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # For the stubs -------------------------------------------------------------------------

    def reply(self, request: Request) -> Sent:
        """Answer a request; raise `HangUp` for no answer at all."""
        raise NotImplementedError

    def model_of(self, method: str, path: str, body: dict[str, Any]) -> str:
        """Whom a request is for."""
        return str(body.get("model", ""))

    def bill(self, model: str, tokens_in: int, tokens_out: int, *, image: bool = False) -> None:
        """Put an answer on the bill, by the longest name in the price table that fits."""
        names = [name for name in self.prices if model.startswith(name)]
        rates = self.prices[max(names, key=len)] if names else (0.0, 0.0, 0.0)
        usd = (tokens_in * rates[0] + tokens_out * rates[2 if image else 1]) / 1e6
        with self._lock:
            self.meter.usd += usd
            self.meter.answered += 1
            self.meter.entries.append((model, tokens_in, tokens_out, usd))

    def said(self, body: dict[str, Any], schema: Any) -> str:
        """What the model says, as JSON text."""
        answer = self.answer(body) if callable(self.answer) else self.answer
        return json.dumps(smallest(schema) if answer is None else answer)

    def wait(self, seconds: float) -> None:
        """Let time pass, but not beyond the stub's end."""
        self._closing.wait(seconds)

    def _arrived(self, handler: BaseHTTPRequestHandler) -> Request:
        content = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        path, _, query = handler.path.partition("?")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = _body(content, headers.get("content-type", ""))
        model = self.model_of(handler.command, path, body)
        with self._lock:
            fault = self._next.popleft() if self._next and handler.command == "POST" else ""
            fault = fault or self._fault_of(model)
            request = Request(
                time.monotonic(), handler.command, path, query, headers, content, body, model, fault
            )
            self.requests.append(request)
        return request

    def _fault_of(self, model: str) -> str:
        ends = [fault for fault in self.faults if model.endswith(f"-{fault}")]
        if not ends:
            return ""
        fault = max(ends, key=len)
        self._seen[model] += 1
        if not fault.endswith("once"):
            return fault
        return fault.removesuffix("once") if self._seen[model] == 1 else ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], faults: list[BaseException]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._faults = faults

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests; anything else is the stub's own fault."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self._faults.append(error)


def _server(stub: Stub) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            request = stub._arrived(self)
            if stub.latency_s:
                stub.wait(stub.latency_s)
            try:
                sent = stub.reply(request)
            except HangUp:
                self.close_connection = True
                return
            with contextlib.suppress(OSError):  # whoever asked has gone
                self._send(sent)

        def _send(self, sent: Sent) -> None:
            raw = json.dumps(sent.body).encode() if sent.raw is None else sent.raw
            self.send_response(sent.status)
            self.send_header("Content-Type", sent.media_type)
            self.send_header("Content-Length", str(len(raw)))
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(raw)

        # The names that http.server calls.
        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return _Server(Handler, stub._faults_of_its_own)


def _body(content: bytes, media_type: str) -> dict[str, Any]:
    if media_type.startswith("multipart/form-data"):
        return _form(content, media_type)
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _form(content: bytes, media_type: str) -> dict[str, Any]:
    """The fields of a form: texts as text, files as lists of bytes."""
    boundary = b"--" + media_type.partition("boundary=")[2].strip('"').encode()
    fields: dict[str, Any] = {}
    for part in content.split(boundary)[1:-1]:
        head, _, data = part.strip(b"\r\n").partition(b"\r\n\r\n")
        line = next(x for x in head.split(b"\r\n") if x.lower().startswith(b"content-disposition"))
        name = line.decode().partition('name="')[2].partition('"')[0]
        if b"filename=" in line:
            fields.setdefault(name, []).append(data)
        else:
            fields[name] = data.decode()
    return fields


def smallest(schema: Any) -> Any:
    """Make a small value that fits a JSON schema (of the kind that our shapes have)."""
    return _fitting(schema, schema) if isinstance(schema, dict) else {}


def _fitting(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    schema = _resolved(schema, root)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema.get("type", "object")
    kind = str(kind[0] if isinstance(kind, list) else kind).lower()
    low = schema.get("minimum", 0)
    makers: dict[str, Callable[[], Any]] = {
        "object": lambda: {
            name: _fitting(schema["properties"][name], root)
            for name in schema.get("required", schema.get("properties", {}))
        },
        "array": lambda: [_fitting(schema.get("items", {}), root)] * int(schema.get("minItems", 1)),
        "string": lambda: "word".ljust(int(schema.get("minLength", 4)), "s"),
        "integer": lambda: int(low),
        "number": lambda: float(low),
        "boolean": lambda: True,
        "null": lambda: None,
    }
    return makers[kind]()


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, or the first of several choices."""
    while "$ref" in schema:
        target = root
        for step in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            return _resolved(schema[choices][0], root)
    return schema


def picture_bytes(width: int, height: int, words: str, media: str = "PNG") -> bytes:
    """Make a picture of that size: a gradient whose colours follow from `words`."""
    hues = hashlib.sha256(words.encode()).digest()
    small = Image.new("RGB", (2, 2))
    small.putdata([tuple(hues[3 * i : 3 * i + 3]) for i in range(4)])
    out = io.BytesIO()
    small.resize((width, height), Image.Resampling.BILINEAR).save(out, media)
    return out.getvalue()


def b64(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode()
