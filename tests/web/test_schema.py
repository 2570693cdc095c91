"""Every operation of the API is asked at random: it keeps to what its description says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gesso.web.server.doors.describing import operations

from .conftest import hill, served

CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
TOKEN = "a-long-word"
BEGINS_JOBS = {"make", "collect", "resume_run", "film_story"}
MOST_LETTERS = 50_000
"""Of a request: longer heads are cut off before the application sees them."""
HONEST = {503, 507}
"""The hands full, the disk full: such answers are true, and described."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder: Path = tmp_path_factory.mktemp("described")
    with served(folder, token=TOKEN) as asked:
        asked.headers["authorization"] = f"Bearer {TOKEN}"
        for number in range(1, 4):
            answer = asked.post(f"/api/works?title=Hill%20{number}", content=hill(number))
            assert answer.status_code == 201
        yield asked


def test_the_description_is_whole(client: httpx2.Client) -> None:
    told = client.get("/openapi.json").json()
    found = list(operations(told))
    names = Counter(operation["operationId"] for _, _, operation in found)

    assert len(found) > 40
    assert [name for name, count in names.items() if count > 1] == []
    for _, path, operation in found:
        assert operation["summary"], path
        assert path == "/health/live" or operation["x-gesso-scope"] in ("read", "write", "spend")
        for status, answer in operation["responses"].items():
            if status >= "400" and "DeepTold" not in str(answer):
                assert list(answer["content"]) == ["application/problem+json"], (path, status)
    assert "HTTPValidationError" not in str(told)


def test_every_side_that_is_json_has_a_true_example(client: httpx2.Client) -> None:
    """Where this fails: .venv/bin/python tools/examples.py"""
    told = client.get("/openapi.json").json()
    found = list(sides(told))

    assert len(found) > 90
    assert [name for name, side in found if "example" not in side] == []
    assert [said for name, side in found for said in breaks(told, name, side)] == []


def test_every_operation_refuses_what_it_does_not_know_and_names_it(client: httpx2.Client) -> None:
    """A wish that is misspelt is never passed over, in a body that is taken or where none is."""
    told = client.get("/openapi.json").json()
    asked, passed_over = 0, []
    for method, path, operation in operations(told):
        if method == "GET":
            continue
        taken = operation.get("requestBody", {}).get("content", {})
        if taken and "application/json" not in taken:
            continue
        example = taken.get("application/json", {}).get("example", {})
        place = re.sub(r"\{(\w+)\}", lambda part: _PARTS.get(part[1], "1"), path)
        answer = client.request(
            method, place + _QUERIES.get(path, ""), json=example | {"unheard_of": 1}
        )
        asked += 1
        if answer.status_code != 422 or "unheard_of" not in answer.json()["title"]:
            passed_over.append(f"{method} {path}: {answer.status_code} {answer.text:.120}")
    assert asked > 30
    assert passed_over == []


_QUERIES = {"/study/compare": "?reference=work:1"}
_PARTS = {"kind": "mp4", "tool": "blocks", "run": "a-run", "job": "a-job"}


def test_a_false_example_is_found(client: httpx2.Client) -> None:
    told = client.get("/openapi.json").json()
    side = dict(sides(told))["mark_work request"]

    assert breaks(told, "mark", side | {"example": {"favourite": "perhaps"}})
    assert breaks(told, "mark", side | {"example": {"favorite": True}})


def sides(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is sent and what is answered, as far as it is JSON."""
    for _, _, operation in operations(told):
        bodies = {"request": operation.get("requestBody", {})} | {
            status: answer for status, answer in operation["responses"].items() if status < "300"
        }
        for kind, body in bodies.items():
            if "application/json" in body.get("content", {}):
                name = f"{operation['operationId']} {kind}"
                yield name, body["content"]["application/json"]


def breaks(told: dict[str, Any], name: str, side: dict[str, Any]) -> list[str]:
    """Where an example is not what its schema says."""
    schema = side["schema"] | {"components": told["components"]}
    faults = jsonschema.Draft202012Validator(schema).iter_errors(side["example"])
    return [f"{name}: {fault.json_path}: {fault.message:.200}" for fault in faults]


def test_every_operation_keeps_to_its_description(client: httpx2.Client) -> None:
    assert broken(client, examples=5) == []


@pytest.mark.soak
def test_every_operation_keeps_to_its_description_for_long(client: httpx2.Client) -> None:
    assert broken(client, examples=200) == []


def broken(client: httpx2.Client, examples: int) -> list[str]:
    """Which operations answered otherwise than they say, and how."""
    base = str(client.base_url).rstrip("/")
    schema = schemathesis.openapi.from_url(f"{base}/openapi.json", headers=dict(client.headers))
    found: list[str] = []
    for result in schema.get_all_operations():
        one: Any = result
        operation = one.ok()
        try:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(operation, mode, base, client, examples)
        except Unsatisfiable:
            pass  # nothing can be wrong about a call that takes nothing
        except (Failure, FailureGroup, AssertionError) as error:
            found.append(f"{operation.label}: {error!s:.3000}")
        except ExceptionGroup as group:
            found.append(f"{operation.label}: {group.exceptions!s:.3000}")
    return found


def _ask(
    operation: Any, mode: GenerationMode, base: str, client: httpx2.Client, examples: int
) -> None:
    name = operation.definition.raw["operationId"]

    @seed(7)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        _aim(case)
        assume(len(case.as_curl_command()) < MOST_LETTERS)
        answer = case.call(base_url=base, timeout=60, headers=dict(client.headers))
        if answer.status_code not in HONEST:
            case.validate_response(answer, checks=[not_a_server_error])
        case.validate_response(answer, checks=CHECKS)
        if name in BEGINS_JOBS:
            _end_jobs(client)

    ask()


def _aim(case: Any) -> None:
    """Numbers at random hit nothing: of those that are numbers most shall name what is there."""
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, int) and value > 0:
            case.path_parameters[name] = 1 + value % 4


def _end_jobs(client: httpx2.Client) -> None:
    for job in client.get("/api/jobs").json()["jobs"]:
        if job["state"] in ("queued", "running"):
            client.delete(f"/api/jobs/{job['id']}")
