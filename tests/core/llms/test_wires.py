"""The limits of a wire: a server that drips, floods, sends us elsewhere or speaks no HTTP."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import openai
import pytest
from pydantic import BaseModel

from gesso.core.errors import BadOutput, OutsideError, RateLimited, SettingsError, UnknownOutcome
from gesso.core.llms.llm import LLMS, Question
from gesso.core.llms.wires.gemini import GeminiWire
from gesso.core.llms.wires.openai import OpenAIWire
from gesso.core.llms.wires.wire import Patience
from gesso.core.outside.desk import Desk

LENGTH = b"content-length"
Serve = Callable[[list[bytes], float], str]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


class Word(BaseModel):
    word: str


def read_request(connection: socket.socket) -> None:
    """Read all that was sent: a socket closed before that takes its answer with it."""
    with connection.makefile("rb") as stream:
        lines = iter(stream.readline, b"\r\n")
        lengths = [line.partition(b":")[2] for line in lines if line.lower().startswith(LENGTH)]
        stream.read(int(lengths[0]) if lengths else 0)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server that sends these pieces with a rest between them, whatever it is asked."""
    ended = threading.Event()
    listeners: list[socket.socket] = []

    def start(pieces: list[bytes], rest_s: float = 0.0) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def answer() -> None:
            with contextlib.suppress(OSError):
                while not ended.is_set():
                    with listener.accept()[0] as connection:
                        read_request(connection)
                        send(connection)

        def send(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                for piece in pieces:
                    connection.sendall(piece)
                    if ended.wait(rest_s):
                        return

        threading.Thread(target=answer, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    ended.set()
    for listener in listeners:
        listener.close()


def wires(address: str, patience: Patience) -> list[Callable[[], object]]:
    return [
        GeminiWire("a-key-0123", address, patience).models,
        OpenAIWire("a-key-0123", f"{address}/v1", patience).models,
    ]


def failures(address: str, patience: Patience | None = None) -> list[OutsideError]:
    found = []
    for ask in wires(address, patience or Patience(read_s=2.0)):
        with pytest.raises(OutsideError) as caught:
            ask()
        found.append(caught.value)
    return found


def test_a_server_that_drips_is_not_waited_for_for_ever(serve: Serve) -> None:
    began = time.monotonic()
    found = failures(serve([HEAD, *[b" "] * 100], 0.05), Patience(read_s=2.0, total_s=0.3))

    assert [type(error) for error in found] == [UnknownOutcome] * 2
    assert "not whole after 0.3 s" in found[0].message
    assert time.monotonic() - began < 4


def test_a_flood_ends_at_the_limit(serve: Serve) -> None:
    found = failures(serve([HEAD, *[b" " * 65536] * 40], 0.0), Patience(max_bytes=2**20))

    assert all("more than 1 MiB" in error.message for error in found)


def test_a_silence_has_an_unknown_outcome(serve: Serve) -> None:
    found = failures(serve([b"HTTP/1.1 200 OK\r\n"], 5.0), Patience(read_s=0.2))

    assert [type(error) for error in found] == [UnknownOutcome] * 2


def test_nobody_is_followed_elsewhere(serve: Serve) -> None:
    elsewhere = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"

    assert all(isinstance(error, OutsideError) for error in failures(serve([elsewhere], 0.0)))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[1, 2]", b'"words"', b"null", b'{"data": 7}', b"\xff\xfe", b"<html>"]
)
def test_what_is_no_answer_of_the_wire_is_said_to_be_none(serve: Serve, body: bytes) -> None:
    for ask in wires(serve([HEAD + body], 0.0), Patience(read_s=2.0)):
        try:
            listed = ask()
        except BadOutput as error:
            assert "not its wire's form" in error.message  # noqa: PT017 - either end is fine
        else:
            assert listed == []


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b'"words"',
        b'{"choices": 7, "candidates": 7}',
        b'{"choices": [7], "candidates": [7]}',
        b'{"choices": [{"message": "x"}], "candidates": [{"content": "x"}]}',
        b'{"choices": [{"message": {"content": 7}}], "candidates": [{"content": {"parts": [7]}}]}',
        b'{"usage": {"prompt_tokens": "x"}, "usageMetadata": {"promptTokenCount": "x"}}',
    ],
)
@pytest.mark.parametrize("name", LLMS.names())
def test_a_strangers_answer_is_bad_output_and_no_crash(
    serve: Serve, body: bytes, name: str
) -> None:
    factory = LLMS.open(name)
    address = serve([HEAD + body], 0.0)
    options = factory.Options(model="a-model", base_url=address, api_key="a-key-0123")

    with pytest.raises(BadOutput):
        factory(options, Desk.offline()).answer(Question("Answer.", "Now."), Word)


DEEP = b'{"error": ' * 50_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"code": [7], "type": {"a": 7}}}',
        b'{"error": {"code": {}, "details": 7}}',
        b'{"error": {"details": [7, {"violations": null}]}}',
        b'{"error": {"details": [{"violations": [null, 7, "x"], "retryDelay": [7]}]}}',
    ],
)
def test_a_failure_in_a_strangers_words_is_the_kind_that_its_status_says(
    serve: Serve, body: bytes
) -> None:
    head = HEAD.replace(b"200 OK", b"429 Too Many Requests")

    found = failures(serve([head + body], 0.0), Patience(read_s=2.0))

    assert [type(error) for error in found] == [RateLimited] * 2


def test_an_answer_that_is_nested_without_end_is_bad_output(serve: Serve) -> None:
    found = failures(serve([HEAD + DEEP], 0.0), Patience(read_s=2.0))

    assert [type(error) for error in found] == [BadOutput] * 2


def test_what_is_no_http_is_told_apart(serve: Serve) -> None:
    assert {type(error) for error in failures(serve([b"220 mail.example ESMTP\r\n"], 0.0))} == {
        UnknownOutcome
    }


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/v1", "http://me:pass/word@host.test/v1"])
@pytest.mark.parametrize("wire", [OpenAIWire, GeminiWire])
def test_an_address_that_is_none_is_the_owners_to_mend(
    wire: type[OpenAIWire | GeminiWire], address: str
) -> None:
    with pytest.raises(SettingsError, match="not one of the web") as caught:
        wire("a-key-0123", address)
    assert "word@" not in str(caught.value)


def test_who_may_enter_is_no_part_of_a_servers_name() -> None:
    assert OpenAIWire("", "http://me:password@host.test:8000/v1").host == "host.test:8000"


def test_a_key_is_struck_out_of_what_the_sdk_says(serve: Serve) -> None:
    body = b'{"error": {"message": "bad a-key-0123", "code": "x"}}'
    head = b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    for error in failures(serve([head % len(body) + body], 0.0)):
        assert "a-key-0123" not in str(error)
        assert "•••" in error.message


@pytest.mark.parametrize(
    ("address", "is_openai"),
    [
        ("", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.example.org/v1", False),
        ("https://notopenai.com/v1", False),
        ("http://localhost:11434/v1", False),
    ],
)
def test_openai_is_known_by_its_address(address: str, is_openai: bool) -> None:
    assert OpenAIWire("k", address).is_openai is is_openai


def test_the_sdk_is_one_for_all_calls(serve: Serve) -> None:
    wire = OpenAIWire("k", serve([HEAD + b"{}"], 0.0))
    seen: list[openai.OpenAI] = []

    wire.call(seen.append)
    wire.call(seen.append)

    assert seen[0] is seen[1]
    assert seen[0].max_retries == 0
