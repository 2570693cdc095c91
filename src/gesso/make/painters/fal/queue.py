"""fal's queue: a job is handed in once and asked after, also by another process, until it ends.

The public client hands in again after a time-out, which may be paid twice, and cannot be given
an address; so this speaks the documented protocol itself (docs.fal.ai, "Queue").
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gesso.core.errors import BadOutput, BadRequest, OutsideError, Transient
from gesso.core.outside.client import Client
from gesso.core.outside.replies import Reply
from gesso.make.painters.fal.asking import Asking, rest
from gesso.make.painters.fal.failures import PROVIDER, cancelled, cut_off, still_out
from gesso.make.painters.painter import Tell

# Model ids of these begin with one part more (fal-client 1.0.3, APP_NAMESPACES).
_NAMESPACES = frozenset({"workflows", "comfy"})
_STEPS = re.compile(r"(\d+)\s*/\s*(\d+)")
_UNSEEN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f\s]+")
_LINE_CHARS = 80
# Questions between the word that a job is cancelled and the word that it is gone.
_CANCEL_POLLS = 5


@dataclass(frozen=True)
class Job:
    """A job that the queue has taken.

    Attributes:
        request_id: fal's own id.
        model: to which it was handed in.
    """

    request_id: str
    model: str

    @property
    def path(self) -> str:
        """Where its result will be: under the owner and the app, without the rest of the model."""
        parts = self.model.split("/")
        app = "/".join(parts[: 3 if parts[0] in _NAMESPACES else 2])
        return f"{app}/requests/{self.request_id}"


class FalQueue:
    """Hands in jobs and asks after them; may be used from many threads at once.

    Only the queue's own word ends a job. A question that fails is asked again, and what says
    nothing about the job (a refused key, a long silence) leaves it out, to be asked after later.

    Args:
        client: for the queue's address.
        asking: how patiently.
        stop: set when the owner stops; a job that still waits its turn is taken back then.
    """

    def __init__(self, client: Client, asking: Asking, stop: threading.Event) -> None:
        self._client = client
        self._asking = asking
        self._stop = stop

    def submit(self, model: str, arguments: Mapping[str, Any], headers: Mapping[str, str]) -> Job:
        """Hand in a job; from now on it may be billed.

        Raises:
            UnknownOutcome: it was sent, and nobody said under which id it was taken.
            OutsideError: it was not taken, by its kind.
        """
        reply = self._client.post(model, body=dict(arguments), headers=headers)
        try:
            taken = reply.json()
        except BadOutput as error:
            raise cut_off(error.message) from error
        request_id = taken.get("request_id") if isinstance(taken, dict) else None
        if not isinstance(request_id, str) or not request_id:
            raise cut_off("the queue named no id")
        return Job(request_id, model)

    def wait(self, job: Job, tell: Tell) -> None:
        """Ask after a job until it has ended, however it did.

        Raises:
            RunnerFailed: the owner stopped, and it was taken back before it began.
            UnknownOutcome: there is no more patience; the job may still end well.
        """
        until = time.monotonic() + self._asking.patience.job_s
        pause_s, log, may_cancel = self._asking.patience.poll_s, _Log(tell), True
        while (state := self._look(job, log)) != "COMPLETED":
            if may_cancel and state == "IN_QUEUE" and self._stop.is_set():
                may_cancel = False
                self._take_back(job)
            if time.monotonic() > until:
                waited = f"{self._asking.patience.job_s:g} s"
                raise still_out(job.request_id, f"it is still {state} after {waited}")
            rest(pause_s)
            pause_s = self._asking.longer(pause_s, 1.25)

    def result(self, job: Job, bill: Callable[[float], None]) -> Mapping[str, Any] | None:
        """Fetch what a job that has ended answered.

        Args:
            job: the job.
            bill: told the billed units as soon as they are known.

        Returns:
            The model's answer; None when the queue does not keep it any more (an hour after the
            end, as its docs say, or six minutes for a long one).

        Raises:
            Refused, BadRequest, RunnerFailed: the job failed; it is not billed.
            BadOutput: the answer is no JSON object.
            UnknownOutcome: it cannot be fetched now.
        """
        try:
            reply = self.fetch(job, lambda: self._client.get(job.path))
        except BadRequest as error:
            if error.status in {404, 410}:
                return None
            raise
        units = _units(reply)
        if units is not None:
            bill(units)
        output = reply.json()
        if not isinstance(output, dict):
            raise BadOutput("'fal' answered with no object.", provider=PROVIDER, status=200)
        return output

    def cancel(self, job: Job) -> bool:
        """Ask to take a job back; whether the queue agreed.

        One that waits its turn is taken out; one that has begun may go on, and be billed.
        """
        try:
            self._client.request("PUT", f"{job.path}/cancel")
        except OutsideError:
            return False
        return True

    def fetch(self, job: Job, get: Callable[[], Reply]) -> Reply:
        """Fetch something of a job that has ended, with the same patience.

        Raises:
            UnknownOutcome: it cannot be fetched now; it is there, and paid for.
            OutsideError: it never will be, by its kind.
        """
        return self._asking.ask(get, lambda why: still_out(job.request_id, why))

    def _look(self, job: Job, log: _Log) -> str:
        """Look at a job's state, and tell what is new.

        One that the queue does not know any more counts as COMPLETED: its result, or else the
        history, can tell.
        """
        try:
            status = self._asking.ask(
                lambda: _status_in(self._client.get(f"{job.path}/status?logs=1")),
                lambda why: still_out(job.request_id, why),
            )
        except BadRequest as error:
            if error.status in {404, 410}:
                return "COMPLETED"
            raise still_out(job.request_id, error.message) from error
        state = str(status.get("status"))
        log.tell(state, status)
        if state == "COMPLETED" and status.get("error_type") == "client_cancelled":
            raise cancelled()
        return state

    def _take_back(self, job: Job) -> None:
        """Take a job that waits out of the queue; return when it has begun all the same.

        Raises:
            RunnerFailed: it is out.
            UnknownOutcome: the queue agreed, and does not say whether it did.
        """
        if not self.cancel(job):
            return
        for _ in range(_CANCEL_POLLS):
            try:
                status = _status_in(self._client.get(f"{job.path}/status"))
            except BadRequest:
                raise cancelled() from None
            except OutsideError:
                status = {}
            state = status.get("status")
            if state == "IN_PROGRESS" or (state == "COMPLETED" and not status.get("error")):
                return
            if state not in {None, "IN_QUEUE"}:
                raise cancelled()
            rest(self._asking.patience.poll_s)
        raise still_out(job.request_id, "it was cancelled, and the queue still holds it")


class _Log:
    """Tells the place in the queue and each new line of a job's log; shares never run back."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told = 0
        self._share = 0.0

    def tell(self, state: str, status: Mapping[str, Any]) -> None:
        if state == "IN_QUEUE":
            self._tell(_place(status.get("queue_position")), None)
            return
        lines = _lines(status.get("logs"))
        for line in lines[self._told :]:
            self._share = max(self._share, _share(line))
            self._tell(line, self._share or None)
        self._told = max(self._told, len(lines))
        if state == "COMPLETED":
            self._tell("painted", 1.0)


