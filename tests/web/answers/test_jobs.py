"""Jobs of the server: one of a kind at a time, told as they go, ended when asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gesso import Studio
from gesso.core.errors import InputError, Interrupted, StudioBusy, UnknownItem
from gesso.core.outside.waiting.stop import Stop
from gesso.web.answers.jobs.job import Job, Tell
from gesso.web.answers.jobs.jobs import Jobs, utc_now
from gesso.web.answers.jobs.journal import Journal
from gesso.web.answers.jobs.telling import stream
from gesso.web.app import application
from gesso.web.server.options import ServerOptions


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    found = Jobs(most_waiting=2)
    yield found
    found.close()


def until_stopped(tell: Tell, stopping: Stop) -> None:
    tell("at-work")
    stopping.wait(60)
    raise Interrupted("Stopped as you asked.", "Go on with it later.")


def kinds(job: Job, after: int = 0) -> list[str]:
    return [event.kind for event in job.journal.since(after)[0]]


def wait_for(job: Job, kind: str) -> None:
    for _ in range(2000):
        if kind in kinds(job):
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"'{kind}' was never told, only {kinds(job)}")


def test_a_job_tells_what_it_does_and_what_came_of_it(jobs: Jobs) -> None:
    def call(tell: Tell, _stopping: Stop) -> dict[str, int]:
        tell("painted", round=1)
        return {"works": 3}

    job = jobs.start("make", "Tides", call, page="/runs/tides")

    assert job.over.wait(60)
    assert (job.state, job.result) == ("done", {"works": 3})
    assert kinds(job) == ["begun", "painted", "ended"]
    assert jobs.at("/runs/tides") is job


def test_an_error_is_told_with_what_to_do_next(jobs: Jobs) -> None:
    def call(_tell: Tell, _stopping: Stop) -> None:
        raise InputError("There is no such folder.", "Name another.")

    job = jobs.start("collect", "Art", call)

    assert job.over.wait(60)
    assert (job.state, job.error, job.advice) == (
        "failed",
        "There is no such folder.",
        "Name another.",
    )


def test_a_fault_of_ours_is_no_traceback(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    job = jobs.start("make", "Tides", lambda _tell, _stopping: {"": 1 // 0})

    assert job.over.wait(60)
    assert job.state == "failed"
    assert "division" not in job.error
    assert job.advice.split()[-1].rstrip(".") in caplog.text


def test_of_one_kind_one_is_done_at_a_time_and_another_kind_does_not_wait(jobs: Jobs) -> None:
    first, second = (jobs.start("make", name, until_stopped) for name in ("first", "second"))
    other = jobs.start("collect", "other", until_stopped)
    wait_for(first, "at-work")
    wait_for(other, "at-work")

    assert second.state == "queued"
    assert jobs.place_of(second) == 1
    jobs.cancel(first.id)
    wait_for(second, "at-work")
    assert first.state == "cancelled"
    assert jobs.place_of(second) == 0


def test_what_waits_can_be_cancelled_and_never_begins(jobs: Jobs) -> None:
    first = jobs.start("make", "first", until_stopped)
    second = jobs.start("make", "second", until_stopped)
    wait_for(first, "at-work")
    jobs.cancel(second.id)

    assert second.state == "cancelled"
    assert kinds(second) == ["ended"]
    assert jobs.cancel(second.id) is second
    assert kinds(second) == ["ended"]


def test_too_many_that_wait_are_refused(jobs: Jobs) -> None:
    for number in range(3):
        jobs.start("make", str(number), until_stopped)

    with pytest.raises(StudioBusy, match="wait already"):
        jobs.start("make", "one more", until_stopped)
    assert jobs.start("story", "another kind", until_stopped).kind == "story"


def test_the_end_of_the_server_stops_what_is_at_work_and_what_waits() -> None:
    jobs = Jobs()
    running = jobs.start("make", "running", until_stopped)
    waiting = jobs.start("make", "waiting", until_stopped)
    wait_for(running, "at-work")
    jobs.close()

    assert (running.state, waiting.state) == ("cancelled", "cancelled")
    assert running.over.is_set()
    with pytest.raises(StudioBusy):
        jobs.start("make", "late", until_stopped)


def test_jobs_that_have_ended_are_forgotten_first() -> None:
    jobs = Jobs(most_kept=2)
    ended = [jobs.start("make", str(number), lambda _t, _s: None) for number in range(2)]
    for job in ended:
        assert job.over.wait(60)
    running = jobs.start("make", "running", until_stopped)

    assert jobs.list() == [running, ended[1]]
    with pytest.raises(UnknownItem):
        jobs.get(ended[0].id)
    jobs.close()


def test_an_event_takes_the_place_of_the_one_before_it_of_its_mark() -> None:
    journal = Journal(utc_now)
    for share in (0.1, 0.5, 0.9):
        journal.add("painting", {"share": share}, mark="painting/01")
    journal.add("painted", {})

    events, has_gap = journal.since(1)
    assert [(event.number, event.kind) for event in events] == [(3, "painting"), (4, "painted")]
    assert not has_gap


def test_a_reader_who_was_away_too_long_is_told_of_the_gap() -> None:
    journal = Journal(utc_now, most=3)
    for number in range(10):
        journal.add("step", {"step": number})

    events, has_gap = journal.since(2)
    assert ([event.number for event in events], has_gap) == ([8, 9, 10], True)
    assert journal.since(7) == (events, False)


def _read(chunks: list[bytes]) -> list[tuple[int, str]]:
    lines = b"".join(chunks).decode().splitlines()
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    return [(event["number"], event["kind"]) for event in told]


async def _all(jobs: Jobs, job: Job, after: int = 0, **options: Any) -> list[bytes]:
    return [chunk async for chunk in stream(jobs, job, after, **options)]


def test_a_stream_goes_on_where_its_reader_left_off_and_ends_with_the_job(jobs: Jobs) -> None:
    go_on = threading.Event()

    def call(tell: Tell, _stopping: Stop) -> None:
        tell("first")
        go_on.wait(60)
        tell("second")

    job = jobs.start("make", "Tides", call)
    wait_for(job, "first")

    async def listen() -> list[bytes]:
        reading = asyncio.create_task(_all(jobs, job, after=2))
        await asyncio.sleep(0.05)
        go_on.set()
        return await asyncio.wait_for(reading, 10)

    assert _read(asyncio.run(listen())) == [(3, "second"), (4, "ended")]


def test_a_stream_ends_with_the_last_event_however_late_the_job_counts_as_over(jobs: Jobs) -> None:
    job = jobs.start("make", "Tides", lambda _tell, _stopping: None)
    assert job.over.wait(60)
    job.over.clear()

    told = _read(asyncio.run(asyncio.wait_for(_all(jobs, job), 5)))

    assert told[-1][1] == "ended"


def test_a_silent_stream_says_now_and_then_that_it_is_there(jobs: Jobs) -> None:
    job = jobs.start("make", "Tides", until_stopped)
    wait_for(job, "at-work")

    async def listen() -> list[bytes]:
        reading = asyncio.create_task(_all(jobs, job, heartbeat_s=0.02))
        await asyncio.sleep(0.1)
        jobs.let_go()
        return await asyncio.wait_for(reading, 10)

    chunks = asyncio.run(listen())
    assert chunks.count(b": still here\n\n") >= 2


def test_jobs_are_told_listened_to_and_cancelled_over_http(tmp_path: Path) -> None:
    jobs = Jobs()
    with Studio.open(tmp_path / "studio") as studio:
        options = ServerOptions(calls_per_minute=0)
        with TestClient(application(studio, options, jobs), "http://localhost") as client:
            job = jobs.start("make", "<Tides>", until_stopped, page="/runs/tides")
            wait_for(job, "at-work")
            place = f"/api/jobs/{job.id}"
            assert client.get("/api/jobs").json()["jobs"][0]["state"] == "running"
            assert client.get(place, params={"after": 1}).json()["events"][0]["kind"] == "at-work"

            assert client.delete(place).status_code == 202
            assert job.over.wait(60)
            told = client.get(place).json()
            assert (told["state"], told["error"]) == ("cancelled", "Stopped as you asked.")
            heard = client.get(f"{place}/events", headers={"last-event-id": "2"})
            assert heard.headers["content-type"].startswith("text/event-stream")
            assert [kind for _, kind in _read([heard.content])] == ["stopping", "ended"]
            again = client.get(f"{place}/events", headers={"last-event-id": str(told["last"])})
            assert again.status_code == 204


@pytest.mark.parametrize(
    ("place", "headers", "status"),
    [
        ("/api/jobs/0123456789abcdef", {}, 404),
        ("/api/jobs/0123456789abcdef/events", {}, 404),
        ("/api/jobs/nonsense", {}, 422),
        ("/api/jobs/0123456789abcdef?after=-1", {}, 422),
        ("/api/jobs/0123456789abcdef/events", {"last-event-id": "x"}, 422),
    ],
)
def test_forged_jobs_are_refused(
    tmp_path: Path, place: str, headers: dict[str, str], status: int
) -> None:
    with Studio.open(tmp_path / "studio") as studio:
        client = TestClient(application(studio, ServerOptions()), "http://localhost")
        answer = client.get(place, headers=headers)

        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
