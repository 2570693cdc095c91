"""A run against providers that take 200 ms for everything: how near to the ideal it comes.

200 prompts, three rounds each, 16 calls in flight, over a local server in a process of its own that
speaks OpenAI's wire and answers each call after 200 ms. The ideal is the sum of all latencies over
16; what is missing is our own work, the vendor's client included. With `--words llm` a model writes
and judges, too, over the same wire (21 calls a prompt instead of 6).

    python benchmarks/provider_latency.py [--prompts 200] [--rounds 3] [--words offline|llm]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gesso.core.records.runs import Item
from gesso.make.painters.painter import Order
from gesso.make.run.events import nobody
from gesso.make.run.parts import RunOptions
from gesso.make.run.run import MakeRun
from gesso.studio import Studio
from gesso.studio.making import Making
from rate_storm import PlainWriter
from stubs import KEY, OpenAIStub, of_tests

IN_FLIGHT, LATENCY_S, BAR = 16, 0.200, 0.95
RUN = "latency"


def serve(latency_s: float) -> None:
    """Be the server until stdin ends, then write what it met."""
    with OpenAIStub(of_tests("make.test_llm_run").answer, latency_s) as stub:
        print(stub.base_url, flush=True)
        sys.stdin.read()
        used = resource.getrusage(resource.RUSAGE_SELF)
        paths = Counter(request.path.rpartition("/")[2] for request in stub.requests)
        print(json.dumps({"paths": paths, "cpu_s": used.ru_utime + used.ru_stime}), flush=True)


@contextmanager
def server(latency_s: float, met: dict[str, Any]) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__)), "--serve", f"{latency_s}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as own:
        assert own.stdin is not None
        assert own.stdout is not None
        yield own.stdout.readline().strip()
        own.stdin.close()
        met.update(json.loads(own.stdout.readline()))


def go(folder: Path, url: str, prompts: int, rounds: int, words: str) -> tuple[float, float, float]:
    """Seconds to open all that is needed; then wall and CPU seconds of the run."""
    wishes = {
        "make.painter": "openai",
        "make.llm": "openai" if words == "llm" else "offline",
        "make.in_flight": IN_FLIGHT,
        "make.budget_usd": "none",
        "make.workers": 0,
        "painters.openai.base_url": url,
        "painters.openai.model": "any",
        "llms.openai.base_url": url,
        "llms.openai.model": "any",
        "keys.openai": KEY,
    }
    options = RunOptions(
        rounds=rounds, width=64, height=64, seed=1, epsilon=-1.0, allow_repeat=True
    )
    with Studio.open(folder, wishes) as studio:
        began = time.perf_counter()
        parts = Making(studio)._parts(RUN)
        if words == "offline":
            parts = replace(parts, writer=PlainWriter())
        parts.painter.paint(Order("the first one opens the client", width=64, height=64))
        theme = "nocturne" if words == "llm" else ""
        items = [
            Item(RUN, f"p{n:03d}", n, theme=theme, settings={"text": f"Bridge {n}. Key: low (20)."})
            for n in range(prompts)
        ]
        run = studio.catalogue.runs.create(RUN, "", {}, items)
        opened = time.perf_counter()
        used = time.process_time()
        report = MakeRun(parts, options, run, nobody).go()
        took_s, cpu_s = time.perf_counter() - opened, time.process_time() - used
        assert report.waiting == report.failed == 0, report.items[0].reason
    return opened - began, took_s, cpu_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--words", choices=("offline", "llm"), default="offline")
    parser.add_argument("--latency", type=float, default=LATENCY_S)
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve is not None:
        serve(asked.serve)
        return 0
    met: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch, server(asked.latency, met) as url:
        folder = Path(scratch) / "studio"
        opened_s, wall_s, cpu_s = go(folder, url, asked.prompts, asked.rounds, asked.words)
    calls = sum(met["paths"].values()) - 1
    ideal_s = calls * asked.latency / IN_FLIGHT
    print(f"{asked.prompts} prompts x {asked.rounds} rounds, words by {asked.words}: {calls} calls "
          f"of {asked.latency * 1000:.0f} ms, {IN_FLIGHT} in flight ({met['paths']})")  # fmt: skip
    print(f"ideal {ideal_s:.2f} s, took {wall_s:.2f} s: {ideal_s / wall_s:.1%} of the ideal "
          f"(bar {BAR:.0%})")  # fmt: skip
    print(f"CPU: {cpu_s:.1f} s here ({1000 * cpu_s / calls:.1f} ms a call), "
          f"{met['cpu_s']:.1f} s in the server; {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}; opened in {opened_s:.1f} s before")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
