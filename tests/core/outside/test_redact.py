from __future__ import annotations

import pytest

from gesso.core.outside.redact import MASK, is_secret_name, redact, secrets_in


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET https://x.test/v1?key=abcdef123456&size=1", "abcdef123456"),
        ("Authorization: Bearer eyJhbGciOi.J9abc", "eyJhbGciOi.J9abc"),
        ("Authorization: Key 0123456789:abcdefabcdef", "0123456789:abcdefabcdef"),
        ("Incorrect API key provided: sk-proj-ABCdef1234567890", "sk-proj-ABCdef1234567890"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstu is blocked", "AIzaSyA1234567890"),
        ("http://me:hunter2@proxy.test:8080", "hunter2"),
        ("http://me:hun/ter2@proxy.test:8080/v1", "ter2"),
        ("the address 'me:hunter2@proxy.test/v1'", "hunter2"),
        ('{"api_key": "0a1b2c3d4e5f"}', "0a1b2c3d4e5f"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    masked = redact(text)
    assert secret not in masked
    assert MASK in masked


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    assert redact("no plainword here, plainword", ["plainword"]) == f"no {MASK} here, {MASK}"


@pytest.mark.parametrize("told", ["{}", "{!r}", "b{!r}"])
def test_a_secret_with_a_line_break_is_masked_however_it_is_quoted(told: str) -> None:
    secret = "plainword\notherword"

    masked = redact(told.format(secret), [secret])

    assert "plainword" not in masked
    assert "otherword" not in masked


@pytest.mark.parametrize(
    ("name", "is_it"),
    [
        ("painters.gemini.api_key", True),
        ("token", True),
        ("max_output_tokens", False),
        ("model", False),
        ("keyframes", False),
    ],
)
def test_options_that_hold_secrets_are_known_by_their_names(name: str, is_it: bool) -> None:
    assert is_secret_name(name) is is_it


@pytest.mark.parametrize(
    "text",
    [
        "The key is missing or wrong.",
        "key characteristics of a nocturne",
        "bearer of light",
        "size: 1024x1024 is not supported",
        "https://api.test/v1/models/x:generate?alt=json",
        "http://localhost:11434/v1",
        "Write to somebody: me@x.test",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text, ["a"]) == text


def test_the_secrets_of_headers_are_found_behind_their_scheme() -> None:
    found = secrets_in(
        {"Authorization": "Key some-id:some-secret", "X-Goog-Api-Key": "g-key", "Accept": "all"}
    )
    assert {"some-secret", "some-id:some-secret", "g-key"} <= found
    assert "all" not in found
