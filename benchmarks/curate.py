"""How well a few labels teach: right, majority, abstentions, on the sample paintings.

    python benchmarks/curate.py [--draws 10] [--encoder untaught]

For each task and number of labels, works are drawn to be labelled, a head is learnt from them,
and all other works are asked about; scans of a picture that was labelled are left out. "forced" is
the share that is right where every work must be answered, beside the share of the commonest label
among the works asked; "balanced" is the mean over labels. Abstentions are counted apart:
"answered" is the share of works that were, "right" the share of those that is. "said" is what
training said of forced by cross-validation, before it met these works.

The eye of `look` was taught the styles of these very paintings, so what it reaches here it will
not reach elsewhere. "untaught" is what `look` measures before that eye reads it: the figure to
believe.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.collect.curate.heads.silence import Sureness
from gesso.collect.curate.heads.training import train
from gesso.core.encoders.encoder import ENCODERS
from gesso.core.encoders.look import look
from gesso.core.pixels.decode import decode
from gesso.core.pixels.picture import Picture

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT / "../shared/data"))
LABELS = (8, 16, 32)
LEAST_ASKED = 10

Row = dict[str, str]


@dataclass(frozen=True)
class Task:
    """A question: which works it is asked of, and the label of one."""

    name: str
    is_asked: Callable[[Row], bool]
    label: Callable[[Row], str]


def of_two(first: str, second: str) -> Task:
    """Which of two styles."""
    return Task(
        f"{first} or {second}",
        lambda row: row["style"] in (first, second),
        lambda row: row["style"],
    )


def or_not(style: str) -> Task:
    """Of a style, or not."""
    return Task(
        f"{style} or not",
        lambda row: bool(row["style"]),
        lambda row: "yes" if row["style"] == style else "no",
    )


TASKS = (
    of_two("Baroque", "Impressionism"),
    of_two("Impressionism", "Romanticism"),
    or_not("Illustration"),
    or_not("Impressionism"),
    or_not("Baroque"),
    Task(
        "Baroque, Impressionism, Romanticism or Realism",
        lambda row: row["style"] in ("Baroque", "Impressionism", "Romanticism", "Realism"),
        lambda row: row["style"],
    ),
    Task(
        "painted by Monet or not",
        lambda row: bool(row["artist"]),
        lambda row: "yes" if "Monet" in row["artist"] else "no",
    ),
)


@dataclass(frozen=True)
class Drawn:
    """What came of one draw."""

    asked: int
    forced: float
    balanced: float
    majority: float
    answered: int
    right: int
    said: float
    cpu_s: float


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--draws", type=int, default=10)
    arguments.add_argument("--encoder", default="untaught")
    asked = arguments.parse_args()
    cv2.setNumThreads(1)
    rows, vectors = embedded(asked.encoder)
    print(f"{len(rows)} works in '{asked.encoder}', {asked.draws} draws each, mean of all\n")
    print(
        f"{'task':<47} {'labels':>8} {'asked':>5} {'forced':>6} {'balanced':>8} {'majority':>8}"
        f" {'answered':>8} {'right':>6} {'said':>6} {'CPU ms':>7}"
    )
    for task in TASKS:
        for each in LABELS:
            told(task, each, rows, vectors, asked.draws)


def told(task: Task, each: int, rows: list[Row], vectors: NDArray[np.float32], draws: int) -> None:
    """One line, where there are enough works for it."""
    at = np.array([n for n, row in enumerate(rows) if task.is_asked(row)])
    names = sorted({task.label(rows[n]) for n in at})
    targets = np.array([names.index(task.label(rows[n])) for n in at])
    if np.bincount(targets).min() < each + LEAST_ASKED:
        return
    groups = numbered([rows[n]["dup_group"] or rows[n]["file"] for n in at])
    found = [drawn(vectors[at], targets, groups, names, each, seed) for seed in range(draws)]
    answered = sum(one.answered for one in found)
    asked = sum(one.asked for one in found)
    right = f"{sum(one.right for one in found) / answered:6.3f}" if answered else "     -"
    mean = {
        name: float(np.mean([getattr(one, name) for one in found]))
        for name in ("forced", "balanced", "majority", "said", "cpu_s")
    }
    print(
        f"{task.name:<47} {each:>3} each {asked // draws:>5} {mean['forced']:6.3f}"
        f" {mean['balanced']:8.3f} {mean['majority']:8.3f} {answered / asked:8.3f} {right}"
        f" {mean['said']:6.3f} {1000 * mean['cpu_s']:7.0f}"
    )


def drawn(  # noqa: PLR0917 - the whole of one draw
    vectors: NDArray[np.float32],
    targets: NDArray[np.int64],
    groups: NDArray[np.int64],
    names: list[str],
    each: int,
    seed: int,
) -> Drawn:
    """Label some works, learn, ask about the rest."""
    rng = np.random.default_rng(seed)
    labelled = np.concatenate(
        [rng.permutation(np.flatnonzero(targets == label))[:each] for label in range(len(names))]
    )
    rest = np.setdiff1d(np.arange(len(targets)), labelled)
    rest = rest[~np.isin(groups[rest], groups[labelled])]
    began = time.process_time()
    trained, report = train(
        vectors[labelled], targets[labelled], names, Sureness(), groups=groups[labelled], seed=seed
    )
    spent = time.process_time() - began
    answers, _, given = trained.decide(vectors[rest])
    truth = targets[rest]
    is_right = answers == truth
    shares = [float(is_right[truth == label].mean()) for label in range(len(names))]
    return Drawn(
        len(rest),
        float(is_right.mean()),
        float(np.mean(shares)),
        float(np.bincount(truth).max() / len(truth)),
        int(given.sum()),
        int((is_right & given).sum()),
        report.forced,
        spent,
    )


def numbered(names: list[str]) -> NDArray[np.int64]:
    """Equal names, equal numbers."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names])


def embedded(name: str) -> tuple[list[Row], NDArray[np.float32]]:
    """The sample paintings with what is known of them, and their vectors."""
    lines = (DATA / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["kind"] == "image" and row["file"].startswith("images/")]
    encode = untaught if name == "untaught" else encoder_of(name)
    vectors = [encode(decode((DATA / row["file"]).read_bytes()).picture) for row in rows]
    fields = ("file", "style", "artist", "dup_group")
    return [{field: str(row.get(field) or "") for field in fields} for row in rows], np.vstack(
        vectors
    )


def encoder_of(name: str) -> Callable[[Picture], NDArray[np.float32]]:
    """An encoder of the shelf."""
    factory = ENCODERS.open(name)
    encoder = factory(factory.Options(), None)
    return lambda picture: encoder.pictures([picture])


def untaught(picture: Picture) -> NDArray[np.float32]:
    """What `look` measures, standardised and weighted, before its eye reads it."""
    learnt = look._learnt()
    told = look.weighted(look.parts_of(picture), learnt.means, learnt.spreads)
    return (told / max(float(np.linalg.norm(told)), 1e-6))[None]


if __name__ == "__main__":
    main()
