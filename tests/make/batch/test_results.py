"""A batch's results: what lies in the folders, whole, and what happens when it cannot."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import StorageError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.records.judgements import Comparison
from gesso.core.records.maker import Maker
from gesso.core.records.runs import Item, Round, Take
from gesso.make.batch.results import DataFormat, Results
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun, RunReport

OPTIONS = RunOptions(rounds=2, width=64, height=64, seed=3)


class FullDisk(Disk):
    """A disk that is full from the Nth write on."""

    def __init__(self, after: int) -> None:
        self.left = after

    def write(self, descriptor: int, data: bytes) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().write(descriptor, data)


def items(run: str) -> Iterator[Item]:
    for position, name in enumerate(("fox", "hen")):
        text = {"text": f"a {name}. Key: low (30)."}
        yield Item(run, name, position, settings=text)


def go(parts: Parts, results: Results, options: RunOptions = OPTIONS) -> RunReport:
    run = parts.catalogue.runs.create("batch", "", {"rounds": options.rounds}, items("batch"))
    return MakeRun(parts, options, run, results.hear).go()


def written(folder: Path) -> dict[str, set[str]]:
    return {path.name: {file.name for file in path.iterdir()} for path in folder.iterdir()}


def plain(path: Path) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return content


# What is written -----------------------------------------------------------------------------


@pytest.mark.parametrize("data_format", ["json", "yaml"])
def test_every_round_of_every_prompt_has_its_files(
    tmp_path: Path, parts: Parts, data_format: DataFormat
) -> None:
    folder = tmp_path / "results"
    results = Results(folder, parts.catalogue, data_format=data_format)

    report = go(parts, results)
    results.finish(report.items)

    assert set(written(folder)) == {"fox", "hen"}
    for item in report.items:
        rounds = len(parts.catalogue.runs.rounds("batch", item.id))
        kinds = (".png", f"_results.{data_format}", "_evaluation.json")
        wanted = {f"iteration_{n}{kind}" for n in range(1, rounds + 1) for kind in kinds}
        assert written(folder)[item.id] == wanted | {"summary.json"}


def test_the_files_tell_what_the_catalogue_holds(tmp_path: Path, parts: Parts) -> None:
    results = Results(tmp_path / "results", parts.catalogue, data_format="yaml")
    report = go(parts, results)
    results.finish(report.items)
    fox = tmp_path / "results" / "fox"
    first = parts.catalogue.runs.rounds("batch", "fox")[0]

    told = yaml.safe_load((fox / "iteration_1_results.yaml").read_text("utf-8"))
    judged = plain(fox / "iteration_1_evaluation.json")
    summary = plain(fox / "summary.json")

    assert told["prompt"]["text"] == first.prompt.text
    assert [take["work"] for take in told["takes"]] == [take.work for take in first.takes]
    assert [take["seed"] for take in told["takes"]] == [take.seed for take in first.takes]
    assert told["painter"]["name"] == "slope"
    assert len(judged["takes"]) == 2
    assert first.comparison is not None
    assert judged["comparison"]["winner"] == first.comparison.winner
    assert summary["state"] == "done"
    assert summary["kept"]["work"] == report.items[0].kept
    assert [row["iteration"] for row in summary["iterations"]] == [
        played.number for played in parts.catalogue.runs.rounds("batch", "fox")
    ]


def test_the_kept_picture_carries_its_verdict_and_is_a_copy(tmp_path: Path, parts: Parts) -> None:
    results = Results(tmp_path / "results", parts.catalogue)
    report = go(parts, results)
    results.finish(report.items)
    kept = parts.catalogue.works.get(report.items[0].kept or 0)

    fox = tmp_path / "results" / "fox"
    picture = fox / plain(fox / "summary.json")["kept"]["picture"]

    assert picture.read_bytes() == parts.catalogue.data(kept)
    found = read_recipe(picture.read_bytes())
    assert found is not None
    assert found.recipe is not None
    assert found.recipe.evaluation is not None
    blob = parts.catalogue.path_of(kept)
    assert blob is not None
    assert not picture.samefile(blob)


def test_each_picture_is_the_better_of_its_pair(tmp_path: Path, parts: Parts) -> None:
    results = Results(tmp_path / "results", parts.catalogue)
    go(parts, results)

    for played in parts.catalogue.runs.rounds("batch", "hen"):
        best = played.better
        assert best is not None
        data = (tmp_path / "results" / "hen" / f"iteration_{played.number}.png").read_bytes()
        ours = decode(data, name="it").picture
        theirs = parts.catalogue.picture(parts.catalogue.works.get(best.work))
        assert (ours.rgb == theirs.rgb).all()


def test_a_failed_prompt_has_a_summary_with_its_reason(tmp_path: Path, parts: Parts) -> None:
    results = Results(tmp_path / "results", parts.catalogue)
    parts.catalogue.runs.create("other", "", {}, [Item("other", "fox", 0)])
    parts.catalogue.runs.set_item("other", "fox", "failed", "the provider refused the words")

    results.finish(tuple(parts.catalogue.runs.items("other")))

    summary = plain(tmp_path / "results" / "fox" / "summary.json")
    assert summary["state"] == "failed"
    assert summary["reason"] == "the provider refused the words"
    assert summary["kept"] is None


# Again ---------------------------------------------------------------------------------------


def test_results_are_written_again_where_they_are_missing(tmp_path: Path, parts: Parts) -> None:
    report = go(parts, Results(tmp_path / "first", parts.catalogue))

    later = Results(tmp_path / "second", parts.catalogue)
    later.finish(report.items)

    first = Results(tmp_path / "first", parts.catalogue)
    first.finish(report.items)
    assert written(tmp_path / "second") == written(tmp_path / "first")


def test_what_a_longer_run_left_behind_is_taken_away(tmp_path: Path, parts: Parts) -> None:
    old = tmp_path / "results" / "fox"
    old.mkdir(parents=True)
    (old / "iteration_9.png").write_bytes(b"old")
    (old / "iteration_9_results.json").write_bytes(b"old")
    (old / "notes.txt").write_text("mine")

    report = go(parts, Results(tmp_path / "results", parts.catalogue))

    assert report.failed == 0
    assert not (old / "iteration_9.png").exists()
    assert not (old / "iteration_9_results.json").exists()
    assert (old / "notes.txt").read_text() == "mine"


# When it cannot be written -------------------------------------------------------------------


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_painted(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match=r"file/results: .*directory"):
        Results(tmp_path / "file" / "results", catalogue).prepare()


def test_preparing_leaves_an_empty_folder(tmp_path: Path, catalogue: Catalogue) -> None:
    Results(tmp_path / "results", catalogue).prepare()

    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.parametrize("after", [0, 1, 2, 5, 9])
def test_a_disk_that_fills_stops_the_run_and_loses_nothing(
    tmp_path: Path, parts: Parts, after: int
) -> None:
    folder = tmp_path / "results"
    results = Results(folder, parts.catalogue, stop=parts.stop.set, disk=FullDisk(after))

    report = go(replace(parts, streams=1), results)

    assert parts.stop.is_set()
    with pytest.raises(StorageError, match="the disk is full") as caught:
        results.finish(report.items)
    assert "--output-dir" in caught.value.advice
    for path in (path for path in folder.rglob("*") if path.is_file()):
        assert path.suffix in {".json", ".png"}, "a piece of a file stayed behind"
        if path.suffix == ".json":
            json.loads(path.read_text("utf-8"))
    parts.stop.clear()
    mended = Results(folder, parts.catalogue)
    again = go(parts, mended)
    mended.finish(again.items)
    assert [item.state for item in again.items] == ["done", "done"]
    assert all("summary.json" in files for files in written(folder).values())


def test_an_id_that_is_a_path_never_becomes_a_folder(tmp_path: Path, catalogue: Catalogue) -> None:
    catalogue.runs.create("evil", "", {}, [Item("evil", "../out", 0, state="failed")])

    with pytest.raises(ValueError, match="cannot"):
        Results(tmp_path / "results", catalogue).finish((Item("evil", "../out", 0, "failed"),))

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("winner", [0, 1])
def test_the_comparison_decides_and_not_the_score(parts: Parts, winner: Literal[0, 1]) -> None:
    go(parts, Results(Path(os.devnull), parts.catalogue))
    played = parts.catalogue.runs.rounds("batch", "fox")[0]
    compared = replace(played, comparison=Comparison(winner, True, "", Maker("us")))

    best = compared.better

    assert best is not None
    assert best.slot == winner


def test_of_a_pair_that_was_not_compared_the_higher_score_is_the_better(parts: Parts) -> None:
    go(parts, Results(Path(os.devnull), parts.catalogue))
    played = parts.catalogue.runs.rounds("batch", "fox")[0]
    low, high = played.takes
    assert low.evaluation is not None
    marked = replace(low.evaluation, score=0.9)
    unjudged = Round(1, played.prompt, (replace(low, evaluation=marked), high), None)

    best = unjudged.better

    assert best is not None
    assert best.slot == 0
    assert Round(1, played.prompt, (), None).better is None
    assert Round(1, played.prompt, (Take(0, 1, 1, None),), None).better == Take(0, 1, 1, None)


# Two who write at once, and what stands in the way ---------------------------------------------


def test_two_runs_into_one_folder_do_not_break_each_other(tmp_path: Path, parts: Parts) -> None:
    report = go(parts, Results(tmp_path / "first", parts.catalogue))
    alone, folder = tmp_path / "alone", tmp_path / "shared"
    Results(alone, parts.catalogue).finish(report.items)

    def write(_: int) -> None:
        results = Results(folder, parts.catalogue)
        results.prepare()
        results.finish(report.items)

    with ThreadPoolExecutor(4) as both:
        list(both.map(write, range(24)))

    assert written(folder) == written(alone)
    for path in alone.rglob("*.*"):
        assert (folder / path.relative_to(alone)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("name", "doing"), [("summary.json", "write"), ("iteration_9.png", "remove")]
)
def test_a_folder_in_the_place_of_a_file_is_told_in_one_sentence(
    tmp_path: Path, parts: Parts, name: str, doing: str
) -> None:
    report = go(parts, Results(tmp_path / "first", parts.catalogue))
    stone = tmp_path / "results" / "fox" / name
    stone.mkdir(parents=True)

    with pytest.raises(StorageError) as told:
        Results(tmp_path / "results", parts.catalogue).finish(report.items)

    assert told.value.message.startswith(f"Could not {doing} {stone}: ")
    assert told.value.message.count(". ") == 0
    assert "--output-dir" in told.value.advice
    assert not list(stone.parent.glob(".*"))
