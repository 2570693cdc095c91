"""The room of stories: new, edited, kept in versions, whatever works it is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import update
from tests.show.story.props import (
    QUICK,
    SCORED,
    SILENT,
    SMALL,
    added,
)

from gesso.core.catalogue.store.tables import works as work_table
from gesso.core.errors import InputError, UnknownItem
from gesso.show.story.composing.composer import StoryWish
from gesso.show.story.composing.editing import joined_by, moved, retitled, rewritten, without
from gesso.show.story.records import TICKS
from gesso.show.story.sound.choosing import SoundWish


def test_a_new_story_is_kept_with_everything_that_makes_its_film(room, works):
    made = room.new(works, replace(StoryWish(), order="light", sound=SoundWish("score")))
    again = room.get(made.id)

    assert again == made
    assert (made.version, made.order) == (1, "light")
    assert made.scenes[0].title == "Night"
    assert made.scenes[0].focal.x == 0.25
    assert made.soundtrack.beats
    assert made.words.offline


def test_what_is_only_composed_is_not_kept(room, works):
    assert room.compose(works, SCORED).id == 0
    assert room.count() == 0


def test_each_edit_is_a_version_and_the_old_ones_can_be_filmed(room, works, tmp_path):
    first = room.new(works[:2], SILENT)
    second = room.keep(rewritten(first, 1, {"text": "Look.", "hold": 2}), "one text")
    third = room.keep(moved(second, 2, 1), "turned round")
    fourth = room.keep(without(third, 1), "one less")

    assert [one.version for one in room.versions(first.id)] == [4, 3, 2, 1]
    assert [one.note for one in room.versions(first.id)][:2] == ["one less", "turned round"]
    assert third.works == first.works[::-1]
    assert third.order == "manual"
    assert second.ticks == first.ticks + TICKS
    assert len(fourth.scenes) == 1
    assert room.get(first.id, 1) == first
    assert room.render(room.get(first.id, 1), tmp_path / "old.mp4").film.ticks == first.ticks


def test_an_edit_of_an_old_version_is_refused(room, works):
    first = room.new(works[:2], SILENT)
    room.keep(retitled(first, "Another"))

    with pytest.raises(InputError, match="changed meanwhile"):
        room.keep(retitled(first, "A third"))


def test_another_order_moves_what_is_said_between_but_keeps_a_persons_words(room, works):
    made = room.new(works[:3], replace(SILENT, order="light"))
    own = room.keep(rewritten(made, 2, {"text": "My own words."}))
    turned = room.reorder(own, "manual", list(own.works)[::-1])
    texts = {scene.work: scene.text for scene in turned.scenes}

    assert turned.works == own.works[::-1]
    assert texts[own.works[1]] == "My own words."
    assert texts[own.works[0]] != own.scenes[0].text
    with pytest.raises(InputError, match="leaves work"):
        room.reorder(turned, "manual", list(own.works)[:2])


def test_a_scene_that_comes_after_another_says_what_it_is_like_now(room, works):
    made = room.new(works, SILENT)
    own = rewritten(made, 3, {"text": "Look here."})
    turned = room.keep(moved(own, 2, 1), "moved")
    shorter = room.keep(without(turned, 1), "one less")

    def fresh(story):
        return room.compose(story.works, replace(SILENT, order="manual")).scenes

    told = [one.text for one in turned.scenes]
    assert told[:2] == [one.text for one in fresh(turned)][:2]
    assert told[2] == "Look here."
    assert shorter.scenes[0].text == fresh(shorter)[0].text
    assert shorter.scenes[1].text == "Look here."


def test_works_can_be_added(room, works):
    made = room.new(works[:2], SILENT)
    more = room.keep(joined_by(made, room.scenes_for(works[1:4], made)))

    assert sorted(more.works) == sorted(works[:4])


def test_one_work_is_a_story(room, works, tmp_path):
    made = room.new(works[:1], replace(SCORED, frame=SMALL))

    assert room.render(made, tmp_path / "one.mp4").film.frames == made.ticks // SMALL.ticks


def test_two_hundred_works_are_a_story(room, catalogue):
    rng = np.random.default_rng(0)
    numbers = [
        added(catalogue, np.full((9, 9, 3), rng.integers(0, 255, 3)), f"Work {n}")
        for n in range(200)
    ]
    made = room.new(numbers, replace(StoryWish(), sound=SoundWish("score"), frame=SMALL))

    assert sorted(made.works) == sorted(numbers)
    assert made.title == "200 works"
    assert room.frame(made, made.seconds / 2).width == 160


def test_no_works_or_too_many_are_refused(room, works):
    with pytest.raises(InputError, match="one work at least"):
        room.new([], SILENT)
    with pytest.raises(InputError, match="too many"):
        room.new(range(1, 1000), SILENT)
    with pytest.raises(UnknownItem, match="no work number 99"):
        room.new([99], SILENT)


def test_a_record_without_a_picture_is_left_out_and_said_so(room, works, catalogue):
    values = {"thumb_512": None, "thumb_256": None, "standing": "record"}
    with catalogue.database.write() as connection:
        bare = update(work_table).where(work_table.c.id == works[0]).values(values)
        connection.execute(bare)

    made = room.compose(works[:2], SILENT)
    assert made.works == (works[1],)
    assert any("record without a picture" in note for note in made.notes)
    with pytest.raises(InputError, match="None of those works"):
        room.compose(works[:1], SILENT)


def test_a_story_is_as_its_music_is_changed(room, works, track):
    made = room.new(works[:2], SCORED)
    sounding = room.resound(made, SoundWish(tracks=(track,)))
    silent = room.resound(sounding, SoundWish("none"))

    assert (sounding.soundtrack.kind, sounding.version) == ("tracks", 2)
    assert sounding.soundtrack.cues[-1].at + sounding.soundtrack.cues[-1].ticks == sounding.ticks
    assert silent.soundtrack.kind == "none"


def test_a_story_that_grows_beyond_its_music_gets_more_of_it(room, works, track):
    made = room.new(works[:1], replace(QUICK, hold=3.0, sound=SoundWish(tracks=(track,))))
    longer = room.keep(rewritten(made, 1, {"hold": 40}))

    assert longer.soundtrack.cues[-1].at + longer.soundtrack.cues[-1].ticks == longer.ticks
    assert longer.seconds > 38


def test_a_scene_that_is_not_there_is_said_so(room, works):
    made = room.new(works[:2], SILENT)

    with pytest.raises(InputError, match="no scene 3"):
        rewritten(made, 3, {"text": "x"})
    with pytest.raises(InputError, match="one work at least"):
        without(without(made, 1), 1)
    with pytest.raises(InputError, match="focal point"):
        rewritten(made, 1, {"focal": (2, 0)})
    with pytest.raises(InputError, match="LUFS"):
        room.resound(made, SoundWish("score", loudness=3.0))
