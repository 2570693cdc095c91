"""BigQuery on this machine: datasets, tables, load jobs and statements, run truly by DuckDB.

What matters to us is as in the service: a job's name is taken once, a required value that is
missing fails the load, a staged table is there with its rows or not at all, a column can be added
and not taken away. MERGE and DELETE run as they were written, but for the quotes.
"""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

import duckdb

from .stub import HangUp, Request, Sent, Stub

_KINDS = {
    "STRING": "VARCHAR",
    "INTEGER": "BIGINT",
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMP",
    "JSON": "JSON",
}


class BigqueryStub(Stub):
    """One project with any number of datasets.

    Attributes:
        jobs: every job by its name.
        datasets: labels by the dataset's name.
        tables: the resource of each table by "dataset.table".
    """

    faults = ("500", "403", "429", "lost", "badjob")

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, dict[str, str]] = {}
        self.tables: dict[str, dict[str, Any]] = {}
        self.loads = 0
        self.statements: list[str] = []
        self._waiting: dict[str, dict[str, Any]] = {}
        self._held = threading.Lock()
        self._failing: list[str] = []
        self._made = 0
        self._data = duckdb.connect(":memory:")
        super().__init__()

    def fail_jobs(self, *faults: str) -> None:
        """Let the next jobs meet these faults; "lost" is done and its answer never arrives."""
        self._failing.extend(faults)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the tables, `dataset.table`."""
        return self._data.execute(sql).fetchall()

    def close(self) -> None:
        """Stop serving."""
        super().close()
        self._data.close()

    def reply(self, request: Request) -> Sent:
        """Answer as the service does."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        with self._held:
            if parts[0] in ("upload", "resumable"):
                return self._upload(request)
            kind, *names = parts[parts.index("projects") + 2 :]
            if kind == "datasets":
                return self._dataset(request, names)
            return self._job(request, names)

    # Datasets and tables --------------------------------------------------------------------

    def _dataset(self, request: Request, names: list[str]) -> Sent:
        if not names:
            name = request.body["datasetReference"]["datasetId"]
            if name in self.datasets:
                return _error(409, f"Already Exists: Dataset {name}")
            self.datasets[name] = {}
            self._data.execute(f'CREATE SCHEMA "{name}"')
            return Sent(body=self._told(name))
        if names[0] not in self.datasets:
            return _error(404, f"Not found: Dataset {names[0]}")
        if names[1:2] == ["tables"]:
            return self._table(request, names[0], names[2:])
        if request.method in ("PATCH", "PUT"):
            self.datasets[names[0]] = dict(request.body["labels"])
        return Sent(body=self._told(names[0]))

    def _told(self, name: str) -> dict[str, Any]:
        reference = {"projectId": "p", "datasetId": name}
        return {"datasetReference": reference, "labels": self.datasets[name], "etag": "e"}

    def _table(self, request: Request, dataset: str, names: list[str]) -> Sent:
        if not names and request.method == "GET":
            found = [one for name, one in self.tables.items() if name.startswith(f"{dataset}.")]
            return Sent(body={"tables": found, "totalItems": len(found)})
        if not names:
            return self._create(dataset, request.body)
        name = f"{dataset}.{names[0]}"
        if name not in self.tables:
            return _error(404, f"Not found: Table {name}")
        if request.method == "DELETE":
            self._drop(name)
            return Sent(204, raw=b"")
        if request.method in ("PATCH", "PUT"):
            self._grow(name, request.body["schema"]["fields"])
        return Sent(body=self.tables[name])

    def _create(self, dataset: str, body: dict[str, Any]) -> Sent:
        name = f"{dataset}.{body['tableReference']['tableId']}"
        if name in self.tables:
            return _error(409, f"Already Exists: Table {name}")
        self._made += 1
        columns = ", ".join(_column(field) for field in body["schema"]["fields"])
        self._data.execute(f"CREATE TABLE {_quoted(name)} ({columns})")
        self.tables[name] = {
            **body,
            "id": f"p:{name}",
            "creationTime": str(int(datetime.now(UTC).timestamp() * 1000) + self._made),
        }
        return Sent(body=self.tables[name])

    def _drop(self, name: str) -> None:
        self._data.execute(f"DROP TABLE {_quoted(name)}")
        del self.tables[name]

    def _grow(self, name: str, fields: list[dict[str, Any]]) -> None:
        before = {field["name"]: field for field in self.tables[name]["schema"]["fields"]}
        for field in fields:
            if field["name"] not in before:
                if field.get("mode") == "REQUIRED":
                    raise RuntimeError("a required column cannot be added")
                self._data.execute(f"ALTER TABLE {_quoted(name)} ADD COLUMN {_column(field)}")
        self.tables[name]["schema"] = {"fields": fields}

    # Jobs -----------------------------------------------------------------------------------

    def _upload(self, request: Request) -> Sent:
        asked = parse_qs(request.query)
        if request.method == "POST":
            name = str(len(self._waiting))
            self._waiting[name] = request.body
            return Sent(headers={"Location": f"{self.address}/resumable/x?upload={name}"}, body={})
        job = self._waiting[asked["upload"][0]]
        return self._run(job, lambda: self._load(job, request.content))

    def _job(self, request: Request, names: list[str]) -> Sent:
        if request.method == "POST":
            return self._run(request.body, lambda: self._state(request.body))
        job = self.jobs.get(names[0])
        if job is None:
            return _error(404, f"Not found: Job {names[0]}")
        if "/queries/" in request.path:
            answer = {"jobReference": job["jobReference"], "jobComplete": True, "totalRows": "0"}
            return Sent(body=answer | {"schema": {"fields": []}})
        return Sent(body=job)

    def _run(self, body: dict[str, Any], work: Any) -> Sent:
        name = body["jobReference"]["jobId"]
        if name in self.jobs:
            return _error(409, f"Already Exists: Job {name}")
        fault = self._failing.pop(0) if self._failing else ""
        if fault.isdigit():
            return _error(int(fault), "the stub was told to fail")
        wrong = ("backendError", "an internal error") if fault == "badjob" else self._tried(work)
        reference = body["jobReference"] | {"projectId": "p", "location": "EU"}
        job: dict[str, Any] = {
            "id": name,
            "jobReference": reference,
            "configuration": body["configuration"],
            "status": {"state": "DONE"},
            "statistics": {"creationTime": "1", "startTime": "1", "endTime": "2"},
        }
        if wrong:
            told = {"reason": wrong[0], "message": wrong[1]}
            job["status"] |= {"errorResult": told, "errors": [told]}
        self.jobs[name] = job
        if fault == "lost":
            raise HangUp
        return Sent(body=job)

    def _tried(self, work: Any) -> tuple[str, str] | None:
        try:
            work()
        except (duckdb.Error, ValueError) as error:
            return ("invalid", str(error))
        return None

    def _load(self, body: dict[str, Any], content: bytes) -> None:
        load = body["configuration"]["load"]
        if load["sourceFormat"] != "NEWLINE_DELIMITED_JSON":
            raise ValueError("only JSON lines are loaded here")
        target = load["destinationTable"]
        name = f"{target['datasetId']}.{target['tableId']}"
        if load["writeDisposition"] == "WRITE_TRUNCATE":
            self._data.execute(f"DELETE FROM {_quoted(name)}")
        fields = load["schema"]["fields"]
        places = ", ".join(f"CAST(? AS {_type(field)})" for field in fields)
        for line in content.splitlines():
            row = json.loads(line)
            self._data.execute(
                f"INSERT INTO {_quoted(name)} VALUES ({places})",
                [_value(field, row.get(field["name"])) for field in fields],
            )
        self.loads += 1

    def _state(self, body: dict[str, Any]) -> None:
        sql = body["configuration"]["query"]["query"]
        self.statements.append(sql)
        self._data.execute(
            re.sub(r"`([^`]+)`", lambda found: _quoted(found[1].removeprefix("p.")), sql)
        )


def _quoted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def _column(field: dict[str, Any]) -> str:
    required = " NOT NULL" if field.get("mode") == "REQUIRED" else ""
    return f'"{field["name"]}" {_type(field)}{required}'


def _type(field: dict[str, Any]) -> str:
    kind = _KINDS.get(field["type"])
    if kind is None:
        inside = ", ".join(f'"{one["name"]}" {_type(one)}' for one in field["fields"])
        kind = f"STRUCT({inside})"
    return f"{kind}[]" if field.get("mode") == "REPEATED" else kind


def _value(field: dict[str, Any], value: Any) -> Any:
    if field["type"] == "JSON":
        return None if value is None else json.dumps(value)
    return value


def _error(status: int, message: str) -> Sent:
    return Sent(status, {"error": {"code": status, "message": message, "errors": []}})
