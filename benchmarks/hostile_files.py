"""Damaged and hostile files at the real door: what is kept, refused and lost, and the memory.

    python benchmarks/hostile_files.py [COUNT] [SEED]

Beside our limits stand two ways that collectors commonly take, over the same files in processes
of their own: Pillow's `Image.open().load()` as it comes, and OpenCV's `imdecode`.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[1]))

from tests.hostile.door import MOST_OVER_BASELINE, Door, timed
from tests.hostile.mutations import made_files, mutated, sample_files

MIB = 1 << 20


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("GESSO_SAMPLE_DATA", root.parent / "shared" / "data"))
    files = made_files() + (sample_files(folder) if folder.is_dir() else [])
    print(f"{count} files damaged from {len(files)}, seed {seed}")
    with tempfile.TemporaryDirectory() as studio, Door(Path(studio) / "studio") as door:
        door.warm(made_files()[0])
        tally, seconds = timed(door, mutated(files, count, seed))
    over = tally.peak - tally.baseline
    print(
        f"gesso     kept {tally.kept}, refused {tally.refused}, workers lost {len(tally.lost)}, "
        f"broken promises {len(tally.wrong)}; memory +{over / MIB:.0f} MiB over a baseline of "
        f"{tally.baseline / MIB:.0f} (bar: +{MOST_OVER_BASELINE / MIB:.0f}); {seconds:.1f} s"
    )
    for line in [*tally.lost, *tally.wrong][:20]:
        print("          ", line)
    for name, way in (("Pillow", by_pillow), ("OpenCV", by_opencv)):
        print(f"{name:9} {beside(way, mutated(files, count, seed))}")


def beside(way: Callable[[bytes], str], files: Iterable[bytes]) -> str:
    """The same files by another way, a hundred to a process, in words."""
    context = multiprocessing.get_context("spawn")
    answers: Counter[str] = Counter()
    most = 0
    began = time.perf_counter()
    batch: list[bytes] = []
    for data in [*files, None]:
        if data is not None:
            batch.append(data)
        if batch and (data is None or len(batch) == 100):
            ours, theirs = context.Pipe()
            process = context.Process(target=answer_all, args=(way, batch, theirs))
            process.start()
            theirs.close()
            try:
                found, peak = ours.recv()
            except EOFError:
                found, peak = {"processes killed": 1}, 0
            process.join()
            answers.update(found)
            most = max(most, peak)
            batch = []
    told = ", ".join(f"{what} {number}" for what, number in answers.most_common(8))
    return f"{told}; memory up to +{most / MIB:.0f} MiB; {time.perf_counter() - began:.1f} s"


def answer_all(way: Callable[[bytes], str], batch: list[bytes], pipe: object) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # C libraries tell of every bad byte
    way(made_files()[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers = Counter(map(way, batch))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send((answers, (peak - before) * 1024))  # type: ignore[attr-defined]  # a Connection


def by_pillow(data: bytes) -> str:
    warnings.simplefilter("ignore")
    try:
        Image.open(io.BytesIO(data)).convert("RGB")
    except Exception as error:  # noqa: BLE001 - whatever it is, its name is the answer
        return type(error).__name__
    return "kept"


def by_opencv(data: bytes) -> str:
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except Exception as error:  # noqa: BLE001 - whatever it is, its name is the answer
        return type(error).__name__
    return "nothing" if found is None else "kept"


if __name__ == "__main__":
    main()
