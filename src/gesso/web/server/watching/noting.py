"""What is noted of requests: a line of JSON for each, and a deed for each that changed something.

Both are written in the background, a second after at the latest, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from gesso.core.catalogue.calls.audits import AuditBook, Deed
from gesso.core.errors import GessoError
from gesso.web.server.doors.guard import Passed

log = logging.getLogger(__name__)

_EVERY_S = 1.0
_MOST_WAITING = 20_000
_MOST_BYTES = 16_000_000
_FILES = 5


class Noting:
    """Notes requests.

    Args:
        path: of the access log; None for none. Five files of 16 MB are kept.
        audits: the book of deeds, opened at first use; None where nothing may be written.
    """

    def __init__(self, path: Path | None, audits: Callable[[], AuditBook] | None) -> None:
        self._path = path
        self._audits = audits
        self._lines: deque[tuple[float, Passed]] = deque(maxlen=_MOST_WAITING)
        self._deeds: deque[Passed] = deque(maxlen=_MOST_WAITING)
        self._file: RotatingFileHandler | None = None
        self._task: asyncio.Task[None] | None = None
        self._writing = threading.Lock()
        self._is_over = False

    def look_on(self, passed: Passed) -> None:
        """Take a request up; it is written soon."""
        if self._path is not None:
            self._lines.append((time.time(), passed))
        if passed.changes and self._audits is not None:
            self._deeds.append(passed)

    async def start(self) -> None:
        """Begin to write."""
        self._is_over = False
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Write what waits, and let go of the file."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await asyncio.to_thread(self._end)

    def write(self) -> None:
        """Write what waits; a disk that will not take it stops no request."""
        with self._writing:
            # A thread whose task was stopped may come here after the file was let go of.
            if not self._is_over:
                self._write()

    def _end(self) -> None:
        with self._writing:
            self._write()
            self._is_over = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def _write(self) -> None:
        try:
            self._write_lines()
            self._write_deeds()
        except (OSError, GessoError) as error:
            log.warning("requests could not be noted: %s", error)

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            if self._lines or self._deeds:
                await asyncio.to_thread(self.write)

    def _write_lines(self) -> None:
        while self._lines:
            at, passed = self._lines.popleft()
            text = line_of(passed, datetime.fromtimestamp(at, UTC))
            self._opened().emit(logging.makeLogRecord({"msg": text}))

    def _write_deeds(self) -> None:
        while self._deeds and self._audits is not None:
            one = self._deeds.popleft()
            name = one.operation or one.template or "-"
            self._audits().add(Deed(one.who, one.address, name, one.method, one.path, one.status))

    def _opened(self) -> RotatingFileHandler:
        if self._file is None:
            assert self._path is not None  # noqa: S101 - lines are taken up only where there is one
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = RotatingFileHandler(
                self._path, maxBytes=_MOST_BYTES, backupCount=_FILES - 1, encoding="utf-8"
            )
        return self._file


def line_of(passed: Passed, at: datetime) -> str:
    """A request as one line of JSON: no header, no query, no body, no secret."""
    told = {
        "at": at.isoformat(timespec="milliseconds"),
        "from": passed.address,
        "who": passed.who,
        "method": passed.method,
        "path": passed.path[:500],
        "route": passed.template,
        "status": passed.status,
        "ms": round(1000 * passed.seconds, 2),
        "received": passed.received,
        "sent": passed.sent,
    }
    if passed.problem:
        told["problem"] = passed.problem
    return json.dumps(told, ensure_ascii=True)
