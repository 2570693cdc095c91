"""How a collect run goes about it, what it tells meanwhile, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gesso.core.pixels.derived.develop import Developed
from gesso.core.records.finds import Acquisition, Find, FindState, UnknownLicence

Develop = Callable[[bytes, str], Developed]
"""Develops a picture's bytes, wherever that is; its second argument names them in errors."""


@dataclass(frozen=True)
class CollectOptions:
    """How a collect run goes about it.

    Attributes:
        unknown_licence: of pictures whose licence is unknown, where a wish says nothing of it.
        licences: what the owner allows beside the free licences.
        items: finds that one run may take up, None for no end.
        megabytes: of pictures that one run may bring, None for no end.
        streams: finds on their way at once.
        tries: of a find that fails in passing, before it is given up.
        first_wait_s: before the second try; each further wait is twice as long.
        patience_s: how long a run that has nothing else to do waits for finds that are to be
            tried again.
        batch: works that one transaction takes in at most.
    """

    unknown_licence: UnknownLicence = "link"
    licences: tuple[str, ...] = ()
    items: int | None = None
    megabytes: float | None = None
    streams: int = 8
    tries: int = 5
    first_wait_s: float = 30.0
    patience_s: float = 120.0
    batch: int = 16

    def wished(self, unknown_licence: UnknownLicence | None) -> CollectOptions:
        """These options, with what was wished for one run; None wishes for nothing."""
        if unknown_licence is None:
            return self
        return replace(self, unknown_licence=unknown_licence)


@dataclass(frozen=True)
class Tally:
    """How a run stands, for those who watch it.

    Attributes:
        run: its id.
        counts: what became of finds so far, by word: "offered", "unchanged", "refused", "held",
            "resting", "stored", "linked", "thumbed", "asked" (unchanged on the host's word),
            "recorded", "updated", "blocked", "gone", "failed", "bytes".
        listed: the source has told all its finds.
        in_flight: finds on their way now.
        waits_s: how long the run waits now for the next try, 0.0 while it works.
    """

    run: str
    counts: Mapping[str, int]
    listed: bool
    in_flight: int
    waits_s: float = 0.0


Watch = Callable[[Tally], None]


def nobody(_tally: Tally) -> None:
    """Watch nothing."""


@dataclass(frozen=True)
class CollectReport:
    """What a run came to.

    Attributes:
        acquisition: the run, with its counts.
        waiting: finds that are not at their end: a resume goes on with them.
        reasons: why finds are blocked, gone or failed: (state, reason, how many).
        complaints: what the source passed over.
        seconds: how long it took.
        is_waiting: it ended because what is left waits longer than the run is patient.
    """

    acquisition: Acquisition
    waiting: int
    reasons: tuple[tuple[FindState, str, int], ...] = ()
    complaints: tuple[str, ...] = field(default=())
    seconds: float = 0.0
    is_waiting: bool = False


@dataclass(frozen=True)
class Preview:
    """What a run would do.

    Attributes:
        counts: "offered" in all; of them "records" without pictures, "queued", "unchanged",
            "refused", "held" and "resting"; "whole" and "linked" by what may be kept; "bytes" as
            far as the source tells.
        examples: the first finds.
        complaints: what the source passed over.
    """

    counts: Mapping[str, int]
    examples: tuple[Find, ...]
    complaints: tuple[str, ...] = ()
