"""One question in, one page of works out, with the reasons."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.search.conftest import BLUE, GOLD, RED, WHITE, painted

from gesso.core.errors import InputError, PictureError, UnknownItem
from gesso.core.records.judgements import Duplicate
from gesso.search.looks.colour import read_colour
from gesso.search.records import Like, Query


def like(library, *colours, **wishes) -> Like:
    found: Like = library.finder.pictures.from_bytes(
        painted(*colours, seed=99), "a sketch", **wishes
    )
    return found


def test_works_with_all_words_come_before_those_with_one(hung):
    titles = hung.titles("portrait woman")

    assert titles[0] == "Portrait of a Woman"
    assert titles[1] == "The Woman in Red"


def test_words_alone_are_a_search(hung):
    assert hung.finder("portrait woman").hits == hung.find("portrait woman").hits


def test_words_are_found_by_their_stem_and_without_accents(hung):
    assert "Portrait of a Woman" in hung.titles("portraits")
    assert set(hung.titles("edouard", widens=False)) >= {"Night", "The Woman in Red"}


def test_a_word_stands_for_others_and_the_answer_says_which(hung):
    answer = hung.find("snow")

    assert answer.hits[0].work.title == "River in Winter"
    assert answer.hits[0].band == "weak"
    assert "for 'snow'" in answer.hits[0].reasons[0].says
    assert hung.titles("snow", widens=False) == []


def test_a_beginning_is_found_with_a_star(hung):
    assert hung.titles("wint*")[0] == "River in Winter"


def test_a_word_that_no_work_has_is_taken_for_a_beginning(hung):
    assert hung.titles("skat", widens=False)[0] == "River in Winter"


def test_a_word_that_is_nowhere_is_named(hung):
    answer = hung.find("zzyzx")

    assert not answer.hits
    assert answer.total == 0
    assert "No work has the words: zzyzx." in answer.notes


def test_what_is_not_wanted_is_left_out(hung):
    assert "The Woman in Red" not in hung.titles("woman -red")
    assert "Portrait of a Woman" in hung.titles("woman -red")


def test_a_phrase_has_to_stand_as_it_is(hung):
    assert hung.titles('"woman in red"') == ["The Woman in Red"]
    assert hung.titles('"red woman"') == []


def test_every_hit_says_which_words_were_found_where(hung):
    reason = hung.find("winter river").hits[0].reasons[0]

    assert reason.cause == "words"
    assert ("winter", "title", "winter") in reason.places
    assert ("river", "title", "river") in reason.places
    assert reason.value == pytest.approx(1)


def test_a_picture_finds_the_works_that_look_like_it(hung):
    answer = hung.find(likes=(like(hung, WHITE, BLUE),))

    assert answer.hits[0].work.title == "River in Winter"
    assert answer.hits[0].reasons[0].cause == "picture"
    assert answer.compared.embedded == 6
    assert answer.compared.missing == 0


def test_a_work_is_no_hit_of_itself(hung):
    own = hung.works["Night"].id

    assert own not in [hit.work.id for hit in hung.find(likes=(Like(work=own),)).hits]


def test_a_picture_to_be_avoided_comes_last(hung):
    wanted, avoided = Like(work=hung.works["Night"].id), like(hung, RED, GOLD, is_minus=True)

    titles = hung.titles(likes=(wanted, avoided))

    assert titles[-1] == "The Woman in Red"


def test_hits_may_be_wished_to_differ_in_a_way(hung):
    sketch = like(hung, BLUE, WHITE)
    light = {hit.work.title for hit in hung.find(likes=(sketch,), but=("darker",)).hits}

    assert "Night" in light
    assert "Wheat Field" not in light
    assert "River in Winter" not in light


def test_colours_are_found_in_all_swatches_of_a_picture(hung):
    answer = hung.find(colours=(read_colour("#2c5aa0"),))

    assert {hit.work.title for hit in answer.hits} == {
        "River in Winter",
        "Ships in a Storm",
        "Night",
    }
    name, swatch, share = answer.hits[0].reasons[0].places[0]
    assert name == "#2c5aa0"
    assert swatch.startswith("#")
    assert share.endswith("%")


def test_all_colours_have_to_be_there(hung):
    colours = (read_colour("#b3261e"), read_colour("#c9a227"))

    assert hung.titles(colours=colours) == ["The Woman in Red"]


def test_a_share_prefers_works_that_have_about_so_much_of_it(hung):
    assert hung.titles(colours=(read_colour("#2c5aa0:65%"),))[0] == "Ships in a Storm"


def test_values_find_works_whose_lights_and_darks_lie_alike(hung):
    titles = hung.titles(values=like(hung, (250, 250, 250), (90, 90, 90)))

    assert titles[0] == "River in Winter"


def test_a_picture_without_shapes_says_that_it_has_none(hung):
    answer = hung.find(values=like(hung, BLUE))

    assert any("no big shapes" in note for note in answer.notes)


def test_words_and_colours_are_fused(hung):
    titles = hung.titles("woman", colours=(read_colour("#c9a227"),))

    assert titles[0] == "The Woman in Red"


def test_nothing_asked_is_everything_newest_first(hung):
    assert hung.titles() == [
        "Night", "Wheat Field", "The Woman in Red", "Portrait of a Woman", "Ships in a Storm",
        "River in Winter",
    ]  # fmt: skip


def test_where_nothing_was_compared_nothing_is_called_likely(hung):
    hits = hung.find().hits

    assert hits
    assert all((hit.band, hit.score, hit.reasons) == (None, 0, ()) for hit in hits)
    assert all(hit.band for hit in hung.find(words="woman").hits)


@pytest.mark.parametrize(
    "wishes",
    [{}, {"words": "woman river ships field night"}, {"colours": (read_colour("blue~0.4"),)}],
)
def test_pages_follow_each_other_without_a_gap_and_without_a_repeat(hung, wishes):
    whole = hung.titles(**wishes)
    answer = hung.find(limit=2, **wishes)
    paged = [hit.work.title for hit in answer.hits]
    while answer.next is not None:
        answer = hung.find(limit=2, after=answer.next, **wishes)
        paged += [hit.work.title for hit in answer.hits]

    assert len(whole) >= 3
    assert paged == whole


@pytest.mark.parametrize("words", ["", "woman river"])
def test_deep_pages_go_on_where_the_first_ranking_ends(hung, monkeypatch, words):
    sketch = like(hung, RED, WHITE)
    whole = hung.titles(words, likes=(sketch,))
    for place in ("finder", "fusing.pages"):
        monkeypatch.setattr(f"gesso.search.{place}.DEPTHS", (2, 3, 50))
    answer = hung.find(words, likes=(sketch,), limit=1, recall="exact")
    paged = [hit.work.title for hit in answer.hits]
    while answer.next is not None:
        answer = hung.find(words, likes=(sketch,), limit=1, after=answer.next, recall="exact")
        paged += [hit.work.title for hit in answer.hits]

    assert len(whole) == 6
    assert sorted(paged) == sorted(whole)
    assert words or paged == whole


def test_a_work_that_comes_in_between_two_pages_shifts_nothing(library):
    first = library.find(limit=3)
    library.hang(painted(RED, seed=77), "Late")

    second = library.find(limit=3, after=first.next)

    assert [hit.work.title for hit in second.hits] == [
        "Portrait of a Woman", "Ships in a Storm", "River in Winter",
    ]  # fmt: skip


def test_a_page_mark_of_another_search_is_refused(hung):
    mark = hung.find(limit=2).next

    with pytest.raises(InputError, match="belongs to no page of this search"):
        hung.find("river", limit=2, after=mark)
    with pytest.raises(InputError, match="belongs to no page of this search"):
        hung.find(after="AAAA")


def test_facets_count_what_was_found(hung):
    answer = hung.find(filter="year<1800", facets=("style", "decade", "artist"))

    assert answer.facets["style"] == (("Baroque", 2), ("Rococo", 1))
    assert ("1640", 1) in answer.facets["decade"]
    assert len(answer.facets["artist"]) == 3


def test_an_unknown_facet_offers_near_names(hung):
    with pytest.raises(InputError, match="Did you mean style"):
        hung.find(facets=("stile",))


def test_near_duplicates_are_shown_once(library):
    one, two = library.works["Night"].id, library.works["Ships in a Storm"].id
    library.studio.catalogue.duplicates.put(
        [[Duplicate(one, "keep", "test", 1.0), Duplicate(two, "copy", "test", 1.0)]]
    )

    answer = library.find()

    assert "Ships in a Storm" not in [hit.work.title for hit in answer.hits]
    assert len(library.titles(collapses=False)) == 6


def test_works_that_are_not_embedded_are_counted_never_passed_over_in_silence(library):
    finder = library.finder
    blind = type(finder)(library.studio.catalogue, library.studio.searching, finder.pictures)

    answer = blind.find(Query(likes=(like(library, BLUE),)))

    assert not answer.hits
    assert answer.compared.missing == 6
    assert any("6 of 6 pictures are not yet embedded" in note for note in answer.notes)


def test_a_take_that_no_search_shows_is_not_counted_among_the_missing(library):
    finder = library.finder
    library.hang(painted(BLUE, seed=50), "A try", standing="take")
    blind = type(finder)(library.studio.catalogue, library.studio.searching, finder.pictures)

    answer = blind.find(Query(likes=(like(library, BLUE),)))

    assert any("6 of 6 pictures are not yet embedded" in note for note in answer.notes)


def test_a_search_embeds_the_few_that_are_missing(library):
    library.find(likes=(like(library, BLUE),))
    library.hang(painted(BLUE, seed=50), "Newest")

    assert "Newest" in library.titles(likes=(like(library, BLUE),))


def test_an_empty_library_answers_that_it_is_empty(empty):
    for answer in (empty.find("river"), empty.find(), empty.find(likes=(like(empty, RED),))):
        assert not answer.hits
        assert any("empty" in note for note in answer.notes)


def test_a_library_of_one_work_finds_it(empty):
    empty.hang(painted(RED), "Alone")

    assert empty.titles("alone") == ["Alone"]
    assert empty.titles(likes=(like(empty, RED),)) == ["Alone"]
    assert empty.titles(colours=(read_colour("red"),)) == ["Alone"]


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**6])
def test_a_page_of_none_or_of_a_million_is_refused(hung, limit):
    with pytest.raises(InputError, match="Ask for 1 to 1,000"):
        hung.find("river", limit=limit)


def test_a_picture_that_is_none_is_refused(hung, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear Theo")

    with pytest.raises(PictureError):
        hung.finder.pictures.like(str(path))
    with pytest.raises(InputError, match="no picture in the file"):
        hung.finder.pictures.like(str(tmp_path / "nowhere.png"))
    with pytest.raises(InputError, match="names no work"):
        hung.finder.pictures.like("work:seven")


def test_a_work_that_is_not_there_is_named(hung):
    with pytest.raises(UnknownItem, match="no work number 4242"):
        hung.find(likes=(Like(work=4242),))


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"but": ("darker",)}, "no picture to differ from"),
        ({"likes": (Like(work=1),), "but": ("louder",)}, "no change"),
        ({"likes": (Like(work=1, is_minus=True),)}, "All pictures are to be avoided"),
        ({"colours": (read_colour("red"),) * 6}, "6 colours cannot"),
        ({"likes": (Like(work=1),) * 17}, "17 pictures are too many"),
    ],
)
def test_what_cannot_be_searched_is_one_clear_sentence(hung, wishes, says):
    with pytest.raises(InputError, match=says):
        hung.find(**wishes)


def test_many_threads_get_the_same_answer(hung):
    query = Query(words="woman river", facets=("style",))
    expected = hung.finder.find(query)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _turn: hung.finder.find(query), range(40)))

    assert all(
        replace(answer, compared=None) == replace(expected, compared=None) for answer in answers
    )


def test_all_that_differ_as_they_should_are_counted(hung):
    night = hung.works["Night"].id
    lighter = hung.find(likes=(Like(work=night),), but=("lighter",))

    assert lighter.next is None
    assert lighter.total == len(lighter.hits) > 0
