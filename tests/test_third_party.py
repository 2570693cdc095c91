"""THIRD_PARTY.md names everything of others that stands in the repository."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOLD = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
SOURCE = ROOT / "src" / "gesso"


def test_every_script_of_others_is_named_with_its_version_and_licence():
    vendored = json.loads((SOURCE / "web/static/vendor/vendored.json").read_text("utf-8"))

    for script in vendored:
        (row,) = (line for line in TOLD.splitlines() if line.startswith(f"| {script['name']} "))
        assert f"| {script['version']} | {script['licence']} |" in row


def test_every_typeface_is_named_with_its_folder_and_has_its_licence_beside_it():
    faces = [one for kind in ("ttf", "woff2") for one in SOURCE.rglob(f"*.{kind}")]

    assert faces
    for face in faces:
        family = face.stem.removesuffix("-Italic").removesuffix("-italic")
        licence = (face.parent / f"{family}-LICENSE.txt").read_text("utf-8")
        # "Copyright 2020 The Newsreader Project Authors", "Copyright 2017 IBM Corp."
        name = licence.split()[2:4][licence.split()[2] == "The"]
        folder = face.parent.relative_to(SOURCE).as_posix()
        (row,) = (line for line in TOLD.splitlines() if line.startswith(f"| {name} "))
        assert "SIL OPEN FONT LICENSE" in licence
        assert f"`{folder}`" in row
