"""BigQuery: Google's own client against a service on this machine, through all kinds of trouble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from gesso.collect.export.bigquery import jobs
from gesso.collect.export.bigquery.warehouse import BigqueryDataset, BigqueryOptions
from gesso.collect.export.export import export
from gesso.collect.export.tables.tables import TABLES
from gesso.collect.export.warehouse import Mark
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import api_calls
from gesso.core.errors import AuthError, InputError, Transient

from ...stubs.bigquery_stub import BigqueryStub
from .conftest import bring, say_of


@pytest.fixture
def stub() -> Iterator[BigqueryStub]:
    with BigqueryStub() as running:
        yield running


def dataset(stub: BigqueryStub, name: str = "art") -> BigqueryDataset:
    return BigqueryDataset(BigqueryOptions("p", name, endpoint=stub.address, timeout_s=20), Path())


def test_every_table_arrives_with_its_rows(studio: Catalogue, stub: BigqueryStub) -> None:
    report = export(studio, dataset(stub))

    assert report.full
    for table in TABLES:
        found = stub.ask(f"SELECT count(*) FROM art.{table.name}")
        assert found == [(report.rows[table.name],)], table.name
    assert stub.ask("SELECT recipe->>'$.prompt.title' FROM art.works WHERE id = 1") == [("Tide",)]
    assert stub.ask("SELECT len(swatches) > 0, tags, captions[1].title FROM art.works") == [
        (True, [], None),
        (True, ["gears", "sea"], "Sea"),
    ]


def test_columns_have_their_kinds_and_modes(studio: Catalogue, stub: BigqueryStub) -> None:
    export(studio, dataset(stub))

    fields = {one["name"]: one for one in stub.tables["art.works"]["schema"]["fields"]}
    assert (fields["uid"]["type"], fields["uid"]["mode"]) == ("STRING", "REQUIRED")
    assert (fields["recipe"]["type"], fields["recipe"]["mode"]) == ("JSON", "NULLABLE")
    assert (fields["swatches"]["type"], fields["swatches"]["mode"]) == ("RECORD", "REPEATED")
    assert fields["added_at"]["type"] == "TIMESTAMP"


def test_changes_are_merged_and_deletions_taken_out(studio: Catalogue, stub: BigqueryStub) -> None:
    export(studio, dataset(stub))
    studio.works.set_favourite(2, True)
    bring(studio, 3, "New")
    say_of(studio, 2)
    with studio.database.write() as connection:
        connection.execute(delete(api_calls))
    report = export(studio, dataset(stub))

    assert not report.full
    assert stub.ask("SELECT id, favourite FROM art.works ORDER BY id") == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert stub.ask("SELECT count(*) FROM art.calls") == [(0,)]


def test_nothing_new_is_no_job(studio: Catalogue, stub: BigqueryStub) -> None:
    export(studio, dataset(stub))
    before = set(stub.jobs)
    export(studio, dataset(stub))

    assert set(stub.jobs) == before


def test_no_staged_table_stays(studio: Catalogue, stub: BigqueryStub) -> None:
    export(studio, dataset(stub))

    assert {name for name in stub.tables if "staged" in name} == set()


def test_everything_anew_takes_out_what_is_not_here(studio: Catalogue, stub: BigqueryStub) -> None:
    export(studio, dataset(stub))
    stub.ask("UPDATE art.works SET uid = 'stray' WHERE id = 2")
    export(studio, dataset(stub), full=True)

    assert stub.ask("SELECT uid FROM art.works ORDER BY uid") == [("1",), ("2",)]


@pytest.mark.parametrize("times", [1, 3])
def test_a_job_whose_answer_is_lost_runs_once(
    studio: Catalogue, stub: BigqueryStub, times: int
) -> None:
    stub.fail_jobs(*["lost"] * times)
    export(studio, dataset(stub))

    assert stub.ask("SELECT count(*) FROM art.works") == [(2,)]
    assert all("errorResult" not in job["status"] for job in stub.jobs.values())


def test_a_job_that_failed_inside_is_asked_for_under_the_next_name(
    studio: Catalogue, stub: BigqueryStub
) -> None:
    stub.fail_jobs("badjob", "badjob")
    export(studio, dataset(stub))

    ends = {name.rpartition("-")[2] for name in stub.jobs}
    assert ends == {"1", "2", "3"}
    assert stub.ask("SELECT count(*) FROM art.works") == [(2,)]


def test_an_export_that_broke_off_goes_on_and_does_no_job_twice(
    studio: Catalogue, stub: BigqueryStub
) -> None:
    export(studio, dataset(stub))
    studio.works.set_favourite(2, True)
    say_of(studio, 2)
    bring(studio, 3, "New")
    stub.fail_jobs("", "403")  # the rows are staged, the merge is refused
    with pytest.raises(AuthError):
        export(studio, dataset(stub))
    loads = stub.loads
    assert dataset(stub).mark() != Mark()

    export(studio, dataset(stub))

    assert stub.loads == loads
    assert stub.ask("SELECT favourite FROM art.works ORDER BY id") == [(False,), (True,), (False,)]


def test_a_new_column_comes_to_the_rows_that_are_there(
    studio: Catalogue, stub: BigqueryStub
) -> None:
    export(studio, dataset(stub))
    fields = stub.tables["art.works"]["schema"]["fields"]
    stub.tables["art.works"]["schema"]["fields"] = [
        field for field in fields if field["name"] != "medium"
    ]
    stub.ask("ALTER TABLE art.works DROP COLUMN medium")
    studio.works.set_favourite(1, True)
    export(studio, dataset(stub))

    (added,) = [
        one for one in stub.tables["art.works"]["schema"]["fields"] if one["name"] == "medium"
    ]
    assert added["mode"] == "NULLABLE"
    assert stub.ask("SELECT id, medium FROM art.works ORDER BY id") == [(1, ""), (2, None)]


def test_a_table_that_was_removed_and_made_anew_is_filled_anew(
    studio: Catalogue, stub: BigqueryStub
) -> None:
    export(studio, dataset(stub))
    stub._drop("art.works")
    export(studio, dataset(stub), full=True)

    assert stub.ask("SELECT count(*) FROM art.works") == [(2,)]


def test_a_dataset_of_other_tables_is_left_alone(studio: Catalogue, stub: BigqueryStub) -> None:
    client = dataset(stub)._client
    client.create_dataset("p.art")
    stub._create(
        "art",
        {
            "tableReference": {"projectId": "p", "datasetId": "art", "tableId": "theirs"},
            "schema": {"fields": [{"name": "x", "type": "STRING"}]},
        },
    )

    with pytest.raises(InputError, match="holds other tables: 'theirs'"):
        export(studio, dataset(stub))
    assert stub.jobs == {}


def test_a_service_that_says_no_is_told_with_what_it_needs(
    studio: Catalogue, stub: BigqueryStub
) -> None:
    stub.fail_jobs("403")

    with pytest.raises(AuthError, match="BigQuery Job User"):
        export(studio, dataset(stub))


def test_a_service_that_stumbles_is_asked_again(studio: Catalogue, stub: BigqueryStub) -> None:
    stub.fail_jobs("503", "", "503")
    export(studio, dataset(stub))

    assert stub.ask("SELECT count(*) FROM art.works") == [(2,)]


def test_a_service_that_is_away_is_told_before_long(studio: Catalogue) -> None:
    options = BigqueryOptions("p", "art", endpoint="http://127.0.0.1:9", patience_s=1)

    with pytest.raises(Transient, match="could not be reached"):
        export(studio, BigqueryDataset(options, Path()))


def test_the_name_of_a_job_follows_from_what_it_does() -> None:
    assert jobs.name_of("load", "a", 1) == jobs.name_of("load", "a", "1")
    assert jobs.name_of("load", "a", 1) != jobs.name_of("load", "a", 2)
    assert jobs.name_of("load", "ab", "c") != jobs.name_of("load", "a", "bc")
    assert len(jobs.name_of("load", "x")) < 100


def test_without_a_project_there_is_no_dataset() -> None:
    with pytest.raises(ValueError, match="'project' is not set"):
        BigqueryOptions()
