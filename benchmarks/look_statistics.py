"""Learn what the encoder `look` needs of sample paintings, and say how well it finds.

    python benchmarks/look_statistics.py [FOLDER] [--write]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data). What is learnt: means and
spreads; the main directions of what is measured; a ridge regression onto style, period and hand.

Printed: same style among the ten nearest, the same with the artist left out, style by the five
nearest, second scans found first; over all pictures, which were also learnt from, and over halves
and thirds of the artists, each found by an eye that was taught with the works of the others alone.
The second is the figure to believe. Then edited copies of every eighth picture: how many are
nearest to their original among all, by what is measured alone and as it is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.look import look
from gesso.core.encoders.look.look import Learnt
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.core.pixels.picture import Picture

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")
HOME = Path(look.__file__).with_name(look.LEARNT)

Floats = NDArray[Any]
Rows = Sequence[dict[str, Any]]

EVENED, EVENNESS = 128, 0.25
"""Directions that are kept, and the power by which the strong ones are weakened."""
READ, STIFFNESS = 80, 1.0
"""Directions that are taught from, and the ridge against the mean of their strengths."""
OF_HAND = 0.5
LEAST_OF_STYLE, LEAST_OF_HAND = 4, 3
YEARS, WIDTH = np.linspace(1450, 1920, 8), 60.0
SOFTNESS = 0.5**0.5


def learn(rows: Rows, parts: Sequence[dict[str, Floats]]) -> Learnt:
    """Learn from pictures and what is known of them; black-and-white copies are left out."""
    keep = [at for at, row in enumerate(rows) if not row.get("monochrome")]
    rows = [rows[at] for at in keep]
    told = np.stack([np.concatenate([parts[at][name] for name in look.WEIGHTS]) for at in keep])
    means = told.mean(axis=0).astype(np.float32)
    spreads = np.maximum(told.std(axis=0), 1e-4).astype(np.float32)
    seen = np.stack([look.weighted(parts[at], means, spreads) for at in keep]).astype(np.float64)
    middle = seen.mean(axis=0)
    seen -= middle
    strength, ways = np.linalg.eigh(np.cov(seen.T))
    strength, ways = strength[::-1], ways[:, ::-1]
    evened = ways[:, :EVENED] * (np.maximum(strength[:EVENED], 0) + 1e-4) ** -EVENNESS
    read = seen @ ways[:, :READ]
    products = read.T @ read
    ridge = STIFFNESS * np.trace(products) / READ * np.eye(READ)
    taught = ways[:, :READ] @ np.linalg.solve(products + ridge, read.T @ targets(rows))
    usual = SOFTNESS * float(np.median(np.linalg.norm(seen @ taught, axis=1)))
    # As they are kept: half precision is a thousandth of what pictures differ by.
    halves = [matrix.astype(np.float16).astype(np.float32) for matrix in (evened, taught)]
    return Learnt(means, spreads, middle.astype(np.float32), halves[0], halves[1], usual)


def targets(rows: Rows) -> Floats:
    """(pictures, targets): style, hand and period, each about as large as the others."""
    style = _shares([row["style"] for row in rows], LEAST_OF_STYLE)
    hand = OF_HAND * _shares([row["artist"] for row in rows], LEAST_OF_HAND)
    years = np.array([row.get("year") or np.nan for row in rows], dtype=float)
    years = np.where(np.isnan(years), np.nanmean(years), years)
    period = np.exp(-(((years[:, None] - YEARS) / WIDTH) ** 2) / 2)
    return np.concatenate([style, hand, period - period.mean(axis=0)], axis=1)


def _shares(labels: Sequence[str], least: int) -> Floats:
    names = sorted(name for name, count in Counter(labels).items() if count >= least and name)
    if not names:
        return np.zeros((len(labels), 0))
    is_one = (np.array(labels)[:, None] == np.array(names)).astype(float)
    share = is_one.mean(axis=0)
    return np.asarray(2 * (is_one - share) / np.sqrt(share * len(names)))


class Finding:
    """How well vectors find, over some of the pictures.

    Args:
        rows: what is known of them.
    """

    def __init__(self, rows: Rows) -> None:
        self._style = np.array([row["style"] for row in rows])
        self._artist = np.array([row["artist"] for row in rows])
        self._group = np.array([row.get("dup_group") or "" for row in rows])

    def of(self, vectors: Floats) -> dict[str, float]:
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -9)
        near = np.argsort(-alike, axis=1)
        same = self._artist[:, None] == self._artist[None]
        apart = np.argsort(-np.where(same, -9, alike), axis=1)
        votes = [Counter(self._style[row[:5]]).most_common(1)[0][0] for row in near]
        scans = [self._group[row[0]] == self._group[at] for at, row in enumerate(near)]
        has_two = self._group != ""
        return {
            "ten": float((self._style[near[:, :10]] == self._style[:, None]).mean()),
            "apart": float((self._style[apart[:, :10]] == self._style[:, None]).mean()),
            "five": float(np.mean(np.array(votes) == self._style)),
            "scans": float(np.sum(np.array(scans)[has_two])),
            "pairs": float(has_two.sum()),
        }


def unseen(
    rows: Rows, folds: int, vectors: Callable[[list[int], list[int]], Floats], turns: int = 5
) -> dict[str, float]:
    """The same over folds of artists, each found by what was learnt from the others; means."""
    artists = sorted({row["artist"] for row in rows})
    found = []
    for turn in range(turns):
        order = np.random.default_rng(turn).permutation(len(artists))
        fold_of = {artists[at]: int(order[at]) % folds for at in range(len(artists))}
        for fold in range(folds):
            inside = [at for at, row in enumerate(rows) if fold_of[row["artist"]] == fold]
            outside = [at for at, row in enumerate(rows) if fold_of[row["artist"]] != fold]
            found.append(Finding([rows[at] for at in inside]).of(vectors(outside, inside)))
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    samples = Path(arguments[0]) if arguments else SAMPLES
    cv2.setNumThreads(1)
    lines = (samples / "manifest.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["file"].startswith("images/")]
    pictures = [_picture(samples / row["file"]) for row in rows]
    began = time.process_time()
    parts: list[dict[str, Floats]] = [dict(look.parts_of(picture)) for picture in pictures]
    cost = (time.process_time() - began) / len(rows) * 1e3
    eye = learn(rows, parts)
    if "--write" in sys.argv:
        _write(eye)
    _report(rows, parts, cost)
    _report_copies(pictures, parts, eye)


def _report(rows: Rows, parts: list[dict[str, Floats]], cost: float) -> None:
    space = look._space()
    print(f"{len(rows)} pictures, space {space.id} of {space.size}; {cost:.1f} CPU ms a picture")
    shipped = np.stack([look.vector_of(part) for part in parts])
    _say("all pictures, which it was taught with", Finding(rows).of(shipped))

    def plain(outside: list[int], inside: list[int]) -> Floats:
        eye = learn([rows[at] for at in outside], [parts[at] for at in outside])
        told = [look.weighted(parts[at], eye.means, eye.spreads) for at in inside]
        return np.stack([one / np.linalg.norm(one) for one in told])

    def taught(outside: list[int], inside: list[int]) -> Floats:
        eye = learn([rows[at] for at in outside], [parts[at] for at in outside])
        return np.stack([look.vector_of(parts[at], eye) for at in inside])

    for folds in (2, 3):
        _say(
            f"artists it never saw, {folds} folds: measured alone",
            unseen(rows, folds, plain),
        )
        _say(f"artists it never saw, {folds} folds: as it is", unseen(rows, folds, taught))
    print("baseline over all pictures: 0.257 among ten, 0.325 by five, 18 of 38 scans")


EDITS: dict[str, Callable[[Floats], Floats]] = {
    "JPEG of quality 20": lambda rgb: np.asarray(cv2.imdecode(_jpeg(rgb), 1)),
    "256 pixels to 100": lambda rgb: cv2.resize(rgb, None, fx=0.4, fy=0.4, interpolation=3),
    "a third brighter": lambda rgb: np.clip(rgb * 1.3, 0, 255),
    "a tenth cut off all round": lambda rgb: _cut(rgb, 0.1, 0.1),
    "a quarter cut off two sides": lambda rgb: _cut(rgb, 0.25, 0.05),
    "without colour": lambda rgb: np.repeat(rgb.mean(axis=2, keepdims=True), 3, axis=2),
    "mirrored": lambda rgb: rgb[:, ::-1],
    "in a white border": lambda rgb: np.pad(
        rgb, ((12,) * 2, (12,) * 2, (0, 0)), constant_values=255
    ),
}


def _jpeg(rgb: Floats) -> Floats:
    return np.asarray(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 20])[1])


def _cut(rgb: Floats, first: float, last: float) -> Floats:
    height, width = rgb.shape[:2]
    return rgb[
        round(height * first) : height - round(height * last),
        round(width * first) : width - round(width * last),
    ]


def _report_copies(
    pictures: Sequence[Picture], parts: Sequence[dict[str, Floats]], eye: Learnt
) -> None:
    def alone(part: dict[str, Floats]) -> Floats:
        told = look.weighted(part, eye.means, eye.spreads)
        return told / np.linalg.norm(told)

    originals = list(range(0, len(pictures), 8))
    for name, edit in EDITS.items():
        copies = []
        for at in originals:
            edited = np.ascontiguousarray(edit(look._at_reading_size(pictures[at].rgb)))
            copies.append(dict(look.parts_of(Picture(edited.astype(np.uint8)))))
        shares = []
        for read in (alone, look.vector_of):
            alike = np.stack([read(one) for one in copies]) @ np.stack([read(p) for p in parts]).T
            shares.append(float(np.mean(alike.argmax(axis=1) == originals)))
        print(
            f"  {name:<28} original first: {shares[0]:.2f} measured alone, {shares[1]:.2f} as it is"
        )


def _say(what: str, found: dict[str, float]) -> None:
    print(
        f"{what:<52} same style among ten {found['ten']:.3f}, "
        f"artist left out {found['apart']:.3f}, by five {found['five']:.3f}, "
        f"second scan first {found['scans']:.1f} of {found['pairs']:.1f}"
    )


def _picture(path: Path) -> Picture:
    return decode(path.read_bytes(), DecodeLimits(), path.name).picture


def _write(eye: Learnt) -> None:
    np.savez_compressed(
        HOME,
        means=eye.means,
        spreads=eye.spreads,
        middle=eye.middle,
        evened=eye.evened.astype(np.float16),
        taught=eye.taught.astype(np.float16),
        usual=np.float64(eye.usual),
    )
    look._learnt.cache_clear()
    look._space.cache_clear()


if __name__ == "__main__":
    main()
