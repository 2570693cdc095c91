"""Finding works that show one picture, beside what hashes and looks find by themselves.

    python benchmarks/duplicates.py [FOLDER] [--made 20] [--synthetic 100000]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data). In one run:

    second scans   the whole collection of sample pictures is searched; a pair of works in one group
                   counts as right where the manifest gives both the same `dup_group`. Beside it,
                   over the same works: dHash alone, pHash alone, the look alone, each at its usual
                   bound and at the loosest bound that finds nothing false
    made scans     of `--made` pictures that have no second scan, changed in known ways, in the same
                   crowd: who finds the changed one, and how many false pairs there are
    a hundred thousand works   near pairs of as many random hashes, and whom a new work is held
                   against among as many works of made-up marks

Processor time is told, which others on the machine change less than time on the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.collect.duplicates.checks.jobs import MAKER, VECTOR
from gesso.collect.duplicates.checks.points import POINTS, Points
from gesso.collect.duplicates.finder import DuplicateFinder
from gesso.collect.duplicates.looking.candidates import Candidacy
from gesso.collect.duplicates.looking.hashes import HashIndex, hash_of
from gesso.collect.duplicates.options import DuplicateOptions
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.marks import MarkKey
from gesso.core.pixels.decode import decode
from gesso.core.records.works import Provenance, Rights
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.serial import SerialEngine

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")

Rgb = NDArray[np.uint8]
Pairs = set[tuple[int, int]]


def cropped(rgb: Rgb) -> Rgb:
    """The lower right 70 % of each side."""
    height, width = rgb.shape[:2]
    return rgb[round(0.3 * height) :, round(0.3 * width) :]


def framed(rgb: Rgb) -> Rgb:
    """In a frame with a mount, an eighth of the long side wide."""
    wide = max(rgb.shape[:2]) // 8
    frame = np.full((rgb.shape[0] + 2 * wide, rgb.shape[1] + 2 * wide, 3), (96, 62, 34), np.uint8)
    frame[wide // 2 : -wide // 2, wide // 2 : -wide // 2] = (236, 230, 216)
    frame[wide:-wide, wide:-wide] = rgb
    return frame


def recoloured(rgb: Rgb) -> Rgb:
    """Lighter, yellowed, half as vivid."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab).astype(np.float32)
    lab[..., 0] = 255 * (lab[..., 0] / 255) ** 0.75
    lab[..., 1:] = 128 + (lab[..., 1:] - 128) * 0.5 + (2, 16)
    return as_rgb(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_Lab2RGB))


def gray(rgb: Rgb) -> Rgb:
    """In black and white, with more contrast."""
    plane = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    plane = np.clip((plane - 128) * 1.3 + 120, 0, 255)
    return as_rgb(np.repeat(plane[..., None], 3, axis=2))


def mirrored(rgb: Rgb) -> Rgb:
    """Left is right."""
    return np.ascontiguousarray(rgb[:, ::-1])


def askew(rgb: Rgb) -> Rgb:
    """Turned by four degrees and seen a little from the side."""
    height, width = rgb.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    pull = np.array([[0.03, 0.02], [-0.01, 0.05], [-0.03, -0.02], [0.02, -0.05]], np.float32)
    seen = cv2.getPerspectiveTransform(
        corners, corners + pull * np.array([width, height], np.float32)
    )
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 1.0)
    leaning = cv2.warpPerspective(rgb, seen, (width, height), borderValue=(250, 250, 250))
    return as_rgb(cv2.warpAffine(leaning, turn, (width, height), borderValue=(250, 250, 250)))


def detail(part: float) -> Callable[[Rgb], Rgb]:
    """A close view of the middle, `part` of each side."""

    def close(rgb: Rgb) -> Rgb:
        height, width = rgb.shape[:2]
        top, left = round(height * (1 - part) / 2), round(width * (1 - part) / 2)
        middle = rgb[top : top + round(height * part), left : left + round(width * part)]
        return as_rgb(cv2.resize(middle, (width, height), interpolation=cv2.INTER_CUBIC))

    return close


def small(rgb: Rgb) -> Rgb:
    """A quarter of each side."""
    return as_rgb(cv2.resize(rgb, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA))


CHANGES: Mapping[str, Callable[[Rgb], Rgb]] = {
    "small": small,
    "gray": gray,
    "recoloured": recoloured,
    "cropped to 49 %": cropped,
    "framed": framed,
    "mirrored": mirrored,
    "askew": askew,
    "detail, half a side": detail(0.5),
    "detail, a third": detail(1 / 3),
    "detail, a quarter": detail(0.25),
}


def as_rgb(array: Any) -> Rgb:
    """Pixels of 8 bits."""
    return np.asarray(np.rint(array), dtype=np.uint8)


