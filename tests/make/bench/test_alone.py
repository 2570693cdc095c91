"""Calls outside runs: those of a killed process become unknown, those of a living one stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.calls import Errand
from gesso.make.bench.alone import OUTSIDE_RUNS, Alone
from gesso.studio import Studio

_AT_WORK = """
import sys
from pathlib import Path
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.calls import Errand
from gesso.make.bench.alone import Alone

folder = Path(sys.argv[1])
catalogue = Catalogue.open(folder)
alone = Alone(folder / "locks", catalogue.calls)
alone.vouch()
catalogue.calls.open(
    errand=Errand(), provider="p", operation="paint", model="", attempt=1, key="k",
    reserved_usd=0.5, waited_s=0,
)
print("out", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Catalogue.open(tmp_path / "studio").close()
    return tmp_path / "studio"


def states(folder: Path) -> list[str]:
    """What the calls outside runs are, after a studio was opened to make something."""
    with Studio.open(folder) as studio:
        assert studio.make is not None
        return [call.state for call in studio.catalogue.calls.calls(OUTSIDE_RUNS)]


def test_a_call_of_a_killed_process_is_unknown_after_the_next_opening(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _AT_WORK, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"out\n"
        assert states(folder) == ["sent"]
        worker.kill()

    assert states(folder) == ["unknown"]
    assert list((folder / "locks").iterdir()) == []


def test_ones_own_calls_are_waited_for_by_many_threads_at_once(folder: Path) -> None:
    with Catalogue.open(folder) as catalogue:
        alone = Alone(folder / "locks", catalogue.calls)
        alone.vouch()
        alone.vouch()
        catalogue.calls.open(
            errand=Errand(), provider="p", operation="paint", model="", attempt=1, key="k",
            reserved_usd=0.5, waited_s=0,
        )  # fmt: skip

        assert alone.abandon_dead() == 0
        assert states(folder) == ["sent"]
