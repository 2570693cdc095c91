"""Many pictures at once: a batch on each of the processor's threads, side by side.

Threads that share one batch wait for each other after every step of it, and a picture is made ready
on one of them while the others rest. With a batch of its own each of them always has work.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gesso.core.encoders.clip.towers.tower import Device, runs_on_processor
from gesso.core.encoders.encoder import Vectors
from gesso.core.runner.limits import usable_cores


def lanes_on(device: Device, threads: int) -> int:
    """How many batches run side by side: one on anything but the processor, which has its own way.

    Args:
        device: as the owner wants it.
        threads: of the processor; 0 for one a core.
    """
    if not runs_on_processor(device):
        return 1
    return threads or usable_cores()


def pieces(count: int, most: int, lanes: int, *, is_fixed: bool = False) -> list[slice]:
    """Parts of `count` things, of `most` or fewer and as alike as can be, so that no lane waits.

    Args:
        count: of the things.
        most: in a part.
        lanes: that work side by side.
        is_fixed: a part of fewer is filled up to `most`, and so takes as long as a whole one.
    """
    rounds = max(1, math.ceil(count / (most * lanes)))
    step = most if is_fixed else max(1, math.ceil(count / (rounds * lanes)))
    return [slice(at, at + step) for at in range(0, count, step)]


def side_by_side(
    embed: Callable[[slice], Vectors], parts: Sequence[slice], lanes: int
) -> list[Vectors]:
    """The vectors of all parts, in order; what one part raises is raised."""
    if lanes == 1 or len(parts) == 1:
        return [embed(part) for part in parts]
    with ThreadPoolExecutor(min(lanes, len(parts)), "gesso-clip") as threads:
        return list(threads.map(embed, parts))
