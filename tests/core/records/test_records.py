"""Records: frozen, plain, hashable where it matters, and the same after a way through JSON."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pickle
import pkgutil
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesso.core import records
from gesso.core.errors import InputError
from gesso.core.records.calls import Call, Trouble
from gesso.core.records.codec import from_json, from_plain, to_json, to_plain
from gesso.core.records.judgements import Check, Comparison, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Aim, Concept, Prompt
from gesso.core.records.recipes import RECIPE_SCHEMA, Recipe
from gesso.core.records.runs import Item, Round, Run
from gesso.core.records.works import Caption, Work

TRAVELLERS: tuple[type[Any], ...] = (
    Aim,
    Call,
    Caption,
    Comparison,
    Concept,
    Evaluation,
    Item,
    Prompt,
    Recipe,
    Round,
    Run,
    Trouble,
    Work,
)
OFFLINE = Maker("offline", "1", offline=True)


def every_record() -> list[type[Any]]:
    modules = [
        importlib.import_module(f"{records.__name__}.{found.name}")
        for found in pkgutil.iter_modules(records.__path__)
    ]
    return [
        thing
        for module in modules
        for thing in vars(module).values()
        if dataclasses.is_dataclass(thing)
        and isinstance(thing, type)
        and thing.__module__ == module.__name__
    ]


def evaluation(*outcomes: str, errors: tuple[float | None, ...] = ()) -> Evaluation:
    checks = tuple(Check("Is there a bridge?", outcome, "") for outcome in outcomes)  # type: ignore[arg-type]  # outcomes are spelt by the test
    measures = tuple(Measure("key", 40.0, 40.0, error) for error in errors)
    return Evaluation(checks, measures, 0.0, 1.0, "", OFFLINE)


@pytest.mark.parametrize("kind", every_record(), ids=lambda kind: kind.__name__)
def test_a_record_cannot_be_changed(kind: type[Any]) -> None:
    parameters = getattr(kind, "__dataclass_params__")  # noqa: B009 - unknown to the type checker

    assert parameters.frozen


# How `from_type` fills the fields of a record; no other test draws records.
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SETTINGS = st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=8)
st.register_type_strategy(float, FLOATS)
st.register_type_strategy(str, st.text(max_size=8))
st.register_type_strategy(Mapping, st.dictionaries(st.text(max_size=8), SETTINGS, max_size=3))


@pytest.mark.parametrize("kind", TRAVELLERS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_record_comes_back_from_json_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    record = data.draw(st.from_type(kind))

    assert from_json(kind, to_json(record)) == record
    assert from_plain(kind, json.loads(json.dumps(to_plain(record)))) == record


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(recipe=st.from_type(Recipe))
def test_a_record_travels_to_another_process(recipe: Recipe) -> None:
    assert pickle.loads(pickle.dumps(recipe)) == recipe


def test_json_keeps_the_words_of_every_script() -> None:
    assert "夜想曲" in to_json(Aim("夜想曲", 1.0))


def test_json_for_people_is_indented() -> None:
    assert to_json(Aim("key", 1.0), indent=2) == '{\n  "name": "key",\n  "target": 1.0\n}'


def test_a_missing_value_is_named_with_its_path() -> None:
    with pytest.raises(InputError) as caught:
        from_plain(Check, {"words": "Is it night?", "outcome": "yes"})

    assert caught.value.message.startswith("This is no Check: at reason:")


def test_a_wrong_value_deep_inside_is_named_with_its_path() -> None:
    plain = to_plain(evaluation("yes"))
    plain["checks"][0]["outcome"] = "perhaps"

    with pytest.raises(InputError, match=r"at checks\.0\.outcome:"):
        from_plain(Evaluation, plain)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"words"', b"\xff"])
def test_what_is_no_record_is_refused_in_a_sentence(text: str | bytes) -> None:
    with pytest.raises(InputError, match="This is no Aim"):
        from_json(Aim, text)


def test_an_evaluation_passes_when_nothing_failed_and_every_aim_is_near() -> None:
    assert evaluation("yes", "unknown", errors=(None, 0.2)).passes
    assert not evaluation("yes", "no").passes
    assert not evaluation("yes", errors=(0.21,)).passes


def test_a_recipe_names_its_schema() -> None:
    prompt = Prompt("", "", "", "", "", "", "", "", "a bridge", "", "", (), (), OFFLINE)

    recipe = Recipe(prompt, OFFLINE, 1, 64, 64, "algorithmicMedia")

    assert to_plain(recipe)["schema"] == RECIPE_SCHEMA == "gesso.recipe/1"


@pytest.mark.parametrize("indent", [None, 2])
def test_half_a_surrogate_pair_is_written_as_no_letter_and_read_again(indent: int | None) -> None:
    concept = Concept("Half \ud800 Moon 🌊", "x", "", "", OFFLINE)

    read = from_json(Concept, to_json(concept, indent=indent))

    assert read.words == "Half \ufffd Moon 🌊"
