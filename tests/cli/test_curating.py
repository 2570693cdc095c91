"""`gesso curate`, as a person calls it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def works(gesso, once) -> tuple[list[str], list[str]]:
    """Twelve works of broad stripes and twelve of fine grain, by number."""
    once(lambda: _collected(gesso))
    rows = gesso("query", "SELECT id, title FROM works ORDER BY title", "--json").document["rows"]
    numbers = [str(row["id"]) for row in rows]
    return numbers[:12], numbers[12:]


def _collected(gesso) -> None:
    folder = Path("art")
    folder.mkdir()
    for number in range(24):
        rng = np.random.default_rng(number)
        if number < 12:
            picture = np.zeros((96, 128, 3), dtype=np.uint8)
            picture[:, (np.arange(128) // (8 + number)) % 2 == 0] = rng.integers(120, 255, 3)
        else:
            picture = rng.integers(0, 255, (96, 128, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number:02}.png"), picture)
    assert gesso("collect", "folder", folder).code == 0


def test_a_set_is_labelled_learnt_applied_and_listed(gesso, works):
    stripes, grain = works
    assert (
        "8 works labelled 'yes' in 'stripes'."
        in gesso("curate", "label", *stripes[:8], "stripes").out
    )
    gesso("curate", "label", *grain[:8], "stripes", "--no")

    trained = gesso("curate", "train", "stripes")
    applied = gesso("curate", "apply", "stripes", "--json")
    listed = gesso("curate", "list")

    assert trained.code == 0
    assert "stripes: learnt from 16 works, in 'look'" in trained.out
    assert "95 % interval" in trained.out
    assert "the commonest label always would be right on 50 %" in trained.out
    assert applied.document["counts"] == {"yes": 4, "no": 4}
    assert "no 12, yes 12" in listed.out


def test_labels_of_many_kinds_are_named_with_the_set(gesso, works):
    stripes, _ = works
    said = gesso("curate", "label", stripes[0], "kind=broad stripes", "--json")
    gone = gesso("curate", "label", *stripes, "kind", "--remove", "--json")

    assert said.document == {"set": "kind", "label": "broad stripes", "works": [int(stripes[0])]}
    assert gone.document["removed"] == 1


def test_too_few_labels_are_told_with_how_many_are_missing(gesso, works):
    stripes, grain = works
    gesso("curate", "label", *stripes[:6], "stripes")
    gesso("curate", "label", *grain[:2], "stripes", "--no")

    said = gesso("curate", "train", "stripes")

    assert said.code == 2
    assert "2 more of 'no'" in said.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("label", "1"), "Missing argument"),
        (("label", "one", "mine"), "'one' is no work."),
        (("label", "99", "mine"), "There is no work number 99"),
        (("label", "1", "kind=a", "--no"), "--no is for sets of yes and no"),
        (("label", "1", "=a"), "cannot name a set"),
        (("train", "mine"), "Nobody has labelled anything in 'mine'."),
        (("train", "mine", "--sure", "1"), "--sure"),
        (("apply", "mine"), "Nothing was learnt of 'mine' yet."),
        (("words", "keep", "painting", "--any", "--encoder", "look"), "reads no words"),
        (
            ("words", "keep", "painting", "--any", "--encoder", "lok"),
            "There is no encoder called 'lok'.",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(gesso, works, args, told):
    said = gesso("curate", *args)

    assert said.code == 2
    assert told in said.err


def test_with_nothing_labelled_the_list_says_how_to_begin(gesso, works):
    assert "gesso curate label" in gesso("curate", "list").out
