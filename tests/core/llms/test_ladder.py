"""Servers' habits: what a refusal teaches, and what it does not."""

from __future__ import annotations

import pytest

from gesso.core.errors import BadRequest
from gesso.core.llms.ladder import RUNGS, Habits, Ladder, Rung

HOME = ("http://localhost:11434/v1", "a-model")


def refusal(words: str, status: int = 400) -> BadRequest:
    return BadRequest(f"'openai' does not take the request (HTTP {status}): {words}", status=status)


def test_a_stranger_is_asked_by_the_surest_rung() -> None:
    assert Ladder().habits(*HOME) == Habits("json_schema", frozenset())


@pytest.mark.parametrize(
    "words",
    [
        "response_format: Unsupported parameter: 'response_format'.",
        "'json_schema' is not supported by this model.",
        "failed to parse grammar",
        "Invalid schema for response_format 'Idea'.",
        "JSON mode is not enabled for this model",
        "Unknown name \"responseJsonSchema\" at 'generation_config'",
    ],
)
def test_a_refused_format_teaches_the_next_rung(words: str) -> None:
    ladder = Ladder()

    assert ladder.learn(*HOME, Habits(), refusal(words))
    assert ladder.habits(*HOME).rung == "json_object"


def test_the_lowest_rung_has_none_below() -> None:
    ladder = Ladder()

    assert not ladder.learn(*HOME, Habits("prompt"), refusal("response_format is not known"))


@pytest.mark.parametrize("name", ["temperature", "seed", "max_tokens", "max_completion_tokens"])
def test_a_refused_parameter_is_left_out_next_time(name: str) -> None:
    ladder = Ladder()

    assert ladder.learn(*HOME, Habits(), refusal(f"{name}: Unsupported value."))
    assert ladder.habits(*HOME) == Habits("json_schema", frozenset({name}))


def test_what_a_refusal_names_first_is_what_it_refuses() -> None:
    ladder = Ladder()
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    assert ladder.learn(*HOME, Habits(), refusal(words))
    assert ladder.habits(*HOME).refuses == {"max_tokens"}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Invalid value for a field.", 400),
        ("response_format is not known", 404),
        ("temperature is not supported", 413),
    ],
)
def test_a_refusal_about_something_else_teaches_nothing(words: str, status: int) -> None:
    ladder = Ladder()

    assert not ladder.learn(*HOME, Habits(), refusal(words, status))
    assert ladder.habits(*HOME) == Habits()


def test_the_same_refusal_again_is_final() -> None:
    asked = Habits("prompt", frozenset({"temperature"}))

    assert not Ladder().learn(*HOME, asked, refusal("temperature is not supported"))


def test_habits_belong_to_one_model_of_one_server() -> None:
    ladder = Ladder()
    ladder.learn(*HOME, Habits(), refusal("response_format"))

    assert ladder.habits(HOME[0], "another") == Habits()
    assert ladder.habits("http://elsewhere/v1", HOME[1]) == Habits()


def test_two_who_learn_at_once_do_not_go_down_twice() -> None:
    ladder, asked = Ladder(), Habits()

    assert ladder.learn(*HOME, asked, refusal("response_format"))
    assert ladder.learn(*HOME, asked, refusal("response_format"))
    assert ladder.habits(*HOME).rung == "json_object"


def test_every_way_down_comes_to_an_end() -> None:
    ladder, steps, rungs = Ladder(), 0, set[Rung]()
    words = "temperature, seed, max_tokens, max_completion_tokens, response_format"
    while ladder.learn(*HOME, ladder.habits(*HOME), refusal(words)):
        rungs.add(ladder.habits(*HOME).rung)
        steps += 1

    assert steps == 3
    assert rungs == set(RUNGS)
