"""Write the statistics that the encoder `look` standardises by, and say how well it finds.

    python benchmarks/look_statistics.py [FOLDER] [--write]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data). Printed: same style among the
ten nearest, the same with the artist left out, style by the five nearest, second scans found first.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from gesso.core.encoders.look import look
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.picture import Picture

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")
HOME = Path(look.__file__).with_name("statistics.npy")


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    samples = Path(arguments[0]) if arguments else SAMPLES
    cv2.setNumThreads(1)
    lines = (samples / "manifest.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["file"].startswith("images/")]
    parts = [look.parts_of(_picture(samples / row["file"])) for row in rows]
    if "--write" in sys.argv:
        told = np.stack([np.concatenate([part[name] for name in look.WEIGHTS]) for part in parts])
        coloured = np.array([not row.get("monochrome") for row in rows])
        means, spreads = told[coloured].mean(axis=0), told[coloured].std(axis=0)
        np.save(HOME, np.stack([means, np.maximum(spreads, 1e-4)]).astype(np.float32))
        look._statistics.cache_clear()
        look._space.cache_clear()
    vectors = np.stack([look.vector_of(part) for part in parts])
    _report(rows, vectors @ vectors.T)


def _picture(path: Path) -> Picture:
    return decode(path.read_bytes(), DecodeLimits(), path.name).picture


def _report(
    rows: list[dict[str, str]], alike: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> None:
    np.fill_diagonal(alike, -9)
    style = np.array([row["style"] for row in rows])
    artist = np.array([row["artist"] for row in rows])
    group = np.array([row.get("dup_group") or "" for row in rows])
    near = np.argsort(-alike, axis=1)
    apart = np.argsort(-np.where(artist[:, None] == artist[None], -9, alike), axis=1)
    ten = (style[near[:, :10]] == style[:, None]).mean()
    ten_apart = (style[apart[:, :10]] == style[:, None]).mean()
    votes = [Counter(style[row[:5]]).most_common(1)[0][0] for row in near]
    scans = [group[row[0]] == group[at] for at, row in enumerate(near) if group[at]]
    print(f"{len(rows)} pictures, space {look._space().id} of {look._space().size}")
    print(f"same style among ten: {ten:.3f} (baseline 0.257); artist left out {ten_apart:.3f}")
    print(f"style by five nearest: {np.mean(np.array(votes) == style):.3f} (baseline 0.325)")
    print(f"second scan first: {sum(scans)} of {len(scans)} (baseline 18 of 38)")


if __name__ == "__main__":
    main()
