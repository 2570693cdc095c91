"""Paint contact sheets with the embedded painter: twenty concepts, or one motif in many ways.

python benchmarks/painter_sheet.py OUT.png [--motif gears] [--tile 400] [--columns 5] [--seed 1]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.make.painters.painter import Order
from gesso.make.painters.procedural import ProceduralOptions, ProceduralPainter
from gesso.make.painters.procedural.subjects import MOTIFS

CONCEPTS = (
    "Nocturne Engine: gears in the sea at night under the moon",
    "Brass Vespers: an orrery at night",
    "Midnight Escapement: clockwork",
    "Iron Nocturne: a train on a viaduct under the moon",
    "Neon Monsoon: a city at night in the rain",
    "Lantern Tide: lanterns over a lake at night",
    "Silent Beacon: a lighthouse at night",
    "Aurora Crossing: a bridge under an aurora",
    "Starward Dome: an observatory under the stars",
    "Vesper Dirigible: an airship over a city at dusk",
    "Winter Vigil: a village in winter at night, snowfall",
    "Hourglass Spire: a clock tower at night",
    "Tidal Cathedral: a cathedral",
    "Prism Rose: stained glass",
    "Velvet Garden: a bouquet of flowers",
    "Quiet Table: a still life",
    "Salt Regatta: sailing boats at sunset",
    "Amber Dunes: dunes at noon",
    "Moth Hour: moths at night under the moon",
    "Mercury Dream: an abstract flow",
)
WAYS = (
    "{} at night", "{} at dusk", "{} at noon", "{} in winter at night", "{} in autumn",
    "{}, broad strokes, impasto", "{}, fine detail, glazed", "{} in the mist at dawn",
    "{}. Key: very low (14).", "{}. Key: high (72). Contrast: soft (28).",
)  # fmt: skip


def sheet(texts: list[str], tile: int, columns: int, seed: int) -> NDArray[np.uint8]:
    """Paint every text at twice the tile and lay the tiles in rows."""
    painter = ProceduralPainter(ProceduralOptions())
    texts = texts[: len(texts) // columns * columns] or texts
    tiles = []
    for number, text in enumerate(texts):
        order = Order(text, width=2 * tile, height=2 * tile, seed=seed + number)
        rgb = painter.paint(order).picture.rgb
        tiles.append(cv2.resize(rgb, (tile, tile), interpolation=cv2.INTER_AREA))
        print(f"{number + 1}/{len(texts)} {text}")
    rows = [
        np.concatenate(tiles[first : first + columns], axis=1)
        for first in range(0, len(tiles), columns)
    ]
    return np.asarray(np.concatenate(rows, axis=0), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--motif", choices=sorted(MOTIFS))
    parser.add_argument("--tile", type=int, default=400)
    parser.add_argument("--columns", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    texts = list(CONCEPTS)
    if wanted.motif:
        texts = [way.format(MOTIFS[wanted.motif].plain) for way in WAYS]
    picture = Picture(sheet(texts, wanted.tile, wanted.columns, wanted.seed))
    kind = "image/jpeg" if wanted.out.suffix in {".jpg", ".jpeg"} else "image/png"
    wanted.out.write_bytes(encode(picture, "image/jpeg" if kind == "image/jpeg" else "image/png"))


if __name__ == "__main__":
    main()
