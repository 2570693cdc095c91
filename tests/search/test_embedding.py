"""Works become vectors, each at most once; vectors of others are held against ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import pytest
from tests.search.conftest import GOLD, RED, painted

from gesso.collect.sources.source import Wish
from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.errors import DamageError, InputError, PictureError
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.pixels.picture import Picture
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.serial import SerialEngine
from gesso.search.embedding.embedding import Encoding
from gesso.search.embedding.importing import Importer
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.records import Like, Query


def encode(library, **wishes):
    return library.studio.searching.encode(seen=lambda _done, _all: None, **wishes)


def space(library):
    return library.studio.searching.open("look")


def test_missing_works_are_embedded_and_only_those(library):
    assert encode(library).done == 6
    library.hang(painted(RED, GOLD, seed=30), "New")

    assert encode(library).done == 1
    assert encode(library).done == 0
    assert encode(library, all_of_them=True).done == 7


def test_a_work_whose_thumbnail_is_gone_fails_alone_and_is_told(library):
    catalogue = library.studio.catalogue
    night = library.works["Night"]
    for _side, key in night.thumbnails:
        catalogue.blobs.delete(key)

    told = encode(library)

    assert told.done == 5
    assert [work for work, _why in told.failed] == [night.id]
    assert [one.trouble.item for one in catalogue.troubles.list()] == [f"work {night.id}"]


def test_a_work_that_fails_again_and_again_is_told_once_until_it_succeeds(library):
    catalogue = library.studio.catalogue
    night = library.works["Night"]
    kept = {key: catalogue.blobs.get(key) for _side, key in night.thumbnails}
    for key in kept:
        catalogue.blobs.delete(key)

    for _turn in range(3):
        assert len(encode(library).failed) == 1
    assert len(catalogue.troubles.list()) == 1

    for data in kept.values():
        catalogue.blobs.put(data)
    assert encode(library).done == 1
    assert [one.trouble.recovered for one in catalogue.troubles.list()] == [True]


def test_a_search_tries_a_work_that_cannot_be_embedded_once(library, monkeypatch):
    encode(library)
    catalogue, finder = library.studio.catalogue, library.finder
    night, wheat = library.works["Night"], library.works["Wheat Field"]
    for _side, key in night.thumbnails:
        catalogue.blobs.delete(key)
    space(library).index.remove(np.array([night.id]))
    tried: list[Any] = []
    embed = finder._embed
    assert embed is not None

    def told(*args: Any) -> None:
        tried.append(args)
        embed(*args)

    monkeypatch.setattr(finder, "_embed", told)

    for limit in (2, 3, 4):
        assert finder.find(Query(likes=(Like(work=wheat.id),), limit=limit)).hits

    assert len(tried) == 1
    library.hang(painted(RED, GOLD, seed=30), "New")
    assert len(finder.find(Query(likes=(Like(work=wheat.id),))).hits) == 5
    assert len(tried) == 2


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0])
def test_a_picture_of_which_a_model_makes_no_vector_costs_no_other(library, monkeypatch, wrong):
    here = space(library)
    honest, made = type(here.encoder).pictures, []

    def odd(encoder, pictures):
        found = honest(encoder, pictures)
        made.append(1)
        return found * 0 + wrong if len(made) == 3 else found

    monkeypatch.setattr(type(here.encoder), "pictures", odd)

    told = encode(library)

    assert told.done == 5
    assert len(told.failed) == 1
    assert "not finite, or zero" in told.failed[0][1]


def test_a_vector_that_took_anothers_place_is_searched_at_once(library):
    encode(library)
    index, works = space(library).index, library.works
    night, wheat = works["Night"].id, works["Wheat Field"].id
    asked = Query(likes=(Like(work=wheat),), collapses=False)
    before = [hit.work.id for hit in library.finder.find(asked).hits]
    assert before[0] != night

    index.add(np.array([night]), index.vectors(np.array([wheat])))

    assert library.finder.find(asked).hits[0].work.id == night


def test_what_a_source_offered_is_embedded_then(library, tmp_path):
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "one.png").write_bytes(painted(GOLD, seed=40))
    library.studio.collect.collect("folder", Wish((str(tmp_path / "art"),)), run="r")
    assert library.studio.catalogue.finds.counts("r") == {"stored": 1}

    encode(library)

    assert library.studio.catalogue.finds.counts("r") == {"embedded": 1}


def test_a_stop_keeps_what_is_done_and_says_what_is_left(library):
    library.studio.stop.set()

    told = encode(library)

    assert (told.done, told.left) == (0, 6)


def test_vectors_of_works_that_are_gone_leave(library):
    encode(library)
    index = space(library).index
    index.add(np.array([4242]), np.ones((1, index.space.size), dtype=np.float32))

    library.hang(painted(RED, seed=31), "New")
    assert encode(library).removed == 1
    assert 4242 not in index.known()


def test_a_work_that_is_gone_is_never_a_hit(library):
    encode(library)
    index = space(library).index
    own = index.vectors(np.array([library.works["Night"].id]))
    index.add(np.array([4242]), own)

    hits = library.find(likes=(Like(work=library.works["Night"].id),)).hits

    assert 4242 not in [hit.work.id for hit in hits]
    assert len(hits) == 5


@pytest.fixture
def theirs(library, tmp_path):
    """A FAISS index of the library's own vectors and its list, as another tool leaves them."""
    encode(library)
    index = space(library).index
    ids = index.known()
    vectors = index.vectors(ids)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(tmp_path / "index.faiss"))
    lines = [json.dumps({"file": f"pictures/{title}.png"}) for title in library.works]
    (tmp_path / "meta.jsonl").write_text("\n".join(lines))
    index.remove(ids)
    return tmp_path


