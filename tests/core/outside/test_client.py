from __future__ import annotations

import json
import logging
import socket
import struct
import time
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    OutsideError,
    QuotaSpent,
    RateLimited,
    SettingsError,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.client import Client, ClientOptions
from gesso.core.outside.replies import Reply

from .conftest import Answering

KEY = "plain-secret-0123456789"
Serve = Callable[[Answering], str]
FAST = ClientOptions(connect_s=5, read_s=1.2, total_s=3.0, max_bytes=100_000, use_proxies=False)


def _client(url: str, **more: object) -> Client:
    return Client("p", url, headers={"Authorization": f"Bearer {KEY}"}, options=FAST, **more)  # type: ignore[arg-type]  # the tests name real options


def _say(
    status: int, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def _echo(request: BaseHTTPRequestHandler) -> None:
    heard = {
        "path": request.path,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": request.body.decode(),  # type: ignore[attr-defined]  # set by the test server
    }
    _say(200, json.dumps(heard).encode(), {"X-Request-Id": "r-1"})(request)


def _reset(request: BaseHTTPRequestHandler) -> None:
    linger = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.connection.close()


def _reset_in_the_middle(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"half")
    request.wfile.flush()
    _reset(request)


def _silence(_: BaseHTTPRequestHandler) -> None:
    time.sleep(0.8)


def _drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(30):
        request.wfile.write(b".")
        request.wfile.flush()
        time.sleep(0.1)


def _hang_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def test_a_reply_comes_back_whole_with_what_was_sent(serve: Serve) -> None:
    with _client(serve(_echo) + "/v1") as client:
        reply = client.post("images", body={"prompt": "é"}, headers={"Idempotency-Key": "k1"})

    heard = reply.json()
    assert (reply.status, reply.request_id) == (200, "r-1")
    assert heard["path"] == "/v1/images"
    assert json.loads(heard["body"]) == {"prompt": "é"}
    assert heard["headers"]["authorization"] == f"Bearer {KEY}"
    assert heard["headers"]["idempotency-key"] == "k1"


def test_a_path_with_a_colon_stays_a_path(serve: Serve) -> None:
    with _client(serve(_echo)) as client:
        assert client.post("/m:generate").json()["path"] == "/m:generate"


def test_our_secrets_go_to_the_providers_own_origin_only(serve: Serve) -> None:
    with _client(serve(_echo)) as client:
        foreign = client.get(serve(_echo) + "/picture.png").json()

    assert "authorization" not in foreign["headers"]


def test_a_redirect_is_not_followed(serve: Serve) -> None:
    elsewhere = serve(_echo)
    moved = _say(302, b"", {"Location": elsewhere})
    with _client(serve(moved)) as client, pytest.raises(BadRequest) as refused:
        client.get("x")
    assert refused.value.status == 302


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_say(400, b'{"error":{"message":"bad size","param":"size"}}'), BadRequest),
        (_say(401), AuthError),
        (_say(402), QuotaSpent),
        (_say(429, b"{}", {"Retry-After": "3"}), RateLimited),
        (_say(503, b"<html>busy</html>"), Transient),
        (_silence, UnknownOutcome),
        (_drip, UnknownOutcome),
        (_reset, UnknownOutcome),
        (_reset_in_the_middle, UnknownOutcome),
        (_hang_up, UnknownOutcome),
        (_say(200, b"x" * 100_001), BadOutput),
        (_say(200, zlib.compress(b"x" * 10_000_000), {"Content-Encoding": "deflate"}), BadOutput),
        (_say(200, b"not packed", {"Content-Encoding": "gzip"}), BadOutput),
    ],
)
def test_each_fault_of_a_provider_is_one_of_our_kinds(
    serve: Serve, answer: Answering, kind: type[OutsideError]
) -> None:
    with _client(serve(answer)) as client, pytest.raises(OutsideError) as failed:
        client.post("paint", body={})

    assert type(failed.value) is kind
    assert failed.value.provider == "p"
    assert KEY not in str(failed.value)


