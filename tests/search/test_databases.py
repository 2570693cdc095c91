"""A file and a server answer alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.stubs.grounds import GROUNDS

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.encoders.look.look import Look, LookOptions
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.decode import decode
from gesso.core.records.finds import Facts, Find
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.finder import Finder
from gesso.search.looks.pictures import PictureDesk
from gesso.search.records import Query


class Spaces:
    """One space without a vector."""

    default, standby = "look", ""

    def __init__(self, folder):
        look = Look(LookOptions())
        self._space = OpenSpace("look", look, SpaceIndex(folder / "v", folder / "i", look.space))

    def open(self, name):
        return self._space


@pytest.fixture(params=sorted(GROUNDS), scope="module")
def finder(request, tmp_path_factory) -> Iterator[Finder]:
    folder = tmp_path_factory.mktemp("studio")
    ground = GROUNDS[request.param]()
    catalogue: Catalogue = ground.open(folder)
    records = [
        Facts("River in Winter", "Aert van der Neer", "1645", 1645, 1645, style="Baroque",
              tags=("ice", "old tree")),
        Facts("The Old Man and the River", "Édouard Manet", "1870", 1870, 1875,
              text="A still life."),
        Facts("100% of nothing: it's a 'test'", "O'Brien", kind="Paintings"),
    ]  # fmt: skip
    catalogue.register.enter([Find("museum", str(at), facts=one) for at, one in enumerate(records)])
    yield Finder(
        catalogue,
        Spaces(folder),
        PictureDesk(lambda data, name: decode(data, name=name).picture, lambda _url: b""),
    )
    catalogue.close()
    ground.close()


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("rivers", [1, 2]),
        ("winter river", [1, 2]),
        ("edouard", [2]),
        ("wint*", [1]),
        ("river -winter", [2]),
        ('"old man"', [2]),
        ('"man old"', []),
        ("title:river", [2, 1]),
        ("text:life", [2]),
        ("tag:\"old tree\"", [1]),
        ("artist:manet", [2]),
        ("artist:O'Brien", [3]),
        ("style:baroque year:1600..1650", [1]),
        ("year:1873", [2]),
        ("added>2020 kind:paintings", [3]),
        ("it's 'test'", [3]),
        ("100%", [3]),
        ("'; DROP TABLE works; --", []),
    ],
)  # fmt: skip
def test_a_file_and_a_server_find_the_same(finder, words, numbers):
    hits = finder.find(Query(words, widens=False)).hits

    assert [hit.work.id for hit in hits] == numbers


def test_more_works_than_a_page_shows_are_read_and_those_that_are_gone_are_missing(
    finder: Finder,
) -> None:
    read = finder.works([1] * 20 + [99, 3] + [2**40] * 20)

    assert {number: work.id for number, work in read.items()} == {1: 1, 3: 3}
    assert finder.works([]) == {}
