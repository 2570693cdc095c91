"""One process at a time works on a run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gesso.core.errors import StudioBusy
from gesso.make.run.claims import claim

HOLDER = """
import sys, time
from pathlib import Path
from gesso.make.run.claims import claim
with claim(Path(sys.argv[1]), "r1"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_turned_away(tmp_path, holder):
    with pytest.raises(StudioBusy, match="'r1' is being worked on"), claim(tmp_path, "r1"):
        pass


def test_another_run_is_free(tmp_path, holder):
    with claim(tmp_path, "r2"):
        pass


def test_a_killed_holder_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    with claim(tmp_path, "r1"):
        pass
