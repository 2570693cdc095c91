"""How duplicates are searched for, and what a search came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class DuplicateOptions:
    """How duplicates are searched for.

    Attributes:
        neighbours: works that look alike and each work is held against, 0 to 50; those that share
            words or hashes with it come beside.
        shapes: works of plain shapes without any points to hold on to are laid on each other as
            well: off where a series of such works is in the catalogue.
        licences: what the owner allows beside the free licences, when the one to show is chosen.
        block: works that are compared at a time; what was compared is kept after each.

    Raises:
        ValueError: a number is out of bounds.
    """

    neighbours: int = 8
    shapes: bool = True
    licences: tuple[str, ...] = ()
    block: int = 128

    def __post_init__(self) -> None:
        if not 0 <= self.neighbours <= 50:
            raise ValueError(f"neighbours are 0 to 50, not {self.neighbours}")
        if self.block < 1:
            raise ValueError(f"a block is at least one work, not {self.block}")


@dataclass(frozen=True)
class Progress:
    """How a search stands.

    Attributes:
        step: "measure" or "compare".
        done, total: works of this step.
        groups: that were found or changed so far.
    """

    step: str
    done: int
    total: int
    groups: int = 0


@dataclass(frozen=True)
class Trouble:
    """A work that could not be measured or compared, and why."""

    work: int
    reason: str


@dataclass(frozen=True)
class DuplicateReport:
    """What a search came to.

    Attributes:
        measured: works whose marks were measured.
        compared: works that were compared with all.
        changed: groups that are new or changed, by number.
        groups: groups that there are now.
        troubles: works that could not be worked on; the next search tries them again.
        is_stopped: the owner stopped it; the next search goes on.
        seconds: how long it took.
    """

    measured: int
    compared: int
    changed: tuple[int, ...]
    groups: int
    troubles: tuple[Trouble, ...]
    is_stopped: bool
    seconds: float


Watch = Callable[[Progress], None]


def nobody(_progress: Progress) -> None:
    """Watch a search without looking."""