def test_an_index_of_another_tool_is_brought_in(library, theirs):
    told = Importer(library.studio.catalogue).bring(
        space(library), theirs / "index.faiss", theirs / "meta.jsonl"
    )

    assert told.taken == 6
    assert told.alike is not None
    assert told.alike > 0.999
    assert len(space(library).index.known()) == 6


def test_vectors_of_another_model_are_refused(library, theirs):
    wrong = np.random.default_rng(1).standard_normal((6, space(library).encoder.space.size))
    np.save(theirs / "wrong.npy", wrong.astype(np.float32))
    importer = Importer(library.studio.catalogue)

    with pytest.raises(InputError, match="are not those of 'look'"):
        importer.bring(space(library), theirs / "wrong.npy", theirs / "meta.jsonl")
    assert not len(space(library).index.known())
    told = importer.bring(
        space(library), theirs / "wrong.npy", theirs / "meta.jsonl", is_checked=False
    )
    assert told.taken == 6


@pytest.mark.parametrize(
    ("vectors", "whose", "says"),
    [
        ("meta.jsonl", "meta.jsonl", "cannot be read as a FAISS index"),
        ("gone.faiss", "meta.jsonl", "There is no file"),
        ("small.npy", "meta.jsonl", "holds vectors of the shape"),
        ("index.faiss", "short.jsonl", "holds 6 vectors and .* tells of 2"),
        ("index.faiss", "nameless.jsonl", "names no work"),
    ],
)
def test_files_that_cannot_be_used_are_one_clear_sentence(library, theirs, vectors, whose, says):
    np.save(theirs / "small.npy", np.ones((6, 4), dtype=np.float32))
    (theirs / "short.jsonl").write_text('{"work": 1}\n{"work": 2}\n')
    (theirs / "nameless.jsonl").write_text('{"colour": "red"}\n' * 6)

    with pytest.raises(InputError, match=says):
        Importer(library.studio.catalogue).bring(space(library), theirs / vectors, theirs / whose)


