"""The same dataset against another's BigQuery: bqemulator, which `make test-bigquery` installs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery

from gesso.collect.export.bigquery.warehouse import BigqueryDataset, BigqueryOptions, _client
from gesso.collect.export.export import export
from gesso.collect.export.tables.tables import TABLES
from gesso.core.catalogue.catalogue import Catalogue

from .conftest import bring, paint, say_of

pytest.importorskip("bqemulator", reason="bqemulator is not here: make test-bigquery")

# It fetches DuckDB's extension `spatial` when it is not there; this puts it there from a package.
_READY = "from duckdb_extensions import import_extension; import_extension('spatial')"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("bqemulator") / "log"
    subprocess.run([sys.executable, "-c", _READY], check=True)
    command = [str(Path(sys.executable).with_name("bqemulator")), "start", "--rest-port", "19050"]
    with log.open("wb") as out:
        running = subprocess.Popen(
            [*command, "--grpc-port", "0", "--project", "p"],
            stdout=out,
            stderr=out,
            env=dict(os.environ),
        )
    try:
        found = "http://127.0.0.1:19050"
        _wait(found, running, log)
        yield found
    finally:
        running.terminate()
        running.wait(20)


def _wait(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        if running.poll() is not None:
            pytest.fail(f"bqemulator ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/bigquery/v2/projects/p/datasets", timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"bqemulator did not start: {log.read_text()[-2000:]}")


@pytest.fixture
def options(address: str, request: pytest.FixtureRequest) -> BigqueryOptions:
    name = re.sub(r"\W+", "_", request.node.name)[:60]
    return BigqueryOptions("p", name, endpoint=address, timeout_s=120)


def dataset(options: BigqueryOptions) -> BigqueryDataset:
    return BigqueryDataset(options, Path())


def ask(options: BigqueryOptions, sql: str) -> list[tuple[Any, ...]]:
    client = _client(options)
    config = bigquery.QueryJobConfig(default_dataset=f"p.{options.dataset}")
    return [tuple(row.values()) for row in client.query(sql, job_config=config).result()]


def test_every_table_arrives_and_its_nested_values_can_be_asked(
    studio: Catalogue, options: BigqueryOptions
) -> None:
    report = export(studio, dataset(options))

    for table in TABLES:
        found = ask(options, f"SELECT count(*) FROM `{table.name}`")
        assert found == [(report.rows[table.name],)], table.name
    asked = "SELECT JSON_VALUE(recipe, '$.prompt.title') FROM works WHERE id = 1"
    assert ask(options, asked) == [("Tide",)]
    assert ask(options, "SELECT tag FROM works, UNNEST(tags) AS tag ORDER BY tag") == [
        ("gears",),
        ("sea",),
    ]
    shares = ask(options, "SELECT SUM(s.share) FROM works, UNNEST(swatches) AS s WHERE id = 1")
    assert shares[0][0] == pytest.approx(1, abs=1e-3)


def test_changes_are_merged(studio: Catalogue, options: BigqueryOptions) -> None:
    export(studio, dataset(options))
    studio.works.set_favourite(2, True)
    bring(studio, 3, "New")
    say_of(studio, 2)
    report = export(studio, dataset(options))

    assert not report.full
    assert ask(options, "SELECT id, favourite FROM works ORDER BY id") == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_everything_anew_ends_in_the_same_rows(studio: Catalogue, options: BigqueryOptions) -> None:
    export(studio, dataset(options))
    for number in range(20, 25):
        paint(studio, number)
    export(studio, dataset(options))
    before = ask(options, "SELECT uid, updated_seq, title FROM works ORDER BY uid")
    report = export(studio, dataset(options), full=True)

    assert report.full
    assert ask(options, "SELECT uid, updated_seq, title FROM works ORDER BY uid") == before
