"""Ctrl-C: the first stops at the next step, the second at once; both leave a run that goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check

from .conftest import Gesso, Start

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")

ORDER = ("make", "the sea at night", "--works", "6", "--run-id", "sea", "--seed", "5",
         "--size", "256", "--rounds", "2")  # fmt: skip


def begin(start: Start, *more: str) -> subprocess.Popen[bytes]:
    """Start a run, and return once it has kept a picture of its first round."""
    process = start(*ORDER, *more, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not any(Path("studio/blobs").glob("??/*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


def test_the_first_signal_leaves_a_run_that_goes_on(start: Start, gesso: Gesso) -> None:
    process = begin(start)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert b"nothing new is started" in err
    assert b"Go on with: gesso runs resume sea" in err
    assert b"Traceback" not in err + out
    told = gesso("runs", "show", "sea", "--json").document
    assert told["state"] == "paused"
    assert told["waiting"] > 0
    assert gesso("runs", "resume", "sea").code == 0
    assert gesso("runs", "show", "sea", "--json").document["done"] == 6


def test_a_service_manager_stops_a_run_the_same_way(start: Start) -> None:
    process = begin(start)

    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Go on with: gesso runs resume sea" in err


def test_the_second_signal_ends_at_once_and_the_studio_is_whole(start: Start, gesso: Gesso) -> None:
    process = begin(start, "--size", "1024")  # what is in flight then takes seconds

    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)

    assert b"Ended at once." in err
    assert time.monotonic() - began < 10
    assert process.returncode == 130
    with Catalogue.open(Path("studio")) as catalogue:
        assert check(catalogue, read_data=True).is_clean
    told = gesso("runs", "show", "sea", "--json").document
    assert told["state"] == "running", "it was waited for: nobody had the time to say 'paused'"
    assert told["waiting"] > 0


def test_waiting_for_the_next_pass_ends_with_the_signal(start: Start) -> None:
    process = start(
        "make", "the sea", "--size", "64", "--rounds", "1", "--every", "1h",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    while b"next pass" not in process.stderr.readline():
        assert process.poll() is None

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)

    assert process.returncode == 0
