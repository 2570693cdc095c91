"""gesso models: the book, and what providers say to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Gesso
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenAIStub
from tests.stubs.stub import KEY

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.models.models import ModelBook

STUDIO = Path("studio")
BOOK = ModelBook.open()
LIVING = [model.id for model in BOOK.list("gemini") if not BOOK.has_ended(model)]


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiStub]:
    pytest.importorskip("google.genai")
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiStub() as stub:
        yield stub


@pytest.fixture
def ollama() -> Iterator[OpenAIStub]:
    pytest.importorskip("openai")
    with OpenAIStub() as stub:
        stub.asks_for_key = False
        yield stub


# The list ------------------------------------------------------------------------------------


def test_every_model_of_the_book_is_listed(gesso: Gesso) -> None:
    told = gesso("models", "list", "--json").document

    assert [row["id"] for row in told["models"]] == [model.id for model in BOOK.list()]
    assert told["dated"] == str(BOOK.dated)
    assert not STUDIO.exists()


def test_a_model_past_its_sunset_is_shown_with_one_that_still_answers(gesso: Gesso) -> None:
    rows = {row["id"]: row for row in gesso("models", "list", "--json").document["models"]}
    ended = [row for row in rows.values() if row["ended"] and row["successor"] in rows]

    assert ended
    assert not any(rows[row["successor"]]["ended"] for row in ended)
    assert (
        f"ended {ended[0]['sunset']}, then {ended[0]['successor']}" in gesso("models", "list").out
    )


def test_the_list_can_be_narrowed(gesso: Gesso) -> None:
    told = gesso("models", "list", "--provider", "fal", "--kind", "image", "--json").document

    assert {row["provider"] for row in told["models"]} == {"fal"}
    assert (
        gesso("models", "list", "--provider", "fal", "--kind", "text", "--json").document["models"]
        == []
    )
    assert "No model of 'fall' is known." in gesso("models", "list", "--provider", "fall").err


# The check -----------------------------------------------------------------------------------


def test_a_provider_that_has_everything_is_fine(gesso: Gesso, gemini: GeminiStub) -> None:
    gemini.models = LIVING

    said = gesso("models", "check", "gemini", "--base-url", gemini.base_url)

    assert said.code == 0
    assert said.out.startswith("gemini: all there\n")


def test_a_model_that_went_is_missing_and_the_exit_code_is_1(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    gemini.models = [*LIVING[1:], "gemini-of-tomorrow"]

    said = gesso("models", "check", "gemini", "--base-url", gemini.base_url)

    assert said.code == 1
    assert said.out.startswith("gemini: 1 model missing\n")
    assert "Not in the book: gemini-of-tomorrow." in said.out
    told = gesso("models", "check", "gemini", "--base-url", gemini.base_url, "--json").document
    states = {row["id"]: row["state"] for row in told["providers"][0]["models"]}
    assert states[LIVING[0]] == "missing"


def test_a_server_of_ones_own_is_shown_as_it_is(gesso: Gesso, ollama: OpenAIStub) -> None:
    ollama.models = ["llama", "qwen"]

    said = gesso("models", "check", "openai", "--base-url", ollama.base_url)

    assert said.code == 0
    assert said.out == "openai: 2 models\n  llama, qwen.\n"


def test_to_ask_makes_no_studio_and_in_one_it_is_a_call_of_the_ledger(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    gemini.models = LIVING
    ask = ("models", "check", "gemini", "--base-url", gemini.base_url)
    gesso(*ask)
    assert not STUDIO.exists()

    Catalogue.open(STUDIO).close()
    gesso(*ask)

    with Catalogue.open(STUDIO) as catalogue:
        (call,) = catalogue.calls.calls()
    assert (call.provider, call.operation, call.state, call.cost_usd) == (
        "gemini", "models", "done", 0.0
    )  # fmt: skip


def test_who_cannot_be_asked_is_told_with_the_reason_and_without_the_key(
    gesso: Gesso, gemini: GeminiStub
) -> None:
    address = gemini.base_url
    gemini._server.server_close()  # nobody listens there any more

    said = gesso("models", "check", "gemini", "--base-url", address)

    assert said.code == 4
    assert said.out.startswith("gemini: could not be asked\n")
    assert KEY not in said.out + said.err


def test_a_server_that_asks_for_a_key_says_so(gesso: Gesso, ollama: OpenAIStub) -> None:
    ollama.asks_for_key = True

    said = gesso("models", "check", "openai", "--base-url", ollama.base_url, "--json")

    assert said.code == 4
    assert said.document["providers"][0]["error"]["kind"] == "auth"


def test_without_a_key_nobody_is_asked(gesso: Gesso) -> None:
    said = gesso("models", "check")

    assert said.code == 2
    assert "There is no key of a provider who could be asked." in said.err


def test_who_has_no_list_is_refused_in_words(gesso: Gesso) -> None:
    said = gesso("models", "check", "fal")

    assert said.code == 2
    assert "'fal' cannot be asked which models it has." in said.err


def test_an_address_belongs_to_one_provider(gesso: Gesso) -> None:
    assert "name it" in gesso("models", "check", "--base-url", "http://localhost:1").err
