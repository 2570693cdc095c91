"""fal's wire: the queue (submit, status with logs, result, cancel), files, and the history.

A job moves on when it is asked after: `queue_polls` answers IN_QUEUE, `work_polls` answers
IN_PROGRESS, then COMPLETED; it is billed at that moment, fetched or not. Faults of the submit:

    429, 429once      with Retry-After (QUIET_S)            429bare, 429bareonce  without
    402, locked       no credit (403 with an exhausted balance)
    auth, forbidden   401, 403                              404, 422
    500, 500once, 503, 503once                              webpage
    slow, lost        the job is taken, and the answer never comes
    hangup            no job, no answer                     noid  an answer without a request id

of asking after it:

    poll500           every second question fails           poll429  every second is too much
    pollauth          the key is refused                    stuck    never leaves the queue
    gone              finished, and its result is not kept  vanished  not even its status

and of its outcome:

    refuse            422 content_policy_violation          nsfw     painted, and blackened
    badfield          422 of another kind                   runner, runneronce  503, retryable
    broken            500, not retryable
    noimage, badimage, mislabelled (a JPEG that says PNG), badjson
    datauri           the picture inside the answer         nounits  no word about the price
    nofile            the file is not there                 file503once  it is not there at once
    private           the file's address is a private one   huge     more bytes than anybody takes
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

from .stub import QUIET_S, SLOW_S, HangUp, Request, Sent, Stub, b64, picture_bytes

_JOB = re.compile(r"/(?P<app>.+)/requests/(?P<id>[^/]+)(?P<end>/status|/cancel)?")
_HISTORY = "/models/requests/by-endpoint"
_OF_THE_SUBMIT = {
    "429": (429, "Too many requests."),
    "429bare": (429, "Too many requests."),
    "402": (402, "Payment is required."),
    "locked": (403, "User is locked. Reason: Exhausted balance. Top up your balance."),
    "auth": (401, "Cannot access application. Authentication is required."),
    "forbidden": (403, "Cannot access application."),
    "404": (404, "Application not found."),
    "422": (422, "Cannot parse the body."),
    "500": (500, "Internal server error."),
    "503": (503, "Service unavailable."),
}


@dataclass
class Job:
    """One request in the queue.

    Attributes:
        id, model, arguments: as they were submitted.
        fault: what it meets.
        asked: how often its status was asked for.
        state: IN_QUEUE, IN_PROGRESS, COMPLETED or CANCELLED.
        billed_usd: 0.0 until it is done, and for one that failed.
    """

    id: str
    model: str
    arguments: dict[str, Any]
    fault: str
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    asked: int = 0
    files: int = 0
    state: str = "IN_QUEUE"
    billed_usd: float = 0.0

    @property
    def app(self) -> str:
        """The owner and the app: what the addresses of a request name."""
        return "/".join(self.model.split("/")[:2])


class FalStub(Stub):
    """fal's queue with its files and its history.

    Attributes:
        jobs: all that were taken, by their id, in their order.
        queue_polls, work_polls: how often a job is asked after in each state.
        units: what one picture is billed as.
        lists: whether the history may be asked for; "ended" lists only what is finished.
        moment: called with a name ("taken", "IN_QUEUE", ...) and the job before each answer.
    """

    prices: ClassVar = {}
    unit_usd: ClassVar[dict[str, float]] = {"": 0.025}
    faults = (
        *("429", "429once", "429bare", "429bareonce", "402", "locked", "auth", "forbidden"),
        *("404", "422", "500", "500once", "503", "503once", "webpage", "slow", "lost", "hangup"),
        *("noid", "poll500", "poll429", "pollauth", "stuck", "gone", "vanished", "refuse", "nsfw"),
        *("badfield", "runner", "runneronce", "broken", "noimage", "badimage", "mislabelled"),
        *("badjson", "datauri", "nounits", "nofile", "file503once", "private", "huge"),
    )

    def __init__(self, answer: Any = None, latency_s: float = 0.0) -> None:
        self.jobs: dict[str, Job] = {}
        self.queue_polls = 1
        self.work_polls = 1
        self.units = 1.0
        self.lists = "all"
        self.moment: Callable[[str, Job | None], None] = lambda _name, _job: None
        self._jobs_lock = threading.Lock()
        super().__init__(answer, latency_s)

    @property
    def platform_url(self) -> str:
        """Where the history is asked for."""
        return f"{self.address}/v1"

    @property
    def calls(self) -> list[Request]:
        """The submits that arrived whole; one whose sender died half-way is none."""
        return [request for request in super().calls if _is_whole(request)]

    def model_of(self, method: str, path: str, body: dict[str, Any]) -> str:
        return path.removeprefix("/") if method == "POST" else ""

    def reply(self, request: Request) -> Sent:
        if request.path.startswith("/files/"):
            return self._file(request)
        if not re.fullmatch(r"Key \S+", request.headers.get("authorization", "")):
            return _flat(401, "Cannot access application. Authentication is required.")
        if request.path.endswith(_HISTORY):
            return self._history(request)
        if request.method == "POST":
            return self._submit(request)
        found = _JOB.fullmatch(request.path)
        with self._jobs_lock:
            job = self.jobs.get(found["id"]) if found else None
            if found is None or job is None or job.app != found["app"] or job.fault == "vanished":
                return _flat(404, "Request not found.")
            door = {"/status": self._status, "/cancel": self._cancel, None: self._result}
            return door[found["end"]](job)

    # The queue -----------------------------------------------------------------------------

    def _submit(self, request: Request) -> Sent:
        if not _is_whole(request):
            raise HangUp
        self.moment("arrived", None)
        fault = request.fault
        if fault in _OF_THE_SUBMIT:
            status, words = _OF_THE_SUBMIT[fault]
            return _flat(status, words, {"Retry-After": f"{QUIET_S}"} if fault == "429" else {})
        if fault == "webpage":
            return Sent(raw=b"<!doctype html><title>Hello</title>", media_type="text/html")
        if fault == "hangup":
            raise HangUp
        job = Job(str(uuid.uuid4()), request.model, request.body, fault)
        with self._jobs_lock:
            self.jobs[job.id] = job
        self.moment("taken", job)
        if fault in ("slow", "lost"):
            self.wait(SLOW_S if fault == "slow" else 0.0)
            raise HangUp
        url = f"{self.address}/{job.app}/requests/{job.id}"
        return Sent(
            body={
                "status": "IN_QUEUE",
                "request_id": "" if fault == "noid" else job.id,
                "response_url": url,
                "status_url": f"{url}/status",
                "cancel_url": f"{url}/cancel",
                "queue_position": self.queue_polls,
            }
        )

    def _status(self, job: Job) -> Sent:
        job.asked += 1
        if job.fault == "pollauth":
            return _flat(401, "Cannot access application. Authentication is required.")
        if job.fault in ("poll500", "poll429") and job.asked % 2:
            wish = {"Retry-After": f"{QUIET_S}"} if job.fault == "poll429" else {}
            return _flat(int(job.fault[-3:]), "Not now.", wish)
        self._move_on(job)
        self.moment(job.state, job)
        if job.state == "IN_QUEUE":
            left = max(0, self.queue_polls - job.asked)
            return Sent(202, {"status": "IN_QUEUE", "queue_position": left})
        logs = [
            {"message": f"{step * 25}%|##| {step}/4 [00:01]", "level": "INFO"} for step in (1, 2)
        ]
        if job.state == "IN_PROGRESS":
            return Sent(202, {"status": "IN_PROGRESS", "logs": logs})
        done: dict[str, Any] = {"status": "COMPLETED", "logs": [*logs, {"message": "4/4\n\x1b[0m"}]}
        if job.state == "CANCELLED":
            done |= {"error": "Request was cancelled.", "error_type": "client_cancelled"}
        return Sent(200, done | {"metrics": {"inference_time": 0.5}})

    def _move_on(self, job: Job) -> None:
        if job.state in ("COMPLETED", "CANCELLED") or job.fault == "stuck":
            return
        if job.asked <= self.queue_polls:
            return
        worked = job.asked > self.queue_polls + self.work_polls
        job.state = "COMPLETED" if worked else "IN_PROGRESS"
        if worked and job.fault not in ("refuse", "badfield", "runner", "broken"):
            names = [name for name in self.unit_usd if job.model.startswith(name)]
            job.billed_usd = self.units * self.unit_usd[max(names, key=len)]
            with self._lock:
                self.meter.usd += job.billed_usd
                self.meter.answered += 1
                self.meter.entries.append((job.model, 0, 0, job.billed_usd))

    def _cancel(self, job: Job) -> Sent:
        self.moment("cancel", job)
        if job.state == "IN_QUEUE":
            job.state = "CANCELLED"
            return Sent(202, {"status": "CANCELLATION_REQUESTED"})
        return Sent(400, {"status": "ALREADY_COMPLETED"})

    def _result(self, job: Job) -> Sent:
        self.moment("result", job)
        if job.state == "CANCELLED":
            return _flat(499, "Request was cancelled.", {"X-Fal-Error-Type": "client_cancelled"})
        if job.state != "COMPLETED":
            return _flat(400, "Request is still in progress.")
        if job.fault == "gone":
            return _flat(404, "Request not found.")
        failed = _verdict(job)
        if failed is not None:
            return failed
        headers = {} if job.fault == "nounits" else {"x-fal-billable-units": f"{self.units:g}"}
        if job.fault == "badjson":
            return Sent(raw=b'{"images": [', headers=headers)
        return Sent(200, self._output(job), headers)

    def _output(self, job: Job) -> dict[str, Any]:
        size = job.arguments.get("image_size") or {"width": 64, "height": 64}
        url = f"{self.address}/files/{job.id}.png"
        if job.fault == "private":
            url = f"http://169.254.169.254/{job.id}.png"
        if job.fault == "datauri":
            url = f"data:image/png;base64,{b64(self._painted(job))}"
        images = [{"url": url, "content_type": "image/png", **size}]
        return {
            "images": [] if job.fault == "noimage" else images,
            "seed": job.arguments.get("seed"),
            "prompt": job.arguments.get("prompt", ""),
            "has_nsfw_concepts": [job.fault == "nsfw"],
            "timings": {"inference": 0.5},
        }

    def _painted(self, job: Job) -> bytes:
        size = job.arguments.get("image_size") or {"width": 64, "height": 64}
        words = f"{job.arguments.get('prompt')} {job.arguments.get('seed')}"
        media = "JPEG" if job.fault == "mislabelled" else "PNG"
        return picture_bytes(size["width"], size["height"], words, media)

    def _file(self, request: Request) -> Sent:
        job = self.jobs.get(request.path.removeprefix("/files/").removesuffix(".png"))
        if job is None or job.fault == "nofile":
            return _flat(404, "No such file.")
        job.files += 1
        self.moment("file", job)
        if job.fault == "file503once" and job.files == 1:
            return _flat(503, "Not now.")
        if job.fault == "huge":
            return Sent(raw=b"\x89PNG" * 2**20, media_type="image/png")
        data = b"these bytes are no picture" if job.fault == "badimage" else self._painted(job)
        return Sent(raw=data, media_type="image/png")

    # The history ---------------------------------------------------------------------------

    def _history(self, request: Request) -> Sent:
        self.moment("history", None)
        if self.lists == "none":
            return Sent(403, {"error": {"type": "authorization_error", "message": "Not yours."}})
        asked = {name: values[0] for name, values in parse_qs(request.query).items()}
        # A day, or ninety where one request is asked for: as the real one does.
        back = timedelta(days=90 if "request_id" in asked else 1)
        start = datetime.fromisoformat(asked.get("start") or (datetime.now(UTC) - back).isoformat())
        with self._jobs_lock:
            jobs = [
                job
                for job in self.jobs.values()
                if job.model == asked["endpoint_id"]
                and job.sent_at >= start
                and (self.lists == "all" or job.state == "COMPLETED")
                and asked.get("request_id", job.id) == job.id
            ]
        first, limit = int(asked.get("cursor", 0)), int(asked.get("limit", 50))
        page, more = jobs[first : first + limit], len(jobs) > first + limit
        items = [self._item(job, expand=asked.get("expand") == "payloads") for job in page]
        return Sent(
            body={
                "items": items,
                "next_cursor": str(first + limit) if more else None,
                "has_more": more,
            }
        )

    def _item(self, job: Job, *, expand: bool) -> dict[str, Any]:
        sent = job.sent_at.isoformat().replace("+00:00", "Z")
        item: dict[str, Any] = {
            "request_id": job.id,
            "endpoint_id": job.model,
            "sent_at": sent,
            "started_at": sent,
        }
        if expand:
            item["json_input"] = json.loads(json.dumps(job.arguments, sort_keys=True))
        if job.state == "COMPLETED":
            item |= {"ended_at": sent, "status_code": 200, "duration": 0.5}
            if expand:
                item["json_output"] = self._output(job)
        return item


def _is_whole(request: Request) -> bool:
    return len(request.content) == int(request.headers.get("content-length", 0))


def _verdict(job: Job) -> Sent | None:
    if job.fault in ("refuse", "badfield"):
        kind = "content_policy_violation" if job.fault == "refuse" else "greater_than"
        detail = {
            "loc": ["body", "prompt"],
            "msg": "The content could not be processed.",
            "type": kind,
            "input": job.arguments.get("prompt"),
            "url": f"https://docs.fal.ai/errors/#{kind}",
        }
        return Sent(422, {"detail": [detail]}, {"X-Fal-Retryable": "false"})
    if job.fault == "runner":
        words = "The runner disconnected."
        return _flat(503, words, {"X-Fal-Retryable": "true"}, "runner_disconnected")
    if job.fault == "broken":
        words = "The model failed."
        return _flat(500, words, {"X-Fal-Retryable": "false"}, "internal_error")
    return None


def _flat(status: int, words: str, headers: dict[str, str] | None = None, kind: str = "") -> Sent:
    body = {"detail": words, **({"error_type": kind} if kind else {})}
    return Sent(status, body, {**(headers or {}), **({"X-Fal-Error-Type": kind} if kind else {})})


def serve(answer: Any = None, latency_s: float = 0.0) -> FalStub:
    """Start a stub; it is to be closed, or used as a context manager."""
    return FalStub(answer, latency_s)
