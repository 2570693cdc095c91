"""Damaged generations: refused when a byte went wrong, told, and never answered from."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from gesso.core.errors import (
    DamageError,
    MissingExtra,
)
from gesso.core.indexes.generations.generation import Generation

from .room import (
    COUNT,
    FLAT,
    HELD,
    QUERIES,
    SPACE,
    Room,
    assert_right,
    is_right,
    other_space,
    upto,
    vectors,
)
from .test_truth import flip


@pytest.mark.parametrize("at", [0, 0.01, 0.3, 0.7, 0.999])
@pytest.mark.parametrize(
    "name", ["base.faiss", "rows.u4", "canaries.npz", "manifest.json", "../CURRENT"]
)
def test_a_flipped_byte_is_told_and_the_generation_before_answers(
    copy: Room, name: str, at: float
) -> None:
    path = copy.index / "gen-000002" / name
    flip(path, int(at * path.stat().st_size))
    space = copy.open()

    is_right(space)

    found = space.search(QUERIES, 3)
    if name == "../CURRENT":
        assert (found.generation, found.degraded) == (2, "CURRENT is damaged")
    else:
        assert found.generation == 1
        assert "generation 2 cannot answer" in found.degraded
        assert "generation 1 answers" in found.degraded
        with pytest.raises(DamageError, match="Generation 2 cannot serve"):
            space.use(2)
    assert space.state().degraded == found.degraded


@pytest.mark.parametrize("name", ["base.faiss", "rows.u4", "canaries.npz", "manifest.json"])
@pytest.mark.parametrize("left", [None, 0, 10])
def test_a_half_written_generation_does_not_answer(copy: Room, name: str, left: int | None) -> None:
    path = copy.index / "gen-000002" / name
    path.write_bytes(path.read_bytes()[:left]) if left is not None else path.unlink()
    space = copy.open()

    is_right(space)
    assert space.search(QUERIES, 3).generation == 1
    assert space.generations()[0].trouble
    assert space.generations()[1].trouble == ""


def test_where_no_generation_can_answer_every_vector_is_compared(copy: Room) -> None:
    for number in (1, 2):
        flip(copy.index / f"gen-00000{number}" / "rows.u4", 5)
    space = copy.open()

    is_right(space)

    found = space.search(QUERIES, 3)
    assert (found.generation, found.exact) == (None, True)
    assert "every vector is compared" in found.degraded
    assert space.build().number == 3
    assert space.search(QUERIES, 3).degraded == ""


def test_a_generation_that_is_missing_is_told(copy: Room) -> None:
    shutil.rmtree(copy.index / "gen-000002")

    found = copy.open().search(QUERIES, 3)

    assert found.generation == 1
    assert "generation 2" in found.degraded


def test_without_a_word_which_one_serves_it_is_the_newest(copy: Room) -> None:
    (copy.index / "CURRENT").unlink()

    found = copy.open().search(QUERIES, 3)

    assert (found.generation, found.degraded) == (2, "")


def test_an_index_of_another_space_does_not_answer(copy: Room, tmp_path: Path) -> None:
    stranger = Room(tmp_path / "stranger", other_space())
    space = stranger.open()
    space.add(upto(COUNT), vectors(COUNT))
    shutil.copytree(copy.index, stranger.index)

    assert_right(space.search(QUERIES, 10), HELD, QUERIES, 10)
    assert "belongs to the space 'test-0123456789'" in space.search(QUERIES, 10).degraded
    with pytest.raises(DamageError, match="belongs to the space"):
        space.use(2)
    stranger.close()


def test_an_index_of_other_vectors_of_the_same_space_does_not_answer(copy: Room) -> None:
    shutil.rmtree(copy.vectors)
    space = copy.open()
    space.add(upto(COUNT), vectors(COUNT, seed=1))

    found = space.search(QUERIES, 10)

    assert_right(found, dict(enumerate(vectors(COUNT, seed=1), 1)), QUERIES, 10)
    assert "built of other vectors" in found.degraded


def test_an_index_that_outlived_its_vectors_finds_nothing(copy: Room) -> None:
    shutil.rmtree(copy.vectors)

    assert copy.open().search(QUERIES, 10).ids.shape == (4, 0)


def test_verifying_reads_every_generation(copy: Room) -> None:
    space = copy.open()
    assert space.verify().recall_pictures == 1
    flip(copy.index / "gen-000001" / "base.faiss", 999)

    verdict = space.verify()

    assert verdict.vectors == COUNT
    assert [bool(line.trouble) for line in verdict.generations] == [False, True]
    assert verdict.recall_words is not None
    assert verdict.recall_words >= 0.95
    assert verdict.degraded == ""  # the one that serves is well
    flip(copy.index / "gen-000002" / "base.faiss", 999)
    assert "generation 2 cannot answer" in space.verify().degraded


def test_a_vector_that_went_wrong_below_an_index_is_left_out(copy: Room) -> None:
    nearest = int(copy.open().search(QUERIES[0], 1).ids[0, 0])
    flip(copy.vectors / "000000.f2", (nearest - 1) * SPACE.size * 2 + 1)
    space = copy.open()

    found = space.search(QUERIES, 10)

    rest = {work: held for work, held in HELD.items() if work != nearest}
    assert_right(found, rest, QUERIES, 10)
    assert "1 damaged vectors are left out" in found.degraded


@pytest.mark.parametrize("left", [0, 50_000, 10_000 * 3 + 1])
def test_a_shard_that_was_cut_below_an_index_costs_its_works_alone(copy: Room, left: int) -> None:
    path = copy.vectors / "000000.f2"
    kept = min(COUNT, left // (SPACE.size * 2))
    path.write_bytes(path.read_bytes()[:left])
    space = copy.open()

    for recall in ("balanced", "exact"):
        found = space.search(QUERIES, 10, recall=recall)
        assert_right(found, {n: HELD[n] for n in range(1, kept + 1)}, QUERIES, 10)
    assert (f"{COUNT - kept} damaged vectors" in space.state().degraded) is (kept < COUNT)


def test_an_index_that_breaks_while_it_is_asked_is_told(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = copy.open()
    space.search(QUERIES, 1)

    def broken(*args: object) -> object:
        raise DamageError("the server has no table", "")

    monkeypatch.setattr(Generation, "near", broken)
    found = space.search(QUERIES, 10)

    assert_right(found, HELD, QUERIES, 10)
    assert found.exact
    assert "the index does not answer (the server has no table)" in found.degraded


def test_where_faiss_cannot_be_loaded_every_vector_is_compared(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("gesso.core.indexes.adapters")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "faiss", None)
    space = copy.open()

    found = space.search(QUERIES, 10)

    assert_right(found, HELD, QUERIES, 10)
    assert "needs a package that cannot be loaded here" in found.degraded
    with pytest.raises(MissingExtra, match="The index 'flat'"):
        space.build("flat")
    assert space.build().kind == "exact"
    assert space.search(QUERIES, 10).degraded == ""


@pytest.mark.soak
def test_whichever_byte_goes_wrong_no_answer_is_wrong(twice_built: Path, tmp_path: Path) -> None:
    index = next((twice_built / "index").iterdir())
    truth = next((twice_built / "vectors").iterdir())
    files = [path for folder in (index, truth) for path in folder.rglob("*") if path.is_file()]
    rng = random.Random(3)
    for turn in range(600):
        room = Room(shutil.copytree(twice_built, tmp_path / str(turn)))
        victim = rng.choice([path for path in files if path.stat().st_size])
        path = tmp_path / str(turn) / victim.relative_to(twice_built)
        flip(path, rng.randrange(path.stat().st_size), rng.randrange(8))
        space = room.open()
        damaged = set(space.verify().damaged)
        assert len(damaged) <= 1
        rest = {work: held for work, held in HELD.items() if work not in damaged}
        for recall in ("balanced", "exact"):
            found = space.search(QUERIES, 10, recall=recall)
            assert_right(found, rest, QUERIES, 10)
        is_old = "gen-000001" in path.parts
        assert bool(found.degraded) is not is_old, path
        room.close()
        shutil.rmtree(tmp_path / str(turn))


def test_health_opens_no_index(copy: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Generation, "open", None)

    state = copy.open(FLAT).state()

    assert (state.generation, state.kind, state.count, state.tail) == (2, "flat", COUNT, 0)


def test_a_manifest_that_goes_wrong_is_told_also_by_who_has_read_it(copy: Room) -> None:
    space = copy.open(FLAT)
    assert space.state().degraded == ""

    flip(copy.index / "gen-000002" / "manifest.json", 40)

    assert "generation 2" in space.state().degraded