def again(rgb: Rgb) -> bytes:
    """The file of another scan: a little soft, JPEG at 70."""
    soft = cv2.GaussianBlur(rgb, (0, 0), 0.6)
    _, data = cv2.imencode(".jpg", soft[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, 70))
    return data.tobytes()


@dataclass(frozen=True)
class Found:
    """What a way of finding found."""

    name: str
    pairs: Pairs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--made", type=int, default=20)
    parser.add_argument("--synthetic", type=int, default=100_000)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    lines = (asked.folder / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["file"].startswith(("images/", "images_full/"))]
    with tempfile.TemporaryDirectory() as folder, Catalogue.open(Path(folder)) as catalogue:
        groups: dict[str, list[int]] = defaultdict(list)
        alone: list[dict[str, Any]] = []
        for row in rows:
            number = bring(catalogue, (asked.folder / row["file"]).read_bytes(), row["file"])
            if row.get("dup_group"):
                groups[row["dup_group"]].append(number)
            else:
                alone.append(row | {"work": number})
        wanted = {pair for some in groups.values() for pair in combinations(sorted(some), 2)}
        second_scans(catalogue, wanted)
        if asked.made:
            made_scans(catalogue, asked.folder, alone, asked.made)
    if asked.synthetic:
        many(asked.synthetic)


def bring(catalogue: Catalogue, data: bytes, name: str) -> int:
    """Bring a file in; its number."""
    return catalogue.accession.accept_bytes(
        data, name=name, provenance=Provenance("brought", name), rights=Rights()
    ).id


def second_scans(catalogue: Catalogue, wanted: Pairs) -> None:
    """Ours and the others over the whole collection."""
    count = catalogue.works.count()
    print(f"Second scans: {len(wanted)} pairs among {count} works")
    began = time.process_time()
    pairs, changed = searched(catalogue)
    spent = (time.process_time() - began) * 1000 / count
    print(f"  {'':34}recall  precision  false pairs")
    tell(Found(f"gesso ({changed} groups)", pairs), wanted)
    for one in others(catalogue, wanted):
        tell(one, wanted)
    print(f"  gesso: {spent:.0f} ms of processor time a work, measuring and comparing\n")


def searched(catalogue: Catalogue) -> tuple[Pairs, int]:
    """The pairs in groups after a search, and how many groups were new or changed."""
    stop = threading.Event()
    finder = DuplicateFinder(
        catalogue, SerialEngine(EngineOptions()), DuplicateOptions(), stop=stop
    )
    report = finder.find()
    if report.troubles:
        raise SystemExit(f"trouble: {report.troubles}")
    groups = catalogue.duplicates.groups()
    members = [sorted(one.work for one in group.members) for group in groups]
    return {pair for some in members for pair in combinations(some, 2)}, len(report.changed)


def others(catalogue: Catalogue, wanted: Pairs) -> Iterable[Found]:
    """Each single sign at its usual bound, and at the loosest that finds nothing false."""
    keys = [key for some in catalogue.marks.keys(MAKER) for key in some]
    works = np.array([key.work for key in keys])
    for name, hashes in (("dHash", [k.dhash for k in keys]), ("pHash", [k.phash for k in keys])):
        numbers = np.array([hash_of(digits) for digits in hashes], dtype=np.uint64)
        apart = np.bitwise_count(numbers[:, None] ^ numbers[None, :]).astype(np.float64)
        yield Found(f"{name} alone, 10 bits", within(works, apart, 10))
        yield loosest(f"{name} alone", works, apart, wanted)
    vectors = np.stack([np.frombuffer(key.vector, "<f2") for key in keys]).astype(np.float64)
    apart = 1 - vectors @ vectors.T
    yield Found("look alone, cosine 0.9", within(works, apart, 0.1))
    yield loosest("look alone", works, apart, wanted)


def within(works: NDArray[np.int64], apart: NDArray[np.float64], most: float) -> Pairs:
    """Pairs of works that are at most so far apart."""
    rows, columns = np.nonzero(np.triu(apart <= most, 1))
    return {(int(works[a]), int(works[b])) for a, b in zip(rows, columns, strict=True)}


def loosest(
    name: str, works: NDArray[np.int64], apart: NDArray[np.float64], wanted: Pairs
) -> Found:
    """The most that can be found without a false pair, had one known the bound before."""
    place = {int(work): at for at, work in enumerate(works)}
    is_false = np.triu(np.ones(apart.shape, dtype=bool), 1)
    for one, other in wanted:
        is_false[place[one], place[other]] = is_false[place[other], place[one]] = False
    bound = float(apart[is_false].min())
    return Found(f"{name}, no false pair", within(works, apart, np.nextafter(bound, -1)))


