"""Every hostile sample at the real door, held to what its manifest expects and checks."""

from __future__ import annotations

import csv
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gesso.collect.sources.local.folder import FolderOptions, FolderSource
from gesso.collect.sources.local.told.recipes import told_by_file
from gesso.collect.sources.local.told.tables import TABLES
from gesso.collect.sources.source import Wish
from gesso.core.errors import GessoError, PictureError, WorkerLost
from gesso.core.pixels.decode import decode
from gesso.core.records.works import Work
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.limits import Limits

from .door import MOST_OVER_BASELINE, Door, is_one_sentence
from .mutations import made_files

READ = {"JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"}
Answers = dict[str, Work | Exception]


@pytest.fixture(scope="module")
def answers(
    bad_rows: list[dict[str, Any]],
    sample_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Door, Answers]]:
    """Every bad picture's file name, and what became of it at one door."""
    with Door(tmp_path_factory.mktemp("door") / "studio") as door:
        door.warm(made_files()[0])
        names: dict[bytes, list[str]] = {}
        for row in bad_rows:
            if row["kind"] == "bad_image":
                data = (sample_data / row["file"]).read_bytes()
                names.setdefault(data, []).append(Path(row["file"]).name)
        found: Answers = {}
        for data, answer in door.through(names):
            found.update(dict.fromkeys(names[data], answer))
        yield door, found


def test_each_picture_is_answered_as_its_manifest_expects(
    answers: tuple[Door, Answers], bad_rows: list[dict[str, Any]]
) -> None:
    _, found = answers
    wrong = []
    for row in bad_rows:
        if row["kind"] != "bad_image":
            continue
        name, expected = Path(row["file"]).name, row["expect"]
        if row.get("measured_pillow_13_0", {}).get("format") not in READ and expected == "accept":
            expected = "reject"  # BMP and PPM, which are not read here
        answer = "accept" if isinstance(found[name], Work) else "reject"
        if expected == "neutralise":
            expected = "accept"
        if expected not in {"either", answer}:
            wrong.append((name, row["expect"], str(found[name])))

    assert len(found) > 100
    assert wrong == []


def test_every_refusal_is_one_sentence_and_no_worker_is_lost(
    answers: tuple[Door, Answers],
) -> None:
    _, found = answers
    refusals = [answer for answer in found.values() if isinstance(answer, Exception)]

    assert refusals
    assert [str(one) for one in refusals if isinstance(one, WorkerLost)] == []
    assert [str(one) for one in refusals if not is_one_sentence(one)] == []


def test_the_memory_of_a_worker_stays_near_its_baseline(answers: tuple[Door, Answers]) -> None:
    door, _ = answers
    tally = door.tally([])

    assert tally.peak - tally.baseline <= MOST_OVER_BASELINE


def test_what_was_accepted_is_stored_to_the_byte_and_shown_upright(
    answers: tuple[Door, Answers], sample_data: Path
) -> None:
    door, found = answers
    for name, work in found.items():
        if not isinstance(work, Work):
            continue
        assert door.catalogue.data(work) == (sample_data / "bad" / "image" / name).read_bytes()
        if name.startswith("orientation-") and name != "orientation-bad.jpg":
            assert (work.width, work.height) == (120, 80)
    assert isinstance(found["orientation-7.jpg"], Work)


# What the manifest's `check` asks of accepted pictures ---------------------------------------


@pytest.fixture
def pixels(sample_data: Path) -> Callable[[str], Any]:
    def read(name: str) -> Any:
        return decode((sample_data / "bad" / "image" / name).read_bytes()).picture.rgb.astype(int)

    return read


def test_colours_are_those_that_the_file_means(pixels: Callable[[str], Any]) -> None:
    gray = pixels("gray.jpg")
    assert abs(gray.mean() - pixels("gray16.png").mean()) < 25, "not clipped to white"
    cmyk, plain = pixels("cmyk.jpg"), pixels("no-end-marker.jpg")
    assert np.abs(cmyk - plain).mean() < 40, "close to the RGB original, not inverted"
    assert np.abs(cmyk - plain).mean() < np.abs((255 - cmyk) - plain).mean()
    right = pixels("icc-p3.png")[60, -20]
    assert np.abs(right - (128, 160, 90)).max() > 2, "converted to sRGB"
    assert pixels("float32.tif").mean() > 20, "not black"
    assert pixels("float32-nan.tif").min() >= 0


