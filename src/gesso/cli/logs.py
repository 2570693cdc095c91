"""The studio's log: JSON lines in logs/gesso.log, without secrets."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

LOG_FILE = "gesso.log"
LOGS = "logs"
MOST_BYTES = 10_000_000
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


class JsonLines(logging.Handler):
    """Appends each record as one line of JSON.

    The file is made with the first record, and only in a studio that is there: to look at a
    studio must not make one. A log that cannot be written never stops the work.

    Args:
        folder: the studio's folder.
        hide: takes secrets out of a text.
    """

    def __init__(self, folder: Path, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._folder = folder
        self._path = folder / LOGS / LOG_FILE
        self._hide = hide

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            if not self._folder.is_dir():
                return
            told = {
                "at": datetime.fromtimestamp(record.created, UTC).isoformat(
                    timespec="milliseconds"
                ),
                "level": record.levelname.lower(),
                "logger": record.name,
                "process": record.process,
                "message": self._hide(record.getMessage()),
            }
            if record.exc_info:
                told["trace"] = self._hide(logging.Formatter().formatException(record.exc_info))
            told |= {key: getattr(record, key) for key in ("run", "item") if hasattr(record, key)}
            self._append(json.dumps(told, ensure_ascii=False, default=str) + "\n")
        except (OSError, ValueError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Drop the record: whoever works must not hear of a log that is full."""

    def _append(self, line: str) -> None:
        # One write in append mode stays whole beside the lines of another process.
        try:
            file = os.open(self._path, _APPEND, 0o666)
        except FileNotFoundError:
            self._path.parent.mkdir(exist_ok=True)
            file = os.open(self._path, _APPEND, 0o666)
        try:
            os.write(file, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(file)


@contextmanager
def log_to(folder: Path, level: str, hide: Callable[[str], str]) -> Iterator[None]:
    """Send gesso's records of `level` and above, and others' warnings, to the studio's log."""
    _turn(folder / LOGS / LOG_FILE)
    handler = JsonLines(folder, hide)
    root, ours = logging.getLogger(), logging.getLogger("gesso")
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(level.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)
        ours.setLevel(before)


def _turn(path: Path) -> None:
    """Put a log that has grown large aside; the one put aside before goes."""
    with suppress(OSError):
        if path.stat().st_size > MOST_BYTES:
            path.replace(path.with_suffix(".log.1"))
