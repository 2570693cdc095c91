"""The DuckDB file: rows merged in one transaction, views that answer, questions that only read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import delete
from tests.stubs.grounds import FileGround

from gesso.collect.export.duck.query import QueryOptions, query
from gesso.collect.export.duck.warehouse import DuckdbFile, DuckdbOptions
from gesso.collect.export.export import export, unchanged
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import api_calls
from gesso.core.errors import InputError, StorageError, StudioBusy

from .conftest import bring, paint, say_of

OPTIONS = QueryOptions()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gesso.duckdb"


def warehouse(path: Path) -> DuckdbFile:
    return DuckdbFile(DuckdbOptions(), path)


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    return list(query(path, sql, OPTIONS).rows)


def test_the_file_answers_what_the_catalogue_holds(
    ground: FileGround, studio: Catalogue, path: Path
) -> None:
    export(studio, warehouse(path))
    nul = "\ufffd" if ground.is_server else "\x00"

    assert ask(path, "SELECT id, seed, standing FROM works ORDER BY id") == [
        (1, 1, "take"),
        (2, None, "kept"),
    ]
    assert ask(path, "SELECT recipe->>'$.prompt.title' FROM works WHERE id = 1") == [("Tide",)]
    assert ask(path, "SELECT title FROM works WHERE id = 2") == [
        (f"=cmd|' /C calc'!A0 \x1b[31m\u202e {nul} naïve 🎨",)
    ]
    assert ask(path, "SELECT id FROM kept") == [(2,)]
    assert ask(path, "SELECT tag FROM tags WHERE work = 1") == [("gears",), ("sea",)]
    ((share, first),) = ask(path, "SELECT sum(share), min(place) FROM swatches WHERE work = 1")
    assert (share, first) == (pytest.approx(1, abs=1e-3), 1)
    assert ask(path, "SELECT work, label, label_source FROM labels") == [(1, "marine", "person")]
    assert ask(path, "SELECT name, value FROM scores ORDER BY name") == [
        ("colourfulness", 0.5),
        ("contrast", 0.25),
    ]
    assert ask(path, "SELECT title, maker FROM captions") == [("Sea", "measured")]
    assert ask(path, "SELECT group_id, work, role FROM duplicates") == [(7, 1, "keep")]
    assert ask(path, "SELECT provider, calls, usd FROM spend") == [("fal", 1, 0.5)]
    assert ask(path, "SELECT round, slot, score FROM scored") == [(2, 0, 0.5)]
    assert ask(path, "SELECT prompt->>'$.text', refined_from FROM rounds ORDER BY number") == [
        ("One", None),
        ("Two", 1),
    ]


def test_changes_take_the_place_of_earlier_rows(studio: Catalogue, path: Path) -> None:
    export(studio, warehouse(path))
    studio.works.set_favourite(2, True)
    bring(studio, 3, "New")
    say_of(studio, 2)
    with studio.database.write() as connection:
        connection.execute(delete(api_calls))
    report = export(studio, warehouse(path))

    assert not report.full
    assert report.rows["works"] == 2
    assert ask(path, "SELECT id, favourite FROM works ORDER BY id") == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert ask(path, "SELECT count(*) FROM captions") == [(2,)]
    assert ask(path, "SELECT count(*) FROM calls") == [(0,)]
    assert unchanged(studio, warehouse(path).mark())


def test_later_exports_end_where_one_full_export_ends(studio: Catalogue, tmp_path: Path) -> None:
    for number in range(10, 16):
        paint(studio, number)
        studio.works.set_title(1, f"Tide {number}")
        export(studio, warehouse(tmp_path / "many.duckdb"))
    export(studio, warehouse(tmp_path / "one.duckdb"))

    for table in ("works", "runs", "prompts", "rounds", "evaluations", "calls"):
        asked = f"SELECT * FROM {table} ORDER BY uid"
        assert ask(tmp_path / "many.duckdb", asked) == ask(tmp_path / "one.duckdb", asked)


def test_a_file_of_somebody_else_is_left_alone(studio: Catalogue, path: Path) -> None:
    with duckdb.connect(path) as other:
        other.execute("CREATE TABLE theirs AS SELECT 42 AS answer")

    for full in (False, True):
        with pytest.raises(InputError, match="none that gesso wrote"):
            export(studio, warehouse(path), full=full)
    assert ask(path, "SELECT answer FROM theirs") == [(42,)]


def test_a_file_that_is_none_is_left_alone(studio: Catalogue, path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 1000)

    with pytest.raises(InputError, match="no DuckDB file"):
        export(studio, warehouse(path))
    assert path.read_bytes().startswith(b"Dear diary")


def test_a_file_without_a_new_column_is_made_anew(studio: Catalogue, path: Path) -> None:
    export(studio, warehouse(path))
    with duckdb.connect(path) as older:
        for (view,) in older.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall():
            older.execute(f'DROP VIEW "{view}"')
        older.execute("ALTER TABLE works DROP COLUMN medium")

    assert export(studio, warehouse(path)).full
    assert ask(path, "SELECT medium FROM works WHERE id = 1") == [("",)]


def test_a_file_that_is_open_elsewhere_for_writing_is_told(studio: Catalogue, path: Path) -> None:
    export(studio, warehouse(path))
    studio.works.set_favourite(2, True)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StudioBusy, match="Another program"):
            export(studio, warehouse(path))
        with pytest.raises(StudioBusy, match="Another program"):
            query(path, "SELECT 1", OPTIONS)
        holder.communicate(b"\n")

    assert export(studio, warehouse(path)).rows["works"] == 1


_HOLDING = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
"""


