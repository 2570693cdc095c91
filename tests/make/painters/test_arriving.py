from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PIL import Image
from pydantic import SecretStr
from tests.stubs.fal_stub import FalStub

from gesso.core.errors import BadOutput, UnknownOutcome
from gesso.core.outside.client import Client, ClientOptions
from gesso.core.outside.models.models import ModelBook
from gesso.make.painters import arriving
from gesso.make.painters.arriving import (
    bytes_in,
    data_uri,
    fetched,
    key_text,
    picture_at,
    picture_in,
    quoted,
    words_of,
)
from gesso.make.painters.painter import Order

from .conftest import ORDER


def _png(side: int = 4) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (9, 99, 199)).save(out, "PNG")
    return out.getvalue()


def _never(_address: str) -> bytes:
    raise AssertionError("nothing should have been fetched")


def test_a_picture_survives_its_wrapping_as_a_data_uri() -> None:
    picture = picture_in(_png(), "p")

    assert picture_at(data_uri(picture), "p", "https://p.example", _never) == picture


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", _png()[:40]], ids=["none", "a PDF", "half"])
def test_bytes_that_are_no_picture_are_bad_output_of_their_provider(data: bytes) -> None:
    with pytest.raises(BadOutput, match="'p' sent no picture") as caught:
        picture_in(data, "p")

    assert caught.value.provider == "p"


def test_base64_may_be_broken_into_lines_but_not_be_broken() -> None:
    text = base64.encodebytes(_png(40)).decode()

    assert "\n" in text
    assert bytes_in(text, "p") == _png(40)
    with pytest.raises(BadOutput, match="no base64"):
        bytes_in("a picture, honestly!", "p")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png",
        "http://localhost:8000/a.png",
        "http://10.0.0.7/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.png",
        "http://[fd00::1]/a.png",
        "http://0.0.0.0/a.png",
        "http://2130706433/a.png",
    ],
)
def test_a_stranger_is_not_followed_into_the_private_network(url: str) -> None:
    with pytest.raises(BadOutput, match="inside a private network"):
        picture_at(url, "p", "https://queue.p.example", _never)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://p.example/a.png", "a.png", "https:///a"]
)
def test_only_addresses_of_the_web_are_followed(url: str) -> None:
    with pytest.raises(BadOutput, match="not one of the web"):
        picture_at(url, "p", "https://queue.p.example", _never)


def test_a_data_uri_that_is_not_base64_is_refused() -> None:
    with pytest.raises(BadOutput, match="without base64"):
        picture_at("data:image/svg+xml,<svg/>", "p", "https://p.example", _never)


def test_a_provider_of_this_machine_may_point_to_it() -> None:
    picture = picture_at("http://127.0.0.1:9/a.png", "p", "http://localhost:9", lambda _: _png())

    assert picture.width == 4


@pytest.fixture
def stub() -> Iterator[FalStub]:
    with FalStub() as served:
        yield served


@pytest.fixture
def client(stub: FalStub) -> Iterator[Client]:
    options = ClientOptions(use_proxies=False)
    with Client("p", stub.base_url, options=options) as opened:
        yield opened


def test_a_file_that_is_not_there_is_bad_output(stub: FalStub, client: Client) -> None:
    with pytest.raises(BadOutput, match="is not there"):
        fetched(client, f"{stub.address}/files/none.png")

    assert len(stub.requests) == 1


def test_a_file_that_cannot_be_reached_leaves_the_outcome_unknown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "_FETCH_RESTS_S", (0.01, 0.01))

    with pytest.raises(UnknownOutcome, match="painted, and its picture cannot be fetched"):
        fetched(client, "http://127.0.0.1:9/a.png")


def test_what_to_avoid_stands_behind_the_words() -> None:
    assert words_of(ORDER) == ORDER.text
    assert words_of(replace(ORDER, avoid="people")).endswith("Do not show: people")


def test_a_key_is_sent_as_it_is_and_shown_never() -> None:
    key = SecretStr("a-secret")

    assert key_text(key) == key_text("a-secret") == "a-secret"
    assert "a-secret" not in repr(key)


@pytest.mark.parametrize("find", [ModelBook.find], ids=["the book"])
def test_a_model_whose_price_nobody_knows_is_taken_for_a_dear_one(
    find: Callable[..., object],
) -> None:
    book, square = ModelBook.open(), Order("A bridge.", width=1024, height=1024)
    unknown, known = book.find("openai", "image", "nobody"), book.find("openai", "image")

    assert quoted(unknown, square, "medium").reserved_usd == 0.10
    assert quoted(unknown, square, "medium").price.usd is None
    assert 0 < quoted(known, square, "medium").reserved_usd < 0.10
    assert quoted(unknown, square, base_url="http://localhost:1").reserved_usd == 0.0
