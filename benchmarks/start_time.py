"""How long `gesso --help` takes beside `python -c "import click"`: medians of the same run.

    python benchmarks/start_time.py [--rounds 25]

The two alternate, so that whatever else the machine does falls on both. CPU time of the child
(user and system) is printed beside the wall time; the bar is on the ratio of the wall medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

BAR = 1.6


def measure(command: list[str]) -> tuple[float, float]:
    """(wall, CPU) seconds of one run of `command`."""
    before = os.times()
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = os.times()
    cpu = after.children_user + after.children_system
    return wall, cpu - before.children_user - before.children_system


def console_script() -> str:
    """The installed `gesso`, of this interpreter's environment first."""
    beside = Path(sys.executable).with_name("gesso")
    found = str(beside) if beside.exists() else shutil.which("gesso")
    if not found:
        raise SystemExit("gesso is not installed here; run `make test` or `make demo` first.")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    commands = {
        'python -c "import click"': [sys.executable, "-c", "import click"],
        "gesso --help": [console_script(), "--help"],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for command in commands.values():
        measure(command)  # the first run writes and reads the byte code
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(measure(command))
    walls = {name: statistics.median(wall for wall, _ in times) for name, times in taken.items()}
    cpus = {name: statistics.median(cpu for _, cpu in times) for name, times in taken.items()}
    for name in commands:
        print(f"{name:28} {walls[name] * 1000:7.1f} ms wall {cpus[name] * 1000:7.1f} ms CPU")
    base, ours = walls.values()
    ratio = ours / base
    verdict = "met" if ratio <= BAR else "MISSED"
    print(f"ratio {ratio:.2f} (bar {BAR}: {verdict}), median of {rounds} alternating runs")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
