"""The truth of a space: what was added is there, whole, whatever the disk or the power did."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import DamageError, StorageError, StudioBusy
from gesso.core.indexes.space_index import IndexOptions
from gesso.core.indexes.truth import shards
from gesso.core.indexes.truth.checks import Checks
from gesso.core.indexes.truth.truth import Truth

from .room import SPACE, Room, assert_right, ids, upto, vectors

JOURNALS = ("rows-a.log", "rows-b.log")
RECORD = 32
QUERIES = vectors(3, seed=5)


@pytest.fixture
def filled(room: Room) -> Room:
    """Twenty works, one of them replaced, one removed."""
    space = room.open()
    space.add(upto(20), vectors(20))
    space.add(ids(3), vectors(1, seed=33))
    space.remove(ids(4))
    return room


HELD = dict(enumerate(vectors(20), 1)) | {3: vectors(1, seed=33)[0]}
del HELD[4]


def flip(path: Path, at: int, bit: int = 2) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(data)


def test_what_was_added_is_there_when_it_is_opened_again(filled: Room) -> None:
    space = filled.open()

    assert space.known().tolist() == sorted(HELD)
    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)
    assert space.state().degraded == ""


@pytest.mark.parametrize("journal", JOURNALS)
@pytest.mark.parametrize("record", [0, 3, 10, 20, 21])
@pytest.mark.parametrize("byte", [0, 9, 17, 31])
def test_a_byte_that_went_wrong_in_one_journal_is_read_from_the_other(
    filled: Room, journal: str, record: int, byte: int
) -> None:
    flip(filled.vectors / journal, record * RECORD + byte)
    space = filled.open()

    found = space.search(QUERIES, 30)

    assert_right(found, HELD, QUERIES, 30)
    assert journal in found.degraded


def test_the_next_writer_mends_a_journal(filled: Room) -> None:
    flip(filled.vectors / JOURNALS[0], 40)
    flip(filled.vectors / JOURNALS[1], 500)
    space = filled.open()
    assert space.state().degraded
    space.add(ids(50), vectors(1, seed=50))

    again = filled.open()

    assert again.state().degraded == space.state().degraded == ""
    assert_right(again.search(QUERIES, 30), HELD | {50: vectors(1, seed=50)[0]}, QUERIES, 30)
    a, b = ((filled.vectors / name).read_bytes() for name in JOURNALS)
    assert a == b


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_journal_that_is_gone_is_read_from_the_other(filled: Room, journal: str) -> None:
    (filled.vectors / journal).unlink()
    space = filled.open()

    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)
    assert journal in space.state().degraded
    space.add(ids(50), vectors(1))
    assert filled.open().state().degraded == ""


def test_a_record_that_is_lost_in_both_journals_is_told_and_takes_no_other_with_it(
    filled: Room,
) -> None:
    for journal in JOURNALS:
        flip(filled.vectors / journal, 7 * RECORD)
    space = filled.open()

    rest = {work: held for work, held in HELD.items() if work != 8}
    assert_right(space.search(QUERIES, 30), rest, QUERIES, 30)
    assert "1 records are damaged" in space.state().degraded
    space.add(ids(8), vectors(20)[7:8])
    again = filled.open()
    assert_right(again.search(QUERIES, 30), HELD, QUERIES, 30)
    assert again.state().degraded == space.state().degraded == ""


def test_a_call_of_which_only_a_part_was_written_does_not_count(filled: Room) -> None:
    space = filled.open()
    before = [(filled.vectors / name).read_bytes() for name in JOURNALS]
    space.add(upto(8, first=200), vectors(8, seed=2))
    after = (filled.vectors / JOURNALS[0]).read_bytes()
    for records in range(1, 8):
        (filled.vectors / JOURNALS[0]).write_bytes(after[: len(before[0]) + records * RECORD])
        (filled.vectors / JOURNALS[1]).write_bytes(before[1])

        assert filled.open().known().tolist() == sorted(HELD)
        assert filled.open().state().degraded == ""


@pytest.mark.parametrize("cut", [1, 31, 32, 33, 96])
@pytest.mark.parametrize("journal", JOURNALS)
def test_a_journal_whose_end_is_missing_is_read_from_the_other(
    filled: Room, journal: str, cut: int
) -> None:
    path = filled.vectors / journal
    os.truncate(path, path.stat().st_size - cut)

    assert_right(filled.open().search(QUERIES, 30), HELD, QUERIES, 30)


@pytest.mark.parametrize("torn", [b"\0" * 32, b"half a record", b"\xff" * 100])
def test_the_half_written_end_of_a_journal_is_cut(filled: Room, torn: bytes) -> None:
    path = filled.vectors / JOURNALS[0]
    with path.open("ab") as file:
        file.write(torn)
    space = filled.open()

    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)
    space.add(ids(50), vectors(1))
    assert path.read_bytes() == (filled.vectors / JOURNALS[1]).read_bytes()
    assert path.stat().st_size == 23 * RECORD


def test_rows_that_no_record_counts_are_written_over(filled: Room) -> None:
    with (filled.vectors / "000000.f2").open("ab") as file:
        file.write(b"\x11" * 1_001)
    space = filled.open()
    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)

    space.add(ids(50), vectors(1, seed=50))

    assert_right(
        filled.open().search(QUERIES, 30), HELD | {50: vectors(1, seed=50)[0]}, QUERIES, 30
    )


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("byte", [0, 1, 47, 95])
def test_a_vector_that_went_wrong_is_left_out_and_named(filled: Room, byte: int, bit: int) -> None:
    flip(filled.vectors / "000000.f2", 9 * SPACE.size * 2 + byte, bit)
    space = filled.open()

    found = space.search(QUERIES, 30)

    rest = {work: held for work, held in HELD.items() if work != 10}
    assert_right(found, rest, QUERIES, 30)
    assert "1 damaged vectors are left out" in found.degraded
    assert 10 not in space.known()
    with pytest.raises(DamageError, match=r"vector of work 10 .* is damaged"):
        space.vectors(ids(10))
    verdict = space.verify()
    assert (verdict.damaged, verdict.vectors) == ((10,), 18)


def test_a_damaged_vector_is_mended_by_embedding_its_work_again(filled: Room) -> None:
    flip(filled.vectors / "000000.f2", 9 * SPACE.size * 2)
    space = filled.open()
    assert space.verify().damaged == (10,)

    space.add(ids(10), vectors(20)[9:10])

    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)
    assert space.verify().damaged == ()
    assert space.state().degraded == ""


def test_the_damage_of_a_removed_work_is_no_damage(filled: Room) -> None:
    flip(filled.vectors / "000000.f2", 3 * SPACE.size * 2)

    assert filled.open().verify().degraded == ""


@pytest.mark.parametrize("left", [0, 100, 15 * SPACE.size * 2])
def test_a_shard_that_is_too_short_costs_the_works_behind_its_end(filled: Room, left: int) -> None:
    os.truncate(filled.vectors / "000000.f2", left)
    space = filled.open()

    kept = left // (SPACE.size * 2)
    rest = {work: held for work, held in HELD.items() if work <= kept and work != 3}
    assert_right(space.search(QUERIES, 30), rest, QUERIES, 30)
    assert f"{len(HELD) - len(rest)} damaged vectors" in space.state().degraded
    space.add(upto(20), vectors(20))
    assert_right(filled.open().search(QUERIES, 30), dict(enumerate(vectors(20), 1)), QUERIES, 30)


@pytest.mark.parametrize("text", [b"", b"{", b'{"space": 3}', b'{"space": "x", "size": 3}'])
def test_a_header_that_went_wrong_hides_nothing_and_is_mended(filled: Room, text: bytes) -> None:
    header = filled.vectors / "space.json"
    whole = header.read_bytes()
    header.write_bytes(text)
    space = filled.open()

    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)
    assert "space.json is damaged" in space.state().degraded
    space.remove(ids(1))
    assert header.read_bytes() == whole
    assert space.state().degraded == ""


def test_a_folder_of_which_nothing_can_be_read_is_not_written_over(filled: Room) -> None:
    (filled.vectors / "space.json").write_bytes(b"?")
    for journal in JOURNALS:
        (filled.vectors / journal).write_bytes(b"?" * 640)
    space = filled.open()

    with pytest.raises(DamageError, match=r"Nothing in .* can be read"):
        space.add(ids(1), vectors(1))
    assert (filled.vectors / JOURNALS[0]).read_bytes() == b"?" * 640


def test_vectors_go_on_into_the_next_shard(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 64)
    space = room.open()
    for first in range(0, 300, 50):
        space.add(upto(50, first + 1), vectors(300)[first : first + 50])
    space.remove(upto(5, first=60))

    held = {work: vector for work, vector in enumerate(vectors(300), 1) if not 60 <= work < 65}
    assert_right(room.open().search(QUERIES, 400), held, QUERIES, 400)
    space.build("flat")
    assert_right(room.open().search(QUERIES, 10), held, QUERIES, 10)
    assert len(list(room.vectors.glob("*.f2"))) == 5
    assert room.open().verify().vectors == 295


class FullDisk(Disk):
    """A disk that is full after so many steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def write(self, descriptor: int, data: bytes) -> None:
        if self._is_full():
            super().write(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        if self._is_full():
            raise OSError(errno.EIO, "Input/output error")
        super().fsync(descriptor)

    def _is_full(self) -> bool:
        self.steps -= 1
        return self.steps < 0


@pytest.mark.parametrize("steps", range(6))
def test_what_the_disk_refuses_does_not_count(filled: Room, steps: int) -> None:
    space = filled.open(disk=FullDisk(steps))

    with pytest.raises(StorageError):
        space.add(upto(5, first=100), vectors(5, seed=7))

    assert_right(space.search(QUERIES, 30), HELD, QUERIES, 30)
    again = filled.open()
    assert_right(again.search(QUERIES, 30), HELD, QUERIES, 30)
    again.add(ids(60), vectors(1, seed=60))
    assert_right(space.search(QUERIES, 30), HELD | {60: vectors(1, seed=60)[0]}, QUERIES, 30)


def test_a_reader_forgets_what_a_writer_took_back(filled: Room) -> None:
    reader = filled.open()
    longer = [(filled.vectors / name).read_bytes() for name in JOURNALS]
    for name, data in zip(JOURNALS, longer, strict=True):
        (filled.vectors / name).write_bytes(data[: 20 * RECORD])

    assert reader.known().tolist() == list(range(1, 21))


def test_another_process_sees_what_was_written_before_it_asks(filled: Room) -> None:
    reader, writer = filled.open(), filled.open()
    assert len(reader.known()) == 19

    writer.add(ids(70), QUERIES[:1])
    assert reader.search(QUERIES[0], 1).ids.tolist() == [[70]]
    reader.remove(ids(70))
    assert 70 not in writer.search(QUERIES[0], 30).ids


def test_a_writer_waits_for_another_and_then_says_so(room: Room) -> None:
    patient = room.open(IndexOptions(wait_s=0.1))
    with room.open()._truth._writing(), pytest.raises(StudioBusy, match="for 0 seconds"):
        patient.add(ids(1), vectors(1))
    patient.add(ids(1), vectors(1))


def test_every_flipped_bit_changes_a_sum() -> None:
    checks = Checks("space", 8)
    row = np.arange(8, dtype=np.float16)[None]
    sums = {int(checks.of_rows(row)[0])}
    for bit in range(128):
        data = bytearray(row.tobytes())
        data[bit // 8] ^= 1 << bit % 8
        sums.add(int(checks.of_rows(np.frombuffer(data, np.float16)[None])[0]))

    assert len(sums) == 129


def test_sums_of_another_space_never_fit() -> None:
    rows = np.random.default_rng(0).normal(size=(2_000, 8)).astype(np.float16)

    assert not (Checks("one", 8).of_rows(rows) == Checks("other", 8).of_rows(rows)).any()


def test_a_record_at_another_place_does_not_fit() -> None:
    words = np.ones((500, 3), dtype=np.uint64)

    assert len(set(Checks("one", 8).of_records(words, 0).tolist())) == 500


def test_two_hundred_thousand_records_are_read_in_a_moment(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "v", SPACE)
    truth.add(upto(200_000), np.ones((200_000, SPACE.size), dtype=np.float32))

    assert len(Truth(tmp_path / "v", SPACE).rows().known()) == 200_000


def _flip_last(path: Path) -> None:
    flip(path, path.stat().st_size - 3)


def _zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _cut_within_a_call(path: Path) -> None:
    os.truncate(path, 10 * RECORD)


@pytest.mark.parametrize("spoil", [_flip_last, _zero, _cut_within_a_call])
def test_an_end_that_both_journals_lack_is_told(
    filled: Room, spoil: Callable[[Path], None]
) -> None:
    running = filled.open()
    for journal in JOURNALS:
        spoil(filled.vectors / journal)

    assert "records of the journal are damaged in both" in filled.open().state().degraded
    if spoil is _cut_within_a_call:
        assert "records of the journal are damaged in both" in running.state().degraded
    filled.open().add(ids(50), vectors(1))
    assert filled.open().state().degraded == ""


def test_the_half_written_end_of_a_journal_is_not_mapped_at_every_look(filled: Room) -> None:
    truth = Truth(filled.vectors, SPACE)
    with (filled.vectors / JOURNALS[0]).open("ab") as file:
        file.write(b"\xff" * 100)

    assert truth.rows() is truth.rows()
    filled.open().add(ids(50), vectors(1))
    assert 50 in truth.rows().known()