def tell(found: Found, wanted: Pairs) -> None:
    """One line."""
    right = len(found.pairs & wanted)
    precision = right / len(found.pairs) if found.pairs else 1.0
    recall = right / len(wanted)
    print(f"  {found.name:34}{recall:6.3f}  {precision:9.3f}  {len(found.pairs) - right:11,}")


def made_scans(
    catalogue: Catalogue, folder: Path, alone: Sequence[dict[str, Any]], count: int
) -> None:
    """Changed copies of pictures, searched for in the crowd that is there already."""
    chosen = alone[:: max(1, len(alone) // count)][:count]
    of_kind: dict[str, Pairs] = {name: set() for name in CHANGES}
    for row in chosen:
        rgb = decode((folder / row["file"]).read_bytes()).picture.rgb
        for name, change in CHANGES.items():
            number = bring(catalogue, again(change(rgb)), f"{name} of {row['file']}")
            of_kind[name].add((row["work"], number))
    began = time.process_time()
    known = catalogue.duplicates.count()
    pairs, _ = searched(catalogue)
    made = len(chosen) * len(CHANGES)
    spent = (time.process_time() - began) * 1000 / made
    print(f"Made scans: {len(chosen)} pictures, each changed in {len(CHANGES)} ways; ", end="")
    print(f"{known} groups were there, {catalogue.duplicates.count()} are")
    signs = {found.name: found.pairs for found in others(catalogue, set())}
    shown = ("dHash alone, 10 bits", "pHash alone, 10 bits", "look alone, cosine 0.9")
    print(f"  {'':24}{'gesso':>8}{'dHash':>8}{'pHash':>8}{'look':>8}   share found")
    for name, wanted in of_kind.items():
        cells = [len(pairs & wanted), *(len(signs[one] & wanted) for one in shown)]
        print(f"  {name:24}" + "".join(f"{cell / len(wanted):8.2f}" for cell in cells))
    root = {b: a for some in of_kind.values() for a, b in some}
    false = {p for p in pairs if root.get(p[0], p[0]) != root.get(p[1], p[1])}
    print(f"  pairs of gesso across two pictures: {len(false)} (the second scans above)")
    print(f"  {spent:.0f} ms of processor time a new work\n")


def many(count: int) -> None:
    """Near hashes, and whom a new work is held against, among a hundred thousand works."""
    rng = np.random.default_rng(1)
    hashes = rng.integers(1, 2**63, count, dtype=np.uint64)
    began = time.process_time()
    found = near_pairs(hashes, hashes)
    spent = time.process_time() - began
    print(f"{count:,} random hashes: all pairs within 10 bits in {spent:.1f} s of processor time")
    print(f"  {found - count:,} pairs found")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    candidacy = Candidacy(made_up(count, rng), VECTOR, 8)
    spent = time.process_time() - began
    (block,) = candidacy.blocks(128)
    places = np.zeros((POINTS, 2), np.float32)
    codes = rng.integers(0, 2**63, (len(block), POINTS, 2), dtype=np.uint64)
    points = {work: Points(400, 300, places, own) for work, own in zip(block, codes, strict=True)}
    each = timed(lambda: candidacy.of(points), 2) / len(block)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{count:,} works of made-up marks: taken up in {spent:.1f} s of processor time; ", end=""
    )
    print(f"memory at most {grown:,.0f} MB more")
    print(f"  whom one new work is held against, by words, hashes and looks: {each:.1f} ms\n")


def near_pairs(hashes: NDArray[np.uint64], queries: NDArray[np.uint64]) -> int:
    """How many pairs are within ten bits."""
    return len(HashIndex(hashes).near(queries, 10).bits)


def made_up(count: int, rng: np.random.Generator) -> Iterator[list[MarkKey]]:
    """Marks of works that there are none of; the last 128 are new."""
    for start in range(1, count + 1, 500):
        numbers = range(start, min(start + 500, count + 1))
        vectors = rng.standard_normal((len(numbers), VECTOR), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield [
            MarkKey(
                number,
                number <= count - 128,
                vector.astype("<f2").tobytes(),
                np.unique(rng.integers(0, 2**25, 300)).astype("<u4").tobytes(),
                rng.bytes(8).hex(),
                rng.bytes(8).hex(),
            )
            for number, vector in zip(numbers, vectors, strict=True)
        ]


def timed(do: Callable[[], object], turns: int = 20) -> float:
    """Milliseconds of processor time of one turn."""
    began = time.process_time()
    for _ in range(turns):
        do()
    return (time.process_time() - began) * 1000 / turns


if __name__ == "__main__":
    main()
