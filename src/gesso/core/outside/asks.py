"""What is asked over the desk, one try of it, and what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gesso.core.records.calls import Call, Errand

T = TypeVar("T")


@dataclass(frozen=True)
class Ask:
    """What is asked of whom, before anything leaves.

    Attributes:
        provider: as the registry names it; its rate and its wish for quiet hold for all.
        operation: "paint", "answer", "judge", ...
        model: the model id, "" where there is none.
        errand: on whose behalf.
        estimate_usd: what it may cost at most; set aside before it leaves.
        key: unique to the request and the same for its attempts; None makes one up.
        resendable: it does no harm (and costs nothing) when it is done twice, so an unknown
            outcome is tried again.
        resumable: its provider can be asked after it: a call of the same key that a dead process
            left behind is taken up (`Attempt.before`), in its own row, instead of a new one.
    """

    provider: str
    operation: str
    model: str = ""
    errand: Errand = field(default=Errand())
    estimate_usd: float = 0.0
    key: str | None = None
    resendable: bool = False
    resumable: bool = False


@dataclass(frozen=True)
class Attempt:
    """One sending of a request; its row is in the ledger already.

    Attributes:
        number: 1 for the first.
        call_id: the ledger's number.
        key: the request's key, for an `Idempotency-Key` header.
        repair: what was wrong with the answer before, to be told to a model; "" for nothing.
        note_request: keeps the provider's id of the request, committed before it returns: to be
            called before the first poll.
        note_cost: tells what the call cost, in US dollars and by which price source, also when
            its answer turns out to be of no use.
        before: the call that is taken up, as it was left; None for one that is sent now.
    """

    number: int
    call_id: int
    key: str
    repair: str
    note_request: Callable[[str], None]
    note_cost: Callable[[float, str], None]
    before: Call | None = None


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What came back, and what it cost.

    Attributes:
        value: for the asker.
        cost_usd: None where nobody knows: the estimate counts.
        price_source: what priced it: "genai-prices 0.2.3", "billed units", "estimate", "free".
        input_units, output_units: tokens, or the provider's billing unit.
        request_id: the provider's own id.
        status: the HTTP status.
    """

    value: T
    cost_usd: float | None
    price_source: str = "estimate"
    input_units: float | None = None
    output_units: float | None = None
    request_id: str = ""
    status: int | None = 200
