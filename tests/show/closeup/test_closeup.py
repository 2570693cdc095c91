"""A work's record, its judgement as bars, and what may be taken away."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Check, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Provenance, Rights, Work
from gesso.show.closeup.downloads import Downloads, contents_of, safe_name
from gesso.show.closeup.judgement import bars_of
from gesso.show.closeup.record import Records, ago

MAKER = Maker("measured", "1")
NOW = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(tmp_path: Path, clock: Clock) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio", clock=clock) as opened:
        yield opened


def photograph(form: str = "JPEG", *, gps: bool = True) -> bytes:
    """A file that says where and with what it was taken."""
    image = Image.new("RGB", (60, 40), (90, 120, 150))
    exif = Image.Exif()
    exif[0x010F] = "Lantern Cameras"
    exif[0x0132] = "2026:11:14 12:00:00"
    if gps:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


def brought(catalogue: Catalogue, data: bytes, title: str = "Pier") -> Work:
    return catalogue.accession.accept_bytes(
        data, name=title, title=title, provenance=Provenance("brought", title), rights=Rights()
    )


def recipe(run: str = "", item: str = "") -> Recipe:
    rows = ("A pier", "the sea", "still", "dusk", "grey", "low", "people")
    prompt = Prompt("Pier", *rows, "A pier at dusk.", "It ends in nothing.", "", (), (), MAKER)
    return Recipe(
        prompt, Maker("procedural", "1"), 7, 32, 32, "algorithmicMedia", run=run, item=item
    )


# The record -----------------------------------------------------------------------------------


def test_a_file_is_held_against_its_hash_once_an_hour(catalogue: Catalogue, clock: Clock) -> None:
    records = Records(lambda: catalogue, clock)
    work = brought(catalogue, photograph())

    first = records.checked(work)
    clock.now += timedelta(minutes=59)
    again = records.checked(work)
    clock.now += timedelta(minutes=1)
    later = records.checked(work)

    assert first is not None
    assert again is first
    assert later is not None
    assert later.at == clock.now
    assert first.damage == later.damage == ""


def test_a_file_that_was_changed_on_the_disk_is_told(catalogue: Catalogue, clock: Clock) -> None:
    records = Records(lambda: catalogue, clock)
    work = brought(catalogue, photograph())
    path = catalogue.path_of(work)
    assert path is not None
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    found = records.checked(work)

    assert found is not None
    assert "other bytes" in found.damage


def test_a_file_that_is_gone_is_told(catalogue: Catalogue, clock: Clock) -> None:
    records = Records(lambda: catalogue, clock)
    work = brought(catalogue, photograph())
    path = catalogue.path_of(work)
    assert path is not None
    path.unlink()

    found = records.checked(work)

    assert found is not None
    assert found.damage


def test_calls_are_those_of_the_works_own_item(catalogue: Catalogue, clock: Clock) -> None:
    def call(item: str, attempt: int, cost: float) -> None:
        number = catalogue.calls.open(
            errand=Errand("run-1", item), provider="fal", operation="paint", model="m",
            attempt=attempt, key=f"{item}-{attempt}", reserved_usd=0.5, waited_s=0.0,
        )  # fmt: skip
        clock.now += timedelta(seconds=4)
        catalogue.calls.settle(
            number, state="done", status=200, request_id="", cost_usd=cost, price_source="test",
            input_units=None, output_units=None, error="",
        )  # fmt: skip

    call("one", 1, 0.02)
    call("one", 2, 0.03)
    call("two", 1, 9.0)

    found = Records(lambda: catalogue, clock).calls(recipe("run-1", "one"))

    assert (found.count, found.retries, found.seconds) == (2, 1, 8.0)
    assert found.cost_usd == pytest.approx(0.05)
    assert Records(lambda: catalogue, clock).calls(None).count == 0


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "just now"), (1, "1 minute ago"), (59, "59 minutes ago"), (125, "2 hours ago")],
)
def test_a_time_that_has_passed_is_told_in_words(minutes: int, words: str) -> None:
    assert ago(NOW - timedelta(minutes=minutes), NOW) == words


# The judgement --------------------------------------------------------------------------------


def test_bars_tell_the_whole_first_and_then_what_was_met_worst() -> None:
    evaluation = Evaluation(
        checks=(Check("Is there a pier?", "yes", ""), Check("Is it dusk?", "unknown", "")),
        measures=(
            Measure("contrast", 0.4, 0.5, 0.1),
            Measure("warm_share", 0.9, 0.1, 0.8),
            Measure("edges", 0.3),
        ),
        error=0.45, score=0.4, verdict="Too warm.", maker=MAKER,
    )  # fmt: skip

    bars = bars_of(evaluation)

    assert [bar.name for bar in bars] == [
        "The whole", "What was asked for", "Warm share", "Contrast",
    ]  # fmt: skip
    assert [bar.share for bar in bars] == pytest.approx([0.4, 0.75, 0.2, 0.9])
    assert bars[1].words == "1 of 2 yes, 1 not to be told"
    assert bars[2].words == "0.9, aimed at 0.1"


# Downloads ------------------------------------------------------------------------------------


def test_an_original_says_first_that_it_tells_the_place(catalogue: Catalogue) -> None:
    downloads = Downloads(lambda: catalogue, "gesso")

    assert downloads.contents(brought(catalogue, photograph()))[0] == (
        "the place where it was taken (GPS)"
    )
    assert contents_of(photograph(gps=False)) == ["the camera", "when it was taken"]
    assert contents_of(photograph("PNG"))[0] == "the place where it was taken (GPS)"
    assert contents_of(b"no picture") == ["data that cannot be read"]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_stripped_file_tells_nothing_and_shows_the_same(catalogue: Catalogue, form: str) -> None:
    work = brought(catalogue, photograph(form))

    found = Downloads(lambda: catalogue, "gesso").file(work, "stripped")

    assert contents_of(found.data) == []
    assert b"Lantern" not in found.data
    shown = np.asarray(Image.open(io.BytesIO(found.data)).convert("RGB"))
    assert np.array_equal(shown, catalogue.picture(work).rgb)


def test_an_original_is_the_file_to_the_byte(catalogue: Catalogue) -> None:
    data = photograph()
    work = brought(catalogue, data)

    found = Downloads(lambda: catalogue, "gesso").file(work, "original")

    assert (found.data, found.media_type) == (data, "image/jpeg")
    assert found.name == f"Pier {work.id}.jpg"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Beam Across Nothing", "Beam Across Nothing 3"),
        ("../../etc/passwd", "etc passwd 3"),
        ('a"b\r\nSet-Cookie: x', "a b Set-Cookie x 3"),
        ("夜の灯台", "夜の灯台 3"),
        ("\x00\x1b[31m", "31m 3"),
        ("con", "con 3"),
        ("", "work 3"),
        ("...", "work 3"),
    ],
)
def test_a_title_becomes_a_name_that_is_safe_everywhere(title: str, name: str) -> None:
    assert safe_name(title, 3) == name


def test_a_header_names_a_file_in_ascii_and_in_full(catalogue: Catalogue) -> None:
    work = brought(catalogue, photograph(), "Café, 夜")

    told = Downloads(lambda: catalogue, "gesso").file(work, "original").disposition

    assert told == (
        f'attachment; filename="Cafe {work.id}.jpg"; '
        f"filename*=UTF-8''Caf%C3%A9%2C%20%E5%A4%9C%20{work.id}.jpg"
    )


def test_a_sidecar_tells_how_a_work_was_made(catalogue: Catalogue) -> None:
    picture = Picture(np.full((32, 32, 3), 90, np.uint8))
    made = catalogue.accession.accept_painting(
        picture, title="Pier", creator="procedural", rights=Rights(), recipe=recipe(),
        provenance=Provenance("made", "procedural", "run/item/1/0"), standing="kept",
    )  # fmt: skip
    downloads = Downloads(lambda: catalogue, "gesso 1")

    told = downloads.sidecar(made)
    plain = downloads.sidecar(brought(catalogue, photograph()))

    assert b"A pier at dusk." in told.data
    assert b"digitalsourcetype/algorithmicMedia" in told.data
    assert told.name == f"Pier {made.id}.png.xmp"
    assert b"gesso 1" in plain.data
