"""The studio's log: JSON lines, the owner's level, no secrets, and never in the way."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from gesso.cli.logs import MOST_BYTES, log_to

from .conftest import SMALL, Gesso

log = logging.getLogger("gesso.some.place")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "studio"
    made.mkdir()
    return made


def lines(folder: Path) -> list[dict[str, Any]]:
    path = folder / "logs" / "gesso.log"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_record_is_a_line_of_json(folder: Path) -> None:
    with log_to(folder, "info", str):
        log.info("one\ntwo", extra={"run": "r", "item": "i"})

    (row,) = lines(folder)
    assert row["message"] == "one\ntwo"
    assert (row["level"], row["run"], row["item"]) == ("info", "r", "i")
    assert row["logger"] == "gesso.some.place"
    assert row["at"].endswith("+00:00")


def test_the_owners_level_is_kept(folder: Path) -> None:
    with log_to(folder, "warning", str):
        log.info("quiet")
        log.warning("loud")

    assert [row["message"] for row in lines(folder)] == ["loud"]


def test_after_the_command_nothing_is_logged_any_more(folder: Path) -> None:
    with log_to(folder, "info", str):
        log.info("during")
    log.warning("after")

    assert [row["message"] for row in lines(folder)] == ["during"]


def test_tracebacks_are_kept_without_secrets(folder: Path) -> None:
    with log_to(folder, "info", lambda text: text.replace("very-secret", "***")):
        try:
            int("very-secret")
        except ValueError:
            log.exception("it failed with %s", "very-secret")

    (row,) = lines(folder)
    assert "ValueError: invalid literal for int() with base 10: '***'" in row["trace"]
    assert "very-secret" not in json.dumps(row)


def test_a_log_does_not_make_a_studio(tmp_path: Path) -> None:
    with log_to(tmp_path / "none", "info", str):
        log.info("lost")

    assert not (tmp_path / "none").exists()


def test_a_log_that_cannot_be_written_is_in_nobodys_way(folder: Path) -> None:
    (folder / "logs").write_text("a file where the folder should be")

    with log_to(folder, "info", str):
        log.info("lost")


def test_a_large_log_is_put_aside(folder: Path) -> None:
    path = folder / "logs" / "gesso.log"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)

    with log_to(folder, "info", str):
        log.info("fresh")

    assert [row["message"] for row in lines(folder)] == ["fresh"]
    assert path.with_name("gesso.log.1").stat().st_size == MOST_BYTES + 1


def test_a_run_is_told_in_the_log(gesso: Gesso) -> None:
    gesso("make", "the sea at night", "--run-id", "sea", *SMALL)

    rows = [row for row in lines(Path("studio")) if row.get("run") == "sea"]
    told = [row["message"].partition(":")[0] for row in rows]
    assert told[0] == "begin"
    assert {"concept", "round", "kept"} <= set(told)
    assert told[-1] == "end"
    assert {row["process"] for row in rows} == {os.getpid()}
