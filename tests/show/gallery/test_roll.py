"""The roll is kept between two runs, and follows what happened meanwhile."""

from __future__ import annotations

import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.show.gallery.roll import Roll
from gesso.show.gallery.wall import Wall

from .conftest import BLUE, RED, Bring


def same(one: Roll, other: Roll) -> bool:
    """Whether two rolls say the same of the same works."""
    mine, theirs = (np.argsort(roll.columns.ids) for roll in (one, other))
    return all(
        np.array_equal(getattr(one.columns, name)[mine], getattr(other.columns, name)[theirs])
        for name in ("ids", "added", "aspects", "origins", "favourites", "cells", "shares")
    ) and np.array_equal(one.scores[mine], other.scores[theirs])


def test_a_roll_that_was_kept_goes_on_where_it_ended(catalogue: Catalogue, bring: Bring) -> None:
    first = bring(RED, source="a")
    roll = Roll(lambda: catalogue, worth_keeping=1)
    roll.look()
    roll.close()
    bring(BLUE, source="b")
    catalogue.works.set_favourite(first.id, True)
    kept, anew = Roll(lambda: catalogue, worth_keeping=1), Roll(lambda: catalogue)
    kept.look()
    anew.look()

    assert (catalogue.folder / "cache/gallery.npz").exists()
    assert same(kept, anew)
    assert kept.sources == anew.sources
    assert kept.members(Wall("favourites")).tolist() == [True, False]
    kept.close()
    anew.close()


def test_what_was_kept_of_another_catalogue_is_not_taken_up(
    catalogue: Catalogue, bring: Bring
) -> None:
    bring(RED)
    place = catalogue.folder / "cache/gallery.npz"
    place.parent.mkdir()
    for damage in (b"", b"PK\x03\x04 damaged", b"x" * 1000):
        place.write_bytes(damage)
        roll = Roll(lambda: catalogue)
        roll.look()
        assert len(roll.columns.ids) == 1
        roll.close()


def test_a_roll_is_current_until_somebody_writes(catalogue: Catalogue, bring: Bring) -> None:
    work = bring(RED)
    roll = Roll(lambda: catalogue)
    assert not roll.is_current()
    roll.look()
    assert roll.is_current()
    catalogue.works.set_favourite(work.id, True)
    assert not roll.is_current()
    roll.look()

    assert roll.columns.favourites.tolist() == [True]
    roll.close()


def test_a_small_roll_is_not_kept(catalogue: Catalogue, bring: Bring) -> None:
    bring(RED)
    roll = Roll(lambda: catalogue)
    roll.look()
    roll.close()

    assert not (catalogue.folder / "cache").exists()