def test_a_wide_profile_looks_more_saturated_than_without_it(
    pixels: Callable[[str], Any], sample_data: Path
) -> None:
    def saturation(rgb: Any) -> float:
        return float((rgb.max(axis=2) - rgb.min(axis=2)).mean())

    path = sample_data / "bad" / "image" / "icc-prophoto.jpg"
    with Image.open(path) as image:
        ignored = np.asarray(image.convert("RGB")).astype(int)
    assert saturation(pixels("icc-prophoto.jpg")) > saturation(ignored) + 2


def test_every_orientation_shows_red_top_left(pixels: Callable[[str], Any]) -> None:
    corners = {(10, 10): "red", (10, -10): "green", (-10, 10): "blue", (-10, -10): "yellow"}
    channels = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "yellow": (1, 1, 0)}
    for number in range(1, 9):
        rgb = pixels(f"orientation-{number}.jpg")
        assert rgb.shape == (80, 120, 3)
        for place, colour in corners.items():
            assert tuple((rgb[place] > 127).astype(int)) == channels[colour], (number, colour)
    assert pixels("orientation-bad.jpg").size


def test_transparency_lies_over_white_and_hides_its_colours(
    answers: tuple[Door, Answers], pixels: Callable[[str], Any], sample_data: Path
) -> None:
    assert pixels("alpha-zero.png").min() == 255
    hidden = answers[1]["alpha-zero.png"]
    assert isinstance(hidden, Work)
    assert [round(swatch.lightness, 2) for swatch in hidden.swatches] == [1.0]
    with Image.open(sample_data / "bad" / "image" / "alpha-gradient.png") as image:
        white = Image.new("RGBA", image.size, "white")
        composed = np.asarray(Image.alpha_composite(white, image.convert("RGBA")).convert("RGB"))
    assert np.abs(pixels("alpha-gradient.png") - composed).max() <= 2, "composited, not dropped"
    assert pixels("palette-transparent.png").max() == 255


def test_thin_and_tiny_pictures_have_thumbnails_of_a_pixel_at_least(
    answers: tuple[Door, Answers],
) -> None:
    door, found = answers
    for name in ("thin-tall.png", "thin-wide.jpg", "one-pixel.png", "three-by-two.png"):
        work = found[name]
        assert isinstance(work, Work)
        for _, key in work.thumbnails:
            with Image.open(io.BytesIO(door.catalogue.blobs.get(key))) as thumbnail:
                assert min(thumbnail.size) >= 1
                assert max(thumbnail.size) <= 512


def test_texts_are_read_as_data_and_a_bomb_of_text_is_dropped(sample_data: Path) -> None:
    folder = sample_data / "bad" / "image"
    parameters = told_by_file((folder / "png-parameters.png").read_bytes())
    assert parameters.facts.extra.get("recipe") == "a1111"
    injected = told_by_file((folder / "exif-gps-injection.jpg").read_bytes())
    assert all(line.isprintable() for line in map(str, injected.facts.extra.values()))
    bomb = told_by_file((folder / "bomb-text.png").read_bytes())
    assert sum(len(str(value)) for value in bomb.facts.extra.values()) < 50_000
    for path in sorted(folder.iterdir()):
        told_by_file(path.read_bytes())


# Bad lists and archives ------------------------------------------------------------------------


def offered(path: Path) -> tuple[list[str], FolderSource, list[Any]]:
    source = FolderSource(FolderOptions())
    finds = list(source.finds(Wish((str(path),))))
    return [find.identifier for find in finds], source, finds


