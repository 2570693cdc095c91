"""The 854 PartiPrompts through `gesso make --input-file`, beside painter + evaluator alone.

Both work on the same machine in the same run, with as many processes as there are cores: the bare
painter and the bare evaluator on the same orders, and between the two halves of these the whole
program: catalogue, hashes, thumbnails, recipes, fsync, result folders. So a machine that becomes
busier on the way does so for both. Memory is the run's largest resident size in
each tenth of the way. CPU seconds stand beside wall seconds, because others may share the cores:
where both keep every core busy and nobody else does, the two ratios are one.

    python benchmarks/partiprompts.py PROMPTS.jsonl [--size 256] [--limit N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import cv2

from gesso.core.outside.desk import Desk
from gesso.core.records.calls import Errand
from gesso.make.critics.critic import CRITICS, View
from gesso.make.painters.painter import PAINTERS, Order
from gesso.make.run.path import seed_of
from gesso.make.writers.writer import WRITERS
from gesso.studio import built

BAR = 1.15


def paint_and_evaluate(task: tuple[str, int, int]) -> float:
    """One picture by the bare painter, held against its prompt by the bare critic."""
    text, seed, size = task
    desk = Desk.offline()
    writer = built(WRITERS.open("offline"), "", {}, desk)
    painter = built(PAINTERS.open("procedural"), "", {}, desk)
    critic = built(CRITICS.open("measured"), "", {}, desk)
    prompt = writer.expand(text, "", "", Errand())
    painting = painter.paint(Order(prompt.text, prompt.avoid, size, size, seed))
    view = View(painting.picture, painting.shows, painting.omits, painting.repertoire)
    return critic.evaluate(view, prompt, Errand()).error


@dataclass
class Cost:
    """What something cost, in seconds, and how large it was on the way in megabytes."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    main_s: float = 0.0
    sizes_mb: list[float] = field(default_factory=list)


def bare(texts: list[str], size: int, cores: int) -> Cost:
    """Two pictures of every text, with nothing around them; the start-up does not count."""
    tasks = [(t, seed_of(1, t, slot), size) for t in texts for slot in (0, 1)]
    with ProcessPoolExecutor(cores, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
        list(pool.map(paint_and_evaluate, tasks[: 4 * cores]))
        workers = children_of(os.getpid())
        cpu, began = sum(map(cpu_s, workers)), time.perf_counter()
        list(pool.map(paint_and_evaluate, tasks, chunksize=8))
        took = time.perf_counter() - began
        return Cost(took, sum(map(cpu_s, workers)) - cpu)


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, 0 for one that is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pids: Sequence[int]) -> float:
    """Resident megabytes of some processes together."""
    pages = 0
    for each in pids:
        try:
            pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def children_of(pid: int) -> list[int]:
    """The processes below `pid`, whichever of its threads started them."""
    own: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            own += [int(child) for child in listed.read_text().split()]
    return own + [below for child in own for below in children_of(child)]


def whole(prompts: Path, size: int, scratch: Path) -> tuple[Cost, dict[str, object]]:
    """What the whole program costs, start-up included, and its report."""
    cost = Cost()
    command = [
        str(Path(sys.executable).with_name("gesso")), "make", "--input-file", str(prompts),
        "--output-dir", str(scratch / "results"), "--studio", str(scratch / "studio"),
        "--size", f"{size}x{size}", "--rounds", "1", "--seed", "1", "--json",
    ]  # fmt: skip
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        over, spent = threading.Event(), {process.pid: 0.0}

        def watch() -> None:
            while not over.wait(0.25):
                # Who watches takes of the same cores, so the processes are looked for once.
                pids = (process.pid, *children_of(process.pid))
                cost.sizes_mb.append(resident_mb(pids))
                for pid in pids:
                    spent[pid] = max(spent.get(pid, 0.0), cpu_s(pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        printed, _ = process.communicate()
        over.set()
        watcher.join()
    cost.wall_s = time.perf_counter() - began
    cost.cpu_s, cost.main_s = sum(spent.values()), spent[process.pid]
    if process.returncode not in {0, 1}:
        raise SystemExit(f"gesso make ended with {process.returncode}: {printed[-400:]}")
    report: dict[str, object] = json.loads(printed)
    return cost, report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--limit", type=int)
    asked = parser.parse_args()
    rows = [json.loads(line) for line in asked.prompts.read_text("utf-8").splitlines() if line]
    rows = [{"id": row["id"], "prompt": row["prompt"]} for row in rows[: asked.limit]]
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        entries = scratch / "prompts.json"
        entries.write_text(json.dumps(rows), "utf-8")
        texts, half = [row["prompt"] for row in rows], len(rows) // 2
        before = bare(texts[:half], asked.size, cores)
        made, report = whole(entries, asked.size, scratch)
        after = bare(texts[half:], asked.size, cores)
    alone = Cost(before.wall_s + after.wall_s, before.cpu_s + after.cpu_s)
    pictures = 2 * len(rows)
    print(f"{len(rows)} prompts, {pictures} pictures of {asked.size} px, {cores} cores")
    print(f"{'':<28}{'wall s':>9}{'CPU s':>9}{'wall ms':>10}{'CPU ms':>9}   a picture")
    for name, cost in (
        ("painter + evaluator alone", alone),
        ("gesso make --input-file", made),
        ("  of that the main process", Cost(0.0, made.main_s)),
    ):
        print(
            f"{name:<28}{cost.wall_s:>9.1f}{cost.cpu_s:>9.1f}"
            f"{1000 * cost.wall_s / pictures:>10.1f}{1000 * cost.cpu_s / pictures:>9.1f}"
        )
    print(
        f"{'ratio':<28}{made.wall_s / alone.wall_s:>9.3f}{made.cpu_s / alone.cpu_s:>9.3f}"
        f"   (bar {BAR})"
    )
    sizes = made.sizes_mb
    tenths = [max(sizes[len(sizes) * n // 10 : len(sizes) * (n + 1) // 10 + 1]) for n in range(10)]
    print("resident MB by tenths of the run:", " ".join(f"{size:.0f}" for size in tenths))
    kept = report["kept"]
    print(f"kept {len(kept) if isinstance(kept, list) else kept}, failed {report['failed']}")


if __name__ == "__main__":
    main()
