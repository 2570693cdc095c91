"""A whole study of a 4.2 megapixel JPEG, beside its decoding, and then another number of values.

    python benchmarks/study_speed.py [--times N] [--works 400] [--data FOLDER]

The picture is made here, so that nothing but gesso is needed. CPU milliseconds of this process, all
threads added, and wall milliseconds on two cores. The whole study is every reading, both tips and
every sheet as a PNG; the llm and the subject's mask are left out. Another number of values is the
reading with its label map, from which a browser draws.

In an empty studio `style` and `similar` abstain at once. Where the sample data is (--data,
GESSO_SAMPLE_DATA or ../shared/data) the whole study is measured beside that in a studio that holds
so many of its works, labelled and encoded: pictures take turns, so that both share the load.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from gesso import Studio
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance, Rights
from gesso.study.drawing.plates import draw_all
from gesso.study.easel import EaselOptions
from gesso.study.regions.merging import MergeOptions
from gesso.study.room import StudyOptions, StudyRoom
from gesso.study.tools.tool import TOOLS

WIDTH, HEIGHT = 2400, 1750
BAR_STUDY_MS, BAR_DECODE_MS, BAR_AGAIN_MS = 350.0, 60.0, 15.0
LEFT_OUT = ("subject",)
SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")


def painted(seed: int = 1) -> bytes:
    """A JPEG of 4.2 megapixels: clouds of colour at seven sizes, and grain."""
    rng = np.random.default_rng(seed)
    total = np.zeros((HEIGHT, WIDTH, 3), dtype=np.float32)
    for octave in range(7):
        size = 3 * 2**octave, 2 * 2**octave
        coarse = rng.normal(0, 55 / 1.6**octave, (size[1], size[0], 3)).astype(np.float32)
        total += cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    rgb = np.clip(total + 120 + rng.normal(0, 4, total.shape), 0, 255).astype(np.uint8)
    return encode(Picture(rgb), "image/jpeg", quality=90)


def timed(act: Callable[[int], object], numbers: Sequence[int]) -> tuple[float, float]:
    """Median CPU and wall milliseconds of an act, once with each number."""
    cpu, wall = [], []
    for number in numbers:
        began, started = time.process_time(), time.perf_counter()
        act(number)
        cpu.append(1000 * (time.process_time() - began))
        wall.append(1000 * (time.perf_counter() - started))
    return statistics.median(cpu), statistics.median(wall)


def in_turns(
    times: int, one: Callable[[int], object], other: Callable[[int], object]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Median CPU and wall milliseconds of two acts that take turns."""
    first, second = [], []
    for number in range(times):
        first.append(timed(one, [number]))
        second.append(timed(other, [number]))
    return median_of(first), median_of(second)


def median_of(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Of CPU and of wall milliseconds, each by itself."""
    cpu, wall = zip(*pairs, strict=True)
    return statistics.median(cpu), statistics.median(wall)


def hang(studio: Studio, folder: Path, most: int) -> int:
    """Accession labelled paintings of the sample data and embed them; returns how many."""
    listed = folder / "manifest.jsonl"
    lines = listed.read_text("utf-8").splitlines() if listed.is_file() else []
    rows = [row for row in map(json.loads, lines) if row["file"].startswith("images/")]
    for row in rows[:most]:
        told = Facts(title=row["title"], creator=row["artist"], style=row["style"])
        arrival = Arrival(
            develop_file((folder / row["file"]).read_bytes(), DecodeLimits()),
            Provenance("brought", "sample", row["file"]),
            row["title"],
            row["artist"],
            Rights(row["licence"]),
            facts=told,
        )
        studio.catalogue.accession.keep(arrival)
    if rows[:most]:
        studio.searching.encode(seen=lambda *_: None)
    return len(rows[:most])


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=12)
    asked.add_argument("--works", type=int, default=400)
    asked.add_argument("--data", type=Path, default=SAMPLES)
    wanted = asked.parse_args()
    times = wanted.times
    cv2.setNumThreads(2)
    with (
        tempfile.TemporaryDirectory() as folder,
        Studio.open(Path(folder) / "empty") as studio,
        Studio.open(Path(folder) / "hung") as gallery,
    ):
        many = hang(gallery, wanted.data, wanted.works)
        data = painted()
        # Another picture each time: of the same pixels everything would be at hand.
        others = [painted(2 + number) for number in range(times)]
        room = studio.study
        tools = tuple(name for name in TOOLS.names() if name not in LEFT_OUT)
        usual = StudyOptions(only=tools)
        # The first study learns the record of votes on style, once in a studio's life.
        first = timed(lambda _: gallery.study.study(data, usual), [0]) if many else (0.0, 0.0)
        room.study(data, usual)

        def whole(number: int, where: StudyRoom = room) -> object:
            study = where.study(others[number], usual)
            draw_all([sheet for reading in study.readings for sheet in reading.sheets])
            return study

        def again(number: int) -> object:
            # A least share that differs by nothing to speak of: no map is there from before.
            small = MergeOptions(least_share=0.0022 + 1e-7 * number)
            easel = replace(EaselOptions(), levels=4 + number % 3, merging=small)
            reading = room.read(held, "blocks", StudyOptions(easel))
            return [sheet.data for sheet in reading.sheets if sheet.role == "labels"]

        held = decode(data).picture
        study, among = in_turns(times, whole, lambda number: whole(number, gallery.study))
        decoding = timed(lambda _: decode(data), range(times))
        room.study(held, usual)
        once_more = timed(again, range(3 * times))
    print(f"{len(data) / 1e6:.1f} MB, {WIDTH} x {HEIGHT}, load {os.getloadavg()[0]:.1f}")
    print(f"{len(tools)} tools: {', '.join(tools)}")
    for name, (cpu, wall), bar in (
        ("whole study, no works", study, BAR_STUDY_MS),
        *([(f"whole study, {many} works", among, BAR_STUDY_MS)] if many else []),
        ("  of which decoding", decoding, BAR_DECODE_MS),
        ("another number of values", once_more, BAR_AGAIN_MS),
    ):
        print(f"{name:28s} {cpu:7.1f} CPU ms  {wall:7.1f} ms  (bar {bar:.0f})")

    if many:
        print(f"the first study among {many} works: {first[0]:.0f} CPU ms")


if __name__ == "__main__":
    main()
