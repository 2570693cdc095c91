"""What gallery-dl writes, without gallery-dl: a script for PATH that answers from a file.

It keeps the command line that it was given in `command.json`, so that a test can see what it was
told and what it was not.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SCRIPT = """
    import json, pathlib, sys, time
    here = pathlib.Path(__file__).parent
    (here / "command.json").write_text(json.dumps(sys.argv[1:]))
    plan = json.loads((here / "plan.json").read_text())
    time.sleep(plan["seconds"])
    sys.stdout.write(plan["out"])
    sys.stderr.write(plan["err"])
    sys.exit(plan["code"])
"""


class FakeGalleryDl:
    """A gallery-dl in a folder of its own.

    Attributes:
        program: what the settings name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.program = folder / "gallery-dl"
        self.program.write_text(f"#!{sys.executable}\n{textwrap.dedent(_SCRIPT)}", "utf-8")
        self.program.chmod(0o755)
        self.answers([])

    def answers(
        self,
        messages: Sequence[Any],
        *,
        lines: bool = False,
        code: int = 0,
        err: str = "",
        seconds: float = 0.0,
        cut: int | None = None,
    ) -> None:
        """Say what the next run writes: one list, or a message a line, cut short where asked."""
        if lines:
            out = "".join(json.dumps(message) + "\n" for message in messages)
        else:
            out = json.dumps(list(messages), indent=2)
        plan = {"out": out[:cut], "err": err, "code": code, "seconds": seconds}
        (self._folder / "plan.json").write_text(json.dumps(plan), "utf-8")

    @property
    def command(self) -> list[str]:
        """The arguments of the last run."""
        told: list[str] = json.loads((self._folder / "command.json").read_text("utf-8"))
        return told

    @property
    def was_run(self) -> bool:
        """Whether it ran at all."""
        return (self._folder / "command.json").exists()
