"""Refining helps: 36 random aims over twelve motifs, three rounds, the whole real path.

Each aim is asked for literally in a prompt's text; the run paints a pair, measures, refines. The
figure is the error of the picture that is kept beside that of the first round's winner.

    python benchmarks/refinement.py [--aims 36] [--size 512]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from pathlib import Path

from gesso.core.records.runs import Round
from gesso.make import aims
from gesso.make.batch.entries import Entry
from gesso.studio import Studio

MOTIFS = (
    "a range of mountains", "a lake at rest", "the open sea", "a city at the water",
    "a forest of firs", "dunes", "flowers", "an orrery of brass", "gears and clockwork",
    "a stone bridge", "a lighthouse on a rock", "stained glass",
)  # fmt: skip
BAR = 0.40


def asked_for(luck: random.Random) -> dict[str, float]:
    """Random aims that a picture can meet: low keys leave no room for the widest contrasts."""
    key = luck.uniform(28, 66)
    return {
        "key": key,
        "contrast": luck.uniform(28, min(72, 1.6 * min(key, 100 - key) + 20)),
        "chroma": luck.uniform(0.03, 0.10),
        "hue_mid": luck.uniform(0, 360),
        "hue_light": luck.uniform(20, 110),
        "density": luck.uniform(0.06, 0.32),
    }


def errors_of(rounds: list[Round], kept: int | None) -> tuple[float, float]:
    """The error of the first round's winner, and of the picture that was kept."""
    winner = rounds[0].comparison.winner if rounds[0].comparison else 0
    found = {
        take.work: take.evaluation.error
        for played in rounds
        for take in played.takes
        if take.evaluation
    }
    if kept is None:
        raise SystemExit("an item was not kept")
    return found[rounds[0].takes[winner].work], found[kept]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aims", type=int, default=36)
    parser.add_argument("--size", type=int, default=512)
    asked = parser.parse_args()
    luck = random.Random(5)
    entries = [
        Entry(
            id=f"aim-{number:02d}",
            prompt=f"A painting of {MOTIFS[number % len(MOTIFS)]}. {aims.clauses(asked_for(luck))}",
            seed=100 + number,
        )
        for number in range(asked.aims)
    ]
    flags = {"make.width": asked.size, "make.height": asked.size, "make.rounds": 3, "make.seed": 1}
    with tempfile.TemporaryDirectory() as scratch, Studio.open(Path(scratch), flags) as studio:
        studio.make.batch(entries, run_id="refinement")
        runs = studio.catalogue.runs
        courses = []
        for entry in entries:
            rounds = runs.rounds("refinement", entry.id)
            kept = runs.item("refinement", entry.id).kept
            courses.append((*errors_of(rounds, kept), len(rounds)))
    print(f"{'motif':<26}{'first':>8}{'kept':>8}{'drop':>8}{'rounds':>8}")
    for number in range(min(len(MOTIFS), len(courses))):
        own = courses[number :: len(MOTIFS)]
        first, kept_error, rounds_played = (
            statistics.mean(column) for column in zip(*own, strict=True)
        )
        print(
            f"{MOTIFS[number]:<26}{first:>8.3f}{kept_error:>8.3f}{1 - kept_error / first:>8.1%}"
            f"{rounds_played:>8.1f}"
        )
    firsts, bests = [course[0] for course in courses], [course[1] for course in courses]
    drops = [1 - kept / first if first else 0.0 for first, kept in zip(firsts, bests, strict=True)]
    print(f"median error, first round {statistics.median(firsts):.3f}")
    print(f"median error, kept        {statistics.median(bests):.3f}")
    print(f"median drop               {statistics.median(drops):.1%}   (bar {BAR:.0%})")
    print(f"worse than first round    {sum(d < 0 for d in drops)} of {len(drops)}   (bar 0)")


if __name__ == "__main__":
    main()
