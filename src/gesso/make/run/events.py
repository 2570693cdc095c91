"""What a run tells while it works: progress is drawn from it, result folders fill from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item, Round
from gesso.core.records.works import Work

EventKind = Literal[
    "begin",  # the run starts: `total` items are still to do
    "item",  # an item starts
    "concept",  # `line` is the two words
    "prompt",  # the first prompt is written; `line` is its title
    "painting",  # a painter tells; `line` and `share` are its own
    "painted",  # one picture of the pair is stored
    "evaluated",  # the pair is judged; `line` is the verdict
    "round",  # a whole round is kept; `round_record` is it
    "refined",  # the prompt was changed for the next round
    "kept",  # the item is done; `item_record` is it
    "failed",  # the item failed; `line` says why
    "waiting",  # the item waits for the owner; `line` says for what
    "aside",  # something about the run that its owner should know; `line` says it
    "end",  # the run stops; `line` is its state
]


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run.

    Attributes:
        kind: see `EventKind`.
        run: the run's id.
        item: the item's id, "" for the run itself.
        round: the round's number, 0 outside rounds.
        line: a short line for a person.
        share: 0 to 1, how far a painting is; None unknown.
        total: items still to do, at "begin".
        spent_usd: spent by this run so far.
        item_record: at "kept" and "failed".
        round_record: at "round".
        works: as the catalogue has them: of the round's takes, in their order, at "round"; the
            kept one at "kept".
        recipes: of the round's takes, at "round".
    """

    kind: EventKind
    run: str
    item: str = ""
    round: int = 0
    line: str = ""
    share: float | None = None
    total: int = 0
    spent_usd: float = 0.0
    item_record: Item | None = None
    round_record: Round | None = None
    works: tuple[Work, ...] = ()
    recipes: tuple[Recipe, ...] = ()


# Called from many threads at once; must be quick and must not raise.
Listener = Callable[[Event], None]


@dataclass
class Asides:
    """What those who work in a run tell its owner beside the steps of its items.

    Attributes:
        hear: called with one sentence, from many threads; the run sets it while it goes.
    """

    hear: Callable[[str], None] = field(default=lambda _line: None)


def nobody(_event: Event) -> None:
    """Listen to nothing."""
