"""One process at a time works on a run."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from gesso.core.catalogue.runs import claims
from gesso.core.catalogue.runs.claims import claim, is_held
from gesso.core.errors import StorageError, StudioBusy

HOLDER = """
import sys, time
from pathlib import Path
from gesso.core.catalogue.runs.claims import claim
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


def test_a_file_where_the_locks_should_lie_is_told_in_one_sentence(tmp_path):
    folder = tmp_path / "locks"
    folder.write_text("no folder")

    with pytest.raises(StorageError) as told, claim(folder, "r1"):
        pass

    assert told.value.message == f"Could not open {folder / 'r1.lock'}: File exists."
    assert told.value.advice


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever is root may write")
def test_a_folder_that_cannot_be_written_is_told_with_its_cause(tmp_path):
    folder = tmp_path / "locks"
    folder.mkdir(mode=0o500)

    with pytest.raises(StorageError, match=r"r1\.lock: permission is denied"), claim(folder, "r1"):
        pass


def test_a_folder_in_the_place_of_the_lock_is_told(tmp_path):
    (tmp_path / "r1.lock").mkdir()

    with pytest.raises(StorageError, match="Could not open"), claim(tmp_path, "r1"):
        pass


def answering(code):
    def lock(_file):
        raise OSError(code, os.strerror(code))

    return lock


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_a_disk_that_cannot_lock_is_no_other_process(tmp_path, monkeypatch, code):
    monkeypatch.setattr(claims, "_lock", answering(code))

    with pytest.raises(StorageError, match="Could not lock"), claim(tmp_path, "r1"):
        pass


@pytest.mark.parametrize("code", [errno.EWOULDBLOCK, errno.EACCES])
def test_both_ways_of_saying_that_it_is_held_are_understood(tmp_path, monkeypatch, code):
    monkeypatch.setattr(claims, "_lock", answering(code))

    with pytest.raises(StudioBusy), claim(tmp_path, "r1"):
        pass


def test_what_goes_wrong_under_a_claim_is_passed_on_as_it_is(tmp_path):
    with pytest.raises(FileExistsError), claim(tmp_path, "r1"):
        raise FileExistsError("of the work itself")


def test_a_run_is_claimed_while_its_holder_lives(tmp_path, holder):
    assert is_held(tmp_path, "r1")
    assert not is_held(tmp_path, "r2")

    holder.kill()
    holder.wait()

    assert not is_held(tmp_path, "r1")
