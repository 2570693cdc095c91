"""What is asked at every picture is answered by an index, however many pictures there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.calls import Errand
from gesso.core.records.runs import Item
from gesso.core.records.works import Provenance, Rights

from ..workshop import Workshop


@pytest.fixture
def scans() -> Iterator[list[str]]:
    """The statements, said while a test runs, that read a whole table of ours."""
    found: list[str] = []

    def explain(_: Any, cursor: Any, said: str, values: Any, __: Any, many: bool) -> None:
        if many or not said.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {said}", values).fetchall()
        found.extend(said for row in plan if row[3].startswith("SCAN"))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", explain)


def test_no_step_of_a_picture_on_its_way_reads_a_whole_table(
    tmp_path: Path, make: Workshop, scans: list[str]
) -> None:
    with Catalogue.open(tmp_path / "studio") as catalogue:
        catalogue.runs.create("r", "", {}, [Item("r", "i", 0)])
        scans.clear()
        call = catalogue.calls.open(
            errand=Errand("r", "i"), provider="p", operation="paint", model="", attempt=1,
            key="k", reserved_usd=0.0, waited_s=0.0,
        )  # fmt: skip
        catalogue.calls.note_request(call, "7")
        catalogue.runs.set_item("r", "i", "working")
        catalogue.runs.start_round("r", "i", 1, make.prompt())
        work = catalogue.accession.accept_painting(
            make.picture(1),
            title="Tide",
            creator="procedural",
            provenance=make.provenance("r/i/1/0"),
            rights=Rights(),
            recipe=make.recipe(1),
        )
        catalogue.runs.set_evaluation("r", "i", 1, 0, work.id, 1, make.evaluation())
        catalogue.runs.set_comparison("r", "i", 1, make.comparison())
        catalogue.runs.rounds("r", "i")
        catalogue.accession.seal(work, make.recipe(1))
        catalogue.runs.finish_item("r", "i", work.id)

    assert [said for said in scans if "version_info" not in said] == []


@pytest.mark.parametrize("identifier", ["a name", ""])
def test_no_step_of_a_picture_from_elsewhere_reads_a_whole_table(
    tmp_path: Path, make: Workshop, scans: list[str], identifier: str
) -> None:
    with Catalogue.open(tmp_path / "studio") as catalogue:
        scans.clear()
        catalogue.accession.accept_bytes(
            make.file(1),
            name="one.png",
            provenance=Provenance("collected", "met", identifier),
            rights=Rights(),
        )

    assert scans == []
