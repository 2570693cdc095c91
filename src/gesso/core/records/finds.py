"""A find is what a source offers, before a byte of its picture is here; its state is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gesso.core.records.works import Rights

FindState = Literal[
    "queued", "fetching", "stored", "thumbed", "embedded", "captioned", "blocked", "gone", "failed"
]
"""How far a find came. "stored" is a work in the catalogue; "thumbed" a work of which only the
thumbnail and the record may be kept (its licence says no more); "embedded" and "captioned" are
steps after that; "blocked" and "gone" are ends; "failed" is tried again at its next try."""


@dataclass(frozen=True)
class Facts:
    """What a source tells of a picture; everything is the source's own claim.

    Attributes:
        title: "" for unknown.
        creator: the artist, "" for unknown.
        date: as the source writes it: "c. 1665".
        year_from, year_to: the years that the date allows, None for unknown.
        medium: "oil on canvas".
        kind: the source's classification: "Paintings".
        style: the movement, where the source names one.
        place: school, culture or nationality: "Dutch".
        text: a description, plain text.
        tags: the source's own subject words.
        extra: whatever else it says, flat, JSON-able.
    """

    title: str = ""
    creator: str = ""
    date: str = ""
    year_from: int | None = None
    year_to: int | None = None
    medium: str = ""
    kind: str = ""
    style: str = ""
    place: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    extra: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Find:
    """One picture that a source offers.

    Attributes:
        source: who offers it: "met", "folder:/art" (the source's name, and its place where one
            name serves many).
        identifier: what the source calls it, stable from one run to the next.
        url: where its bytes are, "" for a record without a picture.
        page: where a person can look at it.
        facts: what the source tells.
        rights: whose it is; an empty licence is an unknown one.
        revision: changes when the picture does and costs no picture bytes to know (size and time
            of a file, a museum's date of change); "" where the source cannot tell.
        media_type: as the source says, "" for unknown; never trusted.
        size_bytes: as the source says, None for unknown; never trusted.
    """

    source: str
    identifier: str
    url: str = ""
    page: str = ""
    facts: Facts = field(default=Facts())
    rights: Rights = field(default=Rights())
    revision: str = ""
    media_type: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True)
class FindRow:
    """A find as the catalogue keeps it.

    Attributes:
        find: what was offered, as last seen.
        state: how far it came.
        work: the work it became, None before.
        tries: failed tries so far.
        next_try: not before this time, None for at once.
        reason: why it is blocked, gone or failed, one sentence.
        validator: what makes the next fetch a conditional one (ETag or Last-Modified), "" for none.
        updated_at: UTC.
    """

    find: Find
    state: FindState
    work: int | None
    tries: int
    next_try: datetime | None
    reason: str
    validator: str
    updated_at: datetime


AcquisitionState = Literal["running", "done", "stopped", "failed"]

UnknownLicence = Literal["link", "keep", "skip"]
"""Of pictures whose licence is unknown: "link" keeps their record, their address and a thumbnail,
"keep" all, "skip" nothing."""


@dataclass(frozen=True)
class Acquisition:
    """One collect run.

    Attributes:
        id: its name.
        source: the source, as the registry calls it.
        places: what was asked of it.
        limit: finds at most, None for all.
        since: only what has changed since then.
        unknown_licence: what this run was told of pictures whose licence is unknown; None for
            nothing, so that the settings say.
        state: "stopped" can be gone on with; "failed" met what a person has to mend first.
        reason: why it stopped or failed, one sentence.
        listed: the source has told all its finds.
        counts: what became of them so far, by word.
        began_at, updated_at: UTC.
        ended_at: UTC, None while it runs.
    """

    id: str
    source: str
    places: tuple[str, ...]
    limit: int | None
    since: datetime | None
    state: AcquisitionState
    reason: str
    listed: bool
    counts: Mapping[str, int]
    began_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    unknown_licence: UnknownLicence | None = None
