"""Stories: each edit is a version, and none is written over."""

from __future__ import annotations

import pytest

from gesso.core.errors import InputError, UnknownItem


def test_an_edit_is_a_new_version_and_the_old_one_stays(catalogue):
    first = catalogue.stories.add("Blue", '{"scenes":1}')
    second = catalogue.stories.change(first.id, 1, "Bluer", '{"scenes":2}', "one more scene")

    assert (second.version, second.latest) == (2, 2)
    assert catalogue.stories.get(first.id).body == '{"scenes":2}'
    old = catalogue.stories.get(first.id, 1)
    assert (old.body, old.version, old.latest) == ('{"scenes":1}', 1, 2)
    assert [row.version for row in catalogue.stories.versions(first.id)] == [2, 1]


def test_an_edit_of_an_old_version_is_refused_and_nothing_is_lost(catalogue):
    story = catalogue.stories.add("Blue", "{}")
    catalogue.stories.change(story.id, 1, "Blue", '{"by": "one"}')

    with pytest.raises(InputError, match="changed meanwhile"):
        catalogue.stories.change(story.id, 1, "Blue", '{"by": "another"}')
    assert catalogue.stories.get(story.id).body == '{"by": "one"}'


def test_the_story_that_was_changed_last_comes_first(catalogue):
    one, two = catalogue.stories.add("One", "{}"), catalogue.stories.add("Two", "{}")
    catalogue.stories.change(one.id, 1, "One", "{}")

    assert [row.id for row in catalogue.stories.latest()] == [one.id, two.id]
    assert [row.id for row in catalogue.stories.latest(limit=1, offset=1)] == [two.id]
    assert catalogue.stories.count() == 2


def test_a_story_that_is_not_there_is_said_so(catalogue):
    with pytest.raises(UnknownItem, match="no story number 7"):
        catalogue.stories.get(7)
    with pytest.raises(UnknownItem, match="no version 3"):
        catalogue.stories.get(catalogue.stories.add("One", "{}").id, 3)
    with pytest.raises(UnknownItem, match="no story number 9"):
        catalogue.stories.change(9, 1, "", "{}")
