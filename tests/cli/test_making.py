"""gesso make, demo and paint: what is made, what is said of it, what is refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.decode import decode
from gesso.core.pixels.metadata.read import read_recipe

from .conftest import SMALL, Gesso, Start

THEME = "the sea at night"


def write_prompts(content: object, name: str = "prompts.json") -> Path:
    path = Path(name)
    path.write_text(json.dumps(content), "utf-8")
    return path


# A theme -------------------------------------------------------------------------------------


def test_a_theme_becomes_works_that_hang_in_the_studio(gesso: Gesso) -> None:
    said = gesso("make", THEME, "--works", "2", "--run-id", "sea", *SMALL)

    assert said.code == 0
    assert said.out.startswith("the sea at night: 2 works kept, in ")
    hung = sorted(path.name for path in Path("studio/exports/sea").glob("0*.png"))
    assert [name[:3] for name in hung] == ["01-", "02-"]
    assert str(Path("studio/exports/sea")) in said.out
    with Catalogue.open(Path("studio")) as catalogue:
        assert catalogue.works.count(standing="kept") == 2


def test_json_is_one_document_and_nothing_else(gesso: Gesso) -> None:
    said = gesso("make", THEME, "--run-id", "sea", "--json", *SMALL)

    assert said.code == 0
    assert said.err == ""
    told = said.document
    assert told["run"]["id"] == "sea"
    assert told["exit_code"] == 0
    assert [item["state"] for item in told["items"]] == ["done"]
    path = Path(told["kept"][0]["path"])
    assert path.exists()
    assert path.parent == Path(told["folder"])
    assert (told["kept"][0]["width"], told["kept"][0]["height"]) == (64, 64)


def test_progress_is_plain_lines_on_stderr(gesso: Gesso) -> None:
    said = gesso("make", THEME, "--works", "2", *SMALL)

    lines = said.err.splitlines()
    assert len(lines) == 2
    assert lines[0].split()[:2] == ["1/2", "kept"]
    assert lines[1].split()[:2] == ["2/2", "kept"]
    assert "\x1b" not in said.err + said.out


def test_the_same_run_again_does_nothing_twice(gesso: Gesso) -> None:
    once = gesso("make", THEME, "--run-id", "sea", "--json", *SMALL).document
    again = gesso("make", THEME, "--run-id", "sea", "--json", *SMALL).document

    assert again["kept"] == once["kept"]
    with Catalogue.open(Path("studio")) as catalogue:
        assert catalogue.works.count(standing=None) == 2


def test_run_id_may_come_from_the_environment(
    gesso: Gesso, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUN_ID", "nightly")

    assert gesso("make", THEME, "--json", *SMALL).document["run"]["id"] == "nightly"


def test_another_theme_under_the_same_id_is_refused(gesso: Gesso) -> None:
    gesso("make", THEME, "--run-id", "sea", *SMALL)

    said = gesso("make", "the sea at noon", "--run-id", "sea", *SMALL)

    assert said.code == 2
    assert "'sea'" in said.err


def test_the_studio_is_the_one_that_is_named(gesso: Gesso, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GESSO_STUDIO", "from-environment")

    gesso("make", THEME, *SMALL)
    gesso("make", THEME, "--studio", "from-flag", *SMALL)

    assert Path("from-environment/gesso.db").exists()
    assert Path("from-flag/gesso.db").exists()
    assert not Path("studio").exists()


def test_every_pass_is_a_run_of_its_own(gesso: Gesso) -> None:
    said = gesso("make", THEME, "--every", "1s", "--times", "2", "--run-id", "hourly", *SMALL)

    assert said.code == 0
    assert "The next pass begins in" in said.err
    runs = gesso("runs", "list", "--json").document["runs"]
    assert len(runs) == 2
    assert all(run["id"].startswith("hourly-") for run in runs)


def test_the_demo_paints_its_theme_offline(gesso: Gesso, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GESSO_MAKE__PAINTER", "fal")
    monkeypatch.setenv("GESSO_MAKE__ROUNDS", "1")

    said = gesso("demo", "--works", "1", "--size", "64", "--json")

    assert said.code == 0
    assert said.document["run"]["theme"] == "Nocturne & Mechanism"
    assert said.document["run"]["options"]["painter"] == "procedural"


# Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([""], "The theme is empty."),
        ([" \t\n "], "The theme is empty."),
        (["a" * 100_000], "100,000 characters"),
        (["a\x07b"], "control character (U+0007)"),
        ([THEME, "--works", "0"], "make.works = 0 (flag)"),
        ([THEME, "--rounds", "11"], "make.rounds = '11' (flag)"),
        ([THEME, "--size", "9x9"], "make.width = 9 (flag)"),
        ([THEME, "--size", "large"], "'large' is no size; write it as 1024x768."),
        ([THEME, "--seed", "-4"], "make.seed = '-4' (flag)"),
        ([THEME, "--budget", "cheap"], "make.budget_usd = 'cheap' (flag)"),
        ([THEME, "--run-id", "../x"], "run_id = '../x' (flag)"),
        ([THEME, "--painter", "proceduarl"], "no painter called 'proceduarl'"),
        ([THEME, "--llm", "ofline"], "called 'ofline'"),
        ([THEME, "--every", "soon"], "'soon' is no span of time"),
        ([THEME, "--times", "2"], "--times goes with --every"),
        ([THEME, "--input-file", "p.json"], "exclude each other"),
        ([THEME, "--output-dir", "x"], "--output-dir and --format go with --input-file"),
        (["--input-file", "p.json", "--works", "2"], "--works goes with a THEME"),
        ([], "Say a THEME"),
        (["--input-file", "none.json"], "There is no file 'none.json'."),
    ],
)
def test_bad_input_is_one_clear_sentence(gesso: Gesso, args: list[str], message: str) -> None:
    said = gesso("make", *args)

    assert said.code == 2
    first, second = said.err.splitlines()
    assert first.startswith("gesso: ")
    assert message in first
    assert second.startswith("       ")
    assert len(first) < 300


def test_a_folder_of_other_things_is_not_made_a_studio(gesso: Gesso) -> None:
    Path("other").mkdir()
    Path("other/file.txt").write_text("mine")

    said = gesso("make", THEME, "--studio", "other", *SMALL)

    assert said.code == 3
    assert "is no studio and is not empty" in said.err
    assert sorted(path.name for path in Path("other").iterdir()) == ["file.txt"]


def test_two_processes_in_one_studio_both_end_well(start: Start) -> None:
    both = [
        start("make", theme, "--works", "2", *SMALL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for theme in ("night ferries", "night gardens")
    ]
    ends = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0], ends
    with Catalogue.open(Path("studio")) as catalogue:
        assert catalogue.works.count(standing="kept") == 4


# A file --------------------------------------------------------------------------------------


def test_a_file_of_prompts_fills_a_folder_for_each(gesso: Gesso) -> None:
    path = write_prompts(
        [{"id": "fox", "prompt": "a lake in mist"}, {"id": "sea", "theme": THEME, "rounds": 2}]
    )

    said = gesso("make", "--input-file", path, *SMALL)

    assert said.code == 0
    assert {folder.name for folder in Path("results").iterdir()} == {"fox", "sea"}
    assert json.loads(Path("results/fox/summary.json").read_text("utf-8"))["state"] == "done"
    assert Path("results/fox/iteration_1.png").exists()
    assert "The results of each prompt are in results" in said.out


def test_the_path_of_a_prompts_picture_is_that_among_its_results(gesso: Gesso) -> None:
    path = write_prompts([{"id": "fox", "prompt": "a lake"}])
    told = gesso("make", "--input-file", path, "--output-dir", "out", "--json", *SMALL).document

    assert [one["path"] for one in told["kept"]] == [str(Path("out/fox/iteration_1.png"))]


def test_bad_entries_are_named_and_good_ones_still_run(gesso: Gesso) -> None:
    path = write_prompts(
        [{"id": "../x", "prompt": "a"}, {"id": "good", "prompt": "a lake"}, {"promt": "a"},
         {"id": "good", "prompt": "a"}]
    )  # fmt: skip

    said = gesso("make", "--input-file", path, "--output-dir", "out", *SMALL)

    assert said.code == 1
    assert said.err.count("[0].id") == 1
    assert "did you mean 'prompt'?" in said.err
    assert "stands already at [1]" in said.err
    assert [folder.name for folder in Path("out").iterdir()] == ["good"]


def test_bad_entries_stand_in_the_document(gesso: Gesso) -> None:
    path = write_prompts([{"id": "good", "prompt": "a lake"}, 7])

    told = gesso("make", "--input-file", path, "--json", *SMALL).document

    assert told["exit_code"] == 1
    assert told["bad_entries"] == [
        {"index": 1, "id": "", "path": "[1]",
         "message": "an entry is an object or a text, not a number."}
    ]  # fmt: skip
    assert told["results"] == "results"


def test_bad_entries_stand_in_the_error_log_once_for_their_run(gesso: Gesso) -> None:
    path = write_prompts([{"id": "good", "prompt": "a lake"}, 7, {"id": "good", "prompt": "a"}])
    for _ in range(2):
        gesso("make", "--input-file", path, "--run-id", "mine", *SMALL)

    rows = gesso("errors", "list", "--run", "mine", "--json").document["errors"]

    assert [(row["item"], row["kind"], row["action"]) for row in reversed(rows)] == [
        ("[1]", "input", "skipped"), ("[2].id", "input", "skipped"),
    ]  # fmt: skip
    assert rows[1]["message"] == "[1]: an entry is an object or a text, not a number."
    assert not any(row["recovered"] for row in rows)


def test_a_file_without_a_good_entry_runs_nothing(gesso: Gesso) -> None:
    said = gesso("make", "--input-file", write_prompts([7]), *SMALL)

    assert said.code == 2
    assert "No entry can be used. [0]: an entry is an object" in said.err
    assert not Path("results").exists()


def test_an_output_folder_that_cannot_be_made_is_told_before_painting(gesso: Gesso) -> None:
    Path("file").write_text("")

    said = gesso(
        "make", "--input-file", write_prompts(["a lake"]), "--output-dir", "file/out", *SMALL
    )

    assert said.code in {2, 3}
    assert "file" in said.err
    with Catalogue.open(Path("studio")) as catalogue:
        assert catalogue.works.count(standing=None) == 0


# One picture ---------------------------------------------------------------------------------


def test_paint_keeps_a_picture_and_copies_it(gesso: Gesso) -> None:
    said = gesso("paint", "a lake in mist", "--seed", "7", "--size", "96x64", "--out", "lake.png")

    assert said.code == 0
    assert "96 x 64, seed 7" in said.out
    with Catalogue.open(Path("studio")) as catalogue:
        (work,) = catalogue.works.page().works
        assert Path("lake.png").read_bytes() == catalogue.data(work)


def test_the_same_seed_paints_the_same_pixels(gesso: Gesso) -> None:
    for name in ("one.png", "two.png"):
        gesso("paint", "a lake", "--seed", "7", "--size", "64", "--out", name, "--studio", name[:3])

    with Catalogue.open(Path("one")) as one, Catalogue.open(Path("two")) as two:
        (first,), (second,) = one.works.page().works, two.works.page().works
        assert first.fingerprint.pixels == second.fingerprint.pixels


def test_a_file_that_is_there_is_not_written_over(gesso: Gesso) -> None:
    Path("mine.png").write_bytes(b"mine")

    said = gesso("paint", "a lake", "--size", "64", "--out", "mine.png")

    assert said.code == 2
    assert "'mine.png' is there already." in said.err
    assert Path("mine.png").read_bytes() == b"mine"
    assert gesso("paint", "a lake", "--size", "64", "--out", "mine.png", "--force").code == 0
    assert Path("mine.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("l.jpg", "image/jpeg"), ("l.JPEG", "image/jpeg"), ("l.webp", "image/webp")],
)
def test_the_name_says_how_a_copy_is_written_and_the_recipe_is_in_it(
    gesso: Gesso, name: str, media_type: str
) -> None:
    said = gesso("paint", "a lake", "--seed", "7", "--size", "64", "--out", name)

    assert said.code == 0
    assert decode(Path(name).read_bytes()).media_type == media_type
    found = read_recipe(Path(name).read_bytes())
    assert found is not None
    assert found.recipe is not None
    assert (found.recipe.seed, found.recipe.width) == (7, 64)


@pytest.mark.parametrize("name", ["lake.bmp", "lake", "lake.txt"])
def test_a_copy_that_cannot_be_written_so_is_refused_before_anything_is_painted(
    gesso: Gesso, name: str
) -> None:
    said = gesso("paint", "a lake", "--size", "64", "--out", name)

    assert said.code == 2
    assert f"'{name}' names no kind of picture" in said.err
    assert not Path("studio").exists()
