"""`gesso collect`, as a person calls it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def art(tmp_path: Path) -> Path:
    folder = tmp_path / "art"
    folder.mkdir()
    for number in range(4):
        rng = np.random.default_rng(number)
        cv2.imwrite(str(folder / f"{number}.png"), rng.integers(0, 255, (9, 12, 3), dtype=np.uint8))
    (folder / "0.json").write_text(json.dumps({"title": "Wheat", "artist": "Vincent"}), "utf-8")
    return folder


def test_a_folder_comes_in_once(gesso, art):
    first = gesso("collect", "folder", art)
    again = gesso("collect", "folder", art, "--json")

    assert first.code == 0
    assert first.out.startswith("folder: 4 new, in ")
    assert again.document["counts"] == {"offered": 4, "unchanged": 4}
    assert again.document["state"] == "done"


def test_what_lies_beside_a_picture_is_kept_with_it(gesso, art):
    gesso("collect", "folder", art)

    said = gesso("query", "SELECT title, creator FROM works WHERE creator <> ''", "--json")
    if said.code == 2 and "warehouse" in said.err:
        pytest.skip("the warehouse's packages are not here")

    assert said.document["rows"] == [{"title": "Wheat", "creator": "Vincent"}]


def test_a_bad_picture_fails_alone_and_the_exit_code_says_so(gesso, art):
    (art / "bad.png").write_bytes(b"<html>")

    said = gesso("collect", "folder", art)

    assert said.code == 1
    assert "4 new" in said.out
    assert "failed: " in said.out
    assert "bad.png" in said.out


def test_a_run_says_how_many_failed_and_where_the_rest_of_them_is_told(gesso, art):
    for number in range(14):
        (art / f"bad{number}.png").write_bytes(b"<html>" + bytes([number]))

    said = gesso("collect", "folder", art)

    assert said.out.startswith("folder: 4 new, 14 failed, in ")
    assert "  and 2 more: gesso collect status folder-" in said.out


def test_a_place_without_pictures_is_told(gesso, tmp_path):
    (tmp_path / "empty").mkdir()

    assert gesso("collect", "folder", "empty").out.startswith("folder: nothing was found there, ")


def test_no_export_tells_where_a_folder_lies_on_this_machine(gesso, art, tmp_path):
    gesso("collect", "folder", art)
    gesso("export", "ndjson", "--to", "out")
    gesso("export", "--all", "--to", "hung")

    files = [path for name in ("out", "hung") for path in (tmp_path / name).rglob("*")]
    data = [path.read_bytes() for path in files if path.is_file()]
    assert any(f"folder:{art.name}-".encode() in one for one in data)
    assert not any(str(tmp_path).encode() in one for one in data)


def test_two_folders_of_one_name_are_kept_apart(gesso, art, tmp_path):
    other = tmp_path / "other" / art.name
    other.mkdir(parents=True)
    pixels = np.full((9, 9, 3), 77, dtype=np.uint8)
    cv2.imwrite(str(other / "0.png"), pixels)

    gesso("collect", "folder", art)

    assert gesso("collect", "folder", other).out.startswith("folder: 1 new, ")
    assert gesso("check", "--json").document["works"] == 5


def test_a_dry_run_makes_no_studio(gesso, art, tmp_path):
    said = gesso("collect", "folder", art, "--dry-run")

    assert said.code == 0
    assert "folder: 4 finds; nothing was fetched" in said.out
    assert "4 would be fetched" in said.out
    assert "Wheat" in said.out
    assert not (tmp_path / "studio" / "gesso.db").exists()


def test_a_limit_takes_the_first(gesso, art):
    assert gesso("collect", "folder", art, "--limit", "2", "--json").document["counts"] == {
        "offered": 2,
        "queued": 2,
        "stored": 2,
        "bytes": sum((art / f"{n}.png").stat().st_size for n in range(2)),
    }


def test_an_archive_is_a_place_like_a_folder(gesso, art, tmp_path):
    with zipfile.ZipFile(tmp_path / "art.zip", "w") as archive:
        archive.write(art / "1.png", "1.png")

    assert "1 new" in gesso("collect", "folder", tmp_path / "art.zip").out


def test_a_register_becomes_records(gesso, tmp_path):
    register = tmp_path / "register.csv"
    register.write_bytes(
        '\ufeffid,title,artist,year,medium,"shelf mark"\r\n'
        '1,"The ""Wave""\nat night",Courbet,1870,oil,A\r\n'
        "2,Storm,,c. 1900,ink,\r\n,Nameless,,,,\r\n".encode()
    )

    said = gesso("collect", "records", register)
    again = gesso("collect", "records", register, "--json")

    assert said.code == 0
    assert "2 records" in said.out
    assert "passed over: register.csv, line 5: it has no identifier" in said.out
    assert again.document["counts"] == {"offered": 2, "unchanged": 2}


def test_the_budget_ends_a_run_and_resume_goes_on(gesso, art, monkeypatch):
    monkeypatch.setenv("GESSO_COLLECT__ITEMS", "1")

    said = gesso("collect", "folder", art, "--run-id", "c1")

    assert said.code == 5
    assert "Go on with: gesso collect resume c1" in said.err

    monkeypatch.delenv("GESSO_COLLECT__ITEMS")
    assert gesso("collect", "resume", "c1").code == 0
    (run,) = gesso("collect", "status", "--json").document["runs"]
    assert (run["state"], run["counts"]["stored"], run["waiting"]) == ("done", 4, 0)


def test_a_run_is_shown_with_what_went_wrong(gesso, art):
    (art / "bad.png").write_bytes(b"<html>")
    gesso("collect", "folder", art, "--run-id", "c1")

    listed, shown = gesso("collect", "status"), gesso("collect", "status", "c1")

    assert "c1" in listed.out
    assert "c1: done" in shown.out
    assert "bad.png" in shown.out
    assert gesso("collect", "status", "c2").code == 2


def test_the_sources_are_listed(gesso):
    assert "folder" in gesso("collect", "sources").out
    names = [row["name"] for row in gesso("collect", "sources", "--json").document["sources"]]
    assert {"folder", "records", "met"} <= set(names)


def test_a_source_that_is_none_makes_no_studio(gesso, tmp_path):
    said = gesso("collect", "foldr", "x")

    assert said.code == 2
    assert "Did you mean 'folder'?" in said.err
    assert not (tmp_path / "studio").exists()


def test_nothing_on_the_web_is_asked_without_a_contact(gesso):
    said = gesso("collect", "met", "sunflowers")

    assert said.code == 2
    assert "without a contact" in said.err


def test_a_folder_that_is_not_there_is_told(gesso, tmp_path):
    said = gesso("collect", "folder", tmp_path / "nowhere")

    assert said.code == 2
    assert "nowhere" in said.err


@pytest.mark.parametrize(
    "wish",
    [
        ("folder", "nowhere"),
        ("folder",),
        ("results", "nowhere"),
        ("records", "nowhere.csv"),
        ("urls", "nowhere.csv"),
        ("iiif", "nowhere"),
        ("folder", "nowhere", "--watch"),
    ],
)
def test_a_place_that_is_none_makes_no_studio_and_begins_no_run(gesso, tmp_path, monkeypatch, wish):
    monkeypatch.setenv("GESSO_COLLECT__CONTACT", "me@example.org")

    said = gesso("collect", *wish)

    assert said.code == 2
    assert len(said.err.splitlines()) == 2
    assert not (tmp_path / "studio").exists()


def test_a_list_is_looked_at_without_a_contact(gesso, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("https://a.example/1.png\nhttps://a.example/2.png\n", "utf-8")

    looked = gesso("collect", "urls", listed, "--dry-run")
    asked = gesso("collect", "met", "sunflowers", "--dry-run")

    assert (looked.code, looked.out.splitlines()[0]) == (0, "urls: 2 finds; nothing was fetched")
    assert (asked.code, "without a contact" in asked.err) == (2, True)


def test_a_look_tells_what_is_said_of_unknown_licences(gesso, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("https://a.example/1.png\n", "utf-8")

    told = {
        said: gesso("collect", "urls", listed, "--dry-run", "--unknown-licence", said, "--json")
        for said in ("link", "keep", "skip")
    }

    assert {said: one.document["counts"].get("whole", 0) for said, one in told.items()} == {
        "link": 0,
        "keep": 1,
        "skip": 0,
    }
    assert told["skip"].document["counts"]["refused"] == 1


def test_only_what_is_here_is_watched(gesso, monkeypatch):
    monkeypatch.setenv("GESSO_COLLECT__CONTACT", "me@example.org")

    said = gesso("collect", "met", "x", "--watch")

    assert said.code == 2
    assert "is not looked at again and again" in said.err
