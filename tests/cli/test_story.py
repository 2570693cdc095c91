"""`gesso story`: made, listed, shown, changed, filmed; stopped or out of space, nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights
from gesso.show.sets import Sets
from gesso.show.story.film.names import FilmFile, films_in

from .conftest import Gesso, Start

pytest.importorskip("av")

SHORT = ("--hold", "1", "--size", "128x72", "--fps", "12", "--no-title", "--no-credits")


@pytest.fixture(autouse=True)
def _works() -> None:
    rng = np.random.default_rng(0)
    with Catalogue.open(Path("studio")) as catalogue:
        for number in range(1, 4):
            data = encode(Picture(rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)))
            work = catalogue.accession.accept_bytes(
                data,
                name=f"Sea {number}.png",
                provenance=Provenance("brought", "test", f"{number}"),
                rights=Rights("CC0-1.0"),
            )
        catalogue.works.set_favourite(work.id, True)


def test_a_story_is_made_listed_shown_and_filmed(gesso: Gesso) -> None:
    made = gesso("story", "new", "--work", "1", "--work", "2", "--music", "score", *SHORT)
    film = gesso("story", "render", "1", "--json").document

    assert made.code == 0, made.err
    assert "Story 1, version 1: Two works" in made.out
    assert "Two works" in gesso("story", "list").out
    assert "Sea 1" in gesso("story", "show", "1").out
    assert Path(film["file"]).stat().st_size == film["bytes"]
    assert film["loudness"] == pytest.approx(-16, abs=0.1)
    assert film["seconds"] == pytest.approx(film["frames"] / 12, abs=1e-6)


def test_works_come_from_favourites_a_set_and_a_search(gesso: Gesso) -> None:
    with Catalogue.open(Path("studio")) as catalogue:
        boards = Sets(lambda: catalogue)
        board, gone = boards.create("Two", "", [2, 1]), boards.create("Gone", "", [1])
        boards.delete(gone.id)
    of_set = ("story", "new", "--set", str(board.id), "--order", "manual", "--music", "none")
    hung = gesso(*of_set, *SHORT, "--json").document
    marked = gesso("story", "new", "--favourites", "--music", "none", *SHORT, "--json").document
    found = gesso("story", "new", "--search", "sea", "--music", "none", *SHORT, "--json").document

    assert [scene["work"] for scene in hung["scenes"]] == [2, 1]
    assert [scene["work"] for scene in marked["scenes"]] == [3]
    assert sorted(scene["work"] for scene in found["scenes"]) == [1, 2, 3]
    deleted = gesso("story", "new", "--set", str(gone.id), *SHORT)
    assert deleted.code == 2
    assert "The set 'Gone' holds no works." in deleted.err
    assert gesso("story", "new", "--set", "99", *SHORT).code == 2


def test_a_story_is_changed_and_its_versions_stay(gesso: Gesso) -> None:
    gesso("story", "new", "--work", "1", "--work", "2", "--music", "none", *SHORT)
    turned = gesso("story", "order", "1", "--works", "2,1", "--json").document
    edited = gesso(
        "story", "edit", "1", "--scene", "1", "--text", "Waves.", "--hold", "2", "--json"
    )
    gesso("story", "edit", "1", "--add", "3", "--title", "All")

    assert [scene["work"] for scene in turned["scenes"]] == [2, 1]
    assert edited.document["scenes"][0]["text"] == "Waves."
    told = gesso("story", "show", "1", "--json").document
    assert (told["title"], len(told["scenes"]), len(told["versions"])) == ("All", 3, 4)
    assert len(gesso("story", "show", "1", "--version", "1", "--json").document["scenes"]) == 2


def test_a_story_is_deleted_and_had_back(gesso: Gesso) -> None:
    gesso("story", "new", "--work", "1", "--title", "Sea", "--music", "none", *SHORT)
    film = Path(gesso("story", "render", "1", "--json").document["file"])
    gone = gesso("story", "delete", "1")

    assert gone.code == 0, gone.err
    assert "gesso story restore 1" in gone.out
    assert film.is_file(), "films stay until that is asked otherwise"
    assert "No stories yet" in gesso("story", "list").out
    assert "Sea" in gesso("story", "list", "--deleted").out
    assert "It was deleted" in gesso("story", "show", "1").out
    for words in (("edit", "1", "--title", "No"), ("render", "1"), ("preview", "1")):
        refused = gesso("story", *words)
        assert refused.code == 2
        assert "Story 1 was deleted." in refused.err

    assert gesso("story", "restore", "1", "--json").document["is_deleted"] is False
    assert "Sea" in gesso("story", "list").out
    told = gesso("story", "delete", "1", "--films", "--json").document
    assert (told["films_taken"], told["films_kept"], film.exists()) == (1, 0, False)
    assert gesso("story", "delete", "9").code == gesso("story", "restore", "9").code == 2


def test_films_are_named_by_their_versions(gesso: Gesso) -> None:
    gesso("story", "new", "--work", "1", "--title", "Sea", "--music", "none", *SHORT)
    first = gesso("story", "render", "1", "--json").document
    gesso("story", "edit", "1", "--title", "Sea and sky")
    quick = gesso("story", "preview", "1", "--json").document
    again = gesso("story", "render", "1", "--version", "1", "--json").document

    assert Path(first["file"]).parts[-2:] == ("1-sea", "version-1.mp4")
    assert Path(quick["file"]).parts[-2:] == ("1-sea-and-sky", "version-2.preview.mp4")
    assert again["file"] == first["file"]


def test_captions_lie_beside_a_film_where_wished(gesso: Gesso, tmp_path: Path) -> None:
    gesso("story", "new", "--work", "1", "--music", "none", "--captions", "vtt", *SHORT)
    gesso("story", "render", "1", "--format", "webm", "--out", tmp_path / "film.webm")

    assert (tmp_path / "film.webm").is_file()
    assert (tmp_path / "film.vtt").read_text().startswith("WEBVTT")


def test_a_sheet_and_an_export(gesso: Gesso, tmp_path: Path) -> None:
    gesso("story", "new", "--work", "1", "--music", "none", *SHORT)

    assert gesso("story", "preview", "1", "--sheet", "--out", tmp_path / "s.png").code == 0
    assert (tmp_path / "s.png").read_bytes().startswith(b"\x89PNG")
    files = gesso("story", "export", "1", tmp_path / "all", "--json").document["files"]
    assert len(files) == 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new",), "Which works?"),
        (("new", "--work", "99"), "no work number 99"),
        (("new", "--work", "1", "--size", "131x77"), "Make both even"),
        (("new", "--work", "1", "--fps", "29"), "no 29 frames"),
        (("new", "--work", "1", "--track", "7"), "no track number 7"),
        (("show", "8"), "no story number 8"),
        (("order", "8", "--works", "a,b"), "is no order"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    gesso: Gesso, words: tuple[str, ...], said: str
) -> None:
    told = gesso("story", *words)

    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err


def test_an_edit_that_changes_nothing_is_said_so(gesso: Gesso) -> None:
    gesso("story", "new", "--work", "1", "--music", "none", *SHORT)

    assert "Nothing was said" in gesso("story", "edit", "1").err
    assert "of which scene?" in gesso("story", "edit", "1", "--text", "x").err
    assert "no scene 5" in gesso("story", "edit", "1", "--scene", "5", "--remove").err


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("music", ["none", "score"])
def test_a_film_that_is_stopped_leaves_nothing(gesso: Gesso, start: Start, music: str) -> None:
    gesso("story", "new", "--work", "1", "--work", "2", "--hold", "60", "--music", music)
    process = start("story", "render", "1", "--out", "out/film.mp4", stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not list(Path().glob("out/.*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert b"stopped" in err
    assert list(Path("out").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals and locks are POSIX")
def test_a_film_whose_process_is_killed_is_no_film_and_goes_with_the_next(
    gesso: Gesso, start: Start
) -> None:
    gesso("story", "new", "--work", "1", "--title", "Sea", "--hold", "60", "--music", "none")
    folder = Path("studio/exports/stories/1-sea")
    process = start("story", "render", "1", stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not any(part.stat().st_size for part in folder.glob(".*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    (half,) = folder.iterdir()
    age(half)
    gesso("story", "edit", "1", "--scene", "1", "--hold", "1")
    other = gesso("story", "preview", "1", "--json").document
    assert half.exists(), "another film beside it is still being written"
    process.kill()
    process.communicate(timeout=60)

    assert [path.name for path in folder.iterdir() if path != half] == ["version-2.preview.mp4"]
    assert films_in(folder.parent, 1) == [FilmFile(2, "preview", folder / "version-2.preview.mp4")]
    assert Path(other["file"]).stat().st_size == other["bytes"]
    age(half)
    told = gesso("story", "render", "1", "--json").document
    assert sorted(path.name for path in folder.iterdir()) == [
        "version-2.mp4", "version-2.preview.mp4",
    ]  # fmt: skip
    assert Path(told["file"]).stat().st_size == told["bytes"]


def age(path: Path) -> None:
    """Make a file old enough that only who holds it keeps it."""
    os.utime(path, (time.time() - 600, time.time() - 600))


@pytest.mark.skipif(os.name != "posix", reason="limits are POSIX")
@pytest.mark.parametrize("music", ["none", "score"])
def test_a_full_disk_in_the_middle_is_one_sentence_and_leaves_nothing(
    gesso: Gesso, music: str
) -> None:
    gesso("story", "new", "--work", "1", "--work", "2", "--hold", "8", "--music", music)
    code = "from gesso.cli.app import main; main()"
    call = f"ulimit -f 100; exec {sys.executable} -c '{code}' story render 1 --out out/film.mp4"
    done = subprocess.run(["/bin/sh", "-c", call], capture_output=True, check=False, timeout=120)

    assert done.returncode == 3, done.stderr
    assert b"larger than this process may write" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stderr.count(b"gesso:") == 1
    assert list(Path("out").iterdir()) == []


@pytest.mark.parametrize(
    "wish",
    [
        ("new", "--work", "9" * 23),
        ("show", "9" * 23),
        ("new", "--work", "1", "--hold", "nan"),
        ("new", "--work", "1", "--hold", "1e308"),
        ("new", "--work", "1", "--work", "2", "--into-seconds", "-5"),
        ("new", "--work", "1", "--work", "2", "--into-seconds", "inf"),
    ],
)
def test_a_number_that_cannot_be_is_no_fault_of_gesso(gesso: Gesso, wish: tuple[str, ...]) -> None:
    answer = gesso("story", *wish)

    assert answer.code == 2
    assert "fault" not in answer.err
