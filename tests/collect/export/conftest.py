"""A studio with works of every kind: painted, brought, said things about, and a run with rounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Table, insert
from tests.stubs.grounds import FileGround

from gesso.collect.export.tables.column import Row
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import captions, duplicates, labels, scores
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item
from gesso.core.records.works import Provenance, Rights, Work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAKER = Maker("offline", offline=True)


@pytest.fixture
def catalogue(ground: FileGround, tmp_path: Path) -> Iterator[Catalogue]:
    with ground.open(tmp_path / "studio") as opened:
        yield opened


def picture(number: int) -> Picture:
    rng = np.random.Generator(np.random.PCG64(number))
    return Picture(rng.integers(0, 256, (16, 24, 3), dtype=np.uint8))


def prompt(text: str = "A gear of brass") -> Prompt:
    return Prompt(
        title="Tide",
        subject="gear",
        scene="sea",
        mood="calm",
        light="moon",
        palette="blue",
        composition="low",
        avoid="",
        text=text,
        reasoning="Because.",
        concept="Brass Tide",
        aims=(),
        questions=(),
        maker=MAKER,
    )


def paint(catalogue: Catalogue, number: int, title: str = "Tide", run: str = "r") -> Work:
    recipe = Recipe(
        prompt=prompt(),
        painter=Maker("procedural", "1"),
        seed=number,
        width=24,
        height=16,
        source_type="algorithmicMedia",
        shows=("gears", "sea"),
    )
    return catalogue.accession.accept_painting(
        picture(number),
        title=title,
        creator="procedural 1",
        provenance=Provenance("made", "procedural", f"{run}/i/1/{number}", run),
        rights=Rights("CC0-1.0"),
        recipe=recipe,
    )


def bring(catalogue: Catalogue, number: int, title: str) -> Work:
    return catalogue.accession.accept_bytes(
        encode(picture(number)),
        name=f"{number}.png",
        title=title,
        provenance=Provenance("brought", f"{number}.png"),
        rights=Rights(),
    )


def say_of(catalogue: Catalogue, work: int) -> None:
    """A caption, a label, two scores and a place in a group of duplicates."""
    told = {"work": work, "made_by": "{}", "created_at": NOW}
    rows: tuple[tuple[Table, dict[str, Any]], ...] = (
        (captions, {"title": "Sea", "text": "A sea.", "tags": "sea\nwind", "maker": "measured"}),
        (labels, {"label_set": "s", "label_source": "person", "label": "marine", "score": 1.0}),
        (scores, {"scorer": "measured 1", "name": "contrast", "value": 0.25}),
        (scores, {"scorer": "measured 1", "name": "colourfulness", "value": 0.5}),
    )
    with catalogue.database.write() as connection:
        for table, row in rows:
            extra = {"decision": "yes"} if table is labels else {}
            connection.execute(insert(table), told | row | extra)
        place = {"work": work, "group_id": 7, "role": "keep", "method": "phash", "score": 0.9}
        connection.execute(insert(duplicates), place | {"created_at": NOW})


def run_of(catalogue: Catalogue, work: Work, run: str = "r") -> None:
    """A run of one item with two rounds, an evaluation and a call."""
    catalogue.runs.create(run, "Nocturne", {"rounds": 2}, [Item(run=run, id="i/x", position=0)])
    catalogue.runs.start_round(run, "i/x", 1, prompt("One"))
    catalogue.runs.start_round(run, "i/x", 2, prompt("Two"))
    found = Evaluation((Check("Gear?", "yes", "Seen."),), (), 0.1, 0.5, "Fair.", MAKER)
    catalogue.runs.set_evaluation(run, "i/x", 2, 0, work.id, 3, found)
    catalogue.calls.open(
        errand=Errand(run, "i/x"),
        provider="fal",
        operation="paint",
        model="m",
        attempt=1,
        key="k",
        reserved_usd=0.5,
        waited_s=0.0,
    )


@pytest.fixture
def studio(catalogue: Catalogue) -> Catalogue:
    work = paint(catalogue, 1)
    bring(catalogue, 2, "=cmd|' /C calc'!A0 \x1b[31m\u202e \x00 naïve 🎨")
    say_of(catalogue, work.id)
    run_of(catalogue, work)
    return catalogue


def lines(folder: Path, table: str) -> list[Row]:
    """The rows of a table in an export's folder, in the order of the manifest."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = [one["file"] for one in manifest["shards"] if one["table"] == table]
    return [
        json.loads(line) for file in files for line in (folder / file).read_bytes().splitlines()
    ]


Changing = Callable[[Catalogue], None]
