"""What fal says when something fails, and which of our errors it is (fal's "Request errors")."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gesso.core.errors import (
    BadRequest,
    OutsideError,
    QuotaSpent,
    Refused,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.replies import Reply, failure_in

PROVIDER = "fal"
# What an account without credit is told, with status 403.
_NO_CREDIT = re.compile(r"balance|locked|top up", re.IGNORECASE)
_QUOTE_CHARS = 200


class RunnerFailed(Transient):
    """fal's own machine failed at a job: it is not billed, and may be handed in again."""


class Unlisted(UnknownOutcome):
    """A job was cut off as it was handed in, and fal's history is closed to us."""


def explain(reply: Reply) -> OutsideError | None:
    """Which of our errors a failed reply is, where its status alone does not say it."""
    body = _object(reply)
    detail = body.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else None
    if isinstance(first, dict) and first.get("type") == "content_policy_violation":
        return refused(str(first.get("msg", ""))[:_QUOTE_CHARS], reply.status)
    if reply.status == 403 and _NO_CREDIT.search(str(detail)):
        return QuotaSpent(
            f"The account at 'fal' has nothing left (HTTP 403): {str(detail)[:_QUOTE_CHARS]}",
            "Add credit there, or choose another provider, then resume the run.",
            provider=PROVIDER,
            status=403,
        )
    kind = reply.headers.get("x-fal-error-type") or str(body.get("error_type") or "")
    if reply.status == 499 or kind == "client_cancelled":
        return cancelled()
    retryable = reply.headers.get("x-fal-retryable", "").lower()
    if reply.status >= 500 and (kind or retryable):
        return _runner_failed(reply, kind, may_retry=retryable != "false")
    return None


def refused(why: str, status: int = 200) -> Refused:
    """The words were refused, or the picture was."""
    return Refused(
        f"'fal' will not paint these words: {why}",
        "Say it differently.",
        provider=PROVIDER,
        status=status,
    )


def cancelled() -> RunnerFailed:
    """The job was taken back before it began."""
    return RunnerFailed(
        "The job was taken out of fal's queue before it began.",
        "It is not billed.",
        provider=PROVIDER,
        status=499,
    )


def still_out(request_id: str, why: str) -> UnknownOutcome:
    """The job was taken, and it cannot be said now how it ends."""
    return UnknownOutcome(
        f"The job {request_id} at 'fal' is still out: {why.rstrip('.')}.",
        "It counts as spent; resuming the run asks after it and pays nothing again.",
        provider=PROVIDER,
    )


def cut_off(why: str) -> UnknownOutcome:
    """The job may have been taken, under an id that we do not know."""
    return UnknownOutcome(
        f"A job for 'fal' was cut off as it was handed in: {why.rstrip('.')}.",
        "It counts as spent; resuming the run looks for it in fal's history.",
        provider=PROVIDER,
    )


def unlisted(why: str) -> Unlisted:
    """The job may have been taken, and nobody tells us."""
    return Unlisted(
        "A job for 'fal' was cut off as it was handed in, and fal's history is closed to us: "
        f"{why.rstrip('.')}.",
        "It counts as spent and is handed in anew; look for the first one at fal.",
        provider=PROVIDER,
    )


def _runner_failed(reply: Reply, kind: str, *, may_retry: bool) -> OutsideError:
    said = failure_in(reply).message.partition("): ")[2] or "no reason is given."
    message = f"A machine of 'fal' failed at the job ({kind or reply.status}): {said}"
    if may_retry:
        return RunnerFailed(message, provider=PROVIDER, status=reply.status)
    return BadRequest(
        message,
        "fal says that trying again will not mend it; look at the model and its arguments.",
        provider=PROVIDER,
        status=reply.status,
    )


def _object(reply: Reply) -> Mapping[str, Any]:
    try:
        body = json.loads(reply.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
