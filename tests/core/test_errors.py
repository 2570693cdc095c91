"""Errors: the tree as drawn, stable kinds, exit codes, a sentence and its advice."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator

import pytest

from gesso.core import errors
from gesso.core.errors import GessoError, OutsideError, RateLimited


def tree(root: type[GessoError]) -> Iterator[type[GessoError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


def drawn() -> list[tuple[int, str]]:
    """(depth, name) of every line of the tree in the module's docstring, in its order."""
    lines = re.findall(
        r"^([│ ]*)(?:[├└]── )?([A-Z]\w+)(?: .*)?$", errors.__doc__ or "", re.MULTILINE
    )
    lines = [(lead, name) for lead, name in lines if name in vars(errors)]
    return [(0 if name == "GessoError" else 1 + len(lead) // 4, name) for lead, name in lines]


def defined(root: type[GessoError], depth: int = 0) -> list[tuple[int, str]]:
    children = [child for child in root.__subclasses__() if child.__module__ == errors.__name__]
    below = [line for child in children for line in defined(child, depth + 1)]
    return [(depth, root.__name__), *below]


def test_the_drawn_tree_is_the_tree() -> None:
    assert drawn() == defined(GessoError)


def test_every_kind_is_used_once() -> None:
    kinds = [error.kind for error in tree(GessoError)]

    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("error", list(tree(GessoError)), ids=lambda error: error.__name__)
def test_an_error_reads_as_its_sentence_and_its_advice(error: type[GessoError]) -> None:
    raised = error("The disk is full.", "Free some space.")

    assert str(raised) == "The disk is full. Free some space."
    assert (raised.message, raised.advice) == ("The disk is full.", "Free some space.")


@pytest.mark.parametrize("error", list(tree(GessoError)), ids=lambda error: error.__name__)
def test_an_error_without_advice_ends_with_its_sentence(error: type[GessoError]) -> None:
    assert str(error("The disk is full.")) == "The disk is full."


@pytest.mark.parametrize("error", list(tree(GessoError)), ids=lambda error: error.__name__)
def test_an_error_survives_the_way_from_another_process(error: type[GessoError]) -> None:
    raised = error("The disk is full.", "Free some space.")

    arrived = pickle.loads(pickle.dumps(raised))

    assert type(arrived) is error
    assert (arrived.message, arrived.advice) == (raised.message, raised.advice)


def test_an_outside_error_keeps_who_failed_on_the_way() -> None:
    raised = RateLimited("Slow down.", provider="fal", status=429, after_s=7.5)

    for arrived in (pickle.loads(pickle.dumps(raised)), copy.copy(raised)):
        assert (arrived.provider, arrived.status, arrived.after_s) == ("fal", 429, 7.5)


def test_only_the_world_outside_answers_with_four() -> None:
    fours = {error for error in tree(GessoError) if error.exit_code == 4}

    assert fours == set(tree(OutsideError))


def test_the_exit_codes_are_the_documented_ones() -> None:
    assert {error.exit_code for error in tree(GessoError)} == {1, 2, 3, 4, 5, 130}
