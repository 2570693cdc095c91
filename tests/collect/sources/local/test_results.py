"""Folders that pipelines leave behind: prompts, scores, and which picture was the best."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gesso.collect.sources.local.folder import FolderOptions
from gesso.collect.sources.local.results import ResultsSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import InputError
from gesso.core.records.finds import Find

from .conftest import BLUE, RED, fetched

Put = Callable[..., Path]


def finds(root: Path, **wish: Any) -> list[Find]:
    return list(ResultsSource(FolderOptions()).finds(Wish((str(root),), **wish)))


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def test_an_older_pipelines_rounds_are_finds_with_prompt_and_score(
    put: Put, tmp_path: Path
) -> None:
    for number, (prompt, score) in enumerate([("a fox", 5.5), ("a red fox", 8), ("x", 7)], 1):
        put(f"fox/iteration_{number}.png", RED)
        put(f"fox/iteration_{number}_results.json", as_json({"refined_prompt": prompt}))
        put(
            f"fox/iteration_{number}_evaluation.json",
            as_json({"evaluation": {"overall_score": score, "feedback": f"round {number}"}}),
        )
    put("fox/notes.md", b"x")

    found = finds(tmp_path / "art")

    assert [find.identifier for find in found] == [f"fox/iteration_{n}.png" for n in (1, 2, 3)]
    assert [find.facts.text for find in found] == ["a fox", "a red fox", "x"]
    assert [find.facts.extra["score"] for find in found] == [5.5, 8.0, 7.0]
    assert [find.facts.extra["iteration"] for find in found] == [1, 2, 3]
    assert [find.facts.extra["is_best"] for find in found] == [False, True, False]
    assert found[1].facts.extra["verdict"] == "round 2"
    assert {find.facts.extra["prompt_id"] for find in found} == {"fox"}
    assert found[0].source == f"results:{(tmp_path / 'art').resolve()}"


def test_rounds_with_folders_of_their_own_are_rounds_of_one_prompt(
    put: Put, tmp_path: Path
) -> None:
    for number, score in ((1, 4), (2, 9), (10, 6)):
        put(f"owl/iteration_{number}/image.png", RED)
        put(f"owl/iteration_{number}/prompt.json", as_json({"prompt": f"an owl, {number}"}))
        put(f"owl/iteration_{number}/scores/evaluation.json", as_json({"score": score}))
    put("owl/summary.json", as_json({"title": "Owls"}))
    put("ape/iteration_1.png", RED)

    found = {find.identifier: find.facts for find in finds(tmp_path / "art")}

    owls = [f"owl/iteration_{n}/image.png" for n in (1, 2, 10)]
    assert set(found) == {"ape/iteration_1.png", *owls}
    assert [found[one].text for one in owls] == ["an owl, 1", "an owl, 2", "an owl, 10"]
    assert [found[one].extra["iteration"] for one in owls] == [1, 2, 10]
    assert [found[one].extra["score"] for one in owls] == [4.0, 9.0, 6.0]
    assert [found[one].extra["is_best"] for one in owls] == [False, True, False]
    assert {found[one].extra["prompt_id"] for one in owls} == {"owl"}
    assert {found[one].title for one in owls} == {"Owls"}


def test_what_our_own_batches_write_is_read(put: Put, tmp_path: Path) -> None:
    for number in (1, 2):
        put(f"hen/iteration_{number}.png", BLUE)
        takes = [
            {"slot": 0, "seed": 11, "better": False, "score": 0.2},
            {"slot": 1, "seed": 22, "better": True, "score": 0.8},
        ]
        results = {"prompt": {"title": "Hen", "text": "a hen at dawn"}, "takes": takes}
        put(f"hen/iteration_{number}_results.json", as_json(results))
    rounds = [{"iteration": 1, "score": 0.8, "verdict": "warm"}, {"iteration": 2, "score": 0.8}]
    kept = {"work": 9, "iteration": 1, "picture": "iteration_1.png"}
    put("hen/summary.json", as_json({"title": "Ember Hen", "kept": kept, "iterations": rounds}))

    first, second = finds(tmp_path / "art")

    assert (first.facts.title, first.facts.text) == ("Ember Hen", "a hen at dawn")
    assert (first.facts.extra["seed"], first.facts.extra["score"]) == ("22", 0.8)
    assert first.facts.extra["verdict"] == "warm"
    assert (first.facts.extra["is_best"], second.facts.extra["is_best"]) == (True, False)


def test_results_may_be_yaml_without_aliases(put: Put, tmp_path: Path) -> None:
    put("a/iteration_1.png")
    put("a/iteration_1_results.yaml", b"prompt: a fox\nscore: 4\n")
    put("b/iteration_1.png")
    put("b/iteration_1_results.yaml", b"a: &a [x]\nprompt: *a\n")
    source = ResultsSource(FolderOptions())

    a, b = source.finds(Wish((str(tmp_path / "art"),)))

    assert (a.facts.text, a.facts.extra["score"]) == ("a fox", 4.0)
    assert b.facts.text == ""
    assert "aliases" in source.complaints()[0]


def test_every_part_but_the_picture_may_be_missing_or_broken(put: Put, tmp_path: Path) -> None:
    put("a/iteration_1.png")
    put("b/iteration_1.png")
    put("b/iteration_1_results.json", b"{")
    put("b/summary.json", b"[]")
    put("c/iteration_1_results.json", b'{"prompt": "painted nothing"}')
    put("other/holiday.png")
    source = ResultsSource(FolderOptions())

    found = list(source.finds(Wish((str(tmp_path / "art"),))))

    assert [find.identifier for find in found] == ["a/iteration_1.png", "b/iteration_1.png"]
    assert all(find.facts.extra["is_best"] is False for find in found)
    assert len(source.complaints()) == 2


@pytest.mark.parametrize(
    ("summary", "best"),
    [
        ({"best_iteration": 2}, 2),
        ({"best": {"iteration": 1}}, 1),
        ({"final": {"best_iteration": "2"}}, 2),
        ({"iterations": [{"score": "8/10"}, {"score": 3}]}, 1),
        ({"rounds": [{"round": 2, "final_score": 9}, {"round": 1, "final_score": 2}]}, 2),
        ({"best_iteration": 7}, None),
        ({"score": [1, {"x": None}], "iterations": "none"}, None),
        ({}, None),
    ],
)
def test_the_best_is_what_the_summary_names_or_what_scored_best(
    summary: dict[str, Any], best: int | None, put: Put, tmp_path: Path
) -> None:
    put("a/iteration_1.png")
    put("a/iteration-2.jpg")
    put("a/summary.json", as_json(summary))

    found = finds(tmp_path / "art")

    named = [find.facts.extra["iteration"] for find in found if find.facts.extra["is_best"]]
    assert named == ([] if best is None else [best])


def test_the_folder_of_one_prompt_may_be_named_itself(put: Put, tmp_path: Path) -> None:
    put("fox/iteration_1.png")

    (find,) = finds(tmp_path / "art" / "fox")

    assert (find.identifier, find.facts.extra["prompt_id"]) == ("iteration_1.png", "fox")


def test_a_picture_comes_whole_and_only_if_it_changed(put: Put, tmp_path: Path) -> None:
    put("fox/iteration_1.png", BLUE)
    (find,) = finds(tmp_path / "art")
    source = ResultsSource(FolderOptions())

    assert fetched(source, find).data == BLUE
    assert source.fetch(find, find.revision) is None


def test_the_limit_ends_the_list_and_a_file_is_no_place(put: Put, tmp_path: Path) -> None:
    path = put("a/iteration_1.png")
    put("b/iteration_1.png")

    assert len(finds(tmp_path / "art", limit=1)) == 1
    with pytest.raises(InputError, match="is a file"):
        finds(path)
