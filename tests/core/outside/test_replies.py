from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Transient,
)
from gesso.core.outside.replies import Reply, failure_in, retry_after_s

DAY = "Wed, 21 Oct 2026 07:28:00 GMT"
DAY_S = 1792567680.0


def _reply(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    content = b"" if body is None else json.dumps(body).encode()
    return Reply("p", status, headers or {}, content)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, AuthError),
        (402, QuotaSpent),
        (403, AuthError),
        (404, BadRequest),
        (408, Transient),
        (409, Transient),
        (413, BadRequest),
        (422, BadRequest),
        (425, Transient),
        (429, RateLimited),
        (500, Transient),
        (502, Transient),
        (503, Transient),
        (504, Transient),
        (301, BadRequest),
    ],
)
def test_each_status_is_one_kind_of_failure(status: int, kind: type[OutsideError]) -> None:
    failure = failure_in(_reply(status))
    assert type(failure) is kind
    assert (failure.status, failure.provider) == (status, "p")
    assert str(status) in failure.message


def test_an_empty_account_that_answers_429_is_no_rate_limit() -> None:
    failure = failure_in(_reply(429, {"error": {"code": "insufficient_quota", "message": "pay"}}))
    assert isinstance(failure, QuotaSpent)


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_wish_to_wait_is_heard_on_every_passing_failure(status: int) -> None:
    failure = failure_in(_reply(status, headers={"retry-after": "7"}))
    assert isinstance(failure, RateLimited)
    assert (failure.after_s, failure.status) == (7.0, status)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": DAY, "date": "Wed, 21 Oct 2026 07:27:30 GMT"}, 30.0),
        ({"retry-after": DAY}, 60.0),
        ({"retry-after": DAY, "date": "Wed, 21 Oct 2026 07:29:00 GMT"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after_s(headers, now=DAY_S - 60) == seconds


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "no such size", "param": "size"}}, "size: no such size"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "too large"}]}, "body.seed: too large"),
        ({"detail": "Not found", "error_type": "x"}, "Not found"),
        ([{"error": {"message": "in a list"}}], "in a list"),
        ({"error": "flat"}, "flat"),
        ({"message": "at the top"}, "at the top"),
    ],
)
def test_a_failure_quotes_the_providers_words_and_the_field(body: object, words: str) -> None:
    assert failure_in(_reply(400, body)).message.endswith(f": {words}")


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[]", b"null", b"3", b'{"loc": 3}'])
def test_a_failure_without_words_is_still_a_sentence(body: bytes) -> None:
    assert failure_in(Reply("p", 400, {}, body)).message.startswith("'p' does not take")


def test_a_long_foreign_text_is_quoted_short_and_on_one_line() -> None:
    failure = failure_in(_reply(400, {"message": "a\n\x1b[31m\x00b" * 1000}))
    assert len(failure.message) < 400
    assert failure.message.isprintable()


@pytest.mark.parametrize(
    ("content", "kind", "named"),
    [
        (b"", "application/json", "an empty body"),
        (b"  <!doctype html><p>login", "application/json", "a web page"),
        (b"oops", "text/html; charset=utf-8", "a web page"),
        (b'{"half": ', "application/json", "9 bytes (application/json)"),
        (b"\xff\xd8\xff", "", "3 bytes (of no stated type)"),
        (b"[" * 100_000, "application/json", "100000 bytes (application/json)"),
    ],
)
def test_what_is_no_json_is_named(content: bytes, kind: str, named: str) -> None:
    with pytest.raises(BadOutput, match="instead of JSON") as bad:
        Reply("p", 200, {"content-type": kind}, content).json()
    assert named in bad.value.message
    assert bad.value.status == 200


def test_the_providers_own_request_id_is_found() -> None:
    assert _reply(200, headers={"x-request-id": "r1"}).request_id == "r1"
    assert _reply(200, headers={"x-fal-request-id": "r2"}).request_id == "r2"
    assert _reply(200).request_id == ""
