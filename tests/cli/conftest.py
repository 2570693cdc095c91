"""The command line as a person calls it, in a current folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gesso.cli.app import app
from gesso.settings.reading import CUSTOMARY

SMALL = ("--size", "64", "--rounds", "1", "--seed", "5")


@dataclass(frozen=True)
class Said:
    """What a call ended with.

    Attributes:
        code: the exit code.
        out, err: stdout and stderr.
    """

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)


Gesso = Callable[..., Said]
Start = Callable[..., subprocess.Popen[bytes]]
Once = Callable[[Callable[[], object]], None]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GESSO_") or name in CUSTOMARY]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    # Small pictures are painted sooner here than a process starts.
    monkeypatch.setenv("GESSO_MAKE__WORKERS", "0")


@pytest.fixture
def gesso() -> Gesso:
    """Call the command line in this process."""

    def call(*args: str | Path, stdin: bytes | None = None) -> Said:
        result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Fill the empty current folder: what the same function fills is made once, and copied then."""
    made: dict[tuple[str, str], Path] = {}

    def fill(make: Callable[[], object]) -> None:
        name = make.__module__, make.__qualname__
        if name in made:
            shutil.copytree(made[name], Path(), dirs_exist_ok=True)
        else:
            make()
            made[name] = shutil.copytree(Path(), tmp_path_factory.mktemp("made") / "once")

    return fill


@pytest.fixture(scope="session")
def start() -> Start:
    """Start the command line in a process of its own."""

    def begin(
        *args: str | Path, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from gesso.cli.app import main; main()", *map(str, args)]
        return subprocess.Popen(command, env={**os.environ, **(env or {})}, **options)

    return begin
