"""Many pictures at once: a batch on each of the processor's threads, side by side.

Threads that share one batch wait for each other after every step of it, and a picture is made ready
on one of them while the others rest. With a batch of its own each of them always has work.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gesso.core.encoders.clip.towers.tower import Device, runs_on_processor
from gesso.core.encoders.encoder import Vectors


def lanes_on(device: Device, threads: int) -> int:
    """How many batches run side by side: one on anything but the processor, which has its own way.

    Args:
        device: as the owner wants it.
        threads: of the processor; 0 for one a core.
    """
    if not runs_on_processor(device):
        return 1
    return threads or _cores()


def pieces(count: int, most: int, lanes: int) -> list[slice]:
    """Parts of `count` things, of `most` or fewer and as alike as can be, so that no lane waits."""
    rounds = max(1, math.ceil(count / (most * lanes)))
    step = max(1, math.ceil(count / (rounds * lanes)))
    return [slice(at, at + step) for at in range(0, count, step)]


def side_by_side(
    embed: Callable[[slice], Vectors], parts: Sequence[slice], lanes: int
) -> list[Vectors]:
    """The vectors of all parts, in order; what one part raises is raised."""
    if lanes == 1 or len(parts) == 1:
        return [embed(part) for part in parts]
    with ThreadPoolExecutor(min(lanes, len(parts)), "gesso-clip") as threads:
        return list(threads.map(embed, parts))


def _cores() -> int:
    """Those that this process may use, where the system says."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
