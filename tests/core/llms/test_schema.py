"""Our shapes as schemas that vendors accept, and answers as our shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel, Field

from gesso.core.llms.schema import Form, Misshapen

from ...stubs.stub import smallest


class Mood(Enum):
    CALM = "calm"
    WILD = "wild"


class Aim(BaseModel):
    """One measurable aim."""

    name: Literal["key", "contrast"]
    target: float = Field(ge=0, le=100, description="in the scale's unit")


class Plan(BaseModel):
    title: Annotated[str, Field(min_length=3, max_length=40, pattern=r"\w+ \w+")]
    aims: list[Aim] = Field(min_length=1, max_length=4)
    mood: Mood = Mood.CALM
    avoid: str | None = None
    corner: tuple[int, int] = (0, 0)
    kind: Literal["plan"] = "plan"


@dataclass(frozen=True)
class Branch:
    label: str
    twigs: tuple[Branch, ...] = ()


def inside(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema, itself included."""
    if isinstance(schema, dict):
        if "type" in schema or "$ref" in schema or "anyOf" in schema or "enum" in schema:
            yield schema
        for value in schema.values():
            yield from inside(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from inside(value)


@pytest.mark.parametrize("shape", [Plan, Aim, Branch])
def test_every_object_is_closed_and_wants_all_of_its_fields(shape: type[Any]) -> None:
    objects = [part for part in inside(Form(shape).schema) if part.get("type") == "object"]

    assert objects
    for part in objects:
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])


@pytest.mark.parametrize("shape", [Plan, Aim, Branch])
def test_only_words_that_all_vendors_know_are_left(shape: type[Any]) -> None:
    told = {word for part in inside(Form(shape).schema) for word in part}

    assert not told & {"default", "pattern", "minLength", "maxLength", "const", "title", "oneOf"}
    assert not told & {"prefixItems", "allOf", "format", "exclusiveMinimum"}


@pytest.mark.parametrize("shape", [Plan, Aim, Branch])
def test_the_schema_is_valid_and_its_smallest_answer_can_be_read(shape: type[Any]) -> None:
    form = Form(shape)
    jsonschema.Draft202012Validator.check_schema(form.schema)
    if shape is Branch:
        answer: Any = {"label": "oak", "twigs": [{"label": "leaf", "twigs": []}]}
    else:
        answer = smallest(form.schema)
        answer |= {"title": "Ember Harbor"} if shape is Plan else {}

    jsonschema.validate(answer, form.schema)
    assert form.read(answer)


def test_a_plain_shape_has_the_schema_that_openais_own_sdk_would_send() -> None:
    def bare(schema: Any) -> Any:
        if isinstance(schema, dict):
            return {k: bare(v) for k, v in schema.items() if k != "title"}
        return schema

    class Plain(BaseModel):
        word: str = Field(description="one word")
        count: int

    assert Form(Plain).schema == bare(to_strict_json_schema(Plain))


def test_what_fields_mean_is_told() -> None:
    schema = Form(Aim).schema

    assert schema["description"] == "One measurable aim."
    assert schema["properties"]["target"]["description"] == "in the scale's unit"
    assert schema["properties"]["target"]["maximum"] == 100


def test_a_shape_that_holds_itself_is_told_by_reference() -> None:
    form = Form(Branch)

    assert "$ref" in str(form.schema)
    assert form.read({"label": "a", "twigs": [{"label": "b"}]}) == Branch("a", (Branch("b"),))


@pytest.mark.parametrize("field", [dict[str, int], dict, list[dict[str, str]]])
def test_a_free_mapping_is_a_mistake_of_ours(field: Any) -> None:
    shape = type("Free", (BaseModel,), {"__annotations__": {"scores": field}})

    with pytest.raises(ValueError, match=r"Free\.scores.* is a mapping with free keys"):
        Form(shape)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, "title: Field required; aims: Field required"),
        ({"title": "Ember Harbor", "aims": []}, "aims: List should have at least 1 item"),
        (
            {"title": "Ember Harbor", "aims": [{"name": "hue", "target": 1}]},
            "aims.0.name: Input should be 'key' or 'contrast'",
        ),
        ([], "the answer: "),
    ],
)
def test_a_misshapen_answer_is_told_by_its_fields(answer: object, said: str) -> None:
    with pytest.raises(Misshapen) as caught:
        Form(Plan).read(answer)

    assert said in str(caught.value)


def test_a_long_list_of_faults_is_cut() -> None:
    wrong = {"title": "Ember Harbor", "aims": [{"name": "hue"}] * 4}

    with pytest.raises(Misshapen, match=r"and 5 more$"):
        Form(Plan).read(wrong)


def test_what_was_said_is_not_repeated_in_the_fault() -> None:
    with pytest.raises(Misshapen) as caught:
        Form(Plan).read({"title": 7, "aims": "a secret thing that was said"})

    assert "secret" not in str(caught.value)


def test_a_name_fits_the_wire() -> None:
    shape = type("Idea[int] & more" + "x" * 80, (BaseModel,), {"__annotations__": {"a": int}})

    assert Form(shape).name == ("Idea_int____more" + "x" * 80)[:64]
