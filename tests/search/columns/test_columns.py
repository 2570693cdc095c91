"""Columns follow the catalogue, and who holds a state keeps it."""

from __future__ import annotations

import numpy as np
from tests.search.conftest import RED, painted

from gesso.search.columns.columns import Columns


def test_a_new_work_is_a_new_row_and_an_old_state_stays(library):
    columns = Columns(library.studio.catalogue.database)
    before = columns.state("tags", "swatches", "maps")
    work = library.hang(painted(RED, seed=9), "Added", tags=("new", "one"))

    after = columns.state()

    assert len(before.core) == 6
    assert after.core.ids[-1] == work.id
    tags = after.pairs("tags")
    ours = tags.columns["tag"][tags.ids == work.id]
    assert {tags.words["tag"].values[number] for number in ours} == {"new", "one"}
    assert len(after.rows("maps")) == len(after.rows("swatches")) == 7


def test_a_changed_work_is_read_anew_and_no_other(library):
    columns = Columns(library.studio.catalogue.database)
    before = columns.state("tags")
    wheat = library.works["Wheat Field"]

    library.studio.catalogue.works.set_tags(wheat.id, ("gold",))
    after = columns.state("tags")

    tags = after.pairs("tags")
    numbers = tags.columns["tag"][tags.ids == wheat.id]
    assert [tags.words["tag"].values[number] for number in numbers] == ["gold"]
    assert after.seq > before.seq
    assert np.array_equal(after.core.ids, before.core.ids)


def test_nothing_changed_is_the_same_state(library):
    columns = Columns(library.studio.catalogue.database)

    assert columns.state("core") is not None
    assert columns.state().groups["core"] is columns.state().groups["core"]


def test_a_flood_of_changes_reads_all_of_it(library, monkeypatch):
    monkeypatch.setattr("gesso.search.columns.columns._FEW", 2)
    columns = Columns(library.studio.catalogue.database)
    columns.state()
    for number in range(5):
        library.hang(painted(RED, seed=20 + number), f"More {number}")

    assert len(columns.state().core) == 11
