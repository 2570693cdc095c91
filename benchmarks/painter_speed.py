"""How long the embedded painter takes on one core, PNG encoding included.

python benchmarks/painter_speed.py [--size 1024] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

import cv2

from gesso.core.pixels.encode import encode
from gesso.make.painters.painter import Order
from gesso.make.painters.procedural import ProceduralOptions, ProceduralPainter

CONCEPTS = (
    "Tidal Cathedral: gears in the sea at night under the moon",
    "Ember Harbour: a harbour at dusk, lanterns",
    "Frost Village: a village in winter at night",
    "Neon Monsoon: a city at night",
    "Silent Pine: a forest in mist",
    "Brass Meridian: an orrery",
    "Midnight Escapement: clockwork",
    "Iron Nocturne: a train on a viaduct at night",
    "Velvet Garden: a bouquet",
    "Mercury Prism: stained glass",
    "Cinder Skyline: a clock tower in a city at dusk",
    "Aurora Bridge: a bridge under an aurora",
)
BAR_S = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    painter = ProceduralPainter(ProceduralOptions())
    times = []
    for number in range(wanted.rounds):
        for text in CONCEPTS:
            order = Order(text, width=wanted.size, height=wanted.size, seed=number)
            start = time.process_time()
            encode(painter.paint(order).picture, "image/png")
            times.append(time.process_time() - start)
    slowest = statistics.quantiles(times, n=20)[-1]
    bar = f", bar {BAR_S:.1f} s" if wanted.size == 1024 else ""
    print(
        f"{len(times)} paintings of {wanted.size} px with PNG, CPU seconds: "
        f"median {statistics.median(times):.3f}, p95 {slowest:.3f}, max {max(times):.3f}{bar}"
    )
    return int(wanted.size == 1024 and slowest > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
