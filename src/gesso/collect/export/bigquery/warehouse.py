"""A BigQuery dataset: rows staged by a load job, merged in one statement a table.

How far it has come stands in the labels of the dataset, written last. Whatever breaks off before
that is done again, and every step of it may be done twice.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from google.api_core import exceptions as google
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

from gesso.collect.export.bigquery.jobs import Jobs, name_of, our_words
from gesso.collect.export.bigquery.layout import grown, merge, schema_of, take_out
from gesso.collect.export.files.ndjson import line_of
from gesso.collect.export.tables.column import Table
from gesso.collect.export.tables.published import VERSION
from gesso.collect.export.tables.tables import DELETIONS, TABLES
from gesso.collect.export.warehouse import Delivery, Loaded, Mark
from gesso.core.errors import InputError

_STUDIO, _SEQ, _VERSION = "gesso_studio", "gesso_seq", "gesso_version"
_STAGED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class BigqueryOptions:
    """Where the dataset is. Credentials are found where Google's own tools find them.

    Attributes:
        project: the Google project.
        dataset: its name; it is made when it is missing.
        location: where it is made.
        timeout_s: how long one job may take.
        patience_s: how long one request is tried again.
        endpoint: of another server that speaks BigQuery, "" for Google; that one is asked without
            credentials.
    """

    project: str = ""
    dataset: str = "gesso"
    location: str = "EU"
    timeout_s: float = 600.0
    patience_s: float = 60.0
    endpoint: str = ""

    def __post_init__(self) -> None:
        if not self.project:
            raise ValueError("'project' is not set")


@dataclass(frozen=True)
class _Staged:
    """The rows of one table in a file.

    Attributes:
        path: the file.
        rows, bytes: how much it holds.
        sha256: of all of it, hex.
    """

    path: Path
    rows: int
    bytes: int
    sha256: str


class BigqueryDataset:
    """A warehouse in one dataset.

    Args:
        options: where it is.
        place: not used; rows wait in a temporary folder.
    """

    Options: ClassVar[type] = BigqueryOptions

    def __init__(self, options: BigqueryOptions, place: Path) -> None:  # noqa: ARG002
        self._options = options
        self._name = f"{options.project}.{options.dataset}"
        with our_words():
            self._client = _client(options)
        self._retry = DEFAULT_RETRY.with_timeout(options.patience_s)
        self._jobs = Jobs(self._client, options.location, options.timeout_s, self._retry)

    def mark(self) -> Mark:
        """How far the dataset has come."""
        with our_words():
            try:
                dataset = self._client.get_dataset(self._name, retry=self._retry)
            except google.NotFound:
                return Mark()
            labels: Mapping[str, str] = dataset.labels
            if _STUDIO not in labels:
                self._refuse_others()
                return Mark()
        if labels.get(_VERSION) != str(VERSION):
            return Mark()
        return Mark(labels[_STUDIO], int(labels.get(_SEQ, "0")))

    def load(self, delivery: Delivery) -> Loaded:
        """Take a delivery in."""
        with our_words():
            self._settle()
            # The same rows, asked for anew on purpose, are other jobs than those asked for twice.
            wish = uuid4().hex if delivery.is_full else f"{delivery.after}-{delivery.upto}"
            counts, sent = {}, 0
            for table in delivery.tables:
                with _staged(table, delivery) as staged:
                    counts[table.name] = staged.rows
                    sent += staged.bytes
                    self._take_in(table, staged, wish, full=delivery.is_full)
            self._note(delivery)
        return Loaded(counts, f"bigquery://{self._name}", sent)

    # Tables --------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Make sure of the dataset and its tables, with all columns."""
        dataset = bigquery.Dataset(self._name)
        dataset.location = self._options.location
        self._client.create_dataset(dataset, exists_ok=True, retry=self._retry)
        for table in TABLES:
            wanted = bigquery.Table(f"{self._name}.{table.name}", schema=schema_of(table))
            wanted.description = table.note
            wanted.clustering_fields = ["uid"]
            there = self._client.create_table(wanted, exists_ok=True, retry=self._retry)
            schema = grown(there.schema, schema_of(table))
            if schema != list(there.schema):
                there.schema = schema
                self._client.update_table(there, ["schema"], retry=self._retry)

    def _take_in(self, table: Table, staged: _Staged, wish: str, *, full: bool) -> None:
        if not staged.rows and not (full and table is not DELETIONS):
            return
        name = f"{self._name}.staged_{table.name}_{staged.sha256[:16]}_{wish[:8]}"
        targets = TABLES if table is DELETIONS else (table,)
        merged = {
            target: name_of("merge", self._of(target), table.name, staged.sha256, wish)
            for target in targets
        }
        if all(self._jobs.was_done(job) for job in merged.values()):
            return
        self._stage(name, table, staged, wish)
        for target, job in merged.items():
            goal = f"{self._name}.{target.name}"
            sql = (
                take_out(goal, name, target)
                if table is DELETIONS
                else merge(goal, name, table, full=full)
            )
            self._jobs.done(job, partial(self._asked, sql))
        self._client.delete_table(name, not_found_ok=True, retry=self._retry)

    def _of(self, table: Table) -> str:
        """A table as it is now: one that was removed and made anew is another."""
        there = self._client.get_table(f"{self._name}.{table.name}", retry=self._retry)
        return f"{there.full_table_id} {there.created}"

    def _stage(self, name: str, table: Table, staged: _Staged, wish: str) -> None:
        schema = schema_of(table)

        def start(job_id: str) -> Any:
            config = bigquery.LoadJobConfig(
                schema=schema,
                source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
                write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
                create_disposition=bigquery.CreateDisposition.CREATE_IF_NEEDED,
            )
            with staged.path.open("rb") as file:
                return self._client.load_table_from_file(
                    file, name, job_id=job_id, location=self._options.location, job_config=config
                )

        waiting = bigquery.Table(name, schema=schema)
        waiting.expires = datetime.now(UTC) + _STAGED_FOR
        made = self._client.create_table(waiting, exists_ok=True, retry=self._retry)
        self._jobs.done(name_of("load", name, made.created, staged.sha256, wish), start)

    def _asked(self, sql: str, job_id: str) -> Any:
        return self._client.query(
            sql, job_id=job_id, location=self._options.location, retry=self._retry, job_retry=None
        )

    # The mark ------------------------------------------------------------------------------

    def _note(self, delivery: Delivery) -> None:
        dataset = self._client.get_dataset(self._name, retry=self._retry)
        dataset.labels = dict(dataset.labels) | {
            _STUDIO: delivery.studio,
            _SEQ: str(delivery.upto),
            _VERSION: str(VERSION),
        }
        self._client.update_dataset(dataset, ["labels"], retry=self._retry)

    def _refuse_others(self) -> None:
        ours = {table.name for table in TABLES}
        names = [
            table.table_id for table in self._client.list_tables(self._name, retry=self._retry)
        ]
        strange = [n for n in names if n not in ours and not n.startswith("staged_")]
        if strange:
            raise InputError(
                f"The dataset {self._name} holds other tables: '{strange[0]}'.",
                "Name an empty or a new one with --dataset.",
            )


def _client(options: BigqueryOptions) -> bigquery.Client:
    if not options.endpoint:
        return bigquery.Client(project=options.project, location=options.location)
    return bigquery.Client(
        project=options.project,
        location=options.location,
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": options.endpoint},
    )


@contextmanager
def _staged(table: Table, delivery: Delivery) -> Iterator[_Staged]:
    """The rows of a table in a temporary file, gone afterwards."""
    digest, rows, size = sha256(), 0, 0
    with tempfile.NamedTemporaryFile(prefix=f"gesso-{table.name}-", delete=False) as file:
        path = Path(file.name)
        try:
            for row in delivery.rows(table):
                line = line_of(row)
                file.write(line)
                digest.update(line)
                rows, size = rows + 1, size + len(line)
            file.flush()
            yield _Staged(path, rows, size, digest.hexdigest())
        finally:
            file.close()
            with suppress(OSError):
                path.unlink()
