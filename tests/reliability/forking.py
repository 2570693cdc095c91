"""Processes to be killed, each forked from one that has imported already what they need.

Python and its libraries take longer to start than a victim lives: here they start once.

python forking.py SCRIPT

Its stdin holds the words of one victim on a line, as JSON, and then a line that asks for its end.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

# A fork takes over one thread, so that there must be no others.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
_ENDED = "ended "


class Victim:
    """A process that may be killed; one at a time lives.

    Attributes:
        last: what it had told at its end that nobody had read.
    """

    def __init__(self, asked: IO[str], told: IO[str]) -> None:
        self._asked, self._told = asked, told
        self._pid = int(told.readline())
        self.last: list[str] = []

    def says(self) -> str:
        """The next line that it tells."""
        return self._told.readline().rstrip("\n")

    def kill(self) -> bool:
        """Kill it; whether it was still at work."""
        os.kill(self._pid, signal.SIGKILL)  # nobody else is called so until it is waited for
        status = self.ends()
        assert status in (0, -signal.SIGKILL), "it came to another end"
        return status != 0

    def ends(self) -> int:
        """Wait for its end; its exit status, below 0 the signal that it was killed by."""
        self._asked.write("\n")
        self._asked.flush()
        while not (line := self._told.readline()).startswith(_ENDED):
            assert line, "they are all gone"
            if line != "\n":
                self.last.append(line.rstrip("\n"))
        return int(line.removeprefix(_ENDED))


@contextmanager
def victims(script: Path) -> Iterator[Callable[..., Victim]]:
    """What starts victims: processes that run the `main` of a script, with words to it."""
    with subprocess.Popen(
        [sys.executable, __file__, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **_ALONE},
    ) as process:
        asked, told = process.stdin, process.stdout
        assert asked is not None
        assert told is not None

        def start(*words: object) -> Victim:
            asked.write(json.dumps([str(word) for word in words]) + "\n")
            asked.flush()
            return Victim(asked, told)

        yield start


def _serve(script: str) -> None:
    main = runpy.run_path(script, run_name="victim")["main"]
    while line := sys.stdin.readline():
        pid = os.fork()
        if not pid:
            _live(main, [script, *json.loads(line)])
        sys.stdin.readline()
        _, status = os.waitpid(pid, 0)
        # On a line of its own: who was killed may have said half of one.
        print(f"\n{_ENDED}{os.waitstatus_to_exitcode(status)}", flush=True)


def _live(main: Callable[[], None], words: list[str]) -> NoReturn:
    code = 1
    try:
        print(os.getpid(), flush=True)
        sys.argv = words
        main()
        sys.stdout.flush()
        code = 0
    except BaseException:  # noqa: BLE001 - a victim ends here, whatever it was
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