# Questions ---------------------------------------------------------------------------------------

HARMFUL = [
    "ATTACH '/etc/passwd' AS x",
    "COPY works TO '{tmp}/out.csv'",
    "EXPORT DATABASE '{tmp}/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "PRAGMA enable_profiling",
    "CREATE TABLE x AS SELECT 1",
    "CREATE TEMP TABLE x AS SELECT 1",
    "INSERT INTO runs SELECT * FROM runs",
    "DELETE FROM works",
    "UPDATE works SET title = 'x'",
    "DROP TABLE works",
    "CALL pragma_version()",
    "CHECKPOINT",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{tmp}/secret.csv'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    "SELECT getenv('HOME')",
    "SELECT 1; SELECT 2",
    "SELECT 1; ATTACH 'x'",
    "",
    "no sql at all",
    "SELECT * FROM OPTIONS",
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a small studio, which no test changes."""
    folder = tmp_path_factory.mktemp("exported")
    with Catalogue.open(folder / "studio") as catalogue:
        paint(catalogue, 1)
        export(catalogue, warehouse(folder / "gesso.duckdb"))
    return folder / "gesso.duckdb"


@pytest.mark.parametrize("sql", HARMFUL)
def test_a_question_can_only_read_the_file(exported: Path, tmp_path: Path, sql: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = sorted([*tmp_path.rglob("*"), *exported.parent.iterdir()])
    data = exported.read_bytes()

    with pytest.raises(InputError):
        query(exported, sql.replace("{tmp}", str(tmp_path)), OPTIONS)

    assert exported.read_bytes() == data
    assert sorted([*tmp_path.rglob("*"), *exported.parent.iterdir()]) == before


def test_a_question_that_takes_too_long_is_broken_off(exported: Path) -> None:
    with pytest.raises(InputError, match=r"more than 0\.2 seconds"):
        query(exported, "SELECT count(*) FROM range(1000000000000)", QueryOptions(seconds=0.2))


def test_an_answer_is_no_longer_than_asked_for(exported: Path) -> None:
    short = query(exported, "SELECT * FROM range(10)", QueryOptions(rows=4))
    whole = query(exported, "SELECT * FROM range(4)", QueryOptions(rows=4))

    assert (len(short.rows), short.is_whole) == (4, False)
    assert (len(whole.rows), whole.is_whole) == (4, True)


def test_what_duckdb_says_of_a_wrong_question_is_one_sentence(exported: Path) -> None:
    with pytest.raises(InputError, match="Table with name wroks does not exist!") as caught:
        query(exported, "SELECT * FROM wroks", OPTIONS)
    assert "\n" not in caught.value.message


def test_a_place_that_cannot_be_written_is_told(studio: Catalogue, path: Path) -> None:
    path.with_name(f".{path.name}.part").mkdir()

    with pytest.raises(StorageError, match=path.name):
        export(studio, warehouse(path))


def test_a_path_that_duckdb_does_not_take_is_told(studio: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no UTF-8 text"):
        export(studio, warehouse(tmp_path / "odd\udcff.duckdb"))
