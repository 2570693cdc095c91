"""A run on a provider that fails in every way loses nothing: in small what the script shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "provider_faults.py"


def test_a_run_on_a_failing_provider_ends_with_both_books_alike():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--prompts", "12"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^pictures that were asked for +24 ", done.stdout, re.MULTILINE)
    assert "FAILS" not in done.stdout
