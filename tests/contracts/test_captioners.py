"""What every captioner owes the room (collect/caption/captioner.py), asked of each alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gesso.collect.caption.captioner import CAPTIONERS, Captioner
from gesso.core.records.calls import Errand

from ..collect.caption.conftest import BLUE, RED, halves, subject_of
from .llm_rows import ROWS, open_place

SAID: dict[str, Any] = {
    "caption": "A blue plane lies beside a red one, and the border between them is sharp.",
    "title": "Blue beside red",
    "tags": ["blue", "red", "border"],
    "complexity": 0.1, "valence": 0.5, "arousal": 0.6, "technical": 0.8,
}  # fmt: skip
ERRAND = Errand("caption-1", "work-1")


@pytest.fixture(params=["offline", *(f"llm:{name}" for name in ROWS)])
def captioner(request: pytest.FixtureRequest) -> Iterator[Captioner]:
    kind, _, llm = str(request.param).partition(":")
    factory = CAPTIONERS.open(kind)
    if not llm:
        yield factory(factory.Options(), None)
        return
    with open_place(llm) as place:
        place.stub.answer = SAID
        yield factory(factory.Options(), place.llm())


def test_every_row_is_held_to_this() -> None:
    assert set(CAPTIONERS.names()) == {"offline", "llm"}


def test_it_says_something_under_its_own_name_and_version(captioner: Captioner) -> None:
    said = captioner.caption(subject_of(halves(BLUE, RED), side_px=captioner.side_px), ERRAND)

    assert said.caption.text
    assert said.caption.tags
    assert (said.caption.maker.name, said.caption.maker.version) == (
        captioner.name, captioner.version,
    )  # fmt: skip
    assert said.caption.maker.offline == (captioner.place == "cpu")


def test_a_title_is_given_only_to_a_work_that_has_none(captioner: Captioner) -> None:
    side = captioner.side_px
    titled = subject_of(halves(BLUE, RED), side_px=side, title="Two planes")
    bare = subject_of(halves(BLUE, RED), side_px=side, needs_title=True)

    assert captioner.caption(titled, ERRAND).caption.title == ""
    assert captioner.caption(bare, ERRAND).caption.title


def test_what_is_judged_is_a_share_of_one_and_has_its_judge(captioner: Captioner) -> None:
    said = captioner.caption(subject_of(halves(BLUE, RED), side_px=captioner.side_px), ERRAND)

    assert all(0 <= value <= 1 for value in said.judged.values())
    assert bool(said.judged) == bool(said.scorer)
    assert len(said.scorer) <= 100


def test_it_may_be_called_from_many_threads(captioner: Captioner) -> None:
    subjects = [
        subject_of(halves(BLUE, RED), side_px=captioner.side_px, number=n, title=f"Plane {n}")
        for n in range(8)
    ]

    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(lambda subject: captioner.caption(subject, ERRAND), subjects))

    assert [one.note for one in said] == [""] * 8
    assert all(one.caption.text for one in said)
