"""kill -9 at random points of a make run: whole works only, and a run that goes on."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check

from .forking import victims

VICTIM = Path(__file__).with_name("victim.py")
ITEMS = 12
IN_FLIGHT = 2 * 4  # a pair for each of the victim's streams


def start(victim, studio, run, journal):
    process = victim(studio, run, journal, ITEMS)
    assert process.says() == "ready"
    return process


def kill_after(process, seconds):
    """Kill the process after a while; whether it was still at work."""
    time.sleep(seconds)
    return process.kill()


def assert_whole(studio):
    with Catalogue.open(studio) as catalogue:
        report = check(catalogue, read_data=True)
        assert report.problems == ()
        assert report.complete
        works = catalogue.works.count(standing="take") + catalogue.works.count(standing="kept")
        assert report.works == works


def kill_often(folder, kills):
    with victims(VICTIM) as victim:
        return _kill_often(folder, kills, victim)


def _kill_often(folder, kills, victim):
    studio, journal = folder / "studio", folder / "journal"
    luck = random.Random(11)
    landed, runs, left = 0, 0, kills
    while left:
        run = f"run-{runs}"
        runs += 1
        while left:
            process = start(victim, studio, run, journal)
            was_working = kill_after(process, luck.uniform(0.0, 0.9))
            assert_whole(studio)
            if not was_working:
                break
            landed += 1
            left -= 1
        process = start(victim, studio, run, journal)
        assert process.says() == "done"
        assert process.ends() == 0
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
