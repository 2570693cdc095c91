"""The codes of `flat`: which are made of what, and that older ones go on being read."""

from __future__ import annotations

import json
from pathlib import Path

import faiss
import numpy as np
import pytest
from tests.core.indexes.room import FLAT, SPACE, Room, Vectors, upto, vectors

from gesso.core.encoders.encoder import Space
from gesso.core.indexes.adapters import flat
from gesso.core.indexes.adapters.flat import FlatOptions
from gesso.core.indexes.found import Found
from gesso.core.indexes.space_index import SpaceIndex

MANY = 3_000
HELD = vectors(MANY, seed=1)
ASKED = vectors(30, seed=2)


def filled(room: Room, held: Vectors = HELD) -> SpaceIndex:
    space = room.open(FLAT)
    space.add(upto(len(held)), held)
    space.build("flat")
    return space


def groups(room: Room, number: int = 1) -> int:
    """How many groups the codes of a generation lie in; 0 for those of RaBitQ."""
    held = faiss.read_index(str(room.index / f"gen-{number:06d}" / "base.faiss"))
    codes = faiss.try_extract_index_ivf(held)
    return 0 if codes is None else int(codes.nlist)


def widen(room: Room, number: int = 1) -> float:
    said = json.loads((room.index / f"gen-{number:06d}" / "manifest.json").read_text("utf-8"))
    return float(said["widen"])


def share_found(found: Found, held: Vectors, allowed: np.ndarray | None = None) -> float:
    """Of the true nearest among those that are admitted."""
    scores = ASKED @ held.T
    if allowed is not None:
        scores[:, ~np.isin(upto(len(held)), allowed)] = -2
    best = np.sort(scores, axis=1)[:, -found.ids.shape[1] :]
    return float((found.scores >= best[:, :1] - 1e-3).mean())


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_many_vectors_are_coded_by_what_is_learnt_of_them(room: Room) -> None:
    space = filled(room)

    assert groups(room) == MANY // 400
    found = space.search(ASKED, 10)
    assert not found.exact
    assert share_found(found, HELD) >= 0.98


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01])
def test_a_filter_is_kept_and_starves_nobody(room: Room, share: float) -> None:
    space = filled(room)
    chosen = np.random.default_rng(3).random(MANY) < share
    allowed = upto(MANY)[chosen]

    found = space.search(ASKED, 10, allowed=allowed)

    assert found.ids.shape == (30, min(10, len(allowed)))
    assert np.isin(found.ids, allowed).all()
    assert share_found(found, HELD, allowed) >= 0.98


@pytest.mark.parametrize(("count", "size"), [(999, 48), (MANY, 33)], ids=["few", "an odd size"])
def test_few_vectors_and_those_of_an_odd_size_are_rounded(
    tmp_path: Path, count: int, size: int
) -> None:
    room = Room(tmp_path, Space("odd-0123456789", "odd", size, reads_words=False, knows=""))

    held = vectors(count, seed=1, size=size)
    space = filled(room, held)

    assert groups(room) == 0
    found = space.search(held[:30], 10, recall="balanced")
    assert found.ids[:, 0].tolist() == [*range(1, 31)]


def test_an_older_generation_goes_on_and_gives_way_to_the_next(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(flat, "_LEARNS_FROM", MANY + 1)
        filled(room)
    assert groups(room) == 0

    space = room.open(FLAT)
    old = space.search(ASKED, 10)
    space.build("flat")

    assert (old.generation, old.degraded) == (1, "")
    assert share_found(old, HELD) >= 0.98
    assert groups(room, 2) > 0
    assert space.search(ASKED, 10).generation == 2
    space.rollback()
    assert space.search(ASKED, 10).ids.tolist() == old.ids.tolist()


def test_vectors_that_lie_far_apart_want_few_candidates_and_a_crowd_wants_more(
    tmp_path: Path,
) -> None:
    easy, hard = Room(tmp_path / "easy"), Room(tmp_path / "hard")
    filled(easy, vectors(10_000, seed=1))
    crowd = np.random.default_rng(0).normal(size=(20_000, SPACE.size)).astype(np.float32)
    filled(hard, crowd / np.linalg.norm(crowd, axis=1, keepdims=True))

    assert widen(easy) < 1 <= widen(hard)


def test_a_long_list_is_as_good_where_few_candidates_do_for_a_short_one(room: Room) -> None:
    held = vectors(12_000, seed=1)
    space = filled(room, held)
    assert widen(room) < 1

    found = space.search(ASKED, 1_000, recall="fast")

    assert not found.exact
    assert share_found(found, held) >= 0.98


def test_a_fast_look_is_not_narrowed_by_canaries_that_were_asked_in_a_balanced_one(
    room: Room,
) -> None:
    space = filled(room, vectors(12_000, seed=1))
    assert widen(room) < 1

    plans = [space.search(ASKED, 10, recall=how).plan for how in ("fast", "balanced")]

    assert [plan.split()[:3] for plan in plans] == [
        ["flat:", "430", "candidates"],
        ["flat:", "450", "candidates"],
    ]


def test_more_groups_than_can_be_learnt_are_not_made(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flat, "_SAMPLE", 120)

    filled(room)

    assert groups(room) == 3


def test_codes_of_the_same_vectors_are_the_same(tmp_path: Path) -> None:
    first, second = Room(tmp_path / "first"), Room(tmp_path / "second")
    for each in (first, second):
        filled(each)

    one, other = (each.index / "gen-000001" / "base.faiss" for each in (first, second))
    assert one.read_bytes() == other.read_bytes()


def test_options_that_make_no_codes_are_refused() -> None:
    with pytest.raises(ValueError, match="'groups'"):
        FlatOptions(groups=0)
    with pytest.raises(ValueError, match="'bits'"):
        FlatOptions(bits=5)
