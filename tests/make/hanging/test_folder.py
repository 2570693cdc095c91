"""Kept pictures under readable names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from gesso.core.records.works import Work
from gesso.make.hanging.folder import Hanging, slug, suffix_of


@dataclass
class _Framed:
    title: str
    media_type: str = "image/png"


def framed(title: str) -> Work:
    return cast("Work", _Framed(title))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ember Orrery", "ember-orrery"),
        ("Crème & Brûlée", "creme-brulee"),
        ("../../etc/passwd", "etc-passwd"),
        ("夜", "untitled"),
        ("", "untitled"),
        ("a" * 200, "a" * 60),
    ],
)
def test_titles_become_plain_file_names(words, name):
    assert slug(words) == name


def test_a_work_hangs_under_its_place_and_title(tmp_path):
    hanging = Hanging(tmp_path / "exports" / "r1", lambda work: work.title.encode())
    path = hanging.hang(0, framed("Ember Orrery"))

    assert path.name == "01-ember-orrery.png"
    assert path.read_bytes() == b"Ember Orrery"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_hanging_twice_leaves_one_picture(tmp_path):
    hanging = Hanging(tmp_path, lambda work: b"x")
    hanging.hang(0, framed("A"))
    hanging.hang(0, framed("A"))

    assert len(list(tmp_path.iterdir())) == 1


def test_an_unknown_media_type_has_no_picture_suffix():
    assert suffix_of("application/pdf") == ".bin"
