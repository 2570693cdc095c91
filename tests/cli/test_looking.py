"""Commands that only look: they make no studio, and change none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import SMALL, Gesso

_EACH = """
import json, sys
from click.testing import CliRunner
from gesso.cli.app import app

for words in json.loads(sys.argv[1]):
    said = CliRunner().invoke(app, words)
    if said.exit_code or said.stderr:
        sys.exit(f"{words} ended with {said.exit_code}: {said.output}")
"""
QUIET = (("runs", "list"), ("errors", "list"), ("errors", "summary"), ("spend",), ("check",))


@pytest.fixture
def picture(gesso: Gesso, tmp_path: Path) -> Path:
    """A picture with its recipe, and no studio beside it."""
    assert (
        gesso("paint", "the sea", "--size", "64", "--out", "p.png", "--studio", "other").code == 0
    )
    shutil.rmtree("other")
    return tmp_path / "p.png"


def test_evaluate_replay_and_refine_make_no_studio(gesso: Gesso, picture: Path) -> None:
    said = gesso("evaluate", picture, "--prompt", "the sea at night. Key: low (20).", "--json")
    Path("e.json").write_text(said.out, "utf-8")

    assert said.code == 0
    assert gesso("replay", picture).out.startswith("identical")
    assert gesso("refine", "--prompt", "the sea", "--evaluation", "e.json").code == 0
    assert sorted(path.name for path in Path().iterdir()) == ["e.json", "p.png"]


@pytest.mark.parametrize("words", QUIET, ids=" ".join)
def test_looking_where_no_studio_is_makes_none(gesso: Gesso, words: tuple[str, ...]) -> None:
    said = gesso(*words)

    assert said.code != 0
    assert "There is no studio" in said.err
    assert not Path("studio").exists()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root")
def test_a_studio_on_a_read_only_disk_can_be_looked_at(gesso: Gesso, tmp_path: Path) -> None:
    assert gesso("make", "the sea", *SMALL, "--run-id", "r1").code == 0
    assert gesso("encode").code == 0
    (hung,) = Path("studio/exports/r1").glob("01-*.png")
    Path("queries.jsonl").write_text('{"query": "sea", "relevant": [2]}', "utf-8")
    words: tuple[tuple[str, ...], ...] = (
        *QUIET,
        ("runs", "show", "r1"),
        ("evaluate", str(hung)),
        ("replay", str(hung)),
        ("provenance", str(hung)),
        ("export", "--all", "--to", "out"),
        ("backup", "copy"),
        ("sync", "other"),
        ("search", "sea"),
        ("search", "--like", "work:2", "--sheet", "sheet.png"),
        ("study", "work:2"),
        ("study", "what-if", "work:2", "--out", "changed.png"),
        ("study", "compare", "work:1", "work:2"),
        ("study", "history", "work:2"),
        ("index", "list"),
        ("index", "verify"),
        ("evaluate-search", "queries.jsonl"),
        ("query", "SELECT count(*) FROM works"),
        ("export", "ndjson", "--to", "tables"),
        ("export", "duckdb", "--to", "tables.duckdb"),
    )
    sealed = "mount --bind studio studio && mount -o remount,ro,bind studio || exit 77"
    told = f'{sealed}; touch studio/x 2>/dev/null && exit 76; exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", told, "sh", sys.executable, "-c", _EACH, json.dumps(words)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this machine mounts nothing")

    assert (done.returncode, done.stderr) == (0, "")
