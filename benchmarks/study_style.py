"""The vote on style over the sample paintings, artist-disjoint, with its silence counted apart.

    python benchmarks/study_style.py [FOLDER] [--rounds 2] [--least 0.4]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data). Artists fall into ten parts;
each part is judged by works of the other artists alone, with an eye of `look` that was taught
without it, beside the five nearest by plain count in the same vectors. The data's README gives
0.325 for its own five nearest, where works of the same artist may stand among them; so both ways
are printed. Printed: right of all when every picture is answered; how many are answered and right
of those when the vote may be silent; how right the vote said it would be.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.look import look
from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.study.tools.near.company import _FEW
from gesso.study.tools.near.style import StyleOptions
from gesso.study.tools.near.vote import Jury, Labelled
from look_statistics import learn

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")
README, PARTS, BAR = 0.325, 10, 1.15
Vectors = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--least", type=float, default=StyleOptions().least)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    lines = (wanted.folder / "manifest.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["file"].startswith("images/")]
    parts = [look.parts_of(picture(wanted.folder / row["file"])) for row in rows]
    styles = np.array([row["style"] for row in rows])
    artists = np.unique([row["artist"] for row in rows], return_inverse=True)[1]
    plain, voted, trusts = [], [], []
    for seed in range(wanted.rounds):
        part = np.random.default_rng(seed).integers(0, PARTS, artists.max() + 1)[artists]
        for fold in range(PARTS):
            out = part == fold
            taught = learn(
                [row for row, held in zip(rows, out, strict=True) if not held],
                [one for one, held in zip(parts, out, strict=True) if not held],
            )
            vectors = np.stack([look.vector_of(one, taught) for one in parts])
            plain.append(five_nearest(vectors, styles, out) == styles[out])
            jury = jury_of(vectors, styles, artists, ~out)
            votes = [jury.ask(vector) for vector in vectors[out]]
            voted.append(np.array([vote.shares[0][0] for vote in votes]) == styles[out])
            trusts.append(np.array([jury.trust(vote) for vote in votes]))
    report(np.concatenate(plain), np.concatenate(voted), np.concatenate(trusts), wanted.least)


def jury_of(
    vectors: Vectors, styles: NDArray[Any], artists: NDArray[np.int64], known: NDArray[np.bool_]
) -> Jury:
    counts = Counter(styles[known].tolist())
    heard = [at for at in np.flatnonzero(known).tolist() if counts[str(styles[at])] >= _FEW]
    return Jury(
        Labelled(
            np.array(heard, dtype=np.int64),
            vectors[heard],
            tuple(str(styles[at]) for at in heard),
            tuple(str(artists[at]) for at in heard),
        )
    )


def five_nearest(vectors: Vectors, styles: NDArray[Any], out: NDArray[np.bool_]) -> NDArray[Any]:
    near = np.argsort(-(vectors[out] @ vectors[~out].T), axis=1)[:, :5]
    return np.array([Counter(styles[~out][row].tolist()).most_common(1)[0][0] for row in near])


def report(
    plain: NDArray[np.bool_], voted: NDArray[np.bool_], trusts: NDArray[np.float64], least: float
) -> None:
    said = trusts >= least
    right = float(voted[said].mean()) if said.any() else 0.0
    print(f"{len(voted)} answers, artist-disjoint; bar {BAR * README:.3f} ({README} and 15 %)")
    print(f"  five nearest, plain count:    right {plain.mean():.3f}, all answered")
    print(f"  our vote, all answered:       right {voted.mean():.3f} "
          f"({voted.mean() / plain.mean() - 1:+.0%} on the five nearest)")  # fmt: skip
    print(f"  our vote, may be silent:      right {right:.3f} of the {said.mean():.0%} answered "
          f"({right / README - 1:+.0%} on {README}); silent on {1 - said.mean():.0%}")  # fmt: skip
    print(f"  what those were said to be:   {trusts[said].mean():.2f}")
    for floor in (0.3, 0.4, 0.5, 0.6):
        held = trusts >= floor
        if held.any():
            print(f"    trust from {floor:.1f}: {held.mean():.0%} answered, "
                  f"right {voted[held].mean():.2f}, said {trusts[held].mean():.2f}")  # fmt: skip


def picture(path: Path) -> Any:
    return decode(path.read_bytes(), DecodeLimits(), path.name).picture


if __name__ == "__main__":
    main()
