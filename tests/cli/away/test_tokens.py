"""gesso tokens: made, listed without their secrets, revoked."""

from __future__ import annotations

from pathlib import Path

from gesso.core.catalogue.calls.audits import Deed
from gesso.core.catalogue.catalogue import Catalogue

from ..conftest import Gesso

STUDIO = Path("studio")


def test_a_token_is_shown_once_and_alone_on_stdout(gesso: Gesso) -> None:
    said = gesso("tokens", "new", "phone", "--scope", "write", "--expires", "30d")

    secret = said.out.strip()
    assert secret.startswith("gesso_")
    assert "\n" not in secret
    assert "may write until" in said.err
    listed = gesso("tokens", "list")
    assert "phone" in listed.out
    assert secret not in listed.out + gesso("tokens", "list", "--json").out


def test_what_is_not_said_is_a_token_that_only_reads(gesso: Gesso) -> None:
    told = gesso("tokens", "new", "guest", "--json").document

    assert (told["scope"], told["expires_at"]) == ("read", None)
    assert told["token"].startswith("gesso_")


def test_a_revoked_token_is_listed_only_among_all(gesso: Gesso) -> None:
    gesso("tokens", "new", "phone")
    said = gesso("tokens", "revoke", "phone")

    assert "opens nothing" in said.out
    assert "No token is left" in said.out
    assert gesso("tokens", "list", "--json").document == {"tokens": []}
    assert len(gesso("tokens", "list", "--all", "--json").document["tokens"]) == 1
    again = gesso("tokens", "revoke", "phone")
    assert (again.code, again.err.count("\n")) == (2, 2)


def test_a_name_with_steering_signs_is_refused(gesso: Gesso) -> None:
    said = gesso("tokens", "new", "a\x1b[31mb")

    assert said.code == 2
    assert "\x1b" not in said.out + said.err


def test_what_was_changed_is_shown_with_who_and_from_where(gesso: Gesso) -> None:
    with Catalogue.open(STUDIO) as catalogue:
        for number in range(3):
            path = f"/api/works/{number}/mark"
            catalogue.audits.add(Deed("phone", "10.0.0.7", "mark_work", "PUT", path, 200))

    said = gesso("tokens", "audit", "--limit", "2")

    assert said.out.count("PUT mark_work") == 2
    assert "10.0.0.7" in said.out
    assert "newest of 3 deeds" in said.out
    assert gesso("tokens", "audit", "--json").document["deeds"][-1]["path"] == "/api/works/0/mark"


def test_to_list_tokens_makes_no_studio(gesso: Gesso) -> None:
    assert gesso("tokens", "list").code == 3
    assert not STUDIO.exists()
