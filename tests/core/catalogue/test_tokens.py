"""Who may ask, and what was changed."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from gesso.core.catalogue.calls import audits as book
from gesso.core.catalogue.calls.audits import Deed
from gesso.core.catalogue.calls.tokens import digest_of
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import InputError, UnknownItem

from .workshop import Clock


def test_a_secret_is_told_once_and_never_kept(catalogue: Catalogue) -> None:
    token, secret = catalogue.tokens.new("phone", "read")

    assert secret.startswith("gesso_")
    assert len(secret) > 40
    assert catalogue.tokens.by_digest(digest_of(secret)) == token
    files = [path for path in catalogue.folder.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]


def test_a_token_ends_with_its_time(catalogue: Catalogue, clock: Clock) -> None:
    _, secret = catalogue.tokens.new("guest", "read", timedelta(days=1))

    clock.now += timedelta(hours=23)
    assert catalogue.tokens.has_any()
    clock.now += timedelta(hours=1)
    assert catalogue.tokens.by_digest(digest_of(secret)) is None
    assert not catalogue.tokens.has_any()
    assert [token.name for token in catalogue.tokens.every()] == ["guest"]


def test_a_revoked_token_takes_its_sessions_along(catalogue: Catalogue) -> None:
    token, secret = catalogue.tokens.new("phone", "write")
    session = catalogue.tokens.open_session(token.digest, timedelta(days=1))
    assert catalogue.tokens.opener_of(session) == token.digest

    catalogue.tokens.revoke("phone")

    assert catalogue.tokens.opener_of(session) is None
    assert catalogue.tokens.by_digest(digest_of(secret)) is None
    with pytest.raises(UnknownItem, match="'phone'"):
        catalogue.tokens.revoke("phone")


def test_a_name_is_free_again_once_its_token_is_over(catalogue: Catalogue) -> None:
    first, _ = catalogue.tokens.new("phone", "read")
    with pytest.raises(InputError, match="already"):
        catalogue.tokens.new(" phone ", "write")

    catalogue.tokens.revoke(str(first.id))

    second, _ = catalogue.tokens.new("phone", "write")
    assert second.id != first.id


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\x1b[31m"])
def test_a_name_that_is_none_is_refused(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(InputError, match="name"):
        catalogue.tokens.new(name, "read")


def test_a_token_that_would_be_over_at_once_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(InputError, match="over before"):
        catalogue.tokens.new("phone", "read", timedelta(0))


def test_a_session_ends_when_it_is_closed_and_with_its_time(
    catalogue: Catalogue, clock: Clock
) -> None:
    short = catalogue.tokens.open_session("d" * 64, timedelta(hours=1))
    closed = catalogue.tokens.open_session("d" * 64, timedelta(hours=9))

    catalogue.tokens.close_session(closed)
    clock.now += timedelta(hours=1)

    assert catalogue.tokens.opener_of(short) is None
    assert catalogue.tokens.opener_of(closed) is None
    assert catalogue.tokens.opener_of("") is None


def test_the_use_of_a_token_is_noted_once_a_minute(catalogue: Catalogue, clock: Clock) -> None:
    token, secret = catalogue.tokens.new("phone", "read")
    for _ in range(3):
        found = catalogue.tokens.by_digest(digest_of(secret))
        assert found is not None
        catalogue.tokens.note_use(found)
        clock.now += timedelta(seconds=20)

    used_at = catalogue.tokens.every()[0].used_at
    assert used_at is not None
    assert timedelta(0) < used_at - token.created_at < timedelta(seconds=15)


def test_deeds_are_noted_newest_first_and_fit_their_columns(catalogue: Catalogue) -> None:
    catalogue.audits.add(Deed("phone", "::1", "mark_work", "PUT", "/api/works/1/mark", 200))
    catalogue.audits.add(Deed("x" * 300, "y" * 99, "o" * 300, "PATCHWORK", "/\0" + "p" * 900, 404))

    newest, first = catalogue.audits.latest()
    assert first.deed.operation == "mark_work"
    assert first.at.tzinfo is UTC
    assert (len(newest.deed.who), len(newest.deed.path)) == (100, 500)
    assert "\0" not in newest.deed.path
    assert [one.id for one in catalogue.audits.latest(before=newest.id)] == [first.id]


def test_of_very_many_deeds_the_oldest_are_forgotten(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 4)
    monkeypatch.setattr(book, "_CLEARED_EVERY", 5)
    for number in range(10):
        catalogue.audits.add(Deed("", "", "x", "POST", f"/{number}", 200))

    assert [one.deed.path for one in catalogue.audits.latest()] == ["/9", "/8", "/7", "/6"]
    assert catalogue.audits.count() == 4
