"""How good search is on the sample data, beside the simple baselines that came with it.

python benchmarks/search_quality.py [--data DIR] [--folder DIR]

Style: of the ten works nearest to each, how many are of its style. Second scan: how often the
other scan of a work is the nearest of all. Words: nDCG and recall at 10 over the judged queries.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import develop_path
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance, Rights
from gesso.search.records import Like, Query
from gesso.studio import Studio

BASELINES = {
    "same style P@10": 0.257,
    "second scan first": 18 / 38,
    "nDCG@10": 0.436,
    "recall@10": 0.392,
}
BAR = 1.15


def sample_data() -> Path:
    named = os.environ.get("GESSO_SAMPLE_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


def manifest(data: Path) -> list[dict[str, Any]]:
    lines = (data / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["file"].startswith(("images/", "images_full/"))]


def arrival(data: Path, row: dict[str, Any]) -> Arrival:
    year = row.get("year")
    facts = Facts(
        title=row.get("title") or "",
        creator=row.get("artist") or "",
        date=str(row.get("date") or ""),
        year_from=year if isinstance(year, int) else None,
        year_to=year if isinstance(year, int) else None,
        medium=row.get("medium") or "",
        style=row.get("style") or "",
        place=row.get("school") or "",
    )
    return Arrival(
        develop_path(data / row["file"], DecodeLimits()),
        Provenance("collected", "sample", row["file"]),
        facts.title,
        facts.creator,
        Rights(row.get("licence") or ""),
        facts=facts,
        is_apart=True,
    )


def fill(studio: Studio, data: Path) -> None:
    """Every picture of the sample data as a work, embedded."""
    for row in manifest(data):
        found = Provenance("collected", "sample", row["file"])
        if studio.catalogue.works.find(found) is None:
            studio.catalogue.accession.keep(arrival(data, row))
    studio.searching.encode(seen=lambda _done, _all: None)


def of_looks(studio: Studio, rows: list[dict[str, Any]]) -> tuple[float, float, float, int]:
    """(same style P@10, chance, second scan first, of how many)."""
    works = {
        row["file"]: studio.catalogue.works.find(Provenance("collected", "sample", row["file"]))
        for row in rows
    }
    number = {file: work.id for file, work in works.items() if work is not None}
    small = [row for row in rows if row["file"].startswith("images/")]
    style = {number[row["file"]]: row.get("style") for row in rows}
    pairs: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.get("dup_group"):
            pairs[str(row["dup_group"])].append(number[row["file"]])
    twin = {one: set(ones) - {one} for ones in pairs.values() for one in ones}
    same, chance, first = [], [], 0
    labelled = [number[row["file"]] for row in small if row.get("style")]
    for one in labelled:
        query = Query(likes=(Like(work=one),), limit=14, collapses=False)
        near = [hit.work.id for hit in studio.search.find(query).hits]
        near = [other for other in near if other not in twin.get(one, ())][:10]
        same.append(np.mean([style.get(other) == style[one] for other in near]))
        others = [style[other] for other in labelled if other != one]
        chance.append(np.mean([other == style[one] for other in others]))
    for one, twins in twin.items():
        query = Query(likes=(Like(work=one),), limit=1, collapses=False)
        first += studio.search.find(query).hits[0].work.id in twins
    return float(np.mean(same)), float(np.mean(chance)), first / max(1, len(twin)), len(twin)


def told(name: str, value: float) -> None:
    base = BASELINES[name]
    verdict = "above" if value >= base * BAR else "BELOW"
    gain = f"{value / base - 1:+.0%} ({verdict} +15 %)"
    print(f"{name:20} {value:.3f}   baseline {base:.3f}   {gain}")


def main(folder: Path, data: Path) -> None:
    with Studio.open(folder) as studio:
        fill(studio, data)
        style, by_chance, scan, count = of_looks(studio, manifest(data))
        told("same style P@10", style)
        print(f"{'  by chance':20} {by_chance:.3f}")
        told("second scan first", scan)
        print(f"{'  of scans':20} {count}")
        evaluator = studio.searching.evaluator()
        report = evaluator.compare(evaluator.read(data / "queries.jsonl"), ["look"], 10)[0]
        told("nDCG@10", report.ndcg.mean)
        print(f"{'  95 % interval':20} {report.ndcg.low:.3f} to {report.ndcg.high:.3f}")
        told("recall@10", report.recall.mean)
        print(f"{'P@10':20} {report.precision.mean:.3f}")
        pairs = zip(report.queries, report.scores, strict=True)
        for words, one in sorted(pairs, key=lambda pair: pair[1].ndcg):
            print(f"  {one.ndcg:.2f}  {words}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=sample_data())
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        main(asked.folder or Path(spare) / "studio", asked.data)
