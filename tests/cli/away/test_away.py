"""The studio taken elsewhere, as a person calls it: tables, questions, backups, another place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import SMALL, Gesso, Once


@pytest.fixture
def studio(gesso: Gesso, once: Once) -> Path:
    def make() -> None:
        assert gesso("make", "Nocturne", "--works", "2", *SMALL).code == 0

    once(make)
    return Path("studio")


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("name", ["ndjson", "parquet"])
def test_tables_leave_into_a_folder_and_the_second_time_only_what_is_new(
    gesso: Gesso, name: str
) -> None:
    first = gesso("export", name, "--to", "out")
    second = gesso("export", name, "--to", "out")

    assert first.code == second.code == 0
    assert "Everything is in out" in first.out
    assert "works" in first.out
    assert "Nothing new for out" in second.out
    assert json.loads(Path("out/manifest.json").read_text())["kind"] == name


@pytest.mark.usefixtures("studio")
def test_an_export_tells_its_numbers_as_json(gesso: Gesso) -> None:
    told = gesso("export", "duckdb", "--json").document

    assert told["full"]
    assert told["rows"]["works"] == 4
    assert told["refused"] == 0


@pytest.mark.usefixtures("studio")
def test_pictures_still_leave_by_their_number(gesso: Gesso) -> None:
    kept = gesso("query", "SELECT id FROM kept ORDER BY id", "--json").document["rows"]
    said = gesso("export", str(kept[0]["id"]), "--to", "pictures")

    assert said.code == 0
    assert len(list(Path("pictures").iterdir())) == 1
    assert gesso("export", "--all", "--to", "all").code == 0
    assert len(list(Path("all").iterdir())) == 2


def test_the_help_of_export_names_pictures_and_tables(gesso: Gesso) -> None:
    said = gesso("export", "--help").out

    assert "--favourites" in said
    for name in ("ndjson", "parquet", "duckdb", "bigquery", "schema"):
        assert name in said
    assert "--full" in gesso("export", "parquet", "--help").out


@pytest.mark.usefixtures("studio")
def test_a_word_that_is_no_warehouse_is_refused(gesso: Gesso) -> None:
    said = gesso("export", "ndjsno", "--to", "out")

    assert said.code == 2
    assert "ndjsno" in said.err


def test_the_schemas_are_written_where_wished(gesso: Gesso) -> None:
    assert gesso("export", "schema", "--to", "schemas").code == 0
    told = json.loads(Path("schemas/works.schema.json").read_text())
    assert told["properties"]["uid"]["type"] == "string"


@pytest.mark.usefixtures("studio")
def test_bigquery_without_a_project_says_what_is_missing(gesso: Gesso) -> None:
    said = gesso("export", "bigquery")

    assert said.code == 2
    assert "[warehouse.bigquery] cannot be used: 'project' is not set" in said.err


# Questions ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("studio")
def test_a_question_is_answered_with_what_is_new(gesso: Gesso) -> None:
    assert "4" in gesso("query", "SELECT count(*) AS n FROM works").out
    assert gesso("make", "Harbour", *SMALL).code == 0

    assert gesso("query", "SELECT count(*) AS n FROM works", "--as-is").out.split() == ["n", "4"]
    assert gesso("query", "SELECT count(*) AS n FROM works").out.split() == ["n", "6"]


@pytest.mark.usefixtures("studio")
def test_an_answer_is_a_table_json_or_csv(gesso: Gesso) -> None:
    asked = "SELECT 1 AS one, 'x' AS word, [1, 2] AS list, NULL AS nothing, DATE '2026-03-01' AS d"

    assert gesso("query", asked).out.splitlines()[0].split() == [
        "one",
        "word",
        "list",
        "nothing",
        "d",
    ]
    (row,) = gesso("query", asked, "--json").document["rows"]
    assert row == {"one": 1, "word": "x", "list": [1, 2], "nothing": None, "d": "2026-03-01"}
    assert gesso("query", asked, "--csv").out == (
        'one,word,list,nothing,d\n1,x,"[1, 2]",,2026-03-01\n'
    )


@pytest.mark.usefixtures("studio")
def test_text_that_steers_a_terminal_or_a_spreadsheet_is_made_harmless(gesso: Gesso) -> None:
    hostile = "SELECT E'\\x1b]0;gone\\x07\\u202e' AS t, '=1+1' AS f, '-2+3' AS g, -2 AS n"

    shown, table = gesso("query", hostile).out, gesso("query", hostile, "--csv").out
    for sign in ("\x1b", "\x07", "\u202e"):
        assert sign not in shown
        assert sign not in table
    assert "'=1+1,'-2+3,-2" in table


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("sql", ["DROP TABLE works", "SELECT * FROM read_text('/etc/passwd')"])
def test_a_question_changes_and_opens_nothing(gesso: Gesso, sql: str) -> None:
    said = gesso("query", sql)

    assert said.code == 2
    assert "root:" not in said.out + said.err


@pytest.mark.usefixtures("studio")
def test_a_question_that_is_no_text_is_refused(gesso: Gesso) -> None:
    said = gesso("query", "SELECT '\udcff'")

    assert said.code == 2
    assert "no UTF-8 text" in said.err


@pytest.mark.usefixtures("studio")
def test_more_rows_than_asked_for_are_told(gesso: Gesso) -> None:
    assert "these are the first 2" in gesso("query", "SELECT * FROM range(9)", "--rows", "2").out


# Backups -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("studio")
def test_a_backup_comes_back_as_the_same_studio(gesso: Gesso) -> None:
    assert gesso("backup", "safe").code == 0
    assert "is whole" in gesso("backup", "safe", "--verify").out
    said = gesso("restore", "safe", "--studio", "again")

    assert said.code == 0
    assert "4 works" in said.out
    assert gesso("check", "--read-data", "--studio", "again").code == 0
    again = gesso("query", "SELECT count(*) AS n FROM works", "--studio", "again")
    assert again.out.split() == ["n", "4"]


@pytest.mark.usefixtures("studio")
def test_a_damaged_backup_is_named_and_not_restored(gesso: Gesso) -> None:
    gesso("backup", "safe")
    victim = next(path for path in Path("safe/blobs").rglob("*") if path.is_file())
    victim.write_bytes(b"x" * victim.stat().st_size)

    verified, restored = gesso("backup", "safe", "--verify"), gesso("restore", "safe")
    assert verified.code == 1
    assert victim.name in verified.out
    assert restored.code == 2  # the studio's folder is not empty
    refused = gesso("restore", "safe", "--studio", "again")
    assert refused.code == 3
    assert victim.name in refused.err
    assert gesso("restore", "safe", "--partly", "--studio", "again").code == 1


# Another place -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("studio")
def test_pictures_go_to_another_folder_and_come_back(gesso: Gesso) -> None:
    assert "would be sent" in gesso("sync", "elsewhere", "--dry-run").out
    # The thumbnails of so small a picture are one and the same file.
    assert "8 files sent" in gesso("sync", "elsewhere").out
    assert "nothing to do" in gesso("sync", "elsewhere").out
    read = gesso("sync", "elsewhere", "--verify").out
    assert read.endswith("found whole\n  8 files named by the catalogue.\n")
    victim = next(path for path in Path("studio/blobs").rglob("*") if path.is_file())
    victim.unlink()

    assert "1 file brought back" in gesso("sync", "elsewhere").out
    assert gesso("check", "--read-data").code == 0


@pytest.mark.usefixtures("studio")
def test_a_place_of_another_kind_is_refused(gesso: Gesso) -> None:
    said = gesso("sync", "ftp://example.org/x")

    assert said.code == 2
    assert "s3://BUCKET/PREFIX" in said.err


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("name", ["s3", "gs"])
def test_a_bucket_without_a_name_is_refused(gesso: Gesso, name: str) -> None:
    said = gesso("sync", f"{name}://")

    assert said.code == 2
    assert "'bucket' is not set" in said.err
