"""Links to the outside: told once, open until a day, taken back at will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem
from gesso.show.sharing import Shares


class Clock:
    now = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


@pytest.fixture
def shares(catalogue: Catalogue, clock: Clock) -> Shares:
    return Shares(lambda: catalogue, clock)


WEEK = timedelta(days=7)


def test_a_link_is_found_by_its_token_and_by_no_other(shares: Shares) -> None:
    token, share = shares.open("work", 3, WEEK, "for Ada")

    assert shares.find(token) == share
    assert shares.find(token[:-1]) is None
    assert shares.find("") is None
    assert shares.find("\ud800") is None
    assert (share.kind, share.subject, share.note) == ("work", 3, "for Ada")


def test_the_token_is_nowhere_in_the_catalogue(shares: Shares, catalogue: Catalogue) -> None:
    token, _ = shares.open("work", 3, WEEK)

    with catalogue.database.read() as connection:
        kept = str(connection.execute(text("SELECT * FROM shares")).all())
    assert token not in kept


def test_a_link_closes_when_its_time_is_over(shares: Shares, clock: Clock) -> None:
    token, share = shares.open("work", 3, WEEK)

    clock.now += WEEK - timedelta(seconds=1)
    assert shares.is_open(share)
    clock.now += timedelta(seconds=1)
    assert not shares.is_open(share)
    assert shares.find(token) is not None  # it was there once: that can be told


def test_a_link_that_is_taken_back_shows_nothing(shares: Shares, clock: Clock) -> None:
    token, share = shares.open("work", 3, WEEK)

    gone = shares.revoke("work", 3, share.id)
    clock.now += timedelta(hours=1)
    again = shares.revoke("work", 3, share.id)

    assert not shares.is_open(gone)
    assert again.revoked_at == gone.revoked_at
    found = shares.find(token)
    assert found is not None
    assert not shares.is_open(found)


def test_a_link_is_taken_back_only_by_its_own_subject(shares: Shares) -> None:
    _, share = shares.open("work", 3, WEEK)

    with pytest.raises(UnknownItem, match="work 4 has no link"):
        shares.revoke("work", 4, share.id)
    with pytest.raises(UnknownItem):
        shares.revoke("set", 3, share.id)
    assert [one.revoked_at for one in shares.of("work", 3)] == [None]


def test_links_are_listed_newest_first_for_their_subject_alone(shares: Shares) -> None:
    first = shares.open("work", 3, WEEK)[1]
    shares.open("set", 3, WEEK)
    second = shares.open("work", 3, WEEK)[1]

    assert shares.of("work", 3) == [second, first]


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_a_link_lasts_at_least_a_moment_and_at_most_a_year(
    shares: Shares, lasts: timedelta
) -> None:
    with pytest.raises(InputError, match="cannot last"):
        shares.open("work", 3, lasts)


def test_a_hundred_links_of_one_work_are_enough(shares: Shares) -> None:
    for _ in range(100):
        shares.open("work", 3, WEEK)

    with pytest.raises(InputError, match="100 links"):
        shares.open("work", 3, WEEK)
    shares.open("work", 4, WEEK)
