"""What is told of the spaces: one that cannot be read hides no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from gesso.core.errors import StorageError
from gesso.core.indexes.found import IndexState
from gesso.search.embedding.spaces import OpenSpace
from gesso.web.answers.searching import Searches
from gesso.web.server.health import Health


@dataclass
class Index:
    """An index of which files are read, or cannot be."""

    is_sound: bool
    unread: int = 1
    read: list[int] = field(default_factory=list)

    def state(self) -> IndexState:
        self._touch()
        return IndexState("s", 7, 2, "flat", 0, False, "1 damaged vectors are left out", 1)

    def check(self, _is_over: object) -> bool:
        self._touch()
        self.read.append(1)
        return len(self.read) <= self.unread

    def _touch(self) -> None:
        if not self.is_sound:
            raise StorageError("rows-a.log cannot be read.", "Look at the disk.")


def searches(*indexes: Index) -> Searches:
    spaces = [cast("OpenSpace", Space(f"space {at}", one)) for at, one in enumerate(indexes)]
    none: Any = None
    return Searches(none, lambda: spaces, lambda: spaces[0], none, 4)


@dataclass
class Space:
    name: str
    index: Index


def test_a_look_tells_of_all_spaces_also_behind_one_that_cannot_be_read():
    seen = Health()

    searches(Index(is_sound=False), Index(is_sound=True)).look(seen)

    assert seen.degraded == [
        "space 0: rows-a.log cannot be read.",
        "space 1: 1 damaged vectors are left out",
    ]
    assert (seen.index_size, seen.generation) == (7, 2)


def test_a_check_reads_all_spaces_before_it_fails_for_one():
    sound = Index(is_sound=True)
    asked = searches(Index(is_sound=False), sound)

    assert asked.check(lambda: False)
    with pytest.raises(StorageError):
        asked.check(lambda: False)
    assert len(sound.read) == 2
