"""Opening a studio for one command: its log, the owner's secrets, and what Ctrl-C means."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from gesso.cli.logs import log_to
from gesso.cli.session import Session
from gesso.core.catalogue.store.folder import holds_studio
from gesso.core.errors import Interrupted, StudioError
from gesso.core.outside.redact import redact
from gesso.settings import find_folder, load
from gesso.studio import Studio

OFFLINE = "offline"
"""The llm that asks nobody."""

EXIT_INTERRUPTED = Interrupted.exit_code

_FIRST = (
    b"\nStopping: nothing new is started, what is in flight is waited for.\n"
    b"Ctrl-C again ends at once; either way the run can be resumed.\n"
)
_FIRST_SERVING = (
    b"\nStopping: nobody new is let in, what is in flight is answered.\n"
    b"Ctrl-C again ends at once.\n"
)
_SECOND = b"\nEnded at once.\n"
_SHOW_CURSOR = b"\x1b[?25h"


@contextmanager
def opened(
    session: Session,
    flags: Mapping[str, object] | None = None,
    *,
    must_exist: bool = False,
    looks: bool = False,
    serves: bool = False,
) -> Iterator[Studio]:
    """Open the studio that the owner means.

    Args:
        session: knows --studio; learns the folder and the secrets.
        flags: wishes of this command by dotted name; a value of None is no wish.
        must_exist: this command must not make a studio.
        looks: nor does it write to one, so that its disk may be one that cannot be written.
        serves: it answers others until it is stopped, and there is nothing to resume.

    Raises:
        SettingsError: a wish cannot be met.
        StudioError: there is no studio, and there must be.
    """
    session.folder = find_folder(session.folder)
    studio = Studio.open(session.folder, flags, read_only=looks)
    is_there = _is_studio(studio.folder) or studio.settings.catalogue.url is not None
    if (must_exist or looks) and not is_there:
        raise StudioError(
            f"There is no studio in '{studio.folder}'.",
            "Make one with `gesso demo`, or name another folder with --studio DIR.",
        )
    with _at_work(session, studio, serves=serves):
        yield studio


@contextmanager
def borrowed(
    session: Session, flags: Mapping[str, object] | None = None, *, asks: bool
) -> Iterator[Studio]:
    """Open a studio for a command that keeps nothing: none is made for it, none is changed.

    Only where a model is asked that may cost money does the studio keep the books, as ever.

    Args:
        session: knows --studio; learns the folder and the secrets.
        flags: wishes of this command by dotted name; a value of None is no wish.
        asks: the command asks the llm of the settings.

    Raises:
        SettingsError: a wish cannot be met.
    """
    session.folder = find_folder(session.folder)
    settings = load(session.folder, flags or {})
    if asks and settings.make.llm != OFFLINE:
        with opened(session, flags) as studio:
            yield studio
    elif _is_studio(session.folder):
        with opened(session, flags, looks=True) as studio:
            yield studio
    else:
        with TemporaryDirectory(prefix="gesso-") as nowhere:
            studio = Studio(Path(nowhere), settings)
            with _at_work(session, studio):
                yield studio


def is_sealed(session: Session) -> bool:
    """Whether the studio lies where nothing can be written; what only reads it may then look."""
    folder = find_folder(session.folder)
    return folder.is_dir() and not os.access(folder, os.W_OK)


def _is_studio(folder: Path) -> bool:
    return holds_studio(folder)


@contextmanager
def _at_work(session: Session, studio: Studio, *, serves: bool = False) -> Iterator[None]:
    secrets = studio.settings.secrets()
    session.hide = lambda text: redact(text, secrets)
    log = log_to(studio.folder, studio.settings.log_level, session.hide)
    # The signals are held longest: closing a studio waits for its workers.
    with stopping(studio.stop, _FIRST_SERVING if serves else _FIRST), studio, log:
        yield


@contextmanager
def stopping(stop: threading.Event, first: bytes = _FIRST) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) set `stop`, and the second end the process at once.

    Args:
        stop: what is to be set.
        first: what the owner is told then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    asked = threading.Event()

    def heard(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            _say(_SECOND + (_SHOW_CURSOR if sys.stderr.isatty() else b""))
            os._exit(EXIT_INTERRUPTED)
        asked.set()
        stop.set()
        _say(first)

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            # Once asked to stop, the process is at its end: a late signal must not change its code.
            signal.signal(number, signal.SIG_IGN if asked.is_set() else handler)


def _say(line: bytes) -> None:
    # A signal handler may stand in the middle of another write, so it passes Python's buffers by.
    with suppress(OSError):
        os.write(2, line)
