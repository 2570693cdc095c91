"""Files that leave: rows as published, whole shards, and only what has changed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal

import jsonschema
import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete, update

from gesso.collect.export.export import export
from gesso.collect.export.files.ndjson import NdjsonFiles
from gesso.collect.export.files.parquet import ParquetFiles
from gesso.collect.export.files.shards import ShardFolder, ShardOptions
from gesso.collect.export.tables.published import FOLDER, published
from gesso.collect.export.tables.tables import TABLES
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import api_calls, evaluations, works
from gesso.core.errors import DamageError, InputError, Interrupted

from .conftest import bring, lines, paint, say_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def files(folder: Path, rows: int = 100_000) -> NdjsonFiles:
    return NdjsonFiles(ShardOptions(rows), folder)


# Rows --------------------------------------------------------------------------------------------


def test_the_published_schemas_are_those_of_the_tables() -> None:
    stored = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}

    # After a change of the tables: gesso export schema --to src/gesso/collect/export/schemas
    assert stored == published()


def test_every_row_fits_its_published_schema(studio: Catalogue, folder: Path) -> None:
    report = export(studio, files(folder))

    assert report.refused == 0
    for table in TABLES:
        rows = lines(folder, table.name)
        schema = json.loads((folder / "schemas" / f"{table.name}.schema.json").read_text())
        checker = jsonschema.Draft202012Validator(schema)
        assert rows, table.name
        for row in rows:
            checker.validate(row)


def test_nested_values_are_values_and_no_text(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    brought, made = lines(folder, "works")  # what is said of the first came after the second

    assert made["recipe"]["prompt"]["title"] == "Tide"
    assert made["tags"] == ["gears", "sea"]
    assert sum(one["share"] for one in made["swatches"]) == pytest.approx(1, abs=1e-3)
    assert made["captions"][0]["tags"] == ["sea", "wind"]
    assert [one["name"] for one in made["scores"]] == ["colourfulness", "contrast"]
    assert (made["duplicate_group"], made["duplicate_role"]) == (7, "keep")
    assert made["added_at"].endswith("Z")
    assert brought["recipe"] is None
    assert brought["title"].endswith("naïve 🎨")
    assert lines(folder, "rounds")[1]["refined_from"] == 1
    assert lines(folder, "evaluations")[0]["uid"] == "r/i/x/2/0"


def test_no_secret_of_a_call_leaves(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))

    (call,) = lines(folder, "calls")
    assert not {"key", "request_id", "process"} & call.keys()


def test_parquet_holds_the_same_rows(studio: Catalogue, tmp_path: Path) -> None:
    export(studio, files(tmp_path / "lines"))
    export(studio, ParquetFiles(ShardOptions(), tmp_path / "parquet"))

    for table in TABLES:
        (path,) = (tmp_path / "parquet" / table.name).iterdir()
        read = pq.read_table(path).to_pylist()
        plain = lines(tmp_path / "lines", table.name)
        assert [row["uid"] for row in read] == [row["uid"] for row in plain]
    (path,) = (tmp_path / "parquet" / "works").iterdir()
    made = pq.read_table(path).to_pylist()[1]
    expected = lines(tmp_path / "lines", "works")[1]
    assert json.loads(made["recipe"]) == expected["recipe"]
    assert made["swatches"] == expected["swatches"]
    assert made["added_at"].isoformat().replace("+00:00", "Z") == expected["added_at"]
    assert not pq.read_schema(path).field("uid").nullable


@pytest.mark.parametrize("maker", [NdjsonFiles, ParquetFiles])
def test_the_same_catalogue_makes_the_same_bytes(
    studio: Catalogue, tmp_path: Path, maker: type[ShardFolder]
) -> None:
    for name in ("one", "two"):
        export(studio, maker(ShardOptions(), tmp_path / name))  # type: ignore[arg-type, call-arg]

    def held(name: str) -> dict[str, str]:
        base = tmp_path / name
        return {
            str(path.relative_to(base)): sha256(path.read_bytes()).hexdigest()
            for path in base.rglob("*")
            if path.is_file()
        }

    assert held("one") == held("two")


def test_a_row_that_does_not_fit_is_named_and_left_out(studio: Catalogue, folder: Path) -> None:
    with studio.database.write() as connection:
        connection.execute(update(works).where(works.c.id == 1).values(recipe="no json"))
        connection.execute(update(evaluations).values(score=float("inf")))

    report = export(studio, files(folder))

    assert {(one.table, one.uid) for one in report.refusals} == {
        ("works", "1"),
        ("evaluations", "r/i/x/2/0"),
    }
    assert report.refusals[0].why == "'recipe' is 'no json', not an object or a list"
    assert report.refusals[1].why == "'score' is inf, not a finite number"
    assert [row["id"] for row in lines(folder, "works")] == [2]


# Changes -----------------------------------------------------------------------------------------


def test_a_second_export_of_an_unchanged_studio_writes_no_row(
    studio: Catalogue, folder: Path
) -> None:
    export(studio, files(folder))
    before = (folder / "manifest.json").read_bytes()
    again = export(studio, files(folder))

    assert (again.full, sum(again.rows.values()), again.written) == (False, 0, 0)
    assert (folder / "manifest.json").read_bytes() == before


def test_only_what_has_changed_leaves_again(studio: Catalogue, folder: Path) -> None:
    first = export(studio, files(folder))
    studio.works.set_favourite(2, True)
    new = bring(studio, 3, "New")
    again = export(studio, files(folder))

    assert dict(again.rows) == dict.fromkeys(first.rows, 0) | {"works": 2}
    rows = lines(folder, "works")
    assert [row["id"] for row in rows] == [2, 1, 2, new.id]
    assert (rows[0]["favourite"], rows[2]["favourite"]) == (False, True)
    assert [row["updated_seq"] for row in rows] == sorted(row["updated_seq"] for row in rows)


def test_what_is_said_of_a_work_is_a_change_of_it(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    say_of(studio, 2)
    again = export(studio, files(folder))

    assert again.rows["works"] == 1
    assert lines(folder, "works")[-1]["captions"][0]["title"] == "Sea"


def test_a_row_that_is_gone_leaves_as_a_deletion(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    with studio.database.write() as connection:
        connection.execute(delete(api_calls))
    again = export(studio, files(folder))

    assert again.rows["deletions"] == 1
    (gone,) = lines(folder, "deletions")
    assert (gone["table"], gone["uid"]) == ("calls", "1")


def test_everything_leaves_anew_when_that_is_wished(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    studio.works.set_favourite(2, True)
    export(studio, files(folder))
    again = export(studio, files(folder), full=True)

    assert again.full
    assert sorted(row["id"] for row in lines(folder, "works")) == [1, 2]
    assert len(list((folder / "works").iterdir())) == 1


def test_a_studio_that_was_put_back_leaves_anew(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"seq": manifest["seq"] + 99}))

    assert export(studio, files(folder)).full


# Shards ------------------------------------------------------------------------------------------


def test_shards_are_cut_and_named_with_their_hashes(catalogue: Catalogue, folder: Path) -> None:
    for number in range(7):
        paint(catalogue, number)
    export(catalogue, files(folder, rows=3))

    manifest = files(folder).manifest()
    assert manifest is not None
    assert [one.rows for one in manifest.shards] == [3, 3, 1]
    for shard in manifest.shards:
        data = (folder / shard.file).read_bytes()
        assert (len(data), sha256(data).hexdigest()) == (shard.bytes, shard.sha256)
    assert [row["id"] for row in lines(folder, "works")] == list(range(1, 8))
    assert files(folder).verify() == []


def test_a_damaged_shard_is_named(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    (shard,) = (folder / "works").iterdir()
    shard.write_bytes(shard.read_bytes() + b"{}\n")
    (gone,) = (folder / "runs").iterdir()
    gone.unlink()

    wrong = files(folder).verify()
    assert f"works/{shard.name} holds other bytes than the manifest says." in wrong
    assert f"runs/{gone.name} is missing." in wrong


def test_an_export_that_was_stopped_leaves_the_folder_as_it_was(
    studio: Catalogue, folder: Path
) -> None:
    export(studio, files(folder))
    before = files(folder).manifest()
    studio.works.set_favourite(2, True)
    stop = Signal()
    stop.set()

    with pytest.raises(Interrupted):
        export(studio, files(folder), stop=stop)

    assert files(folder).manifest() == before
    assert files(folder).verify() == []
    assert export(studio, files(folder)).rows["works"] == 1


def test_a_folder_of_other_things_is_left_alone(studio: Catalogue, folder: Path) -> None:
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")

    with pytest.raises(InputError, match="holds other things"):
        export(studio, files(folder))
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_folder_of_another_form_is_left_alone(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))

    with pytest.raises(InputError, match="holds ndjson files, not parquet"):
        export(studio, ParquetFiles(ShardOptions(), folder))


def test_a_folder_of_another_studio_is_left_alone_unless_all_leaves_anew(
    studio: Catalogue, folder: Path, tmp_path: Path
) -> None:
    export(studio, files(folder))
    with Catalogue.open(tmp_path / "other") as other:
        paint(other, 5)
        with pytest.raises(InputError, match="rows of another studio"):
            export(other, files(folder))
        export(other, files(folder), full=True)

    assert len(lines(folder, "works")) == 1


def test_a_damaged_manifest_is_named(studio: Catalogue, folder: Path) -> None:
    export(studio, files(folder))
    (folder / "manifest.json").write_text("{")

    with pytest.raises(DamageError, match=r"manifest\.json is damaged"):
        export(studio, files(folder))
