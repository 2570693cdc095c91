"""`gesso duplicates`, as a person calls it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.collect.duplicates.conftest import paint, scanned

from gesso.core.catalogue.catalogue import Catalogue


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """Two scans of one picture and another picture, collected."""
    folder = tmp_path / "art"
    folder.mkdir()
    for name, rgb in (("wheat", paint(1)), ("scan", scanned(paint(1))), ("storm", paint(2))):
        cv2.imwrite(str(folder / f"{name}.png"), np.ascontiguousarray(rgb[..., ::-1]))
    return folder


@pytest.fixture
def found(gesso, art):
    gesso("collect", "folder", art)
    return gesso("duplicates", "find", "--json")


def members(said):
    return [[(one["title"], one["role"]) for one in g["members"]] for g in said.document["groups"]]


def test_a_search_says_what_it_found_and_what_to_do_next(gesso, art):
    gesso("collect", "folder", art)

    first = gesso("duplicates", "find")
    again = gesso("duplicates", "find", "--json")

    assert first.code == 0
    assert first.out.startswith("1 new or changed group, 1 in all; 3 works compared in ")
    assert "gesso duplicates list" in first.out
    assert again.document["compared"] == 0
    assert again.document["changed"] == []
    assert gesso("duplicates", "find", "--again", "--json").document["compared"] == 3


def test_the_groups_are_listed_with_the_one_to_show_first(gesso, found):
    said = gesso("duplicates", "list", "--json")

    (group,) = members(said)
    assert sorted(title for title, _ in group) == ["scan", "wheat"]
    assert group[0][1] == "keep"
    assert (said.document["total"], said.document["next"]) == (1, None)

    shown = gesso("duplicates", "list").out.splitlines()
    assert shown[-1].startswith("Which is to be shown: what a person keeps; else ")
    assert shown[0].split()[:4] == ["group", "work", "role", "alike"]
    assert " keep " in shown[1]
    assert "640 x 480" in shown[2]


def test_the_group_of_one_work_is_shown_and_of_one_that_has_none_it_is_said(gesso, found):
    (group,) = gesso("duplicates", "list", "--json").document["groups"]
    inside = [member["work"] for member in group["members"]]
    (outside,) = {1, 2, 3} - set(inside)

    assert gesso("duplicates", "list", f"work:{inside[1]}", "--json").document["groups"] == [group]
    said = gesso("duplicates", "list", str(outside))
    assert (said.code, said.out) == (0, f"Work {outside} is in no group of duplicates.\n")


def test_what_a_person_keeps_and_splits_stays_after_a_search(gesso, found):
    (group,) = gesso("duplicates", "list", "--json").document["groups"]
    other = group["members"][1]["work"]

    kept = gesso("duplicates", "keep", str(other))
    assert kept.code == 0
    assert "keep (you)" in kept.out
    gesso("duplicates", "find", "--again")
    assert gesso("duplicates", "list", "--json").document["groups"][0]["kept"] == other

    split = gesso("duplicates", "split", str(other))
    assert (split.code, split.out) == (0, f"1 work split off: {other}.\n")
    gesso("duplicates", "find", "--again")
    nothing = gesso("duplicates", "list")
    assert "No duplicates are known" in nothing.out


def test_a_sheet_shows_the_groups_side_by_side(gesso, found, tmp_path):
    said = gesso("duplicates", "list", "--sheet", tmp_path / "sheet.png")

    sheet = np.asarray(cv2.imread(str(tmp_path / "sheet.png")))
    assert f"The sheet is {tmp_path / 'sheet.png'}." in said.out
    assert sheet.shape[1] == 1800
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) > 1000

    refused = gesso("duplicates", "list", "--sheet", tmp_path / "nowhere" / "sheet.png")
    assert refused.code == 2
    assert "cannot be written" in refused.err


def test_what_is_no_work_is_refused_in_one_sentence(gesso, found):
    assert gesso("duplicates", "keep", "x").code == 2
    assert "'x' is no work" in gesso("duplicates", "keep", "x").err
    unknown = gesso("duplicates", "split", "999")
    assert unknown.code == 2
    assert "There is no work number 999" in unknown.err


def test_without_a_studio_nothing_is_searched(gesso, tmp_path):
    assert gesso("duplicates", "find").code == 3
    assert not (tmp_path / "studio").exists()


def test_a_damaged_thumbnail_is_told_with_exit_code_1(gesso, found, tmp_path):
    with Catalogue.open(tmp_path / "studio") as catalogue:
        work = catalogue.works.get(1)
        path = catalogue.blobs.path(work.thumbnails[0][1])
        assert path is not None
        path.write_bytes(b"no picture")
        catalogue.marks.compare_again()
        catalogue.duplicates.put([], considered=[1, 2, 3])

    said = gesso("duplicates", "find")

    assert said.code == 1
    assert "the thumbnail of work 1" in said.out


def test_titles_from_elsewhere_steer_no_terminal(gesso, found, tmp_path):
    with Catalogue.open(tmp_path / "studio") as catalogue:
        for number in (1, 2, 3):
            catalogue.works.set_title(number, "\x1b[2Jwheat")

    assert "\x1b" not in gesso("duplicates", "list").out
