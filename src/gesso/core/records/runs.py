"""A run and its items: what was asked for, how far each has come, what was kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gesso.core.records.judgements import Comparison, Evaluation
from gesso.core.records.maker import Setting
from gesso.core.records.prompts import Concept, Prompt

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""What the id of a run or an item is made of; `is_id` forbids a little more."""

ID_RULE = (
    "Use at most 100 letters, digits, '.', '_' and '-', beginning with a letter or digit, "
    "without '..', without '.' at the end, and no device's name."
)

# Names that Windows keeps for itself, with any suffix (learn.microsoft.com, "Naming Files").
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)

RunState = Literal["running", "paused", "done", "cancelled"]
ItemState = Literal["waiting", "working", "done", "failed"]


def is_id(name: str) -> bool:
    """Whether `name` can be an id: a plain file name on every system, never a path."""
    return bool(
        re.fullmatch(ID_PATTERN[1:-1], name)
        and ".." not in name
        and not name.endswith(".")
        and not _DEVICES.fullmatch(name)
    )


@dataclass(frozen=True)
class Run:
    """One order of work, resumable by its id.

    Attributes:
        id: given by the owner (`RUN_ID`) or made up; letters, digits, `.`, `_`, `-`.
        theme: the words of the theme, "" for a batch of prompts.
        options: what the run was asked to do, enough to go on with it.
        state: "paused" waits for the owner (budget, quota, an interrupt); "cancelled" is final.
        reason: why it is paused or cancelled, "" otherwise.
        created_at, updated_at: UTC.
    """

    id: str
    theme: str
    options: Mapping[str, Setting]
    state: RunState
    reason: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Item:
    """One prompt of a run, on its way through the rounds.

    Attributes:
        run: the run's id.
        id: unique within the run; also the name of its result folder.
        position: 0 for the first.
        state: "waiting" also while a provider is out; "failed" has a reason.
        theme: the words that it starts from, "" where it starts from a prompt.
        concept: None until it is found.
        prompt: the first prompt, None until it is written.
        kept: the id of the kept work, None until the item is done.
        reason: why it failed or waits.
        settings: what this item alone asks for (seed, size), over the run's options.
    """

    run: str
    id: str
    position: int
    state: ItemState = "waiting"
    theme: str = ""
    concept: Concept | None = None
    prompt: Prompt | None = None
    kept: int | None = None
    reason: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True)
class Take:
    """One picture of a round: which work it is, and what was found in it."""

    slot: int
    work: int
    seed: int
    evaluation: Evaluation | None


@dataclass(frozen=True)
class Round:
    """One generate-evaluate-refine iteration of an item.

    Attributes:
        number: 1 for the first.
        prompt: as it was sent in this round.
        takes: the pair, by slot.
        comparison: None until the pair was judged.
    """

    number: int
    prompt: Prompt
    takes: tuple[Take, ...]
    comparison: Comparison | None

    @property
    def better(self) -> Take | None:
        """The better of the pair: as compared, else by score; None before any is painted."""
        if self.comparison is not None:
            winner = self.comparison.winner
            return next((take for take in self.takes if take.slot == winner), None)
        return max(
            self.takes,
            key=lambda take: take.evaluation.score if take.evaluation else -1.0,
            default=None,
        )
