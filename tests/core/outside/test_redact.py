from __future__ import annotations

import pytest

from gesso.core.outside.redact import MASK, redact, secrets_in


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET https://x.test/v1?key=abcdef123456&size=1", "abcdef123456"),
        ("Authorization: Bearer eyJhbGciOi.J9abc", "eyJhbGciOi.J9abc"),
        ("Authorization: Key 0123456789:abcdefabcdef", "0123456789:abcdefabcdef"),
        ("Incorrect API key provided: sk-proj-ABCdef1234567890", "sk-proj-ABCdef1234567890"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstu is blocked", "AIzaSyA1234567890"),
        ("http://me:hunter2@proxy.test:8080", "hunter2"),
        ('{"api_key": "0a1b2c3d4e5f"}', "0a1b2c3d4e5f"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    masked = redact(text)
    assert secret not in masked
    assert MASK in masked


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    assert redact("no plainword here, plainword", ["plainword"]) == f"no {MASK} here, {MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "The key is missing or wrong.",
        "key characteristics of a nocturne",
        "bearer of light",
        "size: 1024x1024 is not supported",
        "https://api.test/v1/models/x:generate?alt=json",
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
