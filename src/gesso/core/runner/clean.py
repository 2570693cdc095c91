"""Processes that start clean: from a server of forks where there is one, else anew."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

if sys.platform == "win32":
    from multiprocessing.context import SpawnContext as CleanContext
    from multiprocessing.context import SpawnProcess as CleanProcess
else:
    from multiprocessing.context import ForkServerContext as CleanContext
    from multiprocessing.context import ForkServerProcess as CleanProcess


def preload(modules: Sequence[str]) -> None:
    """What every process to come will need is imported once for all of them, where they fork.

    It is too late once the first of them, or what they come from, has begun.
    """
    if modules and sys.platform != "win32":
        WorkerContext().set_forkserver_preload([*modules])


def begin() -> None:
    """Begin what all processes come from, before the first of them is needed; asks for nothing."""
    if sys.platform != "win32":
        # The first process tells what is wrong.
        with suppress(OSError), _script_out_of_sight(), _out_of_earshot():
            _shorten_addresses()
            forkserver.ensure_running()


class WorkerProcess(CleanProcess):
    """A process that starts clean, and without the script that runs this one.

    A fork of a process with threads may inherit a lock that nobody will ever open, so workers
    come from the fork server where there is one, else they start anew. Either way Python would
    run the caller's script once more in every worker, to find functions there; a script of five
    lines without the usual `__main__` idiom would then begin its work again, and again. Ours
    are found in their modules, so the script is kept out of sight while a worker starts.
    """

    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - multiprocessing's own name
        with _script_out_of_sight(), _out_of_earshot():
            _shorten_addresses()
            return CleanProcess._Popen(process)


class WorkerContext(CleanContext):
    """Makes worker processes."""

    Process = WorkerProcess


_SIGHT = threading.Lock()


@contextmanager
def _script_out_of_sight() -> Iterator[None]:
    script = sys.modules["__main__"]
    names: dict[str, Any] = vars(script)
    with _SIGHT:
        hidden: dict[str, Any] = {n: names[n] for n in ("__spec__", "__file__") if n in names}
        names["__spec__"] = None
        names.pop("__file__", None)
        try:
            yield
        finally:
            names.update(hidden)


@contextmanager
def _out_of_earshot() -> Iterator[None]:
    """Let what begins meanwhile never hear Ctrl-C, which is the owner's word to this process.

    The fork server turns deaf by itself, but only once it has imported what workers need.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it begins with the fork server, and would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# A socket's path holds 104 bytes on some systems, and the fork server's adds 33 to its folder.
_LONGEST_FOLDER = 71


def _shorten_addresses() -> None:
    """Let the fork server listen in a folder whose path is short enough for a socket."""
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # where Python keeps it
    if "tempdir" in config or len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER:
        return
    for place in ("/tmp", "/var/tmp"):  # noqa: S108 - what is made there is made with mkdtemp
        if not Path(place).is_dir() or not os.access(place, os.W_OK | os.X_OK):
            continue
        folder = tempfile.mkdtemp(prefix="pymp-", dir=place)
        Finalize(None, shutil.rmtree, args=(folder, True), exitpriority=-100)
        config["tempdir"] = folder
        return
