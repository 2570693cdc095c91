"""Figures as Prometheus reads them: true, complete, and of few labels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from starlette.testclient import TestClient

from gesso.web.api import watching
from gesso.web.server.watching.figures import counters, gauge, text_of

from ...conftest import hill
from ..doors.conftest import opened

Samples = dict[str, list[Sample]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(tmp_path_factory.mktemp("watched")) as asking:
        yield asking


def figures(client: TestClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def value(found: Samples, name: str, **labels: str) -> float:
    fitting = [
        sample.value for sample in found.get(name, ())
        if labels.items() <= sample.labels.items()
    ]  # fmt: skip
    return sum(fitting)


def test_requests_are_counted_by_the_template_of_their_route(client: TestClient) -> None:
    before = figures(client)
    for number in range(40, 60):
        client.get(f"/api/works/{number}")
        client.get(f"/nowhere/{number}")
    after = figures(client)

    route = {"route": "/api/works/{number}", "method": "GET"}
    assert value(after, "gesso_http_requests_total", status="404", **route) == 20
    assert value(after, "gesso_http_request_seconds_count", **route) == 20
    unknown = value(after, "gesso_http_requests_total", route="", status="404")
    assert unknown - value(before, "gesso_http_requests_total", route="", status="404") == 20
    told = str(after)
    assert "/nowhere" not in told
    assert "/api/works/4" not in told


def test_a_histogram_adds_up(client: TestClient) -> None:
    for _ in range(7):
        client.get("/health")
    found = figures(client)
    buckets = [
        (float(one.labels["le"]), one.value)
        for one in found["gesso_http_request_seconds_bucket"]
        if one.labels["route"] == "/health"
    ]

    assert buckets == sorted(buckets)
    counts = [count for _, count in buckets]
    assert counts == sorted(counts)
    bound, last = buckets[-1]
    assert (math.isinf(bound), last) == (True, 7)
    assert value(found, "gesso_http_request_seconds_sum", route="/health") > 0


def test_an_answer_that_was_kept_is_a_hit(client: TestClient) -> None:
    for _ in range(3):
        client.post("/search", json={"words": "sea"})
    found = figures(client)

    assert value(found, "gesso_cache_misses_total", cache="searches") == 1
    assert value(found, "gesso_cache_hits_total", cache="searches") == 2
    assert value(found, "gesso_cache_entries", cache="searches") == 1


def test_what_was_wrong_is_counted_by_its_kind(client: TestClient) -> None:
    for data in (b"no picture", b"<html>"):
        client.post("/study", content=data)
    client.post("/study", content=hill())
    client.get("/health", headers={"host": "evil.example"})
    found = figures(client)

    assert value(found, "gesso_problems_total", kind="picture") == 2
    assert value(found, "gesso_problems_total", kind="host") == 1


def test_methods_and_statuses_that_somebody_makes_up_make_no_new_labels(
    client: TestClient,
) -> None:
    for number in range(30):
        client.request(f"MADEUP{number}", "/health")
    found = figures(client)

    methods = {one.labels["method"] for one in found["gesso_http_requests_total"]}
    assert methods <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}


def test_the_process_and_the_studio_are_told(client: TestClient) -> None:
    found = figures(client)

    assert value(found, "process_resident_memory_bytes") > 1 << 24
    assert value(found, "gesso_info") == 1
    assert {"gesso_jobs", "gesso_desk_calls", "gesso_index_size", "gesso_ready"} <= set(found)


def test_labels_are_quoted() -> None:
    text = text_of([counters("a_total", "Says\nit.", "name", {'x"\\\n': 1.5}), gauge("b", "B.", 2)])

    assert text.splitlines() == [
        "# HELP a_total Says\\nit.",
        "# TYPE a_total counter",
        'a_total{name="x\\"\\\\\\n"} 1.5',
        "# HELP b B.",
        "# TYPE b gauge",
        "b 2",
    ]


def test_a_deep_look_uses_each_part_once(client: TestClient) -> None:
    told = client.get("/health/deep")

    assert told.status_code == 200, told.text
    checks = {check["name"]: check for check in told.json()["checks"]}
    assert set(checks) >= {"catalogue", "picture", "index", "disk", "decoder"}
    assert all(check["says"] for check in checks.values())


def test_a_deep_look_says_what_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_LEAST_FREE", 1 << 60)

    with opened(tmp_path / "studio") as client:
        told = client.get("/health/deep")

    assert told.status_code == 503
    assert told.json()["status"] == "failing"
    (wrong,) = [check for check in told.json()["checks"] if not check["ok"]]
    assert wrong["name"] == "disk"
    assert "are left on the studio's disk" in wrong["says"]
