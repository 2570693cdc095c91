"""Charts: counted over columns, of a part for itself, anew only when something has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.derived.develop import develop_picture
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.finds import Facts
from gesso.core.records.works import Provenance, Work
from gesso.show.charts import hung
from gesso.show.charts.charts import Charts
from gesso.show.charts.checks import last_check
from gesso.show.charts.records import Chart
from gesso.show.charts.spent import DAYS, spent
from gesso.show.gallery.reading import best_scores
from gesso.show.gallery.roll import Roll
from gesso.show.sets import Sets

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Hours:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def catalogue(tmp_path: Path, hours: Hours) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio", clock=hours) as opened:
        yield opened


@pytest.fixture
def charts(catalogue: Catalogue, hours: Hours) -> Charts:
    return Charts(lambda: catalogue, Roll(lambda: catalogue), Sets(lambda: catalogue), hours)


def keep(
    catalogue: Catalogue, number: int, rgb: tuple[int, int, int] = (90, 90, 90), **facts: object
) -> Work:
    picture = Picture(np.full((16, 16 + number, 3), rgb, np.uint8))
    made = Arrival(
        develop_picture(picture),
        Provenance("collected", "museum", str(number)),
        title=f"Work {number}",
        facts=Facts(**facts),  # type: ignore[arg-type]  # as each test names them
    )
    return catalogue.accession.keep(made)


def booked(catalogue: Catalogue, provider: str, usd: float | None) -> None:
    """A call in the ledger; one without a cost failed."""
    number = catalogue.calls.open(
        errand=Errand(run="r", item="1"),
        provider=provider,
        operation="paint",
        model="m",
        attempt=1,
        key=f"{provider}-{random()}",
        reserved_usd=0.2,
        waited_s=0.0,
    )
    catalogue.calls.settle(
        number,
        state="done" if usd is not None else "failed",
        status=200 if usd is not None else 500,
        request_id="",
        cost_usd=usd,
        price_source="estimate",
        input_units=None,
        output_units=None,
        error="" if usd is not None else "transient",
    )


def of(charts: Charts, name: str, **part: int | bool) -> Chart:
    found = charts.figures(**part).charts  # type: ignore[arg-type]  # by name
    return next(chart for chart in found if chart.name == name)


def told(chart: Chart) -> dict[str, float]:
    return dict(zip(chart.labels, chart.series[0].values, strict=True)) if chart.series else {}


def test_an_empty_catalogue_has_charts_with_nothing_in_them(charts: Charts) -> None:
    figures = charts.figures()

    assert figures.works == 0
    assert figures.charts
    assert all(chart.is_empty for chart in figures.charts)


def test_works_stand_on_the_day_they_came_in_and_days_without_any_are_there(
    catalogue: Catalogue, charts: Charts, hours: Hours
) -> None:
    for number, days in enumerate((0, 0, 3)):
        hours.now = NOW + timedelta(days=days)
        keep(catalogue, number)

    assert told(of(charts, "time")) == {
        "2026-11-21": 2, "2026-11-22": 0, "2026-11-23": 0, "2026-11-24": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "first", "last"), [(61, "2026-11-21", "2027-01-21"), (90, "2026-11", "2027-02"),
                                (2000, "2026", "2032")]
)  # fmt: skip
def test_a_longer_time_is_told_in_longer_steps(
    catalogue: Catalogue, charts: Charts, hours: Hours, days: int, first: str, last: str
) -> None:
    for number, day in enumerate((0, days)):
        hours.now = NOW + timedelta(days=day)
        keep(catalogue, number)
    labels = of(charts, "time").labels

    assert (labels[0], labels[-1]) == (first, last)
    assert len(labels) <= 62


def test_a_dark_work_is_low_in_key_and_a_light_one_high(
    catalogue: Catalogue, charts: Charts
) -> None:
    for number, level in enumerate((5, 60, 250, 250)):
        keep(catalogue, number, (level, level, level))
    values = of(charts, "values")

    assert told(values)["0 to 10"] == 1
    assert told(values)["90 to 100"] == 2
    assert "Low key 50 %, middle key 0 %, high key 50 %." in values.note


def test_greys_of_the_values_have_no_chroma(catalogue: Catalogue, charts: Charts) -> None:
    keep(catalogue, 1)
    for colour in of(charts, "values").colours:
        assert colour[1:3] == colour[3:5] == colour[5:7]


def test_the_palette_is_the_works_own(catalogue: Catalogue, charts: Charts) -> None:
    keep(catalogue, 1, (200, 30, 30))
    keep(catalogue, 2, (20, 60, 160))
    palette = of(charts, "palette")

    assert len(palette.colours) == 2
    assert sum(palette.series[0].values) == pytest.approx(1, abs=0.02)
    reds = [int(colour[1:3], 16) for colour in palette.colours]
    assert (min(reds) < 60, max(reds) > 180) == (True, True)


def test_what_comes_after_the_most_frequent_is_told_as_the_rest() -> None:
    ranked = [(f"style {at}", 100 - at) for at in range(20)]
    chart = hung.frequent("styles", "Styles", ranked, 2000)

    assert len(chart.labels) == hung.MOST
    assert chart.rest == 2000 - sum(100 - at for at in range(hung.MOST))
    assert chart.note == "6 more are less frequent."


def test_styles_and_tags_follow_what_is_changed(catalogue: Catalogue, charts: Charts) -> None:
    keep(catalogue, 1, style="Nocturne", tags=("moon", "sea"))
    keep(catalogue, 2, tags=("moon",))
    assert told(of(charts, "styles")) == {"Nocturne": 1}
    assert told(of(charts, "tags")) == {"moon": 2, "sea": 1}
    assert of(charts, "styles").rest == 1

    keep(catalogue, 3, style="Nocturne", tags=("sea", "boat"))
    assert told(of(charts, "styles")) == {"Nocturne": 2}
    assert told(of(charts, "tags")) == {"moon": 2, "sea": 2, "boat": 1}


def test_favourites_and_sets_are_counted_for_themselves(
    catalogue: Catalogue, charts: Charts
) -> None:
    works = [keep(catalogue, at, style=style) for at, style in enumerate("abb")]
    catalogue.works.set_favourite(works[0].id, True)
    board = Sets(lambda: catalogue).create("Two", of=[works[0].id, works[2].id])

    assert told(of(charts, "styles", favourites=True)) == {"a": 1}
    assert told(of(charts, "styles", of_set=board.id)) == {"a": 1, "b": 1}
    Sets(lambda: catalogue).remove(board.id, [works[0].id])
    assert told(of(charts, "styles", of_set=board.id)) == {"b": 1}


def test_figures_are_worked_out_once_until_something_changes(
    catalogue: Catalogue, charts: Charts
) -> None:
    keep(catalogue, 1)
    first = charts.figures()

    assert charts.figures() is first
    keep(catalogue, 2)
    assert charts.figures() is not first


def test_cost_is_told_by_day_and_provider_with_the_calls_that_failed(
    ground: FileGround, tmp_path: Path, hours: Hours
) -> None:
    with ground.open(tmp_path / "studio", clock=hours) as catalogue:
        hours.now = NOW - timedelta(days=DAYS)
        booked(catalogue, "openai", 7.0)
        hours.now = NOW - timedelta(days=2)
        booked(catalogue, "gemini", 0.04)
        booked(catalogue, "gemini", 0.04)
        hours.now = NOW
        booked(catalogue, "fal", 0.10)
        booked(catalogue, "fal", None)
        cost, calls, endings = spent(catalogue.database, NOW)

    assert cost.labels == ("2026-11-19", "2026-11-20", "2026-11-21")
    assert {one.name: one.values for one in cost.series} == {
        "fal": (0, 0, 0.1), "gemini": (0.08, 0, 0),
    }  # fmt: skip
    assert {one.name: sum(one.values) for one in calls.series} == {"fal": 2, "gemini": 2}
    assert dict(zip(endings.labels, endings.series[1].values, strict=True)) == {
        "fal": 1, "gemini": 0,
    }  # fmt: skip


def test_cost_is_told_by_an_index_and_no_call_is_looked_up_for_its_day(
    catalogue: Catalogue,
) -> None:
    asked: dict[str, Any] = {}

    def hear(_connection: Any, _cursor: Any, words: str, values: Any, *_rest: Any) -> None:
        asked[words] = values

    with catalogue.database.read() as connection:
        event.listen(connection.engine, "before_cursor_execute", hear)
        spent(catalogue.database, NOW)
        ((words, values),) = [one for one in asked.items() if "api_calls" in one[0]]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all()

    assert "ix_api_calls_days (<expr>>?)" in plan[0][3]
    assert not any("TEMP B-TREE" in step[3] for step in plan)


def test_what_was_not_written_down_was_never_checked(tmp_path: Path) -> None:
    assert last_check(tmp_path) is None
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "last-check.json").write_text('{"at": 3', "utf-8")

    assert last_check(tmp_path) is None


def test_who_asks_while_the_roll_is_read_waits_for_it(
    catalogue: Catalogue, charts: Charts, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(catalogue, 1)
    is_reading, go_on = threading.Event(), threading.Event()

    def slowly(*args: object) -> object:
        is_reading.set()
        go_on.wait(60)
        return best_scores(*args)  # type: ignore[arg-type]  # passed on as they come

    monkeypatch.setattr("gesso.show.gallery.roll.best_scores", slowly)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(charts.figures)
        assert is_reading.wait(60)
        second = threads.submit(charts.figures)
        assert not wait([second], 0.05).done
        go_on.set()

        assert (first.result(60).works, second.result(5).works) == (1, 1)
