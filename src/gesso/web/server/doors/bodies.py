"""What a request's body may be: so many bytes, in so much time, whoever reads it."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass

from gesso.web.server.doors.asgi import Headers, Message, Receive
from gesso.web.server.problems import Problem, problem_of

SPARE = 4096
"""Bytes that a form needs around its picture."""


@dataclass(frozen=True)
class BodyLimits:
    """What a body may be.

    Attributes:
        most_bytes: of any body.
        most_json_bytes: of one that is JSON, which is read whole.
        most_s: seconds in which it has to arrive.
    """

    most_bytes: int
    most_json_bytes: int
    most_s: float


class Body:
    """Hands a body on as it arrives, and ends it where it is too large or too slow.

    Args:
        receive: the server's own.
        headers: of the request.
        limits: what it may be.

    Attributes:
        fault: why it was ended; who answers tells this, whatever the application says.
    """

    def __init__(self, receive: Receive, headers: Headers, limits: BodyLimits) -> None:
        self._receive = receive
        self._limits = limits
        self._most = limits.most_bytes + SPARE
        self._size = 0
        self._until: float | None = None
        self._is_whole = False
        self.fault: Problem | None = None
        if b"content-type" in headers:
            kind = headers[b"content-type"].partition(b";")[0].strip().lower()
            if kind == b"application/json" or kind.endswith(b"+json"):
                self._most = limits.most_json_bytes
        told = headers.get(b"content-length", b"")
        if told and b"transfer-encoding" in headers:
            # A proxy before us might take the other one, and what follows for a request of its own
            # (RFC 9112, 6.3).
            said = "The body's length is told in two ways."
            self.fault = problem_of(400, "framing", said, "Send Content-Length alone.")
        elif told.isdigit() and int(told) > self._most:
            self.fault = self._too_large()

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        return self._size

    async def receive(self) -> Message:
        """The next part of the body; "http.disconnect" once it was ended."""
        if self.fault is not None:
            return {"type": "http.disconnect"}
        if self._is_whole:
            return await self._receive()
        if self._until is None:
            self._until = time.monotonic() + self._limits.most_s
        try:
            async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            said = f"The body did not arrive within {self._limits.most_s:g} s."
            return self._ended(problem_of(408, "slow", said, "Send it again, over a faster line."))
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._size > self._most:
                return self._ended(self._too_large())
        return message

    def _ended(self, fault: Problem) -> Message:
        self.fault = fault
        return {"type": "http.disconnect"}

    def _too_large(self) -> Problem:
        most = f"{math.floor(self._most / 1e6)} MB" if self._most >= 1e6 else f"{self._most} bytes"
        return problem_of(
            413,
            "too-large",
            f"A request of more than {most} is not taken.",
            "Send a smaller one; of a picture, 2000 pixels are plenty to study.",
        )
