"""Spaces that read words, and spaces that are not yet filled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.search.conftest import BLUE, RED, Library, painted

from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.picture import Picture
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.finder import Finder
from gesso.search.records import Like, Query

NAMES = {"crimson": RED, "azure": BLUE}


class MeanColour:
    """A small true encoder: pictures by their mean colour, words by the colours they name."""

    loaded = True

    def __init__(self, name: str) -> None:
        self.space = Space(f"{name}-1", name, 4, reads_words=True, knows="Near means as red.")

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        return np.stack([self._vector(one.rgb.reshape(-1, 3).mean(axis=0)) for one in pictures])

    def words(self, texts: Sequence[str]) -> Vectors:
        named = [[NAMES.get(word, (128, 128, 128)) for word in text.split()] for text in texts]
        return np.stack([self._vector(np.mean(colours, axis=0)) for colours in named])

    def unload_idle(self) -> None:
        """Nothing is loaded."""

    def _vector(self, rgb: np.ndarray) -> Vectors:
        vector = np.append((np.asarray(rgb) - 128) / 128, 0.05).astype(np.float32)
        return vector / np.linalg.norm(vector)


class TwoSpaces:
    """A new space, and the one that stands by."""

    default, standby = "new", "old"

    def __init__(self, folder) -> None:
        self.spaces = {}
        for name in ("new", "old"):
            encoder = MeanColour(name)
            index = SpaceIndex(folder / "vectors" / name, folder / "index" / name, encoder.space)
            self.spaces[name] = OpenSpace(name, encoder, index)

    def open(self, name: str) -> OpenSpace:
        return self.spaces[name]


@pytest.fixture
def spaces(library: Library, tmp_path) -> TwoSpaces:
    return TwoSpaces(tmp_path)


@pytest.fixture
def finder(library: Library, spaces: TwoSpaces) -> Finder:
    return Finder(library.studio.catalogue, spaces, library.finder.pictures)


def fill(library: Library, space: OpenSpace, most: int = 99) -> None:
    catalogue, pictures = library.studio.catalogue, library.finder.pictures
    for work in list(library.works.values())[:most]:
        picture = pictures.from_bytes(catalogue.data(work), work.title).picture
        assert picture is not None
        space.index.add(np.array([work.id]), space.encoder.pictures([picture]))


def test_words_are_compared_with_pictures_by_their_meaning(library, finder, spaces):
    fill(library, spaces.open("new"))

    answer = finder.find(Query("azure"))

    assert answer.hits[0].work.title == "Night" or "Ships" in answer.hits[0].work.title
    assert answer.hits[0].reasons[0].cause == "meaning"
    assert answer.hits[-1].work.title in ("The Woman in Red", "Portrait of a Woman", "Wheat Field")


def test_a_filter_holds_for_meanings_too(library, finder, spaces):
    fill(library, spaces.open("new"))

    titles = [hit.work.title for hit in finder.find(Query("azure", filter="style:rococo")).hits]

    assert titles == ["Portrait of a Woman"]


def test_text_and_meaning_are_fused_with_a_reason_each(library, finder, spaces):
    fill(library, spaces.open("new"))

    first = finder.find(Query("crimson woman")).hits[0]

    assert {reason.cause for reason in first.reasons} == {"words", "meaning"}


def test_the_old_space_answers_until_the_new_one_has_nearly_all(library, finder, spaces):
    fill(library, spaces.open("old"))
    fill(library, spaces.open("new"), most=3)
    sketch = library.finder.pictures.from_bytes(painted(RED, seed=60), "a sketch")

    assert finder.find(Query(likes=(sketch,))).compared.space == "old-1"
    assert finder.find(Query(likes=(sketch,), encoder="new")).compared.space == "new-1"
    fill(library, spaces.open("new"))
    assert finder.find(Query(likes=(sketch,))).compared.space == "new-1"


def test_a_work_that_is_not_in_the_space_says_how_to_get_it_there(library, finder, spaces):
    fill(library, spaces.open("old"))
    fill(library, spaces.open("new"), most=3)
    night = Like(work=library.works["Night"].id)

    with pytest.raises(Exception, match="gesso encode --encoder new"):
        finder.find(Query(likes=(night,), encoder="new"))
