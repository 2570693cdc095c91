"""Damaged files at the real door: a work or one sentence, never a lost worker."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gesso.core.catalogue.check import check

from .door import MOST_OVER_BASELINE, Door, Tally
from .mutations import made_files, mutated, sample_files

IN_CI = 500
IN_SOAK = 10_000


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with Door(tmp_path / "studio") as opened:
        opened.warm(made_files()[0])
        yield opened


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    """What is damaged: sound files made here, and the hostile samples where they are at hand."""
    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("GESSO_SAMPLE_DATA", root.parent / "shared" / "data"))
    return made_files() + (sample_files(folder) if folder.is_dir() else [])


def assert_promises(tally: Tally, count: int) -> None:
    assert tally.wrong == []
    assert tally.lost == []
    assert tally.kept + tally.refused == count
    if sys.platform == "linux":
        assert tally.peak - tally.baseline <= MOST_OVER_BASELINE


def test_sound_files_are_all_accepted(door: Door) -> None:
    made = made_files()

    tally = door.tally(made)

    assert_promises(tally, len(made))
    assert tally.kept == len(made)


def test_damaged_files_are_accepted_whole_or_refused_in_one_sentence(
    door: Door, files: list[bytes]
) -> None:
    tally = door.tally(mutated(files, IN_CI))

    assert_promises(tally, IN_CI)
    assert tally.kept > IN_CI // 20
    assert tally.refused > IN_CI // 20
    assert check(door.catalogue, read_data=True).problems == ()


@pytest.mark.soak
def test_ten_thousand_damaged_files_bring_nothing_down(door: Door, files: list[bytes]) -> None:
    assert_promises(door.tally(mutated(files, IN_SOAK, seed=2026)), IN_SOAK)


def test_the_same_seed_gives_the_same_damage(files: list[bytes]) -> None:
    assert list(mutated(files, 50)) == list(mutated(files, 50))
    assert list(mutated(files, 50)) != list(mutated(files, 50, seed=5))
