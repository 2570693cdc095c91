"""Servers that speak as OpenAI does: no key, no schema, an older limit, a price of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from gesso.core.errors import AuthError, SettingsError
from gesso.core.llms.ladder import Ladder
from gesso.core.llms.llm import Question
from gesso.core.llms.openai import OpenAILlm, OpenAIOptions
from gesso.core.outside.desk import Desk

from ...stubs.openai_stub import OpenAIStub
from ...stubs.stub import Request, Sent

QUESTION = Question("Answer.", "What is it?", temperature=0.5)


class Word(BaseModel):
    word: str


@pytest.fixture
def server() -> Iterator[OpenAIStub]:
    with OpenAIStub(answer={"word": "harbor"}) as stub:
        stub.asks_for_key = False
        yield stub


@pytest.fixture
def desk() -> Desk:
    return Desk.offline()


def at_home(server: OpenAIStub, desk: Desk, model: str = "a-model", **options: Any) -> OpenAILlm:
    wishes = OpenAIOptions(model=model, base_url=server.base_url, **options)
    return OpenAILlm(wishes, desk, ladder=Ladder())


def test_a_server_of_ones_own_needs_no_key_and_is_sent_none(server: OpenAIStub, desk: Desk) -> None:
    assert at_home(server, desk).answer(QUESTION, Word).word == "harbor"
    assert "authorization" not in server.requests[-1].headers


def test_a_key_that_is_set_is_sent(server: OpenAIStub, desk: Desk) -> None:
    at_home(server, desk, api_key=SecretStr("of-my-own")).answer(QUESTION, Word)

    assert server.requests[-1].headers["authorization"] == "Bearer of-my-own"


def test_an_account_at_openai_is_nobody_elses_business(
    server: OpenAIStub, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-mine")
    at_home(server, desk).answer(QUESTION, Word)

    assert "of-mine" not in repr(server.requests[-1].headers)


def test_a_server_of_ones_own_costs_nothing_and_says_so(server: OpenAIStub, desk: Desk) -> None:
    at_home(server, desk).answer(QUESTION, Word)

    (call,) = desk.ledger.calls()
    assert (call.reserved_usd, call.cost_usd, call.price_source) == (0.0, 0.0, "free")


def test_its_vendor_is_its_address_and_openai_is_openai(server: OpenAIStub, desk: Desk) -> None:
    assert at_home(server, desk).vendor == server.address.removeprefix("http://")
    assert OpenAILlm(OpenAIOptions(), desk).vendor == "openai"


def test_a_server_of_ones_own_has_no_usual_model(server: OpenAIStub, desk: Desk) -> None:
    with pytest.raises(SettingsError, match=r"No model was named .* option 'model'"):
        at_home(server, desk, model="")


def test_a_gateway_keeps_openais_book(server: OpenAIStub, desk: Desk) -> None:
    with pytest.raises(SettingsError, match="ended on"):
        at_home(server, desk, model="gpt-3.5-turbo", vendor="openai")
    assert at_home(server, desk, model="gpt-3.5-turbo").model == "gpt-3.5-turbo"


@pytest.mark.parametrize(
    ("vendor", "name"), [("openai", "max_completion_tokens"), ("", "max_tokens")]
)
def test_the_limit_has_the_name_that_the_server_knows(
    server: OpenAIStub, desk: Desk, vendor: str, name: str
) -> None:
    at_home(server, desk, vendor=vendor, max_output_tokens=77).answer(QUESTION, Word)

    body = server.requests[-1].body
    assert {k: v for k, v in body.items() if k.startswith("max_")} == {name: 77}


@pytest.mark.parametrize(
    ("fault", "forms"),
    [
        ("noschema", ["json_schema", "json_object", "json_object"]),
        ("nojsonmode", ["json_schema", "json_object", "", ""]),
    ],
)
def test_the_rung_that_works_is_remembered(
    server: OpenAIStub, desk: Desk, fault: str, forms: list[str]
) -> None:
    llm = at_home(server, desk, model=f"a-model-{fault}")
    for _ in range(2):
        assert llm.answer(QUESTION, Word).word == "harbor"

    asked = [call.body.get("response_format", {}).get("type", "") for call in server.calls]
    assert asked == forms


def test_below_the_first_rung_the_schema_is_told_in_words(server: OpenAIStub, desk: Desk) -> None:
    at_home(server, desk, model="a-model-nojsonmode").answer(QUESTION, Word)

    first, *_, last = [call.body["messages"][0]["content"] for call in server.calls]
    assert first == "Answer."
    assert '"required": ["word"]' in last


@pytest.mark.parametrize(
    ("fault", "left_out"), [("notemperature", "temperature"), ("oldlimit", "max_completion_tokens")]
)
def test_what_a_model_refuses_is_left_out_from_then_on(
    server: OpenAIStub, desk: Desk, fault: str, left_out: str
) -> None:
    llm = at_home(server, desk, model=f"gpt-next-{fault}", vendor="openai")
    for _ in range(2):
        llm.answer(QUESTION, Word)

    assert [left_out in call.body for call in server.calls] == [True, False, False]
    assert [call.state for call in desk.ledger.calls()] == ["failed", "done", "done"]


def test_an_answer_without_a_price_counts_with_what_was_set_aside(
    server: OpenAIStub, desk: Desk
) -> None:
    llm = at_home(server, desk, model="gpt-of-tomorrow", vendor="openai", unpriced_usd=0.02)
    llm.answer(QUESTION, Word)

    (call,) = desk.ledger.calls()
    assert (call.cost_usd, call.price_source, desk.ledger.spent()) == (None, "estimate", 0.02)


def test_openai_itself_is_not_asked_without_a_key(desk: Desk) -> None:
    with pytest.raises(AuthError, match=r"There is no key for OpenAI.*OPENAI_API_KEY"):
        OpenAILlm(OpenAIOptions(), desk).answer(QUESTION, Word)


@pytest.mark.parametrize(
    "wrong", [{"timeout_s": 0}, {"max_output_tokens": 0}, {"picture_side": 8}, {"detail": "fine"}]
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        OpenAIOptions(**wrong)


def test_words_in_parts_and_odd_counts_are_read(desk: Desk) -> None:
    parts = [{"type": "text", "text": part} for part in ('{"word": ', '"moon"}')]
    message = {"role": "assistant", "content": parts}
    body = {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": "many", "completion_tokens": None},
    }
    with Odd(body) as server:
        llm = OpenAILlm(OpenAIOptions(model="m", base_url=server.base_url), desk)

        assert llm.answer(QUESTION, Word).word == "moon"
    assert desk.ledger.calls()[0].input_units == 0


class Odd(OpenAIStub):
    """A server that answers in its own way."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        super().__init__()

    def reply(self, request: Request) -> Sent:
        return Sent(body={"id": "x", "object": "chat.completion", "created": 0, **self._body})
