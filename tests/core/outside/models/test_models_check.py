"""The book held against a provider's list: what is missing, what ends, what is not in the book."""

from __future__ import annotations

from datetime import date

import pytest

from gesso.core.outside.models.check import ModelCheck, Seen, check
from gesso.core.outside.models.models import ModelBook

BOOK = """
dated = 2026-11-01
[[model]]
provider = "p"
id = "usual"
kind = "text"
default = true
[[model]]
provider = "p"
id = "other"
kind = "image"
[[model]]
provider = "p"
id = "leaving"
kind = "text"
sunset = 2026-12-01
successor = "usual"
[[model]]
provider = "p"
id = "old"
kind = "text"
sunset = 2026-11-20
successor = "older"
[[model]]
provider = "p"
id = "older"
kind = "text"
sunset = 2026-01-01
successor = "usual"
[[model]]
provider = "q"
id = "foreign"
kind = "text"
"""


def checked(*listed: str) -> ModelCheck:
    return check(ModelBook.read(BOOK, lambda: date(2026, 11, 21)), "p", listed)


def seen(found: ModelCheck, model: str) -> Seen:
    return next(one for one in found.seen if one.model.id == model)


def test_models_that_are_listed_need_no_words() -> None:
    found = checked("usual", "other", "leaving")

    assert found.missing == ()
    assert {seen(found, name).line for name in ("usual", "other")} == {""}


def test_a_model_that_is_no_longer_listed_is_missing_and_comes_first() -> None:
    found = checked("other", "leaving")

    assert [one.model.id for one in found.missing] == ["usual"]
    assert found.seen[0].model.id == "usual"
    assert seen(found, "usual").line.startswith("p does not list it. It is the usual one here")


def test_a_missing_model_names_its_successor() -> None:
    assert seen(checked("usual", "other"), "leaving").line.endswith("Its successor is 'usual'.")


def test_a_model_past_its_sunset_is_named_with_whoever_follows_in_the_end() -> None:
    assert seen(checked("usual"), "old").state == "ended"
    assert seen(checked("usual"), "old").line == "It ended on 2026-11-20. Its successor is 'usual'."


def test_a_model_past_its_sunset_that_is_still_listed_has_ended_all_the_same() -> None:
    assert seen(checked("usual", "old"), "old").state == "ended"
    assert "though it is still listed" in seen(checked("old"), "old").line


def test_a_sunset_to_come_is_told() -> None:
    one = seen(checked("leaving"), "leaving")

    assert (one.state, one.line) == ("ending", "It ends on 2026-12-01. Its successor is 'usual'.")


@pytest.mark.parametrize("snapshot", ["usual-2026-10-01", "usual-20261001"])
def test_a_dated_snapshot_stands_for_its_family(snapshot: str) -> None:
    found = checked(snapshot, "other", "leaving")

    assert found.missing == ()
    assert found.others == ()


def test_what_the_book_does_not_know_is_named_and_other_providers_do_not_count() -> None:
    assert checked("usual", "newest", "foreign", "newest").others == ("foreign", "newest")
    assert all(one.model.provider == "p" for one in checked().seen)
