"""Runs of both kinds as they are told, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest

from gesso import Studio
from gesso.core.errors import UnknownItem
from gesso.web.answers.doings.runs import Runs
from gesso.web.answers.jobs.jobs import Jobs


def test_runs_of_both_kinds_are_paged_as_one_list(tmp_path: Path) -> None:
    with Studio.open(tmp_path) as studio:
        for number in range(7):
            if number % 3:
                studio.catalogue.runs.create(f"made-{number}", "Tides", {}, [])
            else:
                studio.catalogue.acquisitions.begin(f"brought-{number}", "folder", ("a",))
        runs = Runs(studio, Jobs())
        seen: list[str] = []
        after: str | None = None
        while True:
            page = runs.page(after, 2)
            assert page["total"] == 7
            seen += [run["id"] for run in page["runs"]]
            after = page["next"]
            if after is None:
                break

    assert seen == [
        "brought-6", "made-5", "made-4", "brought-3", "made-2", "made-1", "brought-0",
    ]  # fmt: skip


def test_a_page_after_a_run_that_never_was_is_refused(tmp_path: Path) -> None:
    with Studio.open(tmp_path) as studio, pytest.raises(UnknownItem, match="no run 'nothing'"):
        Runs(studio, Jobs()).page("nothing")