def _status_in(reply: Reply) -> Mapping[str, Any]:
    try:
        status = reply.json()
    except BadOutput as error:
        raise Transient(error.message, provider=PROVIDER, status=reply.status) from error
    return status if isinstance(status, dict) else {}


def _units(reply: Reply) -> float | None:
    try:
        units = float(reply.headers.get("x-fal-billable-units", ""))
    except ValueError:
        return None
    return units if 0.0 <= units < 1e9 else None


def _place(position: object) -> str:
    ahead = position if isinstance(position, int) and position > 0 else 0
    return f"in fal's queue, {ahead} ahead" if ahead else "next in fal's queue"


def _lines(logs: object) -> list[str]:
    """A stranger's log as short plain lines."""
    entries = logs if isinstance(logs, list) else []
    told = [entry.get("message") for entry in entries if isinstance(entry, dict)]
    lines = [_UNSEEN.sub(" ", str(line or "")).strip() for line in told]
    return [line[:_LINE_CHARS] or "painting" for line in lines]


def _share(line: str) -> float:
    """How far a line like "12/28 [00:03]" says it is; 0.0 where it does not."""
    found = _STEPS.search(line)
    if found is None or not 0 < int(found[2][:6]) < 100_000:
        return 0.0
    return min(1.0, int(found[1][:6]) / int(found[2][:6]))
