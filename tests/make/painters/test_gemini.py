"""The painter at Gemini against its stub over real HTTP: each fault, its kind, its calls."""

from __future__ import annotations

import base64
import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.stubs.gemini_stub import GeminiStub
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
from gesso.core.outside.models.models import ModelBook
from gesso.core.pixels.picture import Picture
from gesso.make.painters.gemini import GeminiOptions, GeminiPainter

from .conftest import ORDER, Office, Teller

MODEL = "gemini-3.1-flash-image"


@pytest.fixture
def stub() -> Iterator[GeminiStub]:
    with GeminiStub() as served:
        yield served


Build = Callable[..., GeminiPainter]


@pytest.fixture
def build(stub: GeminiStub, office: Office) -> Build:
    def built(fault: str = "", **wishes: Any) -> GeminiPainter:
        model = f"{MODEL}-{fault}" if fault else MODEL
        own: dict[str, Any] = {
            "model": model,
            "api_key": KEY,
            "base_url": stub.base_url,
            "image_size": "512",
            "timeout_s": 1.0,
        }
        return GeminiPainter(GeminiOptions(**{**own, **wishes}), office.desk)

    return built


def test_an_order_becomes_a_picture_with_its_cost(
    stub: GeminiStub, build: Build, office: Office, teller: Teller
) -> None:
    painting = build().paint(ORDER, teller)

    assert painting.picture.width / painting.picture.height == pytest.approx(1.5, rel=0.05)
    assert painting.source_type == "trainedAlgorithmicMedia"
    assert (painting.maker.name, painting.maker.version) == ("gemini", MODEL)
    assert painting.maker.settings == {"aspect_ratio": "3:2", "image_size": "512"}
    assert painting.cost_usd == pytest.approx(stub.meter.usd)
    (call,) = office.calls
    assert (call.state, call.price_source[:12]) == ("done", "genai-prices")
    assert call.output_units == 747
    assert teller.told[-1] == ("painted", 1.0)


def test_what_is_sent_is_what_was_ordered(stub: GeminiStub, build: Build) -> None:
    grey = Picture(np.full((4, 4, 3), 99, dtype=np.uint8))
    build().paint(replace(ORDER, avoid="people", reference=grey))

    (sent,) = stub.calls
    picture, words = sent.body["contents"][0]["parts"]
    assert sent.headers["x-goog-api-key"] == KEY
    assert sent.body["generationConfig"]["responseModalities"] == ["IMAGE"]
    assert sent.body["generationConfig"]["imageConfig"] == {
        "aspectRatio": "3:2",
        "imageSize": "512",
    }
    assert words["text"] == f"{ORDER.text}\n\nDo not show: people"
    inside = base64.urlsafe_b64decode(picture["inlineData"]["data"])  # as the SDK writes it
    assert Image.open(io.BytesIO(inside)).getpixel((0, 0)) == (99, 99, 99)


@pytest.mark.parametrize(
    ("width", "height", "ratio", "size"),
    [
        (512, 512, "1:1", "512"),
        (1024, 1024, "1:1", "1K"),
        (1920, 1080, "16:9", "2K"),
        (1080, 1920, "9:16", "2K"),
        (64, 512, "1:8", "512"),
        (8192, 8192, "1:1", "4K"),
    ],
)
def test_the_nearest_shape_and_the_smallest_size_that_reaches_are_asked_for(
    build: Build, width: int, height: int, ratio: str, size: str
) -> None:
    # Only what is asked for matters here; a picture of 4K would take its time.
    painter = build("noimage", image_size="", model=MODEL)
    shape = painter._shape(
        replace(ORDER, width=width, height=height), ModelBook.open().find("gemini", "image", MODEL)
    )

    assert (shape.aspect_ratio, shape.image_size) == (ratio, size)


FAULTS: dict[str, tuple[type[OutsideError], int, str]] = {
    "429": (RateLimited, 3, "failed"),
    "429header": (RateLimited, 3, "failed"),
    "quota": (QuotaSpent, 1, "failed"),
    "402": (QuotaSpent, 1, "failed"),
    "auth": (AuthError, 1, "failed"),
    "forbidden": (AuthError, 1, "failed"),
    "badkey": (AuthError, 1, "failed"),
    "400": (BadRequest, 1, "failed"),
    "404": (BadRequest, 1, "failed"),
    "500": (Transient, 3, "failed"),
    "503": (Transient, 3, "failed"),
    "504": (Transient, 3, "failed"),
    "refuse": (Refused, 1, "failed"),
    "refuseanswer": (Refused, 1, "failed"),
    "noimage": (Refused, 1, "failed"),
    "badimage": (BadOutput, 2, "failed"),
    "empty": (BadOutput, 2, "failed"),
    "nocandidates": (BadOutput, 2, "failed"),
    "webpage": (BadOutput, 2, "failed"),
    "slow": (UnknownOutcome, 1, "unknown"),
    "hangup": (UnknownOutcome, 1, "unknown"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_of_its_kind_asked_as_often_as_its_kind_allows_and_told_clearly(
    stub: GeminiStub, build: Build, office: Office, fault: str
) -> None:
    kind, times, state = FAULTS[fault]

    with pytest.raises(kind) as caught:
        build(fault, timeout_s=0.3 if fault == "slow" else 60.0).paint(ORDER)

    told = [str(caught.value), *(trouble.message for trouble in office.troubles.list())]
    assert type(caught.value).kind == kind.kind
    assert len(stub.calls) == times
    assert [call.state for call in office.calls] == [state] * times
    assert all(KEY not in line and "\n" not in line for line in told)
    assert re.match(r"^[A-Z'].{10,}[.…]( [A-Z].*[.…])?$", str(caught.value)), caught.value


@pytest.mark.parametrize("fault", ["429once", "429headeronce", "500once"])
def test_what_passes_is_tried_again_and_never_sooner_than_asked(
    stub: GeminiStub, build: Build, office: Office, fault: str
) -> None:
    build(fault).paint(ORDER)

    first, second = stub.calls
    assert second.at - first.at >= (QUIET_S if fault.startswith("429") else 0.0)
    assert [call.state for call in office.calls] == ["failed", "done"]


@pytest.mark.parametrize("fault", ["", "refuse", "refuseanswer", "noimage", "badimage", "empty"])
def test_the_books_equal_the_meter_whatever_comes_of_an_order(
    stub: GeminiStub, build: Build, office: Office, fault: str
) -> None:
    stub.fail_next(*[fault] * 2)
    with contextlib.suppress(OutsideError):
        build().paint(ORDER)

    assert stub.meter.usd > 0
    assert office.ledger.spent() == pytest.approx(stub.meter.usd, rel=1e-6)


def test_without_a_key_nothing_is_sent(stub: GeminiStub, build: Build, office: Office) -> None:
    with pytest.raises(AuthError, match="no key"):
        build(api_key="").paint(ORDER)

    assert (stub.requests, office.calls) == ([], [])


def test_a_model_that_ended_is_refused_with_its_successor(stub: GeminiStub, build: Build) -> None:
    with pytest.raises(SettingsError, match="ended on") as caught:
        build(model="imagen-4.0-generate-001").paint(ORDER)

    assert "successor" in caught.value.advice
    assert stub.requests == []
