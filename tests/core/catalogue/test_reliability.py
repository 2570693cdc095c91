"""Nothing is lost or half-written: every step may fail, be killed, or meet another process."""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import integers, text
from sqlalchemy import Transaction
from tests.reliability.forking import victims
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import StorageError
from gesso.core.records.runs import Item, Round, Take

from .workshop import Clock, Workshop

FULL, FAILING = errno.ENOSPC, errno.EIO
_SQLITE = {FULL: sqlite3.SQLITE_FULL, FAILING: sqlite3.SQLITE_IOERR}
_WORDS = {FULL: "the disk is full", FAILING: "the disk is failing"}


class FaultyDisk(Disk):
    """A disk on which the Nth step fails, and every later one too until it is mended.

    A sync that does not fail does nothing: no power is cut here, and hundreds of studios are made.
    """

    def __init__(self, fault: int, *, lasting: bool) -> None:
        self._left = 0
        self._fault = fault
        self._lasting = lasting
        self.steps = 0

    def fail_at(self, step: int) -> None:
        """Let the step with that number, 1 for the next, fail; 0 mends the disk."""
        self._left, self.steps = step, 0

    def write(self, descriptor: int, data: bytes) -> None:
        if self._fails():
            super().write(descriptor, data[: len(data) // 2])
            raise OSError(self._fault, os.strerror(self._fault))
        super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._try()

    def rename(self, old: Path, new: Path) -> None:
        self._try()
        super().rename(old, new)

    def fsync_folder(self, folder: Path) -> None:
        self._try()

    def commit(self, transaction: Transaction) -> None:
        if self._fails():
            raise _refusal(transaction, self._fault)
        super().commit(transaction)

    def _try(self) -> None:
        if self._fails():
            raise OSError(self._fault, os.strerror(self._fault))

    def _fails(self) -> bool:
        if not self._left:
            return False
        self.steps += 1
        return self.steps == self._left or (self._lasting and self.steps > self._left)


def _refusal(transaction: Transaction, fault: int) -> Exception:
    """What the database's own driver raises where its disk fails."""
    if transaction.connection.dialect.name == "postgresql":
        errors = importlib.import_module("psycopg.errors")
        kind = errors.DiskFull if fault == FULL else errors.IoError
        return cast("Exception", kind(_WORDS[fault]))
    error = sqlite3.OperationalError(_WORDS[fault])
    error.sqlite_errorcode = _SQLITE[fault]
    return error


class ToldDisk(Disk):
    """A disk that tells in which order it was asked for what."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def write(self, descriptor: int, data: bytes) -> None:
        self.steps.append("write")
        super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self.steps.append("fsync")
        super().fsync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        self.steps.append("rename")
        super().rename(old, new)

    def fsync_folder(self, folder: Path) -> None:
        self.steps.append("fsync folder")
        super().fsync_folder(folder)

    def commit(self, transaction: Transaction) -> None:
        self.steps.append("commit")
        super().commit(transaction)


def test_every_file_is_durable_before_the_one_row_that_names_it(
    ground: FileGround, tmp_path: Path, make: Workshop
) -> None:
    disk = ToldDisk()
    with ground.open(tmp_path / "studio", disk=disk) as catalogue:
        for shelf in range(256):  # so that no new folder's name stands between the steps
            (catalogue.folder / "blobs" / f"{shelf:02x}").mkdir(exist_ok=True)
        disk.steps.clear()
        work = make.paint(catalogue, 1)
        painted, disk.steps = disk.steps, []
        catalogue.accession.seal(work, replace(make.recipe(1), evaluation=make.evaluation()))
        sealed = list(disk.steps)

    file = ["write", "fsync", "rename", "fsync folder"]
    assert painted == [*file, *file, "commit"], "a small picture has one file for both thumbnails"
    assert sealed == [*file, *["commit"] * 3], "the old file goes after the new row stands"


def _whole_path(catalogue: Catalogue, make: Workshop) -> None:
    """All that a run writes for one item; every step may be repeated."""
    runs, number = catalogue.runs, 1
    runs.create("r", "Nocturne", {"rounds": 1}, [Item("r", "i", 0, theme="Nocturne")])
    runs.set_item("r", "i", "working")
    runs.claim_concept("r", "i", make.concept(), allow_repeat=False)
    runs.begin_item("r", "i", make.prompt())
    runs.start_round("r", "i", number, make.prompt())
    works = [make.paint(catalogue, slot, f"r/i/1/{slot}") for slot in (0, 1)]
    runs.set_evaluation("r", "i", number, 0, works[0].id, 0, make.evaluation())
    takes = [Take(slot, work.id, slot, make.evaluation()) for slot, work in enumerate(works)]
    runs.judge_round("r", "i", Round(number, make.prompt(), tuple(takes), make.comparison()))
    catalogue.accession.seal(
        works[1],
        replace(make.recipe(1), evaluation=make.evaluation()),
        title="Sealed",
        then=lambda connection: runs.finish_item_in(connection, "r", "i", works[1].id),
    )
    catalogue.accession.let_go_old()
    make.bring(catalogue, 7)


@pytest.mark.parametrize(
    ("fault", "lasting"),
    [(FAILING, False), (FULL, True)],
    ids=["the disk fails once", "the disk is full from then on"],
)
def test_whichever_step_fails_the_studio_is_sound_and_the_cause_is_named(
    ground: FileGround, tmp_path: Path, make: Workshop, clock: Clock, fault: int, lasting: bool
) -> None:
    failed_steps = 0
    for step in range(1, 500):
        folder = tmp_path / str(step)
        disk = FaultyDisk(fault, lasting=lasting)
        with ground.open(folder, clock=clock, disk=disk) as catalogue:
            disk.fail_at(step)
            error = _storage_error(lambda: _whole_path(catalogue, make))
            if error is not None:
                failed_steps += 1
                assert _WORDS[fault] in error.message
                assert str(folder) in error.message or catalogue.database.name in error.message
                assert error.advice
            happened = disk.steps
            disk.fail_at(0)
            assert not check(catalogue, read_data=True).problems, f"after step {step}"
            assert catalogue.blobs.leftovers() == 0, f"after step {step}"

            _whole_path(catalogue, make)
            _assert_whole(catalogue)
        if happened < step:
            break
    else:
        pytest.fail("the path never ends")

    # Two steps do no harm when they fail: the old file of a sealed work, removed after all.
    assert failed_steps in (step - 1, step - 3)
    assert failed_steps > 40


def _storage_error(do: Callable[[], None]) -> StorageError | None:
    try:
        do()
    except StorageError as error:
        return error
    return None


def _assert_whole(catalogue: Catalogue) -> None:
    item = catalogue.runs.item("r", "i")
    assert item.state == "done"
    assert item.kept is not None
    assert catalogue.works.get(item.kept).title == "Sealed"
    assert catalogue.works.count(standing=None) == 3
    (one,) = catalogue.runs.rounds("r", "i")
    assert [take.evaluation is not None for take in one.takes] == [True, True]
    assert check(catalogue, read_data=True).is_clean


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_disk_that_really_ends_stops_the_work_with_one_sentence(
    ground: FileGround, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path / "studio"), ground.url(tmp_path / "studio")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    assert "larger than this process may write" in done.stdout
    assert done.stderr == ""
    with ground.open(tmp_path / "studio") as catalogue:
        report = check(catalogue, read_data=True)
    assert report.is_clean
    assert report.works == 1
    assert report.leftovers == 0


# The system itself ends the second picture's file at 30,000 bytes.
_LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.errors import GessoError
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights

def bring(side):
    noise = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    catalogue.accession.accept_bytes(
        encode(Picture(noise)), name="x", provenance=Provenance("brought", "x"), rights=Rights()
    )

catalogue = Catalogue.open(Path(sys.argv[1]), options=CatalogueOptions(url=sys.argv[2]))
bring(16)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
try:
    bring(256)
except GessoError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("ground", ["file"], indirect=True)
def test_a_database_that_is_really_full_says_so(catalogue: Catalogue, make: Workshop) -> None:
    make.bring(catalogue, 1)
    long = "word " * 400_000
    with catalogue.database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")

    with pytest.raises(StorageError, match="the disk is full"):
        catalogue.works.set_title(1, long)

    assert catalogue.works.get(1).title == "Brought"
    assert check(catalogue, read_data=True).is_clean


# Two processes ----------------------------------------------------------------------------------

_WRITER = Path(__file__).with_name("writer.py")


def _start(ground: FileGround, folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(_WRITER), str(folder), ground.url(folder), name, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_make_one_studio_and_write_into_it_at_once(
    ground: FileGround, tmp_path: Path
) -> None:
    folder, count = tmp_path / "studio", 40
    writers = [_start(ground, folder, name, count) for name in ("one", "two")]
    told = [writer.communicate(timeout=120) for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0], told
    wins = [
        {line.split()[0] for line in out.splitlines() if line.endswith(" 1")} for out, _ in told
    ]
    assert wins[0] | wins[1] == {str(n) for n in range(count)}
    assert not wins[0] & wins[1], "no concept went to both"
    with ground.open(folder) as catalogue:
        assert catalogue.works.count() == count
        assert catalogue.calls.spent() == pytest.approx(count)
        assert len(catalogue.runs.list()) == 2
        assert check(catalogue, read_data=True).is_clean


def test_a_process_killed_at_any_moment_leaves_a_sound_studio(
    ground: FileGround, tmp_path: Path
) -> None:
    folder = tmp_path / "studio"
    ground.open(folder).close()
    with victims(_WRITER) as victim:
        for round_number in range(6):
            name = f"run{round_number}"
            writer = victim(folder, ground.url(folder), name, 10_000)
            first = writer.says()
            time.sleep(0.013 * round_number)
            assert writer.kill()
            lines = [first, *writer.last]
            told = [line for line in lines if line.count(" ") == 1]

            with ground.open(folder) as catalogue:
                report = check(catalogue, read_data=True)
                assert report.is_clean, report.problems
                assert report.works >= len(told)
                calls = catalogue.calls.calls(name)
                assert len(calls) - len(told) in (0, 1), "what was told was kept"
                assert catalogue.calls.abandon_open(name) <= 1


# A model beside the store -----------------------------------------------------------------------


class Studio(RuleBasedStateMachine):
    """The catalogue does what a few plain dicts would do, crashes or not."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="gesso-test-")
        self.make = Workshop()
        self.clock = Clock()
        self.catalogue = self._open()
        self._crashed: list[Catalogue] = []
        self.works: dict[int, dict[str, object]] = {}
        self.painted: dict[int, int] = {}
        self.brought: dict[int, int] = {}

    def _open(self) -> Catalogue:
        return Catalogue.open(Path(self._folder.name) / "studio", clock=self.clock)

    @rule(number=integers(0, 5))
    def paint(self, number: int) -> None:
        work = self.make.paint(self.catalogue, number)
        assert self.painted.setdefault(number, work.id) == work.id
        self.works.setdefault(
            work.id, {"standing": "take", "title": "Tide", "favourite": False, "number": number}
        )

    @rule(number=integers(0, 5))
    def bring(self, number: int) -> None:
        work = self.make.bring(self.catalogue, number)
        assert self.brought.setdefault(number, work.id) == work.id
        self.works.setdefault(
            work.id, {"standing": "kept", "title": "Brought", "favourite": False, "number": number}
        )

    @precondition(lambda self: self.painted)
    @rule(pick=integers(0, 5), score=integers(0, 3))
    def seal(self, pick: int, score: int) -> None:
        number = sorted(self.painted)[pick % len(self.painted)]
        work = self.catalogue.works.get(self.painted[number])
        recipe = replace(self.make.recipe(number), evaluation=self.make.evaluation(score / 3))
        self.catalogue.accession.seal(work, recipe)
        self.works[work.id]["standing"] = "kept"

    @precondition(lambda self: self.works)
    @rule(pick=integers(0, 11), favourite=integers(0, 1))
    def mark(self, pick: int, favourite: int) -> None:
        work = sorted(self.works)[pick % len(self.works)]
        self.catalogue.works.set_favourite(work, bool(favourite))
        self.works[work]["favourite"] = bool(favourite)

    @precondition(lambda self: self.works)
    @rule(pick=integers(0, 11), title=text("abc \u00e9\u6c34'\"", max_size=8))
    def call(self, pick: int, title: str) -> None:
        work = sorted(self.works)[pick % len(self.works)]
        self.catalogue.works.set_title(work, title)
        self.works[work]["title"] = title

    @rule()
    def crash(self) -> None:
        self._crashed.append(self.catalogue)  # nobody closes it; the file is opened beside it
        self.catalogue = self._open()

    @invariant()
    def it_holds_what_it_should(self) -> None:
        for work_id, wanted in self.works.items():
            work = self.catalogue.works.get(work_id)
            assert (work.standing, work.title, work.favourite) == (
                wanted["standing"],
                wanted["title"],
                wanted["favourite"],
            )
        page = self.catalogue.works.page(limit=100, standing=None)
        assert sorted(work.id for work in page.works) == sorted(self.works)
        kept = sum(wanted["standing"] == "kept" for wanted in self.works.values())
        assert self.catalogue.works.count() == kept

    @invariant()
    def it_is_sound_and_nothing_lies_about(self) -> None:
        report = check(self.catalogue, read_data=True)
        assert (report.problems, report.orphans, report.leftovers) == ((), (), 0)
        assert report.works == len(self.works)

    def teardown(self) -> None:
        for catalogue in (*self._crashed, self.catalogue):
            catalogue.close()
        self._folder.cleanup()


class LongStudio(Studio):
    """The same for longer."""


TestStudio = Studio.TestCase
TestStudio.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
TestLongStudio = pytest.mark.soak(LongStudio.TestCase)
TestLongStudio.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
