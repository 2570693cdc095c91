"""kill -9 at random points of a collect run: whole works only, and a run that goes on."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check

from .collect_victim import STREAMS
from .forking import victims

VICTIM = Path(__file__).with_name("collect_victim.py")
PICTURES = 120


def make_art(folder):
    folder.mkdir()
    for number in range(PICTURES):
        rng = np.random.default_rng(number)
        picture = rng.integers(0, 255, (24, 32, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number:03d}.png"), picture)


def start(victim, studio, run, journal, art):
    process = victim(studio, run, journal, art)
    assert process.says() == "ready"
    return process


def kill_after(process, seconds):
    """Kill the process after a while; whether it was still at work."""
    time.sleep(seconds)
    return process.kill()


def assert_whole(studio):
    """No work without its verified files, no find that is stored without its work."""
    with Catalogue.open(studio) as catalogue:
        report = check(catalogue, read_data=True)
        assert report.problems == ()
        assert report.complete
        with catalogue.database.read() as connection:
            loose = connection.exec_driver_sql(
                "SELECT count(*) FROM finds WHERE (state = 'stored') <> (work IS NOT NULL)"
            ).scalar()
        assert loose == 0
        return catalogue.works.count()


def kill_often(folder, kills):
    with victims(VICTIM) as victim:
        return _kill_often(folder, kills, victim)


def _kill_often(folder, kills, victim):
    art, luck = folder / "art", random.Random(7)
    make_art(art)
    landed, repeated, rounds = 0, 0, 0
    while landed < kills:
        studio, journal = folder / f"studio-{rounds}", folder / f"journal-{rounds}"
        rounds += 1
        here = 0
        while landed < kills:
            process = start(victim, studio, "run", journal, art)
            was_working = kill_after(process, luck.uniform(0.0, 0.35))
            assert_whole(studio)
            if not was_working:
                break
            landed += 1
            here += 1
        process = start(victim, studio, "run", journal, art)
        assert process.says() == "done"
        assert process.ends() == 0
        assert assert_whole(studio) == PICTURES
        fetched = Counter(journal.read_text("utf-8").splitlines())
        assert len(fetched) == PICTURES
        again = fetched.total() - PICTURES
        assert again <= here * STREAMS
        repeated += again
    return landed, repeated


def test_twenty_kills_of_a_collect_run_leave_whole_works_and_repeat_only_what_was_in_flight(
    tmp_path,
):
    landed, repeated = kill_often(tmp_path, 20)

    assert landed == 20
    assert repeated <= landed * STREAMS


@pytest.mark.soak
def test_two_hundred_kills_of_a_collect_run_leave_whole_works(tmp_path):
    landed, repeated = kill_often(tmp_path, 200)
    print(f"{landed} kills, {repeated} fetches repeated ({repeated / landed:.2f} a kill)")

    assert landed == 200
