"""Looking again and again: what is new or has changed, once it is finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Event

from gesso.collect.sources.source import Source, Wish
from gesso.core.errors import GessoError
from gesso.core.records.finds import Find


@dataclass(frozen=True)
class WatchOptions:
    """How often is looked, and when a file counts as finished.

    Attributes:
        every_s: between two looks.
        quiet_s: a find is taken when its revision has stayed the same for so long; whoever
            writes a large file in pauses longer than this needs more.
    """

    every_s: float = 2.0
    quiet_s: float = 2.0


@dataclass(frozen=True)
class _Seen:
    revision: str
    since: float


class Watch:
    """Lists a source at intervals and offers what is new or changed, each revision once.

    Args:
        source: one whose finds bear a revision; of others each find is offered once.
        wish: what is wanted; its limit holds over all rounds together.
        options: how often, and how patiently.
        known: revisions by (source, identifier) that were taken in earlier, and are not offered
            again.
        stop: set it to end the watch.
        clock: seconds that never jump.
    """

    def __init__(
        self,
        source: Source,
        wish: Wish,
        options: WatchOptions | None = None,
        *,
        known: dict[tuple[str, str], str] | None = None,
        stop: Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._limit = wish.limit
        self._wish = replace(wish, limit=None)
        self._options = options or WatchOptions()
        self._offered = dict(known or {})
        self._waiting: dict[tuple[str, str], _Seen] = {}
        self._stop = stop or Event()
        self._clock = clock
        self.trouble: GessoError | None = None

    def rounds(self) -> Iterator[tuple[Find, ...]]:
        """What each look found to be finished, () for nothing, until `stop` is set.

        A look that fails (a disk that is away) is kept in `trouble` until one succeeds; the first
        look may fail as any listing does.

        Raises:
            InputError: the places cannot be used, at the first look.
        """
        found = self.look()
        while not self._stop.is_set():
            yield found
            if self._limit == 0 or self._stop.wait(self._options.every_s):
                return
            try:
                found = self.look()
                self.trouble = None
            except GessoError as error:
                self.trouble, found = error, ()

    def look(self) -> tuple[Find, ...]:
        """List once, and return what is finished and was not offered yet."""
        now = self._clock()
        ready: list[Find] = []
        waiting: dict[tuple[str, str], _Seen] = {}
        for find in self._source.finds(self._wish):
            key = (find.source, find.identifier)
            if self._offered.get(key) == find.revision:
                continue
            seen = self._waiting.get(key)
            if seen is None or seen.revision != find.revision:
                seen = _Seen(find.revision, now)
            if find.revision and now - seen.since < self._options.quiet_s:
                waiting[key] = seen
            elif self._limit is None or len(ready) < self._limit:
                ready.append(find)
                self._offered[key] = find.revision
        self._waiting = waiting
        if self._limit is not None:
            self._limit -= len(ready)
        return tuple(ready)
