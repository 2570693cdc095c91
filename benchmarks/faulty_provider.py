"""A provider of pictures that fails in every way a real one does, and a painter that asks it.

The server is a real one on this machine. What it does to a request is drawn from the request's
key and attempt, so a run can be repeated; it writes down each arrival and what it would bill.
"""

from __future__ import annotations

import base64
import io
import json
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Literal, Self

from PIL import Image

from gesso.core.errors import BadOutput, OutsideError, PictureError, Refused
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.client import Client, ClientOptions
from gesso.core.outside.desk import Desk
from gesso.core.outside.replies import Reply
from gesso.core.pixels.decode import decode
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.make.painters.painter import Order, Painting, Tell, silent

PRICE_USD = 0.01
SIDE_PX = 64  # the least that an order takes
READ_S = 0.5
# The faults, each as likely as its weight; "crossed": fine, but labelled as another format.
FAULTS = {
    "429 in s": 4,
    "429 in ms": 4,
    "429 by date": 2,
    "429": 8,
    "503 in s": 2,
    "503": 3,
    "500": 3,
    "late": 2,
    "reset": 1,
    "reset in the middle": 2,
    "garbage": 3,
    "web page": 3,
    "empty picture": 2,
    "no picture": 2,
    "crossed": 2,
    "refusal": 2,
}
BILLED = {"none", "late", "reset", "reset in the middle", "garbage", "web page", "crossed"} | {
    "empty picture",
    "no picture",
}


@dataclass(frozen=True)
class Arrival:
    """One request as the server saw it.

    Attributes:
        provider, key, attempt: as the request says.
        departed, arrived, answered: seconds of this machine's monotonic clock.
        fault: what was done to it, "none" for nothing.
        after_s: the pause that its answer asked for, 0.0 for none.
    """

    provider: str
    key: str
    attempt: int
    departed: float
    arrived: float
    answered: float
    fault: str
    after_s: float


