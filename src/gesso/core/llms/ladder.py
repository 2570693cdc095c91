"""How each server takes a question: the rung that works is found once and remembered."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from typing import Literal

from gesso.core.errors import BadRequest

Rung = Literal["json_schema", "json_object", "prompt"]

# From the surest to the one that every server understands.
RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "prompt")

# Only a refusal of the request itself says something about the server's habits.
_TELLING = frozenset({400, 422})
_FORMAT = re.compile(
    r"response_?format|response_?mime_?type|response_?(json_?)?schema|json_schema|json_object"
    r"|json mode|structured output|guided|grammar|schema",
    re.IGNORECASE,
)
# What a question can do without, in our own words, and how servers name it.
_DISPENSABLE = {
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b", re.IGNORECASE),
    "max_completion_tokens": re.compile(r"\bmax_completion_tokens\b", re.IGNORECASE),
    "max_tokens": re.compile(r"\bmax_tokens\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Habits:
    """How one model of one server wants to be asked.

    Attributes:
        rung: how it takes a schema.
        refuses: parameters that it does not take.
    """

    rung: Rung = "json_schema"
    refuses: frozenset[str] = field(default=frozenset())


class Ladder:
    """What is known of the servers' habits; safe to share between threads.

    What is known is by (address, model): one server may hold an old model and a new one.
    """

    def __init__(self) -> None:
        self._habits: dict[tuple[str, str], Habits] = {}
        self._lock = threading.Lock()

    def habits(self, server: str, model: str) -> Habits:
        """How to ask this model of this server, as far as it is known."""
        with self._lock:
            return self._habits.get((server, model), Habits())

    def learn(self, server: str, model: str, asked: Habits, error: BadRequest) -> bool:
        """Learn from a refused request what to leave out next time.

        Args:
            server: its address.
            model: the model id.
            asked: how it was asked when it refused.
            error: the refusal.

        Returns:
            Whether it is worth asking again: False where the refusal says nothing about how
            it was asked.
        """
        if error.status not in _TELLING:
            return False
        taught = _taught(asked, error.message)
        if taught == asked:
            return False
        with self._lock:
            known = self._habits.get((server, model), Habits())
            self._habits[server, model] = Habits(
                RUNGS[max(RUNGS.index(known.rung), RUNGS.index(taught.rung))],
                known.refuses | taught.refuses,
            )
        return True


def _taught(asked: Habits, message: str) -> Habits:
    # A refusal may go on to name what to use instead: what it names first is what it refuses.
    named = {
        name: match.start()
        for name, pattern in _DISPENSABLE.items()
        if (match := pattern.search(message)) is not None
    }
    refused = min(named, key=lambda name: named[name], default="")
    if refused and refused not in asked.refuses:
        return replace(asked, refuses=asked.refuses | {refused})
    below = RUNGS.index(asked.rung) + 1
    if below < len(RUNGS) and _FORMAT.search(message):
        return replace(asked, rung=RUNGS[below])
    return asked
