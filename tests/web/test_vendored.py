"""What others wrote and we serve: each file is the one that was taken, its licence beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import gesso.web

ROOT = Path(__file__).resolve().parents[2]
VENDOR = Path(gesso.web.__file__).parent / "static/vendor"
LINES = json.loads((VENDOR / "vendored.json").read_text("utf-8"))


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["name"]))
def test_a_vendored_file_is_the_one_that_was_taken(line: dict[str, object]) -> None:
    folder = VENDOR / str(line["name"]).rpartition("/")[2]
    files = line["files"]
    assert isinstance(files, dict)

    assert {path.name for path in folder.iterdir()} == set(files)
    for name, told in files.items():
        data = (folder / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (told["bytes"], told["sha256"])


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["name"]))
def test_a_vendored_library_has_its_licence_beside_it(line: dict[str, object]) -> None:
    folder = VENDOR / str(line["name"]).rpartition("/")[2]
    words = (folder / "LICENSE.txt").read_text("utf-8")

    assert "Copyright" in words
    assert len(words) > 500
    assert line["licence"]


def test_nothing_vendored_is_without_a_line() -> None:
    folders = {path.name for path in VENDOR.iterdir() if path.is_dir()}

    assert folders == {str(line["name"]).rpartition("/")[2] for line in LINES}


def test_nothing_vendored_names_a_place_outside() -> None:
    for path in (found for found in VENDOR.rglob("*.js") if found.is_file()):
        code = path.read_text("utf-8")
        assert "import(" not in code.replace("import()", ""), path.name
        for wish in ('from"http', "from 'http", "importScripts(", "eval(", "new Function"):
            assert wish not in code, f"{path.name} has {wish}"


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "package-lock.json").read_text("utf-8")

    assert '"integrity": "sha512-' in lock
    assert '"resolved"' not in lock
    packages = json.loads(lock)["packages"]
    for line in LINES:
        assert packages[f"node_modules/{line['name']}"]["version"] == line["version"]
