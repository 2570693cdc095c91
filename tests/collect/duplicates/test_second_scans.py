"""Second scans of real paintings, among other paintings by the same hands."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from gesso.core.records.works import Provenance, Rights

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or ROOT / "../shared/data")


@pytest.mark.soak
@pytest.mark.skipif(not (SAMPLES / "manifest.jsonl").exists(), reason="needs sample pictures")
def test_second_scans_are_found_and_nothing_else_of_the_same_hands_is(catalogue, find):
    lines = (SAMPLES / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["file"].startswith("images/")]
    hands = {row["artist"] for row in rows if row.get("dup_group")}
    others = [row for row in rows if row["artist"] in hands and not row.get("dup_group")][::3]
    of_group = defaultdict(list)
    for row in [*(row for row in rows if row.get("dup_group")), *others]:
        work = catalogue.accession.accept_bytes(
            (SAMPLES / row["file"]).read_bytes(),
            name=row["file"],
            provenance=Provenance("brought", row["file"]),
            rights=Rights(),
        )
        of_group[row.get("dup_group") or row["file"]].append(work.id)
    wanted = {pair for some in of_group.values() for pair in combinations(sorted(some), 2)}

    find()

    found = {
        pair
        for group in catalogue.duplicates.groups()
        for pair in combinations(sorted(one.work for one in group.members), 2)
    }
    assert len(wanted) > 10
    assert found <= wanted
    assert len(found) / len(wanted) >= 0.9
