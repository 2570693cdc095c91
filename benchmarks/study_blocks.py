"""The big shapes beside the prototype and the usual app's k-means, over the sample paintings.

    python benchmarks/study_blocks.py [FOLDER] [--every N]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data); the prototype is read from the
folder `prototypes` beside it, where there is one. Five levels at 360 px. For each way: error of the
flat map (L*), F-score of its borders against the picture's structural edges, the smallest gap
between levels, slivers that are no accents, agreement after noise and after JPEG 75, CPU ms.
"""

from __future__ import annotations

import argparse
import os
import time
import types
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.study.easel import at_most
from gesso.study.regions.blocks import block_map
from gesso.study.regions.merging import MergeOptions
from gesso.study.regions.patches import patches_of
from gesso.study.regions.smoothing import smooth

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")
K, SIDE = 5, 360
Labels = NDArray[np.int32]
Way = Callable[[NDArray[np.uint8]], Labels]


def ours(rgb: NDArray[np.uint8]) -> Labels:
    values = lightness(rgb)
    return block_map(values, smooth(values, 14.0), K, MergeOptions()).labels


def peer(rgb: NDArray[np.uint8]) -> Labels:
    """K-means on (luma, 0.6 x, 0.6 y) from percentiles, 30 rounds: what apps of this kind run."""
    luma = (rgb.astype(np.float32) / 255) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    height, width = luma.shape
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    points = np.stack([luma, 0.6 * across, 0.6 * down], axis=-1).reshape(-1, 3).astype(np.float32)
    wanted = np.percentile(points[:, 0], np.linspace(0, 100, K + 2)[1:-1])
    centres = np.stack([points[np.abs(points[:, 0] - level).argmin()] for level in wanted])
    for _ in range(30):
        nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        for at in range(K):
            if (nearest == at).any():
                centres[at] = points[nearest == at].mean(axis=0)
    order = np.argsort(centres[:, 0])
    rank = np.empty(K, dtype=np.int32)
    rank[order] = np.arange(K, dtype=np.int32)
    return np.asarray(rank[nearest].reshape(height, width), dtype=np.int32)


def prototype(folder: Path) -> Way | None:
    path = folder / "value_blocks.py"
    if not path.exists():
        return None
    text = path.read_text().replace("from scipy import ndimage as ndi", "ndi = None")
    module = types.ModuleType("prototype")
    exec(text, module.__dict__)

    def way(rgb: NDArray[np.uint8]) -> Labels:
        values = module.srgb_to_L(rgb)
        smoothed = module.tv_rof(values, 14, 25)
        labels = module.assign(smoothed, module.centres_exact(smoothed, K))
        merged = module.merge_small(values, labels, int(0.003 * values.size), keep_contrast=25)
        return np.asarray(merged, dtype=np.int32)

    return way


def figures(rgb: NDArray[np.uint8], labels: Labels) -> dict[str, float]:
    values = lightness(rgb)
    used = np.unique(labels)
    levels = np.array([values[labels == level].mean() for level in used])
    flat = np.zeros_like(values)
    for level, mean in zip(used, levels, strict=True):
        flat[labels == level] = mean
    gaps = np.diff(np.sort(levels))
    return {
        "rmse": float(np.sqrt(((values - flat) ** 2).mean())),
        "edge F": edge_score(values, labels),
        "gap": float(gaps.min()) if len(gaps) else 0.0,
        "slivers": float(slivers(values, labels)),
    }


def edge_score(values: NDArray[np.float32], labels: Labels) -> float:
    soft = cv2.GaussianBlur(values, (0, 0), 1.5)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
    steep = np.hypot(across, down)
    high = max(1.5, float(np.percentile(steep, 92)))
    scale = 200.0
    edges = cv2.Canny(
        np.clip(across * scale, -32767, 32767).astype(np.int16),
        np.clip(down * scale, -32767, 32767).astype(np.int16),
        0.5 * high * scale,
        high * scale,
        L2gradient=True,
    ).astype(bool)
    border = np.zeros(labels.shape, dtype=bool)
    border[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    border[:-1] |= labels[1:] != labels[:-1]
    if not edges.any() or not border.any():
        return 0.0
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    near_edge = cv2.dilate(edges.astype(np.uint8), disc).astype(bool)
    near_border = cv2.dilate(border.astype(np.uint8), disc).astype(bool)
    precision, recall = near_edge[border].mean(), near_border[edges].mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def slivers(values: NDArray[np.float32], labels: Labels) -> int:
    """Patches below 0.2 % that differ by less than 25 L* from every neighbour."""
    patches = patches_of(labels)
    small = np.flatnonzero(patches.areas < 0.002 * labels.size)
    if not len(small):
        return 0
    borders = patches.borders()
    sums = np.bincount(patches.index.ravel(), weights=values.ravel(), minlength=len(patches))
    means = sums / patches.areas
    used = int(labels.max()) + 1
    sizes = np.bincount(labels.ravel(), minlength=used)
    level = np.bincount(labels.ravel(), weights=values.ravel(), minlength=used) / np.maximum(
        sizes, 1
    )
    count = 0
    for patch in small.tolist():
        apart = [abs(level[patches.labels[other]] - means[patch]) for other in borders[patch]]
        if patches.areas[patch] < 8 or not apart or min(apart) < 24.999:
            count += 1
    return count


def changed(rgb: NDArray[np.uint8], how: str) -> NDArray[np.uint8]:
    if how == "noise":
        noise = np.random.default_rng(7).normal(0, 4, rgb.shape)
        return np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return np.ascontiguousarray(decoded[..., ::-1], dtype=np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    paths = sorted((asked.folder / "images").glob("*.jpg"))[:: asked.every]
    ways: dict[str, Way] = {"gesso": ours}
    found = prototype(asked.folder.parent / "prototypes")
    if found is not None:
        ways["prototype"] = found
    ways["k-means (Y,x,y)"] = peer
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for path in paths:
        rgb = at_most(decode(path.read_bytes(), DecodeLimits(), path.name).picture.rgb, SIDE)
        for name, way in ways.items():
            began = time.process_time()
            labels = way(rgb)
            spent = time.process_time() - began
            row = figures(rgb, labels)
            row["noise"] = float((way(changed(rgb, "noise")) == labels).mean())
            row["jpeg"] = float((way(changed(rgb, "jpeg")) == labels).mean())
            row["CPU ms"] = 1000 * spent
            row["same"] = float(np.array_equal(way(rgb), labels))
            rows[name].append(row)
    names = list(rows["gesso"][0])
    print(f"{len(paths)} pictures, {K} levels, {SIDE} px; means (worst)")
    print(f"{'':18}" + "".join(f"{name:>18}" for name in names))
    worst = {"edge F": min, "gap": min, "noise": min, "jpeg": min, "same": min}
    for way_name, found_rows in rows.items():
        cells = []
        for name in names:
            values = [row[name] for row in found_rows]
            cells.append(f"{np.mean(values):10.3f} ({worst.get(name, max)(values):.2f})")
        print(f"{way_name:18}" + "".join(f"{cell:>18}" for cell in cells))
    print(f"{'bars':18}" + "".join(f"{bar:>18}" for bar in
          ("<= 8.7", ">= .74", ">= 12", "0", ">= .97", ">= .97", "<= 40", "1")))  # fmt: skip


if __name__ == "__main__":
    main()
