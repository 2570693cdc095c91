"""What one piece of work may use: memory and processor time, held by the system itself."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Generic, TypeVar

if sys.platform != "win32":
    import resource

Item = TypeVar("Item")
Result = TypeVar("Result")

_STATM = Path("/proc/self/statm")
_OWN_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """How many cores this process may use, at least 1.

    Of those of the machine as many as its affinity names, and as a container's share of time
    comes to (cgroup v2, `cpu.max`), a part of one counted as one.
    """
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    return max(1, min((cores, *_shares())))


def _shares() -> Iterator[int]:
    """The share in cores of each group that this process is in, where it has one."""
    with suppress(OSError, ValueError, StopIteration):
        lines = _OWN_GROUP.read_text("utf-8").splitlines()
        own = next(line[3:] for line in lines if line.startswith("0::"))
        inner = PurePosixPath(own.strip().lstrip("/"))
        for group in (inner, *inner.parents):
            with suppress(OSError, ValueError, ZeroDivisionError):
                quota, period = (_GROUPS / group / "cpu.max").read_text("utf-8").split()
                yield math.ceil(int(quota) / int(period))


@dataclass(frozen=True)
class Limits:
    """What one call in a worker may use.

    Attributes:
        memory_bytes: address space beyond what the worker holds as the call begins; who asks for
            more gets a `MemoryError`. None for no limit. Held on Linux only.
        cpu_s: processor time of the call, to the whole second above; the worker that passes it is
            killed. None for no limit. Not held on Windows.
        is_quiet: what C libraries print about a damaged file goes nowhere (libtiff prints a line
            for every bad strip); what Python raises comes back as ever.
    """

    memory_bytes: int | None = None
    cpu_s: float | None = None
    is_quiet: bool = False


@dataclass(frozen=True)
class Limited(Generic[Item, Result]):
    """A function whose every call is held to limits. Only for workers: the process stays limited.

    Attributes:
        function: what is called; it must pickle.
        limits: what a call may use.
    """

    function: Callable[[Item], Result]
    limits: Limits
    __wrapped__: Callable[[Item], Result] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "__wrapped__", self.function)

    def __call__(self, item: Item) -> Result:
        """Call the function with the item.

        Raises:
            MemoryError: it asked for more memory than it may have. Others: as it raises them.
        """
        confine(self.limits)
        with _silence() if self.limits.is_quiet else nullcontext():
            return self.function(item)


def confine(limits: Limits) -> None:
    """Hold this process to limits, counted from what it uses now; a later call counts anew.

    The hard limits stay as they are, so that a later call can raise what this one lowers.
    """
    if sys.platform == "win32":
        return
    if limits.memory_bytes is not None and _STATM.exists():
        held = int(_STATM.read_text("ascii").split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, held + limits.memory_bytes)
    if limits.cpu_s is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + limits.cpu_s))
        _lower(resource.RLIMIT_CORE, 0)  # who is killed for it need not leave a core dump


@contextmanager
def _silence() -> Iterator[None]:
    """Standard error, as C knows it, leads nowhere for a while."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


if sys.platform != "win32":

    def _lower(which: int, soft: int) -> None:
        _, hard = resource.getrlimit(which)
        resource.setrlimit(
            which, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
        )
