"""The painter at OpenAI against its stub over real HTTP: each fault, its kind, its calls."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.stubs.openai_stub import OpenAIStub
from tests.stubs.stub import KEY, QUIET_S

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Refused,
    SettingsError,
    Transient,
    UnknownOutcome,
)
from gesso.core.pixels.picture import Picture
from gesso.make.painters.openai import OpenAIOptions, OpenAIPainter

from .conftest import ORDER, Office, Teller

MODEL = "gpt-image-2"
LARGE = replace(ORDER, width=1024, height=640)


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as served:
        yield served


Build = Callable[..., OpenAIPainter]


@pytest.fixture
def build(stub: OpenAIStub, office: Office) -> Build:
    def built(**wishes: Any) -> OpenAIPainter:
        own: dict[str, Any] = {
            "model": MODEL,
            "api_key": KEY,
            "base_url": stub.base_url,
            "timeout_s": 1.0,
        }
        return OpenAIPainter(OpenAIOptions(**{**own, **wishes}), office.desk)

    return built


def test_an_order_becomes_a_picture_with_its_cost(
    stub: OpenAIStub, build: Build, office: Office, teller: Teller
) -> None:
    painting = build().paint(LARGE, teller)

    assert (painting.picture.width, painting.picture.height) == (1024, 640)
    assert painting.source_type == "trainedAlgorithmicMedia"
    assert (painting.maker.name, painting.maker.version) == ("openai", MODEL)
    assert painting.maker.settings == {"size": "1024x640", "quality": "medium"}
    assert painting.cost_usd == pytest.approx(stub.meter.usd)
    (call,) = office.calls
    assert (call.state, call.price_source[:12]) == ("done", "genai-prices")
    assert call.request_id.startswith("req-stub-")
    assert teller.told[-1] == ("painted", 1.0)


def test_what_is_sent_is_what_was_ordered(stub: OpenAIStub, build: Build) -> None:
    build().paint(replace(LARGE, avoid="people"))

    (sent,) = stub.calls
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body == {
        "model": MODEL,
        "prompt": f"{ORDER.text}\n\nDo not show: people",
        "n": 1,
        "size": "1024x640",
        "quality": "medium",
        "output_format": "png",
    }


def test_a_picture_to_go_on_from_makes_it_an_edit(stub: OpenAIStub, build: Build) -> None:
    grey = Picture(np.full((4, 4, 3), 99, dtype=np.uint8))

    build().paint(replace(LARGE, reference=grey))

    (sent,) = stub.calls
    assert sent.path == "/v1/images/edits"
    assert sent.body["image"][0].startswith(b"\x89PNG")


@pytest.mark.parametrize("size", [(64, 64), (96, 64), (700, 4000), (8192, 8192), (1000, 999)])
def test_the_size_is_brought_within_the_models_rules_before_it_is_sent(
    stub: OpenAIStub, build: Build, size: tuple[int, int]
) -> None:
    stub.fail_next("400")  # the picture itself does not matter
    with pytest.raises(BadRequest):
        build().paint(replace(ORDER, width=size[0], height=size[1]))

    width, height = map(int, stub.calls[0].body["size"].split("x"))
    assert width % 16 == height % 16 == 0
    assert 655_360 <= width * height <= 8_294_400
    assert max(width, height) <= min(3840, 3 * min(width, height))


def test_an_unknown_model_of_another_server_is_asked_only_for_what_all_understand(
    stub: OpenAIStub, build: Build, office: Office
) -> None:
    stub.asks_for_key = False
    painting = build(model="my-own-model", api_key="").paint(ORDER)

    (sent,) = stub.calls
    assert sorted(sent.body) == ["model", "n", "prompt", "size"]
    assert sent.body["size"] == "96x64"
    assert "authorization" not in sent.headers
    assert (painting.picture.width, painting.picture.height) == (96, 64)
    assert (office.calls[0].cost_usd, office.calls[0].price_source) == (0.0, "free")


def test_a_picture_at_an_address_is_fetched_without_the_key(stub: OpenAIStub, build: Build) -> None:
    painting = build(model="server-url").paint(ORDER)

    fetched = stub.requests[-1]
    assert fetched.path.startswith("/files/")
    assert "authorization" not in fetched.headers
    assert painting.picture.width == 96


def test_a_quality_that_the_model_lacks_is_refused_before_anything_is_sent(
    stub: OpenAIStub, build: Build
) -> None:
    with pytest.raises(SettingsError, match="no quality 'superb'") as caught:
        build(quality="superb").paint(ORDER)

    assert "medium" in caught.value.advice
    assert stub.requests == []


FAULTS: dict[str, tuple[type[OutsideError], int, str]] = {
    "429": (RateLimited, 3, "failed"),
    "429ms": (RateLimited, 3, "failed"),
    "429bare": (RateLimited, 3, "failed"),
    "503after": (RateLimited, 3, "failed"),
    "quota": (QuotaSpent, 1, "failed"),
    "402": (QuotaSpent, 1, "failed"),
    "auth": (AuthError, 1, "failed"),
    "forbidden": (AuthError, 1, "failed"),
    "400": (BadRequest, 1, "failed"),
    "404": (BadRequest, 1, "failed"),
    "422": (BadRequest, 1, "failed"),
    "408": (Transient, 3, "failed"),
    "409": (Transient, 3, "failed"),
    "500": (Transient, 3, "failed"),
    "503": (Transient, 3, "failed"),
    "moderated": (Refused, 1, "failed"),
    "noimage": (BadOutput, 2, "failed"),
    "badimage": (BadOutput, 2, "failed"),
    "badurl": (BadOutput, 2, "failed"),
    "webpage": (BadOutput, 2, "failed"),
    "slow": (UnknownOutcome, 1, "unknown"),
    "hangup": (UnknownOutcome, 1, "unknown"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_of_its_kind_asked_as_often_as_its_kind_allows_and_told_clearly(
    stub: OpenAIStub, build: Build, office: Office, fault: str
) -> None:
    kind, times, state = FAULTS[fault]

    with pytest.raises(kind) as caught:
        build(model=f"server-{fault}", timeout_s=0.3 if fault == "slow" else 60.0).paint(ORDER)

    told = [str(caught.value), *(trouble.message for trouble in office.troubles.list())]
    assert type(caught.value).kind == kind.kind
    assert len(stub.calls) == times
    assert [call.state for call in office.calls] == [state] * times
    assert all(KEY not in line and "\n" not in line for line in told)
    assert re.match(r"^[A-Z'].{10,}[.…]( [A-Z].*[.…])?$", str(caught.value)), caught.value


@pytest.mark.parametrize("fault", ["429once", "429msonce", "429bareonce", "500once"])
def test_what_passes_is_tried_again_and_never_sooner_than_asked(
    stub: OpenAIStub, build: Build, office: Office, fault: str
) -> None:
    build(model=f"server-{fault}").paint(ORDER)

    first, second = stub.calls
    assert second.at - first.at >= (QUIET_S if fault in {"429once", "429msonce"} else 0.0)
    assert [call.state for call in office.calls] == ["failed", "done"]


@pytest.mark.parametrize("fault", ["", "noimage", "badimage", "moderated", "url", "badurl"])
def test_the_books_equal_the_meter_whatever_comes_of_an_order(
    stub: OpenAIStub, build: Build, office: Office, fault: str
) -> None:
    stub.fail_next(*[fault] * 2)
    with contextlib.suppress(OutsideError):
        build().paint(LARGE)

    assert office.ledger.spent() == pytest.approx(stub.meter.usd, rel=1e-6)


def test_openai_itself_is_not_asked_without_a_key(build: Build, office: Office) -> None:
    with pytest.raises(AuthError, match="no key"):
        build(api_key="", base_url="").paint(ORDER)

    assert office.calls == []
