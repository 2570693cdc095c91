"""Which works have no title of their own."""

from __future__ import annotations

import pytest

from gesso.collect.caption.titles import is_by_machine, needs_title
from gesso.core.records.maker import PERSON, Maker
from gesso.core.records.works import Caption, Provenance

from .conftest import BLUE, flat, work_of

MODEL = Maker("gemini", "flash/1")


def named(title, file):
    return work_of(flat(BLUE), title=title, provenance=Provenance("brought", file))


@pytest.mark.parametrize(
    "name",
    ["IMG_2041", "DSC00017", "scan 3", "0", "12-04-2021", "Untitled (2)", "PXL_20240101_120000",
     "4f78b7c0a9e1d2f3", "9b2e6f80-1c5b-4d2a-9a3e-0f1b2c3d4e5f", "screenshot 2024-01-01"],
)  # fmt: skip
def test_a_name_that_a_camera_or_a_program_gave_is_no_title(name) -> None:
    assert is_by_machine(name)
    assert needs_title(named(name, f"{name}.jpg"), [])


@pytest.mark.parametrize("name", ["starry-night", "Wheat field 3", "ада", "IMG harbour", "波の絵"])
def test_a_name_with_a_word_in_it_is_a_title(name) -> None:
    assert not needs_title(named(name, f"{name}.jpg"), [])


def test_a_museums_number_as_a_title_stands() -> None:
    assert not needs_title(named("1984", "436535"), [])
    assert needs_title(named("", "436535"), [])


def test_a_title_that_a_captioner_gave_may_be_bettered_and_a_persons_may_not() -> None:
    work = named("A mill", "IMG_1.jpg")

    assert needs_title(work, [Caption("A mill", "", (), MODEL)])
    assert not needs_title(
        work, [Caption("A mill", "", (), Maker(PERSON)), Caption("A mill", "", (), MODEL)]
    )