class FaultyProvider:
    """The server, running while its context is open.

    Args:
        share: how many of the answers are faulty, 0 to 1.
        takes_s: how long a picture takes to paint.
        seed: draws the faults.
    """

    def __init__(self, share: float = 0.3, takes_s: float = 0.02, seed: int = 0) -> None:
        self.arrivals: list[Arrival] = []
        self._share, self._takes_s, self._seed = share, takes_s, seed
        self._lock = threading.Lock()
        provider = self

        class Handler(_Handler):
            house = provider

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def billed_usd(self) -> float:
        """What the provider's own meter says."""
        return PRICE_USD * sum(arrival.fault in BILLED for arrival in self.arrivals)

    def draw(self, key: str, attempt: int) -> str:
        """What happens to an attempt of a request."""
        luck = random.Random(f"{self._seed} {key} {attempt}")
        if luck.random() >= self._share:
            return "none"
        return luck.choices(list(FAULTS), list(FAULTS.values()))[0]

    def answer(self, request: _Handler, body: dict[str, Any]) -> None:
        """Answer one request as its luck has it, and write it down."""
        arrived = time.monotonic()
        key, attempt = request.headers["Idempotency-Key"], int(request.headers["X-Attempt"])
        fault = self.draw(body["text"] + str(body["seed"]), attempt)
        after_s, headers = _wish(fault)
        arrival = Arrival(
            provider=request.path.split("/")[1],
            key=key,
            attempt=attempt,
            departed=float(request.headers["X-Departed"]),
            arrived=arrived,
            answered=time.monotonic(),
            fault=fault,
            after_s=after_s,
        )
        if fault in BILLED:
            time.sleep(self._takes_s)
        with self._lock:
            self.arrivals.append(arrival)
        _act(request, fault, headers, body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone away is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    house: ClassVar[FaultyProvider]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.house.answer(self, body)

    def say(
        self, status: int, body: bytes, headers: dict[str, str], kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Quiet."""


def _wish(fault: str) -> tuple[float, dict[str, str]]:
    """The pause that a fault's answer asks for, and how it says so."""
    if fault.endswith("in s"):
        return 1.0, {"Retry-After": "1"}
    if fault.endswith("in ms"):
        return 0.3, {"retry-after-ms": "300"}
    if fault.endswith("by date"):
        now = time.time()
        until = int(now) + 2
        return until - now, {"Retry-After": formatdate(until, usegmt=True)}
    return 0.0, {}


def _act(request: _Handler, fault: str, headers: dict[str, str], body: dict[str, Any]) -> None:
    if fault[:3] in {"429", "503", "500"}:
        words = {"error": {"message": "too many requests" if fault[0] == "4" else "busy"}}
        request.say(int(fault[:3]), json.dumps(words).encode(), headers)
    elif fault == "late":
        time.sleep(READ_S * 2)
        request.close_connection = True
    elif fault == "reset":
        request.reset()
    elif fault == "reset in the middle":
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(b'{"picture": "iVBOR')
        request.wfile.flush()
        request.reset()
    elif fault == "garbage":
        request.say(200, b'{"picture": "iVBOR', {})
    elif fault == "web page":
        request.say(200, b"<!doctype html><title>Sign in</title>", {}, "text/html")
    elif fault == "refusal":
        words = {"error": {"code": "moderation_blocked", "message": "not these words"}}
        request.say(400, json.dumps(words).encode(), {})
    else:
        request.say(200, _picture_reply(fault, body), {"X-Request-Id": f"r-{time.monotonic_ns()}"})


def _picture_reply(fault: str, body: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    colour = tuple(random.Random(body["seed"]).randbytes(3))
    picture = Image.new("RGB", (body["width"], body["height"]), colour)
    picture.save(file, "JPEG" if fault == "crossed" else "PNG")
    data = {"empty picture": b"", "no picture": b"%PDF-1.7 not a picture"}.get(
        fault, file.getvalue()
    )
    plain = {"picture": base64.b64encode(data).decode(), "type": "image/png", "usd": PRICE_USD}
    return json.dumps(plain).encode()


@dataclass(frozen=True)
class HttpPainterOptions:
    """Where the painter asks.

    Attributes:
        url: of the server.
        provider: its name at the desk and the first part of the path.
        read_s: how long it waits for an answer.
    """

    url: str = ""
    provider: str = "faulty"
    read_s: float = READ_S


class HttpPainter:
    """A painter that asks a provider over HTTP: the plainest adapter that keeps the contract."""

    name: ClassVar[str] = "http"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"
    Options: ClassVar[type] = HttpPainterOptions

    def __init__(self, options: HttpPainterOptions, desk: Desk) -> None:
        self._provider = options.provider
        self._desk = desk
        self._client = Client(
            options.provider,
            f"{options.url}/{options.provider}",
            headers={"Authorization": "Bearer not-a-real-key"},
            options=ClientOptions(read_s=options.read_s, use_proxies=False),
            explain=_explain,
        )

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Ask for one picture and decode it."""
        tell("asking", None)
        ask = Ask(self._provider, "paint", "plain-1", order.errand, estimate_usd=PRICE_USD)
        picture = self._desk.ask(ask, lambda attempt: self._send(order, attempt))
        maker = Maker(self.name, "plain-1")
        return Painting(picture, maker, "trainedAlgorithmicMedia", cost_usd=PRICE_USD)

    def _send(self, order: Order, attempt: Attempt) -> Answer[Picture]:
        body = {"text": order.text, "width": order.width, "height": order.height}
        headers = {
            "Idempotency-Key": attempt.key,
            "X-Attempt": str(attempt.number),
            "X-Departed": repr(time.monotonic()),
        }
        reply = self._client.post("paint", body={**body, "seed": order.seed}, headers=headers)
        plain = reply.json()
        picture = self._picture(plain.get("picture", ""))
        return Answer(picture, plain["usd"], "billed units", request_id=reply.request_id)

    def _picture(self, text: str) -> Picture:
        try:
            return decode(base64.b64decode(text)).picture
        except (PictureError, ValueError) as error:
            raise BadOutput(
                f"'{self._provider}' sent no picture: {error}", provider=self._provider, status=200
            ) from error


def _explain(reply: Reply) -> OutsideError | None:
    if b"moderation_blocked" not in reply.content:
        return None
    return Refused(
        f"'{reply.provider}' will not paint these words.",
        "Say it differently.",
        provider=reply.provider,
        status=reply.status,
    )