def test_an_archive_that_climbs_gives_its_good_member_alone(sample_data: Path) -> None:
    names, source, finds = offered(sample_data / "bad" / "data" / "zip-slip.zip")

    assert names == ["zip-slip.zip!/ok.jpg"]
    assert (source.fetch(finds[0]) or pytest.fail("nothing came")).data.startswith(b"\xff\xd8")
    assert len(source.complaints()) == 5


def test_awkward_names_are_all_kept_apart(sample_data: Path) -> None:
    path = sample_data / "bad" / "data" / "hostile-names.zip"
    with zipfile.ZipFile(path) as archive:
        members = len(archive.infolist())

    names, source, finds = offered(path)

    assert len(set(names)) == members == 17
    assert all(name.isprintable() for name in names)
    first = source.fetch(finds[0])
    assert first is not None
    assert all((source.fetch(find) or first).data == first.data for find in finds)


def test_a_bomb_in_an_archive_gives_nothing(sample_data: Path) -> None:
    names, source, _ = offered(sample_data / "bad" / "data" / "zip-bomb.zip")

    assert names == []
    assert "not read" in source.complaints()[0]


def test_a_bomb_that_calls_itself_a_picture_is_stopped_by_its_size(
    sample_data: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(sample_data / "bad" / "data" / "zip-bomb.zip") as archive:
        data = archive.read("big.ppm")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.png", data)

    names, source, _ = offered(tmp_path / "a.zip")

    assert names == []
    assert "claims to grow" in source.complaints()[0]


def test_bad_lists_are_read_line_by_line_and_told(sample_data: Path) -> None:
    def read(kind: str, data: bytes) -> tuple[list[Any], list[str]]:
        said: list[str] = []
        return list(TABLES.open(kind)(io.BytesIO(data), said.append)), said

    folder = sample_data / "bad" / "data"
    rows, said = read("jsonl", (folder / "hostile.ndjson").read_bytes())
    assert {row.values.get("id") for row in rows} >= {"ok-1", "ok-last", "bom", "crlf", "surrogate"}
    assert len(said) == 5
    assert all(line.startswith("line ") for line in said)
    rows, said = read("csv", (folder / "ragged.csv").read_bytes())
    assert [row.line for row in rows] == [2, 4]
    assert [line.partition(":")[0] for line in said] == ["line 3", "line 5"]
    with pytest.raises(csv.Error):
        list(csv.reader(io.StringIO((folder / "ragged.csv").read_text("utf-8")), strict=True))


# Bad neighbours of a worker ------------------------------------------------------------------


def test_a_picture_that_needs_more_memory_than_a_worker_may_have_fails_alone(
    tmp_path: Path,
) -> None:
    large = io.BytesIO()
    Image.new("RGB", (4000, 4000), "navy").save(large, "PNG")
    small = made_files()[0]
    options = EngineOptions(workers=1, limits=Limits(memory_bytes=40 << 20, is_quiet=True))
    with Door(tmp_path / "studio", options) as door:
        door.warm(small)
        answers = dict(door.through([large.getvalue(), small]))

    refused = answers[large.getvalue()]
    assert isinstance(refused, PictureError)
    assert "needs more memory" in refused.message
    assert isinstance(answers[small], Work)


def test_a_tar_in_a_tar_and_a_picture_that_is_a_tar_are_no_pictures(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a.png"))
    (tmp_path / "tar.png").write_bytes(inner.getvalue())
    _, source, finds = offered(tmp_path)

    delivery = source.fetch(finds[0])

    assert delivery is not None
    with pytest.raises(GessoError, match="no picture"):
        decode(delivery.data)


def test_numbers_that_are_none_are_black_without_a_word() -> None:
    out = io.BytesIO()
    Image.new("F", (2, 1)).save(out, "TIFF")
    data = bytearray(out.getvalue())
    signalling = struct.pack("<I", 0x7F800001)
    at = data.rindex(b"\0" * 8)
    data[at : at + 8] = signalling + struct.pack("<f", 1.0)

    pixels = decode(bytes(data)).picture.rgb

    assert pixels[:, :, 0].tolist() == [[0, 255]]
