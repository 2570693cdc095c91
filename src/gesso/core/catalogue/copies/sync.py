"""Two blob stores in step: what is missing on one side comes from the other, held to its hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import chain
from threading import Event as Signal
from typing import Literal

from sqlalchemy import bindparam, select

from gesso.core.catalogue.blobs.blob import SHELVES, BlobStore, key_of
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import blobs
from gesso.core.errors import DamageError, Interrupted

Way = Literal["push", "pull", "delete", "verify"]
_MOST_TOLD = 100


@dataclass(frozen=True)
class SyncOptions:
    """What a sync may do.

    Attributes:
        push: send what the target lacks.
        pull: bring what the studio lacks.
        delete: remove what the catalogue does not name from the target.
        verify: read everything in the target back, and hold it against its hash.
        dry: only say what would be done.
        at_once: so many blobs travel at a time.
    """

    push: bool = True
    pull: bool = True
    delete: bool = False
    verify: bool = False
    dry: bool = False
    at_once: int = 8


@dataclass(frozen=True)
class SyncReport:
    """What was done, or with `dry` would be.

    Attributes:
        named: blobs that the catalogue names.
        pushed, pulled, deleted, verified: how many of each.
        bytes: of all that travelled.
        missing: keys that are in neither place, at most a hundred.
        problems: a sentence for each blob that is not what it was, at most a hundred.
        wrong: how many are missing or not what they were.
    """

    named: int
    pushed: int
    pulled: int
    deleted: int
    verified: int
    bytes: int
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    wrong: int

    @property
    def is_clean(self) -> bool:
        """Everything that the catalogue names is where it should be."""
        return self.wrong == 0


@dataclass(frozen=True)
class _Task:
    way: Way
    key: str
    size: int
    media_type: str = ""


@dataclass(frozen=True)
class _Done:
    task: _Task
    bytes: int = 0
    problem: str = ""


@dataclass
class _Tally:
    named: int = 0
    done: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    wrong: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, done: _Done) -> None:
        if done.problem:
            self.wrong += 1
            self.problems += [done.problem][: _MOST_TOLD - len(self.problems)]
            return
        self.done[done.task.way] = self.done.get(done.task.way, 0) + 1
        self.bytes += done.bytes

    def miss(self, key: str) -> None:
        self.wrong += 1
        self.missing += [key][: _MOST_TOLD - len(self.missing)]

    def report(self) -> SyncReport:
        return SyncReport(
            named=self.named,
            pushed=self.done.get("push", 0),
            pulled=self.done.get("pull", 0),
            deleted=self.done.get("delete", 0),
            verified=self.done.get("verify", 0),
            bytes=self.bytes,
            missing=tuple(self.missing),
            problems=tuple(self.problems),
            wrong=self.wrong,
        )


def sync(
    catalogue: Catalogue,
    target: BlobStore,
    options: SyncOptions,
    *,
    stop: Signal | None = None,
    heard: Callable[[Way, int], None] = lambda _way, _bytes: None,
) -> SyncReport:
    """Bring the studio's blobs and those of another store into step.

    It goes shelf by shelf and looks at what is there, so it holds little in memory, and what a
    broken-off run has done is not done again.

    Args:
        catalogue: what it names is what counts.
        target: the other store.
        options: what may be done.
        stop: set it to stop after what is on its way.
        heard: told of each blob that is done: how, and its bytes.

    Raises:
        StorageError: a store would not do it.
        Interrupted: the owner stopped; what was done stays done.
    """
    tally = _Tally()
    source = catalogue.blobs
    tasks = chain.from_iterable(
        _tasks_of(catalogue, target, shelf, options, tally) for shelf in SHELVES
    )

    def work(task: _Task) -> _Done:
        return _Done(task, task.size) if options.dry else _WORK[task.way](source, target, task)

    for done in _at_once(work, tasks, options.at_once, stop or Signal()):
        tally.add(done)
        heard(done.task.way, done.bytes)
    if stop is not None and stop.is_set():
        raise Interrupted(
            "Stopped; what has travelled is there.", "Run the same command again to go on."
        )
    return tally.report()


def _tasks_of(
    catalogue: Catalogue, target: BlobStore, shelf: str, options: SyncOptions, tally: _Tally
) -> Iterator[_Task]:
    """What is to be done on one shelf."""
    named = _named(catalogue, shelf)
    here, there = set(catalogue.blobs.keys(shelf)), set(target.keys(shelf))
    tally.named += len(named)
    for key, (size, media_type) in named.items():
        if key in here and key not in there and options.push:
            yield _Task("push", key, size, media_type)
        elif key in there and key not in here and options.pull:
            yield _Task("pull", key, size, media_type)
        elif key not in here and key not in there:
            tally.miss(key)
        if key in there and options.verify:
            yield _Task("verify", key, 0)
    if options.delete:
        yield from (_Task("delete", key, 0) for key in sorted(there - named.keys()))


# Built once: for each of the shelves of a small studio it took longer than to ask it.
_ON_SHELF = (
    select(blobs.c.key, blobs.c.size_bytes, blobs.c.media_type)
    .where(blobs.c.key >= bindparam("first"), blobs.c.key < bindparam("past"))
    .order_by(blobs.c.key)
)


def _named(catalogue: Catalogue, shelf: str) -> dict[str, tuple[int, str]]:
    ends = {"first": f"{shelf}/", "past": f"{shelf}0"}  # "0" follows "/"
    with catalogue.database.read() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.execute(_ON_SHELF, ends)}


def _push(source: BlobStore, target: BlobStore, task: _Task) -> _Done:
    return _carry(source, target, task, "here")


def _pull(source: BlobStore, target: BlobStore, task: _Task) -> _Done:
    return _carry(target, source, task, "in the target")


def _carry(start: BlobStore, end: BlobStore, task: _Task, where: str) -> _Done:
    try:
        data = start.get(task.key)
    except DamageError:
        return _Done(task)  # it was let go of meanwhile: a picture has been sealed
    if key_of(data) != task.key:
        return _Done(task, problem=f"{task.key} holds other bytes {where}; it was not passed on.")
    end.put(data, task.media_type)
    if end.size(task.key) != len(data):
        return _Done(task, problem=f"{task.key} did not arrive whole.")
    return _Done(task, len(data))


def _delete(_source: BlobStore, target: BlobStore, task: _Task) -> _Done:
    target.delete(task.key)
    return _Done(task)


def _verify(_source: BlobStore, target: BlobStore, task: _Task) -> _Done:
    try:
        data = target.get(task.key)
    except DamageError:
        return _Done(task)
    if key_of(data) != task.key:
        return _Done(task, problem=f"{task.key} holds other bytes in the target.")
    return _Done(task)


_WORK: dict[Way, Callable[[BlobStore, BlobStore, _Task], _Done]] = {
    "push": _push,
    "pull": _pull,
    "delete": _delete,
    "verify": _verify,
}


def _at_once(
    work: Callable[[_Task], _Done], tasks: Iterator[_Task], count: int, stop: Signal
) -> Iterator[_Done]:
    """Work on several tasks at a time; no more are begun once `stop` is set or one has failed."""
    with ThreadPoolExecutor(count) as threads:
        waiting: set[Future[_Done]] = set()
        try:
            for task in tasks:
                if stop.is_set():
                    break
                waiting.add(threads.submit(work, task))
                if len(waiting) >= 2 * count:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from _results(list(done))
            yield from _results(list(wait(waiting).done))
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


def _results(done: Sequence[Future[_Done]]) -> Iterator[_Done]:
    for one in done:
        yield one.result()
