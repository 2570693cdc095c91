"""kill -9 at random points of a make run: whole works only, and a run that goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check

VICTIM = Path(__file__).with_name("victim.py")
ITEMS = 12
IN_FLIGHT = 2 * 4  # a pair for each of the victim's streams


def start(studio, run, journal):
    process = subprocess.Popen(
        [sys.executable, str(VICTIM), str(studio), run, str(journal), str(ITEMS)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def kill_after(process, seconds):
    """Kill the process after a while; whether it was still at work."""
    time.sleep(seconds)
    was_working = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return was_working


def assert_whole(studio):
    with Catalogue.open(studio) as catalogue:
        report = check(catalogue, read_data=True)
        assert report.problems == ()
        assert report.complete
        works = catalogue.works.count(standing="take") + catalogue.works.count(standing="kept")
        assert report.works == works


def kill_often(folder, kills):
    studio, journal = folder / "studio", folder / "journal"
    luck = random.Random(11)
    landed, runs, left = 0, 0, kills
    while left:
        run = f"run-{runs}"
        runs += 1
        while left:
            process = start(studio, run, journal)
            was_working = kill_after(process, luck.uniform(0.0, 0.9))
            assert_whole(studio)
            if not was_working:
                break
            landed += 1
            left -= 1
        process = start(studio, run, journal)
        assert process.stdout.readline() == "done\n"
        process.wait()
        process.stdout.close()
        assert_whole(studio)
    asked = Counter(journal.read_text().splitlines())
    return landed, sum(asked.values()) - len(asked)


def test_twenty_kills_leave_whole_works_and_repeat_only_what_was_in_flight(tmp_path):
    landed, repeated = kill_often(tmp_path, 20)

    assert landed == 20
    assert repeated <= landed * IN_FLIGHT


@pytest.mark.soak
def test_two_hundred_kills_leave_whole_works(tmp_path):
    landed, repeated = kill_often(tmp_path, 200)
    print(f"{landed} kills, {repeated} paintings repeated ({repeated / landed:.2f} a kill)")

    assert landed == 200
    assert repeated <= landed * IN_FLIGHT
