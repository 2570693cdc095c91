"""kill -9 at any step of writing, building and switching: what was said to be done is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gesso.core.catalogue.store.disk import Disk
from gesso.core.indexes.generations.shelf import Shelf
from gesso.core.indexes.space_index import SpaceIndex

from . import victim
from .room import assert_right

DEEDS = [
    "add 0", "add 1", "add 2", "build 1", "remove", "replace",
    "build 2", "build 3", "build 4", "rollback",
]  # fmt: skip
QUERIES = np.random.default_rng(5).normal(size=(3, victim.SIZE)).astype(np.float32)
QUERIES /= np.linalg.norm(QUERIES, axis=1, keepdims=True)


def run(folder: Path, at: int = 0, *, half: bool = False, dies_after_s: float = 0) -> list[str]:
    """What the victim said before it died."""
    command = [sys.executable, victim.__file__, str(folder), str(at), "1" if half else "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if dies_after_s:
        time.sleep(dies_after_s)
        process.kill()
    said, _ = process.communicate(timeout=120)
    return said.splitlines()


def all_is_well(folder: Path, done: list[str]) -> None:
    """What was done is there; of the deed that was under way, all or nothing."""
    space = SpaceIndex(folder / "vectors", folder / "index", victim.SPACE, victim.FLAT)
    whole = [deed for deed in DEEDS if deed in done]
    under_way = DEEDS[: len(whole) + 1]
    expected = [victim.after(whole), victim.after(under_way)]
    known = space.known().tolist()
    held = next(one for one in expected if sorted(one) == known and fits(space, one))
    for recall in ("balanced", "exact"):
        found = space.search(QUERIES, 10, recall=recall)
        assert_right(found, held, QUERIES, 10)
        assert found.degraded == ""
    least = max((int(deed[-1]) for deed in whole if deed.startswith("build")), default=0)
    if whole == DEEDS or (whole == DEEDS[:-1] and found.generation == 3):
        least = 3
    assert (found.generation or 0) in (least, least + 1)

    if held:
        made = space.build()
        assert made.trouble == ""
        assert space.search(QUERIES, 3).generation == made.number
    assert space.verify().degraded == ""
    assert not [path for path in (folder / "index").glob(".*") if held]
    space.close()


def fits(space: SpaceIndex, held: victim.Held) -> bool:
    """Whether the space holds these very vectors."""
    if not held:
        return True
    works = np.array(sorted(held), dtype=np.int64)
    return np.allclose(
        space.vectors(works), np.stack([held[int(work)] for work in works]), atol=2e-3
    )


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many steps a whole life takes."""
    folder = tmp_path_factory.mktemp("whole")
    said = run(folder)
    assert said[:-1] == DEEDS
    all_is_well(folder, said)
    return int(said[-1].split()[1])


@pytest.mark.parametrize("share", [0.05, 0.2, 0.35, 0.5, 0.7, 0.9])
def test_a_killed_writer_loses_nothing_that_it_said(
    tmp_path: Path, steps: int, share: float
) -> None:
    at = max(1, round(steps * share))

    done = run(tmp_path, at, half=at % 2 == 1)

    assert len(done) < len(DEEDS)
    all_is_well(tmp_path, done)


@pytest.mark.soak
@pytest.mark.parametrize("half", [False, True])
def test_a_writer_killed_at_every_step_loses_nothing(
    tmp_path: Path, steps: int, *, half: bool
) -> None:
    assert steps > 50
    for at in range(1, steps + 1):
        folder = tmp_path / str(at)
        all_is_well(folder, run(folder, at, half=half))


@pytest.mark.soak
def test_a_writer_killed_at_any_moment_loses_nothing(tmp_path: Path, steps: int) -> None:
    begun = time.monotonic()
    run(tmp_path / "whole")
    life = time.monotonic() - begun
    moments = random.Random(7)
    for turn in range(40):
        folder = tmp_path / str(turn)
        all_is_well(folder, run(folder, dies_after_s=moments.uniform(0.3, 1.0) * life))


def test_readers_go_on_while_a_builder_is_killed(tmp_path: Path, steps: int) -> None:
    done = run(tmp_path, round(steps * 0.62))
    reader = SpaceIndex(tmp_path / "vectors", tmp_path / "index", victim.SPACE, victim.FLAT)
    before = reader.search(QUERIES, 10)
    assert before.degraded == ""
    assert any(path.name.startswith(".building") for path in (tmp_path / "index").iterdir()) or done
    writer = SpaceIndex(tmp_path / "vectors", tmp_path / "index", victim.SPACE, victim.FLAT)
    made = writer.build()

    after = reader.search(QUERIES, 10)

    assert after.generation == made.number == max(Shelf(tmp_path / "index", Disk()).numbers())
    assert np.array_equal(before.ids, after.ids)
    reader.close()
    writer.close()
