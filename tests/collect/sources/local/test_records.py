"""A museum's register: a row a work, without a picture; a bad row costs that row alone."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gesso.collect.sources.records import RecordsOptions, RecordsSource
from gesso.collect.sources.source import Wish
from gesso.core.errors import Gone, InputError
from gesso.core.records.finds import Find

Put = Callable[..., Path]
DATA = Path(
    os.environ.get("GESSO_SAMPLE_DATA", Path(__file__).resolve().parents[4] / "../shared/data")
)


def source(**options: object) -> RecordsSource:
    return RecordsSource(RecordsOptions(**options))  # type: ignore[arg-type]  # a few of them


def read(path: Path, records: RecordsSource | None = None) -> list[Find]:
    return list((records or source()).finds(Wish((str(path),))))


def test_a_row_becomes_a_record_with_what_its_columns_say(put: Put) -> None:
    rows = b"id,title,artist,date_text,year_from,medium,subjects,depth\n"
    path = put("tate.csv", rows + b"A1,Storm,Turner,c. 1840,1840,oil,sea; boat,3 cm\n")

    (find,) = read(path, source(licence="CC0-1.0"))

    assert (find.source, find.identifier) == ("records:tate", "A1")
    facts = find.facts
    assert (facts.title, facts.creator, facts.date) == ("Storm", "Turner", "c. 1840")
    assert (facts.year_from, facts.year_to, facts.medium) == (1840, 1840, "oil")
    assert facts.tags == ("sea", "boat")
    assert facts.extra == {"depth": "3 cm"}
    assert find.rights.licence == "CC0-1.0"


def test_a_table_from_a_spreadsheet_with_quoted_newlines_is_read(put: Put) -> None:
    text = '\ufeffid;title\r\n1;"Two\r\nlines; one title"\r\n2;Plain\r\n'

    one, two = read(put("list.csv", text.encode()))

    assert (one.identifier, one.facts.title) == ("1", "Two lines; one title")
    assert (two.identifier, two.facts.title) == ("2", "Plain")


def test_a_ragged_row_is_told_by_its_line(put: Put) -> None:
    records = source()

    found = read(put("list.csv", b"id,title\n1,A\n2,B,C,D\n3,E\n,F\n"), records)

    assert [find.identifier for find in found] == ["1", "3"]
    assert records.complaints() == (
        "list.csv, line 3: it has 4 values under 2 names.",
        "list.csv, line 5: it has no identifier.",
    )


def test_a_line_of_other_names_costs_that_line_alone(put: Put) -> None:
    records = source()
    lines = b'{"title": "lost"}\n{"id": 1, "title": "A"}\n[1]\n{"accession": "7.1"}\n'

    found = read(put("list.jsonl", lines), records)

    assert [find.identifier for find in found] == ["1", "7.1"]
    assert records.complaints()[0] == "list.jsonl, line 1: it has no identifier."
    assert len(records.complaints()) == 2


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.csv", b"a,b\n1,2\n", "no column that tells works apart"),
        ("list.jsonl", b'{"a": 1}\n{"a": 2}\n', "no column that tells works apart"),
        ("list.parquet", b"PAR1 no", "no Parquet"),
        ("list.csv.gz", b"", "no register by its name"),
    ],
)
def test_what_is_no_register_is_refused(name: str, data: bytes, said: str, put: Put) -> None:
    with pytest.raises(InputError, match=said):
        read(put(name, data))


def test_the_column_may_be_named(put: Put) -> None:
    path = put("list.csv", b"sign,title\nX9,A\n")

    assert [find.identifier for find in read(path, source(identifier="sign"))] == ["X9"]
    with pytest.raises(InputError, match="no column 'sing'"):
        read(path, source(identifier="sing"))


def test_values_of_any_type_do_no_harm(put: Put) -> None:
    out = io.BytesIO()
    row = {"id": 5, "title": ["a", "b\x00\x1b[31m"], "year_from": 1.5, "artist": None, "n": 2.5}
    pq.write_table(pa.Table.from_pylist([row]), out)

    (find,) = read(put("list.parquet", out.getvalue()))

    assert find.identifier == "5"
    assert "\x1b" not in find.facts.title
    assert find.facts.year_from is None


def test_there_is_nothing_to_fetch(put: Put) -> None:
    records = source()
    (find,) = read(put("list.csv", b"id\n1\n"), records)

    with pytest.raises(Gone):
        records.fetch(find)


@pytest.mark.skipif(not (DATA / "bad").is_dir(), reason="no sample data here")
def test_the_hostile_lists_give_what_is_whole_in_them() -> None:
    records = source()
    found = read(DATA / "bad/data/hostile.ndjson", records)
    ragged = read(DATA / "bad/data/ragged.csv")

    assert {"ok-1", "xss", "formula", "sql", "nul", "rtl", "emoji"} <= {f.identifier for f in found}
    assert records.complaints()
    assert all(find.facts.title.isprintable() for find in found + ragged)
    assert len(ragged) == 2