@pytest.mark.parametrize("answer", [_silence, _reset, _reset_in_the_middle, _hang_up])
def test_what_may_be_asked_twice_is_never_of_unknown_outcome(
    serve: Serve, answer: Answering
) -> None:
    with _client(serve(answer)) as client, pytest.raises(Transient):
        client.get("status")


def test_a_provider_that_is_not_there_was_sent_nothing() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with _client(url) as client, pytest.raises(Transient, match="could not be reached"):
            client.post("paint", body={})


def test_a_broken_rest_of_a_failure_leaves_its_status_to_speak(serve: Serve) -> None:
    def refuse_and_reset(request: BaseHTTPRequestHandler) -> None:
        request.send_response(429)
        request.send_header("Retry-After", "4")
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"{")
        request.wfile.flush()
        time.sleep(0.05)
        _reset(request)

    with _client(serve(refuse_and_reset)) as client, pytest.raises(RateLimited) as limited:
        client.post("paint", body={})
    assert limited.value.after_s == 4.0


@pytest.mark.parametrize("url", ["ftp://x.test", "http://x.test:port", "nowhere", "http://", ""])
def test_an_address_that_is_none_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(SettingsError, match="'p' is not one of the web"):
        _client(url)


@pytest.mark.parametrize("url", ["ftp://x.test/y", "http://x.test:port", "http://"])
def test_an_address_that_a_provider_made_up_is_not_asked(serve: Serve, url: str) -> None:
    with _client(serve(_echo)) as client, pytest.raises(BadRequest, match="cannot be sent"):
        client.get(url)


def test_a_key_with_a_line_break_is_our_mistake_and_stays_secret(serve: Serve) -> None:
    client = Client("p", serve(_echo), headers={"Authorization": f"Bearer {KEY}\n"}, options=FAST)
    with client, pytest.raises(BadRequest) as refused:
        client.get("x")
    assert KEY not in str(refused.value)


def test_a_provider_that_repeats_our_key_is_not_quoted_on_it(serve: Serve) -> None:
    body = json.dumps({"error": {"message": f"Incorrect key provided: {KEY}"}}).encode()
    with _client(serve(_say(401, body))) as client, pytest.raises(AuthError) as refused:
        client.get("x")
    assert KEY not in str(refused.value)
    assert "Incorrect key provided" in str(refused.value)


def test_an_adapter_reads_its_own_codes_first(serve: Serve) -> None:
    def explain(reply: Reply) -> OutsideError | None:
        return QuotaSpent("the day's quota is used up") if b"PerDay" in reply.content else None

    answer = _say(429, b'{"quotaId": "PerDay"}')
    with _client(serve(answer), explain=explain) as client, pytest.raises(QuotaSpent):
        client.get("x")
    with _client(serve(_say(429)), explain=explain) as client, pytest.raises(RateLimited):
        client.get("x")


def test_nothing_that_is_logged_holds_the_key(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with _client(serve(_echo)) as client:
        client.post("images", body={})
    assert caplog.records
    assert KEY not in caplog.text


@pytest.mark.parametrize("path", ["http://me:pass/word@host.test/v1", "http://host.test:port/x"])
def test_an_address_that_cannot_be_read_is_told_without_it(path: str) -> None:
    with Client("acme", "http://host.test/v1") as client, pytest.raises(BadRequest) as caught:
        client.get(path)

    assert "cannot be read" in caught.value.message
    assert "word" not in str(caught.value)


def test_a_key_that_no_header_may_hold_is_told_without_it(serve: Serve) -> None:
    headers = {"Authorization": "Key secret\nX: word"}
    with (
        Client("acme", serve(_echo), headers=headers) as client,
        pytest.raises(BadRequest, match="mostly the key") as caught,
    ):
        client.get("x")

    assert "secret" not in str(caught.value)


def test_a_proxy_that_cannot_be_read_is_a_wrong_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pass/word@proxy.test:3128")

    with pytest.raises(SettingsError, match="proxy") as caught:
        Client("acme", "https://host.test")
    assert "word@" not in str(caught.value)