def test_a_damaged_vector_spoils_no_search_but_its_own(library, monkeypatch):
    encode(library)
    night, wheat = library.works["Night"], library.works["Wheat Field"]
    here = space(library).index
    row = int(here._truth.rows().find(np.array([night.id]))[0])
    for path in library.studio.catalogue.folder.glob("vectors/*/000000.f2"):
        data = bytearray(path.read_bytes())
        data[row * len(data) // 6 + 7] ^= 16
        path.write_bytes(data)
    finder = library.finder
    monkeypatch.setattr(finder, "_embed", None)

    by_picture = finder.find(Query(likes=(Like(work=wheat.id),)))
    by_words = finder("night")

    assert len(by_picture.hits) == 4
    assert by_words.hits[0].work.id == night.id
    assert by_picture.compared is not None
    assert (
        "1 damaged vectors are left out"
        in finder.find(Query(likes=(Like(work=wheat.id),))).notes[-1]
    )
    with pytest.raises(DamageError, match=f"work {night.id}"):
        finder.find(Query(likes=(Like(work=night.id),)))


def test_a_damaged_vector_is_made_again_by_the_next_search(library):
    encode(library)
    night, wheat = library.works["Night"], library.works["Wheat Field"]
    path = next(library.studio.catalogue.folder.glob("vectors/*/000000.f2"))
    data = bytearray(path.read_bytes())
    data[7::100] = bytes(255 - one for one in data[7::100])
    path.write_bytes(data)
    assert space(library).index.verify().damaged

    assert len(library.find(likes=(Like(work=wheat.id),)).hits) == 5

    assert not space(library).index.verify().damaged
    assert night.id in space(library).index.known()


def test_a_search_for_works_like_one_whose_vector_is_damaged_makes_it_again(library):
    encode(library)
    night = library.works["Night"]
    path = next(library.studio.catalogue.folder.glob("vectors/*/000000.f2"))
    row = int(space(library).index._truth.rows().find(np.array([night.id]))[0])
    data = bytearray(path.read_bytes())
    data[row * len(data) // 6 + 7] ^= 16
    path.write_bytes(data)

    assert len(library.find(likes=(Like(work=night.id),)).hits) == 5


class Shown:
    """An encoder that says how many pictures it was shown at a time, and chokes on bright ones."""

    loaded = True

    def __init__(self) -> None:
        self.space = Space("shown-1", "shown", 2, reads_words=False, knows="how bright")
        self.at_once: list[int] = []

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        self.at_once.append(len(pictures))
        means = [float(one.rgb.mean()) for one in pictures]
        if max(means) > 200:
            raise PictureError("That picture is too bright.", "Dim it.")
        return np.array([[1, mean / 255] for mean in means], np.float32)

    def words(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError(texts)

    def unload_idle(self) -> None:
        """Nothing is loaded."""


def bright(level: int) -> bytes:
    return painted((level, level, level))


def brightness(*came: object) -> list[float]:
    return [round(float(np.asarray(one)[1]), 1) for one in came]


def test_pictures_are_shown_to_an_encoder_together():
    encoder = Shown()

    came = Encoding(encoder)([(1, bright(40)), (2, bright(80)), (3, bright(120))])

    assert encoder.at_once == [3]
    assert brightness(*came) == [0.2, 0.3, 0.5]


def test_a_picture_that_cannot_be_embedded_costs_those_beside_it_nothing():
    encoder = Shown()
    tasks = [(1, bright(40)), (2, b"no picture"), (3, bright(250)), (4, bright(120))]

    came = Encoding(encoder)(tasks)

    assert [type(one) for one in came[1:3]] == [PictureError, PictureError]
    assert "too bright" in str(came[2])
    assert brightness(came[0], came[3]) == [0.2, 0.5]
    assert encoder.at_once == [3, 1, 1, 1]


def test_nothing_is_shown_where_no_picture_opens():
    encoder = Shown()

    (came,) = Encoding(encoder)([(1, b"no picture")])

    assert isinstance(came, PictureError)
    assert encoder.at_once == []


def test_every_work_is_kept_however_many_are_shown_together(library):
    encoder, folder = Shown(), library.studio.folder
    index = SpaceIndex(folder / "vectors" / "s", folder / "index" / "s", encoder.space)
    numbers = np.array(sorted(work.id for work in library.works.values()))

    told = library.studio.searching.embedding().embed(
        OpenSpace("shown", encoder, index), numbers, SerialEngine(EngineOptions()), together=4
    )

    assert encoder.at_once[0] == 4
    assert told.done + len(told.failed) == len(numbers) == 6
    assert index.known().tolist() == [n for n in numbers if n not in dict(told.failed)]
