"""Columns are kept for the next process, follow the catalogue, and are never believed blindly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from tests.search.conftest import RED, painted

from gesso.search.columns.columns import Columns, State
from gesso.search.columns.keeping import Keeping
from gesso.search.columns.loading import GROUPS
from gesso.search.columns.rows import Rows


@pytest.fixture(autouse=True)
def everything_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gesso.search.columns.columns._LONG_S", -1)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The groups that were read as a whole."""
    seen: list[str] = []
    own = Columns._read

    def read(self, connection, name, only=None):
        if only is None:
            seen.append(name)
        return own(self, connection, name, only)

    monkeypatch.setattr(Columns, "_read", read)
    return seen


def opened(library, folder: Path) -> State:
    """The columns as another process sees them."""
    return Columns(library.studio.catalogue.database, Keeping(folder)).state(*GROUPS)


def told(state: State) -> dict[str, list[tuple[object, ...]]]:
    """All that a state says, in words and numbers."""
    found = {}
    for name, group in state.groups.items():
        columns = {}
        for column, values in group.columns.items():
            words = group.words.get(column)
            plain = values.tolist()
            columns[column] = [words.values[one] for one in plain] if words else plain
        rows = zip(group.ids.tolist(), *columns.values(), strict=True)
        found[name] = sorted(rows, key=repr)
    return found


def test_another_process_reads_what_was_kept(library, tmp_path, reads):
    first = opened(library, tmp_path)
    assert sorted(reads) == sorted(GROUPS)
    reads.clear()

    second = opened(library, tmp_path)

    assert reads == []
    assert told(second) == told(first)
    assert isinstance(second.groups["facts"], Rows)
    assert not second.core.ids.flags.writeable


def test_what_changed_meanwhile_is_there_and_what_went_is_not(library, tmp_path, reads):
    opened(library, tmp_path)
    works = library.studio.catalogue.works
    added = library.hang(painted(RED, seed=9), "Added", tags=("new", "one"), style="Fauvism")
    works.set_tags(library.works["Wheat Field"].id, ("gold",))
    with library.studio.catalogue.database.write() as connection:
        connection.execute(text("DELETE FROM works WHERE title = 'Night'"))
    reads.clear()

    again = opened(library, tmp_path)

    assert reads == []
    assert told(again) == told(Columns(library.studio.catalogue.database).state(*GROUPS))
    assert added.id in again.core.ids
    assert library.works["Night"].id not in again.core.ids


@pytest.mark.parametrize("share", np.linspace(0, 0.999, 12))
def test_a_byte_that_went_wrong_is_never_believed(library, tmp_path, reads, share):
    right = told(opened(library, tmp_path))
    for path in tmp_path.glob("*.columns"):
        data = bytearray(path.read_bytes())
        data[int(share * len(data))] ^= 4
        path.write_bytes(data)
    reads.clear()

    assert told(opened(library, tmp_path)) == right
    assert sorted(reads) == sorted(GROUPS)


@pytest.mark.parametrize("size", [0, 10, 60, -1])
def test_a_file_that_ends_early_is_read_anew(library, tmp_path, reads, size):
    right = told(opened(library, tmp_path))
    for path in tmp_path.glob("*.columns"):
        path.write_bytes(path.read_bytes()[:size])

    assert told(opened(library, tmp_path)) == right


def test_a_catalogue_that_was_put_back_is_not_taken_for_the_one_that_was_kept(
    library, tmp_path, reads
):
    opened(library, tmp_path)
    with library.studio.catalogue.database.write() as connection:
        # So that the outbox does not tell of it, as that of another copy would not.
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE :about")
        names = connection.execute(triggers, {"about": "%outbox%"}).scalars().all()
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE works SET style = 'Other', standing = 'record'"))
    reads.clear()

    again = opened(library, tmp_path)

    assert {"core", "facts"} <= set(reads)
    assert told(again) == told(Columns(library.studio.catalogue.database).state(*GROUPS))


def test_a_layout_of_another_version_is_read_anew(library, tmp_path, reads, monkeypatch):
    right = told(opened(library, tmp_path))
    monkeypatch.setattr("gesso.search.columns.loading.VERSION", 99)
    reads.clear()

    assert told(opened(library, tmp_path)) == right
    assert sorted(reads) == sorted(GROUPS)


def test_what_cannot_be_kept_is_only_slower(library, tmp_path):
    (tmp_path / "file").write_text("in the way")

    assert len(opened(library, tmp_path / "file").core) == 6


def test_what_is_quickly_read_is_not_kept(library, tmp_path, monkeypatch):
    monkeypatch.setattr("gesso.search.columns.columns._LONG_S", 60)
    opened(library, tmp_path / "kept")

    assert not (tmp_path / "kept").exists()
