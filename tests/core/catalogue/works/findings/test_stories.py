"""Stories: each edit is a version, and none is written over."""

from __future__ import annotations

import pytest

from gesso.core.catalogue.store.migrations import history
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

    assert [row.id for row in catalogue.stories.page().rows] == [one.id, two.id]
    assert catalogue.stories.page().next is None
    assert catalogue.stories.count() == 2


def test_pages_go_on_where_they_ended_whatever_is_changed_meanwhile(catalogue):
    numbers = [catalogue.stories.add(str(number), "{}").id for number in range(5)]
    first = catalogue.stories.page(limit=2)
    catalogue.stories.change(numbers[0], 1, "0", "{}")
    catalogue.stories.add("new", "{}")
    second = catalogue.stories.page(first.next, 2)

    assert [row.id for row in first.rows] == [numbers[4], numbers[3]]
    assert [row.id for row in second.rows] == [numbers[2], numbers[1]]
    assert second.next is None


def test_stories_of_one_moment_come_once_each(catalogue, monkeypatch):
    moment = catalogue.stories.add("first", "{}").changed_at
    monkeypatch.setattr(catalogue.stories, "_clock", lambda: moment)
    numbers = {1, *(catalogue.stories.add(str(number), "{}").id for number in range(6))}
    found, after = [], None
    while True:
        page = catalogue.stories.page(after, 2)
        found += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break

    assert found == sorted(numbers, reverse=True)


def test_a_mark_of_another_list_is_refused(catalogue):
    for number in range(3):
        catalogue.stories.add(str(number), "{}")
    mark = catalogue.stories.page(limit=1).next

    for wrong in (mark[:-4], "60", "é"):
        with pytest.raises(InputError, match="belongs to no page"):
            catalogue.stories.page(wrong)
    with pytest.raises(InputError, match="belongs to no page"):
        catalogue.stories.page(mark, deleted=True)
    with pytest.raises(InputError, match="Ask for 1 to 200"):
        catalogue.stories.page(limit=0)


def test_a_deleted_story_leaves_the_lists_and_comes_back_whole(catalogue):
    one, two = catalogue.stories.add("One", "{}"), catalogue.stories.add("Two", "{}")
    catalogue.stories.change(one.id, 1, "One", '{"by": "me"}')
    gone = catalogue.stories.delete(one.id)
    again = catalogue.stories.delete(one.id)

    assert gone.deleted_at is not None
    assert again.deleted_at == gone.deleted_at
    assert [row.id for row in catalogue.stories.page().rows] == [two.id]
    assert [row.id for row in catalogue.stories.page(deleted=True).rows] == [one.id]
    assert (catalogue.stories.count(), catalogue.stories.count(deleted=True)) == (1, 1)
    assert catalogue.stories.get(one.id, 1).body == "{}"
    with pytest.raises(InputError, match="was deleted"):
        catalogue.stories.change(one.id, 2, "One", "{}")

    back = catalogue.stories.restore(one.id)
    assert (back.deleted_at, back.body, back.latest) == (None, '{"by": "me"}', 2)
    assert [row.id for row in catalogue.stories.page().rows] == [one.id, two.id]
    assert catalogue.stories.change(one.id, 2, "One", "{}").version == 3


def test_a_story_that_is_not_there_is_said_so(catalogue):
    with pytest.raises(UnknownItem, match="no story number 7"):
        catalogue.stories.get(7)
    with pytest.raises(UnknownItem, match="no version 3"):
        catalogue.stories.get(catalogue.stories.add("One", "{}").id, 3)
    with pytest.raises(UnknownItem, match="no story number 9"):
        catalogue.stories.change(9, 1, "", "{}")
    for deed in (catalogue.stories.delete, catalogue.stories.restore):
        with pytest.raises(UnknownItem, match="no story number 9"):
            deed(9)


def test_an_earlier_gesso_finds_deleted_stories_in_its_list_again(catalogue):
    story = catalogue.stories.add("One", "{}")
    catalogue.stories.delete(story.id)
    history.downgrade(catalogue.database, "0012")
    history.upgrade(catalogue.database)

    assert [row.id for row in catalogue.stories.page().rows] == [story.id]
    assert catalogue.stories.get(story.id).body == "{}"
