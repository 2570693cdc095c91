"""Calls to the world outside, and the troubles met on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CallState = Literal["sent", "done", "failed", "unknown"]
Action = Literal["retried", "repaired", "skipped", "paused", "failed", "stopped", "fell back"]


@dataclass(frozen=True)
class Call:
    """One request that left this machine: the row is committed before its bytes leave.

    Attributes:
        id: the ledger's number.
        run, item: on whose behalf, "" for none.
        provider: as the registry names it.
        operation: what was asked: "paint", "answer", "judge".
        model: the model id, "" where there is none.
        attempt: 1 for the first of this request, 2 for its first repetition.
        key: the same for all attempts of one request; unique to the request.
        state: "sent" until the answer came; "unknown" when none will.
        request_id: the provider's own id, "" where it gives none.
        status: HTTP status, None before the answer.
        reserved_usd: the estimate that the budget set aside.
        cost_usd: what it cost; unknown calls count with what was reserved.
        price_source: what priced it: "genai-prices 0.2.3", "billed units", "estimate", "free".
        input_units, output_units: tokens, or the provider's billing unit.
        waited_s: time spent waiting for a place and for the provider's wish before this attempt.
        started_at, ended_at: UTC; `ended_at` is None while the call is out.
        error: the kind of the failure, "" for none.
    """

    id: int
    run: str
    item: str
    provider: str
    operation: str
    model: str
    attempt: int
    key: str
    state: CallState
    request_id: str
    status: int | None
    reserved_usd: float
    cost_usd: float | None
    price_source: str
    input_units: float | None
    output_units: float | None
    waited_s: float
    started_at: datetime
    ended_at: datetime | None
    error: str


@dataclass(frozen=True)
class Trouble:
    """One failure as it is kept in `error_logs`.

    Attributes:
        run, item: where it happened, "" for nowhere in particular.
        kind: `GessoError.kind`.
        message: the sentence, without secrets.
        action: what was done about it.
        recovered: the work went on without anybody's help.
    """

    run: str
    item: str
    kind: str
    message: str
    action: Action
    recovered: bool


@dataclass(frozen=True)
class Errand:
    """On whose behalf something is asked of the world outside: "" for nobody in particular."""

    run: str = ""
    item: str = ""
