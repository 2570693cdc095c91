"""Measure the sample paintings and print the table that tips are calibrated on.

    python benchmarks/study_percentiles.py [FOLDER] > src/gesso/study/tips/percentiles.toml

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data). Black-and-white reproductions
are left out; of two scans of one painting the first counts.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np

from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.study.easel import Easel, EaselOptions
from gesso.study.measures.measures import measure
from gesso.study.tips.percentiles import PLACES

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")


def paintings(samples: Path) -> list[Path]:
    rows = [json.loads(line) for line in (samples / "manifest.jsonl").read_text().splitlines()]
    seen: set[str] = set()
    found = []
    for row in rows:
        is_painting = str(row["file"]).startswith("images/") and not row.get("monochrome")
        group = str(row.get("dup_group") or row["file"])
        if is_painting and group not in seen:
            seen.add(group)
            found.append(samples / row["file"])
    return found


def main() -> None:
    samples = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    cv2.setNumThreads(1)
    found: dict[str, list[float]] = {}
    paths = paintings(samples)
    for path in paths:
        picture = decode(path.read_bytes(), DecodeLimits(), path.name).picture
        for name, value in measure(Easel(picture, EaselOptions())).items():
            found.setdefault(name, []).append(value)
    print(f"# Measured over {len(paths)} paintings by benchmarks/study_percentiles.py.")
    print(f"# Percentiles: {', '.join(f'{place:.0%}' for place in PLACES)}.")
    print("[metrics]")
    for name, values in sorted(found.items()):
        row = ", ".join(f"{value:.4g}" for value in np.percentile(values, np.multiply(PLACES, 100)))
        print(f"{name} = [{row}]")


if __name__ == "__main__":
    main()
