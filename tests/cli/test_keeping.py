"""gesso runs, check, errors, settings and painters: looking at a studio, and looking after it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gesso.cli.reporting import tell
from gesso.cli.session import Session
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.calls import Trouble
from gesso.core.records.maker import Setting
from gesso.core.records.runs import Item
from gesso.make.run.run import RunReport
from gesso.studio import Studio

from .conftest import SMALL, Gesso, Once

STUDIO = Path("studio")


@pytest.fixture
def run(gesso: Gesso, once: Once) -> str:
    """A run of one small work, done."""

    def make() -> None:
        assert gesso("make", "the sea at night", "--run-id", "sea", *SMALL).code == 0

    once(make)
    return "sea"


@pytest.fixture
def stopped() -> str:
    """A run of two items that was stopped before the first."""
    with Catalogue.open(STUDIO) as catalogue:
        options: dict[str, Setting] = {
            "works": 2, "allow_repeat": False, "rounds": 1, "width": 64, "height": 64,
            "epsilon": 0.02, "painter": "procedural", "llm": "offline", "seed": 5,
        }  # fmt: skip
        items = [Item("night", name, at, theme="the night") for at, name in enumerate("ab")]
        catalogue.runs.create("night", "the night", options, items)
        catalogue.runs.set_state("night", "paused", "the owner stopped it")
    return "night"


def old_troubles() -> None:
    with Catalogue.open(STUDIO, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)) as catalogue:
        catalogue.troubles.add(Trouble("r", "a", "transient", "it was down", "retried", True))
        catalogue.troubles.add(Trouble("r", "b", "refused", "not these words", "failed", False))


# Looking makes nothing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [["runs", "list"], ["runs", "show", "x"], ["runs", "resume", "x"], ["runs", "cancel", "x"],
     ["check"], ["errors", "list"], ["errors", "summary"],
     ["errors", "prune", "--older-than", "1d"]],
)  # fmt: skip
def test_to_look_at_a_studio_does_not_make_one(gesso: Gesso, args: list[str]) -> None:
    said = gesso(*args)

    assert said.code == 3
    assert "There is no studio in 'studio'." in said.err
    assert not STUDIO.exists()


@pytest.mark.parametrize("args", [["settings"], ["painters"], ["runs", "--help"]])
def test_what_needs_no_studio_makes_none(gesso: Gesso, args: list[str]) -> None:
    assert gesso(*args).code == 0
    assert not STUDIO.exists()


# Runs ----------------------------------------------------------------------------------------


def test_runs_are_listed_with_what_became_of_them(gesso: Gesso, run: str, stopped: str) -> None:
    rows = {row["id"]: row for row in gesso("runs", "list", "--json").document["runs"]}

    assert (rows[run]["state"], rows[run]["done"], rows[run]["kept"]) == ("done", 1, 1)
    assert (rows[stopped]["state"], rows[stopped]["waiting"]) == ("paused", 2)
    said = gesso("runs", "list").out
    assert said.splitlines()[0].split()[:2] == ["run", "state"]
    assert len(said.splitlines()) == 3


def test_a_run_is_shown_with_its_items_and_scores(gesso: Gesso, run: str) -> None:
    told = gesso("runs", "show", run, "--json").document
    (item,) = told["item_list"]

    assert item["state"] == "done"
    assert len(item["scores"]) == 1
    assert 0 <= item["scores"][0] <= 1
    assert item["title"] in gesso("runs", "show", run).out


def test_a_stopped_run_is_shown_with_its_reason(gesso: Gesso, stopped: str) -> None:
    assert "the owner stopped it" in gesso("runs", "show", stopped).out


def test_a_stopped_run_goes_on(gesso: Gesso, stopped: str) -> None:
    said = gesso("runs", "resume", stopped, "--json")

    assert said.code == 0
    assert said.document["run"]["state"] == "done"
    assert [item["state"] for item in said.document["items"]] == ["done", "done"]


def test_an_unknown_run_is_answered_with_the_nearest(gesso: Gesso, run: str) -> None:
    said = gesso("runs", "show", "seas")

    assert said.code == 2
    assert "There is no run 'seas'." in said.err
    assert "sea" in said.err.splitlines()[1]


def test_a_cancelled_run_does_not_go_on(gesso: Gesso, stopped: str) -> None:
    assert gesso("runs", "cancel", stopped).code == 0

    said = gesso("runs", "resume", stopped)

    assert said.code == 2
    assert "cancelled" in said.err


def test_nothing_of_a_cancelled_run_advises_to_resume_it(gesso: Gesso, stopped: str) -> None:
    with Catalogue.open(STUDIO) as catalogue:
        catalogue.runs.set_item(stopped, "a", "waiting", "Go on with: gesso runs resume night")
    gesso("runs", "cancel", stopped)

    told = gesso("runs", "show", stopped)

    assert "resume" not in told.out + told.err
    waiting = gesso("runs", "show", stopped, "--json").document["item_list"]
    assert {item["reason"] for item in waiting if item["state"] != "done"} == {
        "cancelled by the owner"
    }


def test_what_is_left_of_a_run_cancelled_at_work_is_told_as_final(stopped: str, capsys) -> None:
    with Studio.open(STUDIO) as studio:
        run = studio.make.cancel(stopped)
        items = tuple(studio.catalogue.runs.items(run.id))
        report = RunReport(run, items, kept=(), failed=0, waiting=2, spent_usd=0.0, seconds=3.0)
        code = tell(Session(), studio, report)

    told = capsys.readouterr()
    assert code == 1
    assert told.out == "the night: 0 works kept, 2 not made, in 3.0 s\n"
    assert told.err == (
        "gesso: The run 'night' was cancelled.\n"
        "       What it has kept stays; for the rest, start a new one.\n"
    )


# Check ---------------------------------------------------------------------------------------


def test_a_whole_studio_checks_out_and_says_what_was_read(gesso: Gesso, run: str) -> None:
    said = gesso("check", "--read-data")

    assert said.code == 0
    assert said.out.startswith("Everything looked at is whole.")
    assert gesso("check", "--json").document["files_read"] == 0
    assert gesso("check", "--read-data", "--json").document["files_read"] > 0
    assert gesso("check", "--subset", "100%", "--json").document["files_read"] > 0


def test_a_check_that_found_nothing_to_read_does_not_advise_to_read(gesso: Gesso) -> None:
    Catalogue.open(STUDIO).close()

    said = gesso("check", "--read-data")

    assert said.code == 0
    assert "0 works" in said.out
    assert "there was no file to read" in said.out
    assert "--read-data" not in said.out


def test_a_changed_byte_is_a_problem_and_exit_code_1(gesso: Gesso, run: str) -> None:
    with Catalogue.open(STUDIO) as catalogue:
        (work,) = catalogue.works.page().works
        path = catalogue.path_of(work)
        assert path is not None
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)

    said = gesso("check", "--read-data")

    assert said.code == 1
    assert "1 problem found." in said.out
    assert "original" in said.out


@pytest.mark.parametrize("share", ["0", "0%", "101%", "half", "-5%"])
def test_a_share_is_above_nothing_and_up_to_all(gesso: Gesso, share: str) -> None:
    assert "is no share" in gesso("check", "--subset", share).err


# Errors --------------------------------------------------------------------------------------


def test_errors_are_listed_counted_and_pruned_by_age(gesso: Gesso) -> None:
    old_troubles()

    rows = gesso("errors", "list", "--json").document["errors"]
    assert [(row["kind"], row["recovered"]) for row in rows] == [
        ("refused", False), ("transient", True)
    ]  # fmt: skip
    left = gesso("errors", "list", "--left", "--json").document["errors"]
    assert [row["kind"] for row in left] == ["refused"]
    kinds = gesso("errors", "summary", "--json").document["kinds"]
    assert {row["kind"]: row["left"] for row in kinds} == {"refused": 1, "transient": 0}
    assert gesso("errors", "prune", "--older-than", "9999d").out == "0 errors forgotten.\n"
    assert gesso("errors", "prune", "--older-than", "90d").out == "2 errors forgotten.\n"
    assert gesso("errors", "list").out == "There are no such errors.\n"


def test_the_summary_says_whether_anything_is_left(gesso: Gesso) -> None:
    old_troubles()

    assert "1 error did not recover." in gesso("errors", "summary").out
    gesso("errors", "prune", "--older-than", "1d")
    assert gesso("errors", "summary").out == "There are no errors.\n"


# Settings and painters -----------------------------------------------------------------------


def test_settings_tell_each_value_and_its_place(
    gesso: Gesso, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "very-secret-key")
    STUDIO.mkdir()
    (STUDIO / "gesso.toml").write_text("[make]\nrounds = 2\n")

    said = gesso("settings", "--json")
    rows = {row["name"]: row for row in said.document["settings"]}

    assert rows["make.rounds"] == {
        "name": "make.rounds", "value": 2, "from": "gesso.toml",
        "allowed": "rounds a work at most, 1 to 10",
    }  # fmt: skip
    assert rows["keys.fal"]["from"] == "environment FAL_KEY"
    assert "very-secret-key" not in said.out + gesso("settings").out


def test_the_embedded_painter_is_ready(gesso: Gesso) -> None:
    rows = {row["name"]: row for row in gesso("painters", "--json").document["painters"]}

    assert rows["procedural"]["ready"]
    assert rows["procedural"]["place"] == "cpu"


# A newer studio ------------------------------------------------------------------------------


def test_a_newer_studio_is_refused_in_one_sentence(gesso: Gesso, run: str) -> None:
    with sqlite3.connect(STUDIO / "gesso.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    for args in (["runs", "list"], ["make", "the moon", *SMALL], ["check"]):
        said = gesso(*args)
        assert said.code == 3
        assert "newer gesso" in said.err
        assert len(said.err.splitlines()) == 2


def test_a_lost_thumbnail_is_mended_on_wish(gesso: Gesso, run: str) -> None:
    with Catalogue.open(STUDIO) as catalogue:
        work = catalogue.works.page().works[0]
        path = catalogue.blobs.path(work.thumbnails[0][1])
    assert path is not None
    path.unlink()
    assert gesso("check").code == 1

    said = gesso("check", "--repair")

    assert said.code == 0
    assert "The thumbnails of 1 work were made again." in said.out
    assert path.exists()
