"""What is wrong with a request is said in the house's own words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gesso.web.server.problems import misshapen


class Wish(BaseModel):
    """A part of every kind."""

    model_config = ConfigDict(extra="forbid")

    works: Annotated[int, Field(ge=1, le=1000)] = 1
    share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    is_loud: bool = False
    title: Annotated[str, Field(min_length=1, max_length=5, pattern="^[a-z]*$")] = "a"
    tags: Annotated[list[str], Field(max_length=2)] = []
    order: Literal["newest", "oldest"] = "newest"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"works": 0}, "works: 0 is too little; 1 is the least."),
        ({"works": 5000}, "works: 5000 is too much; 1,000 is the most."),
        ({"works": "many"}, "works: 'many' is no whole number."),
        ({"works": 1.5}, "works: 1.5 is no whole number."),
        ({"works": "9" * 200}, f"works: '{'9' * 60}'… is too much; 1,000 is the most."),
        ({"share": "half"}, "share: 'half' is no number."),
        ({"share": float("nan")}, "share: nan is no number."),
        ({"share": 0}, "share: 0 is too little; it has to be more than 0.0."),
        ({"is_loud": "maybe"}, "is_loud: 'maybe' is neither true nor false."),
        ({"title": ""}, "title is too short; it has to have 1 or more letters."),
        ({"title": "abcdef"}, "title is too long; 5 letters are the most."),
        ({"title": "A"}, "title: 'A' is not written as it has to be."),
        ({"title": 5}, "title: 5 is no text."),
        ({"tags": ["a", "b", "c"]}, "tags: 3 are too many; 2 are the most."),
        ({"tags": "a"}, "tags: 'a' is no list."),
        ({"order": "best"}, "order: 'best' is none of 'newest' or 'oldest'."),
        ({"colour": "red"}, "colour is nothing that is known here."),
    ],
)
def test_a_part_that_is_not_what_it_may_be_is_named_with_what_it_may_be(
    told: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Wish.model_validate(told)
    fault = refused.value.errors()[0]

    assert misshapen({**fault, "loc": ("body", *fault["loc"])}) == said


def test_a_fault_of_a_kind_that_has_no_words_yet_keeps_its_own() -> None:
    fault = {"type": "date_parsing", "loc": ("query", "day"), "msg": "No day", "input": "x"}

    assert misshapen(fault) == "day: No day."


def test_a_name_that_somebody_else_chose_is_told_short_and_plain() -> None:
    fault = {"type": "extra_forbidden", "loc": ("body", "\u202ecolour\x07" + "x" * 999), "msg": ""}
    shown = " colour " + "x" * 52

    assert misshapen(fault) == f"{shown}… is nothing that is known here."
