"""Notes on movements and media: short, plain, and tied to what is measured."""

from __future__ import annotations

import pytest

from gesso.study.tips.percentiles import percentile_of, table
from gesso.study.tools.near.notes.notes import Cue, Note, note_on, notes
from gesso.study.tools.near.style import _MEASURES


def test_there_are_notes_on_27_movements_and_on_media() -> None:
    kinds = [note.kind for note in notes().values()]

    assert kinds.count("movement") == 27
    assert kinds.count("medium") >= 5


@pytest.mark.parametrize("note", notes().values(), ids=lambda note: note.name)
def test_a_note_is_one_or_two_sentences_with_cues_that_are_measured(note: Note) -> None:
    assert note.text.endswith(".")
    assert len(note.text) <= 140
    assert note.text.count(". ") <= 1
    assert note.unseen.endswith(".")
    assert note.when
    assert 1 <= len(note.cues) <= 3
    for cue in note.cues:
        assert cue.metric in table()
        assert cue.metric in _MEASURES
        assert cue.side in ("<", ">")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("baroque", "Baroque"),
        ("Neo Impressionism", "Neo-Impressionism"),
        ("Pointillism", "Neo-Impressionism"),
        ("Barbizon School", "Barbizon School"),
        ("Mannerism (Late Renaissance)", "Mannerism"),
        ("Oil on canvas", "Oil"),
    ],
)
def test_a_note_is_found_by_any_usual_name(said: str, name: str) -> None:
    note = note_on(said)

    assert note is not None
    assert note.name == name


def test_a_style_without_a_note_has_none() -> None:
    assert note_on("Kitsch") is None
    assert note_on("") is None


def test_no_two_notes_share_a_name() -> None:
    names = [name.casefold() for note in notes().values() for name in (note.name, *note.other)]

    assert len(names) == len(set(names))


def test_a_cue_is_seen_only_far_out_on_its_side() -> None:
    low, middle, high = (table()["dark25"][place] for place in (1, 4, 7))
    cue = Cue("few large darks", "dark25", ">")

    assert percentile_of("dark25", middle) == pytest.approx(0.5, abs=0.05)
    assert cue.is_seen({"dark25": high})
    assert not cue.is_seen({"dark25": middle})
    assert not cue.is_seen({"dark25": low})
    assert Cue("hardly any black", "dark25", "<").is_seen({"dark25": low})
    assert not cue.is_seen({})
