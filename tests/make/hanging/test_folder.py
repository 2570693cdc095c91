"""Kept pictures under readable names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.records.runs import Run
from gesso.core.records.works import Work
from gesso.make.hanging.folder import Hanging, folder_of, slug, suffix_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


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
        ("夜と機械", "夜と機械"),
        ("Ночь и машины", "ночь-и-машины"),
        ("Йод", "йод"),
        ("नदी", "नदी"),
        ("ليل", "ليل"),
        ("夜/../機械\\x\0y", "夜-機械-x-y"),
        ("\u202egnp.exe", "gnp-exe"),
        ("\u0301\u0301", "untitled"),
        ("ﬁne", "fine"),
        ("🌙", "untitled"),
        ("夜" * 200, "夜" * 40),
        ("", "untitled"),
        ("a" * 200, "a" * 60),
    ],
)
def test_titles_become_plain_file_names(words, name):
    assert slug(words) == name


@given(st.text(max_size=300))
def test_every_title_is_one_safe_name(words):
    name = slug(words)

    assert 0 < len(name) <= 60
    assert len(name.encode()) <= 120
    assert not set(name) & set('/\\.:*?"<>| \0\n\u202e\u200b')
    assert slug(name) == name


def test_a_run_with_a_theme_of_another_script_has_a_folder_of_its_words():
    night = Run("untitled-20260101-000000-ab12", "夜と機械", {}, "done", "", NOW, NOW)
    named = Run("untitled-7", "Night", {}, "done", "", NOW, NOW)

    assert folder_of(night) == "夜と機械-20260101-000000-ab12"
    assert folder_of(named) == "untitled-7"


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
