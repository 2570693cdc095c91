"""What is Gemini's own: thoughts, seeds of 31 bits, kept input, and refusals in two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from gesso.core.errors import Refused
from gesso.core.llms.gemini import GeminiLlm, GeminiOptions
from gesso.core.llms.ladder import Ladder
from gesso.core.llms.llm import Question
from gesso.core.outside.desk import Desk

from ...stubs.gemini_stub import GeminiStub
from ...stubs.stub import KEY, Request, Sent

QUESTION = Question("Answer.", "What is it?", seed=2**40 + 5)


class Word(BaseModel):
    word: str


class Own(GeminiStub):
    """Gemini with a body of the test's own, told apart by what it was asked."""

    body: dict[str, Any] | None = None
    refuses: tuple[str, ...] = ()

    def reply(self, request: Request) -> Sent:
        config = request.body.get("generationConfig", {})
        for name in self.refuses:
            if name in config:
                words = f'Invalid JSON payload received. Unknown name "{name}".'
                error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
                return Sent(400, {"error": error})
        return super().reply(request) if self.body is None else Sent(body=self.body)


@pytest.fixture
def google() -> Iterator[Own]:
    with Own(answer={"word": "harbor"}) as stub:
        yield stub


def gemini(stub: Own, desk: Desk) -> GeminiLlm:
    options = GeminiOptions(model="gemini-3.8-flash", base_url=stub.base_url, api_key=KEY)
    return GeminiLlm(options, desk, ladder=Ladder())


def said(parts: list[dict[str, Any]], **usage: int) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
    return {"candidates": [candidate], "usageMetadata": usage, "responseId": "r-1"}


def test_thoughts_are_not_read_but_paid_for(google: Own) -> None:
    desk = Desk.offline()
    google.body = said(
        [{"text": '{"word": "thought"}', "thought": True}, {"text": '{"word": "moon"}'}],
        promptTokenCount=10,
        candidatesTokenCount=20,
        thoughtsTokenCount=300,
    )

    assert gemini(google, desk).answer(QUESTION, Word).word == "moon"
    (call,) = desk.ledger.calls()
    assert (call.input_units, call.output_units, call.request_id) == (10, 320, "r-1")
    assert call.cost_usd == pytest.approx((10 * 0.75 + 320 * 3.75) / 1e6)


def test_input_that_google_had_kept_is_cheaper(google: Own) -> None:
    desk = Desk.offline()
    google.body = said(
        [{"text": '{"word": "moon"}'}],
        promptTokenCount=1000,
        cachedContentTokenCount=1000,
        candidatesTokenCount=0,
    )
    gemini(google, desk).answer(QUESTION, Word)

    assert desk.ledger.spent() == pytest.approx(1000 * 0.075 / 1e6)


def test_a_seed_fits_the_wire(google: Own) -> None:
    gemini(google, Desk.offline()).answer(QUESTION, Word)

    assert google.requests[-1].body["generationConfig"]["seed"] == 5


def test_an_older_server_is_asked_without_the_schema_from_then_on(google: Own) -> None:
    google.refuses = ("responseJsonSchema",)
    llm = gemini(google, Desk.offline())
    for _ in range(2):
        assert llm.answer(QUESTION, Word).word == "harbor"

    configs = [call.body["generationConfig"] for call in google.calls]
    assert ["responseJsonSchema" in config for config in configs] == [True, False, False]
    assert all(config["responseMimeType"] == "application/json" for config in configs)
    told = google.calls[-1].body["systemInstruction"]["parts"][0]["text"]
    assert '"required": ["word"]' in told


@pytest.mark.filterwarnings("ignore:A_REASON_OF_TOMORROW")  # the SDK's own surprise
@pytest.mark.parametrize(
    ("reason", "is_refusal"),
    [
        ("SAFETY", True),
        ("PROHIBITED_CONTENT", True),
        ("RECITATION", True),
        ("SPII", True),
        ("BLOCKLIST", True),
        ("STOP", False),
        ("A_REASON_OF_TOMORROW", False),
    ],
)
def test_why_an_answer_ended_decides_what_it_is(
    google: Own,
    reason: str,
    is_refusal: bool,
) -> None:
    body = said([{"text": '{"word": "moon"}'}], promptTokenCount=1)
    body["candidates"][0]["finishReason"] = reason
    google.body = body
    llm = gemini(google, Desk.offline())

    if is_refusal:
        with pytest.raises(Refused, match=reason):
            llm.answer(QUESTION, Word)
    else:
        assert llm.answer(QUESTION, Word).word == "moon"


@pytest.mark.parametrize("wrong", [{"timeout_s": 0}, {"max_output_tokens": 0}, {"picture_side": 1}])
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be larger"):
        GeminiOptions(**wrong)
