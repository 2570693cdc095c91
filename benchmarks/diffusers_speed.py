"""Pictures per second of the local painter, beside the bare pipeline in the same run.

    python benchmarks/diffusers_speed.py
    python benchmarks/diffusers_speed.py --model FOLDER --size 1024 --steps 4 --pictures 50
    python benchmarks/diffusers_speed.py --random sdxl --size 1024 --pictures 10

Without a model a pipeline of random weights is built whose picture takes some 0.5 s of one core;
`--random` builds one as large as Stable Diffusion 1.5 or SDXL, or a Flux of fewer blocks, for which
a graphics card is needed. The fastest device that torch has here is taken. Three ways take turns,
so that whatever else the machine does falls on all of them:

    bare      the pipeline of diffusers, called as its documentation calls it
    painter   the same order through the local painter
    run       a whole run: words, painting, evaluation, encoding, storing, hanging

On the processor torch gets one thread, as a graphics card leaves the cores to us. There wall time
says how busy the machine is; CPU time says what the painter costs. On a card the most memory that
torch held in each way's turns is told as well. The bar is 97 % of the bare pipeline's pictures per
second.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gesso.core.errors import MissingExtra  # noqa: E402 - after the path is set
from gesso.core.outside.desk import Desk  # noqa: E402
from gesso.make.painters.painter import PAINTERS, Order, Painter  # noqa: E402
from gesso.studio import Studio  # noqa: E402

BAR = 0.97
WORDS = "A stone bridge over a river at night, a full moon."


@dataclass(frozen=True)
class Turn:
    """What one turn took, in seconds for a picture, and the most of a card's memory in it."""

    wall_s: float
    cpu_s: float
    peak_gb: float


def timed(paint: Callable[[], int]) -> Turn:
    """One turn; `paint` says how many pictures it made."""
    torch = importlib.import_module("torch")
    on_card = torch.cuda.is_available()
    if on_card:
        torch.cuda.reset_peak_memory_stats()
    wall, cpu = time.perf_counter(), time.process_time()
    count = paint()
    wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    peak_gb = torch.cuda.max_memory_allocated() / 1e9 if on_card else 0.0
    return Turn(wall_s / count, cpu_s / count, peak_gb)


def main() -> int:
    asked = parsed()
    try:
        factory = PAINTERS.open("diffusers")
    except MissingExtra as error:
        print(f"left out: {error}")
        return 0
    torch = importlib.import_module("torch")
    with tempfile.TemporaryDirectory() as folder:
        model = asked.model or random_model(asked, Path(folder) / "random")
        options = factory.Options(model=str(model), device=asked.device, steps=asked.steps)
        painter = factory(options, Desk.offline())
        order = Order(WORDS, width=asked.size, height=asked.size, seed=1)
        settings = painter.paint(order).maker.settings
        if settings["device"] == "cpu":
            torch.set_num_threads(1)
        bare = bare_pipeline(model, settings)
        ways: dict[str, Callable[[], int]] = {
            "bare": lambda: call_bare(bare, order, settings, asked.pictures),
            "painter": lambda: call_painter(painter, order, asked.pictures),
            "run": lambda: call_run(Path(folder), model, asked, settings),
        }
        for way in ways.values():
            way()
        turns: dict[str, list[Turn]] = {name: [] for name in ways}
        for _ in range(asked.turns):
            for name, way in ways.items():
                turns[name].append(timed(way))
    report(turns, settings, asked)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, help="a folder; without it, one of random weights")
    parser.add_argument("--random", choices=("sd15", "sdxl", "flux"), help="as large as these")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--pictures", type=int, default=2, help="of each turn, an even number")
    parser.add_argument("--turns", type=int, default=7)
    return parser.parse_args()


def random_model(asked: argparse.Namespace, folder: Path) -> Path:
    if not asked.random:
        tiny = importlib.import_module("tests.stubs.tiny_pipelines")
        return Path(tiny.save_stable_diffusion(folder))
    large = importlib.import_module("random_pipelines")
    devices = importlib.import_module("gesso.make.painters.diffusers.device.devices")
    saved: Path = large.save_random(asked.random, folder, devices.device_for(asked.device))
    return saved


def bare_pipeline(model: Path, settings: Any) -> Any:
    diffusers, torch = importlib.import_module("diffusers"), importlib.import_module("torch")
    folder = importlib.import_module("gesso.make.painters.diffusers.folder")
    pipeline = diffusers.AutoPipelineForText2Image.from_pretrained(
        str(model),
        dtype=getattr(torch, settings["dtype"]),
        variant=folder.read_folder(model).variant or None,
        local_files_only=True,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(settings["device"])


def call_bare(pipeline: Any, order: Order, settings: Any, count: int) -> int:
    torch = importlib.import_module("torch")
    for at in range(count):
        pipeline(
            order.text,
            width=settings["width"],
            height=settings["height"],
            num_inference_steps=settings["steps"],
            guidance_scale=settings["guidance"],
            generator=torch.Generator("cpu").manual_seed(at),
        )
    return count


def call_painter(painter: Painter, order: Order, count: int) -> int:
    for at in range(count):
        painter.paint(Order(order.text, width=order.width, height=order.height, seed=at))
    return count


def call_run(folder: Path, model: Path, asked: argparse.Namespace, settings: Any) -> int:
    wishes: dict[str, object] = {
        "make.painter": "diffusers",
        "make.rounds": 1,
        "make.width": asked.size,
        "make.height": asked.size,
        "painters.diffusers.model": str(model),
        "painters.diffusers.steps": asked.steps,
        "painters.diffusers.device": settings["device"],
    }
    works: int = max(1, asked.pictures // 2)
    with Studio.open(folder / f"studio-{time.monotonic_ns()}", wishes) as studio:
        report = studio.make.exhibition("Nocturne & Mechanism", works=works)
    if len(report.kept) != works:
        raise SystemExit(f"only {len(report.kept)} of {works} works were kept")
    return 2 * works


def report(turns: dict[str, list[Turn]], settings: Any, asked: argparse.Namespace) -> None:
    what = f"{settings['pipeline']}, {asked.size} px, {settings['steps']} steps"
    where = f"{settings['device']} ({settings['hardware']}), {settings['dtype']}"
    print(f"{what}, {where}; torch {settings['torch']}, diffusers {settings['diffusers']}")
    print(f"{asked.turns} turns of {asked.pictures} pictures each, medians")
    print()
    print(f"{'':8}  {'pictures/s':>10}  {'of bare':>8}  {'CPU ms':>8}  {'of bare':>8}{'GB':>8}")
    for name, taken in turns.items():
        wall_s = statistics.median(turn.wall_s for turn in taken)
        cpu_s = statistics.median(turn.cpu_s for turn in taken)
        pairs = list(zip(turns["bare"], taken, strict=True))
        speed = statistics.median(bare.wall_s / ours.wall_s for bare, ours in pairs)
        cost = statistics.median(bare.cpu_s / ours.cpu_s for bare, ours in pairs)
        gigabytes = max(turn.peak_gb for turn in taken)
        peak = f"{gigabytes:8.1f}" if gigabytes else f"{'-':>8}"
        print(f"{name:8}  {1 / wall_s:10.3f}  {speed:8.1%}  {1000 * cpu_s:8.1f}  {cost:8.1%}{peak}")
    print(f"\nthe bar: {BAR:.0%} of the bare pipeline's pictures per second")


if __name__ == "__main__":
    raise SystemExit(main())
