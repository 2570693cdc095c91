from __future__ import annotations

import pytest

from gesso.core.outside.polite.signs import is_challenge, is_page, unwanted


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("noai", "noai"),
        ("NoAI, noimageai", "noai"),
        ("all", ""),
        ("noarchive, nosnippet", ""),
        ("max-image-preview: large, noindex", "noindex"),
        ("googlebot: noindex, nofollow", ""),
        ("googlebot: noindex, gesso: noimageindex", "noimageindex"),
        ("googlebot: nofollow, *: none", "none"),
        ("unavailable_after: 2026-01-01, noai", "noai"),
        ("", ""),
    ],
)
def test_a_tag_for_robots_speaks_to_us_or_not(said: str, found: str) -> None:
    assert unwanted({"x-robots-tag": said}) == (f"X-Robots-Tag: {found}" if found else "")


def test_a_reservation_of_text_and_data_mining_is_heard() -> None:
    assert unwanted({"tdm-reservation": "1"}) == "TDM-Reservation: 1"
    assert unwanted({"tdm-reservation": "0"}) == ""


@pytest.mark.parametrize(
    ("media_type", "start", "page"),
    [
        ("text/html; charset=utf-8", b"", True),
        ("image/jpeg", b"\xff\xd8\xff", False),
        ("image/jpeg", b"\xef\xbb\xbf  <!-- x -->\n<!DOCTYPE html>", True),
        ("application/octet-stream", b"<html>", True),
        ("", b"<svg xmlns='x'>", False),
    ],
)
def test_a_page_is_told_from_a_picture(media_type: str, start: bytes, *, page: bool) -> None:
    assert is_page(media_type, start) is page


@pytest.mark.parametrize(
    ("headers", "start", "challenge"),
    [
        ({"cf-mitigated": "challenge"}, b"", True),
        ({}, b"<html><title>Just a moment...</title>", True),
        ({}, b"<html>...<script src='/_Incapsula_Resource?x'>", True),
        ({}, b"<html>Page not found</html>", False),
    ],
)
def test_a_challenge_is_told_from_a_page(
    headers: dict[str, str], start: bytes, *, challenge: bool
) -> None:
    assert is_challenge(headers, start) is challenge
