"""`gesso study`, as a person calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from gesso.core.pixels.decode import decode

HEIGHT, WIDTH = 180, 240


@pytest.fixture
def hill(tmp_path: Path) -> Path:
    """A dark hill before a light sky with a small sun."""
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    picture = np.full((HEIGHT, WIDTH, 3), (205, 178, 152), np.uint8)
    picture[down > 110 + 20 * np.sin(across / 30)] = (48, 70, 62)
    picture[(across - 170) ** 2 + (down - 45) ** 2 < 11**2] = (170, 236, 252)
    path = tmp_path / "hill.png"
    cv2.imwrite(str(path), picture)
    return path


@pytest.fixture
def work(gesso, hill) -> str:
    said = gesso("collect", "folder", hill.parent)
    assert said.code == 0, said.err
    return "work:1"


def test_a_file_is_studied_without_a_word_more(gesso, hill):
    said = gesso("study", hill)

    assert said.code == 0
    assert "Values" in said.out
    assert "1. " in said.out
    assert "2. " in said.out
    assert not Path("studio").exists()


def test_the_sheets_and_the_page_are_written_where_they_are_wished(gesso, hill):
    document = gesso("study", hill, "--out", "sheets", "--k", "4", "--json").document

    assert all(Path(name).is_file() for name in document["files"])
    assert Path("sheets/study.pdf").read_bytes().startswith(b"%PDF")
    for sheet in Path("sheets/sheets").glob("*.png"):
        assert decode(sheet.read_bytes()).picture.width > 0


def test_a_kept_study_stands_in_the_works_history(gesso, work):
    kept = gesso("study", work, "--keep", "--json").document["kept"]
    gesso("study", work, "--keep", "--intent", "high-key")

    history = gesso("study", "history", work, "--json").document

    assert [row["id"] for row in history] == [kept, kept + 1]
    assert "2 studies" in gesso("study", "history", work).out


def test_a_file_has_no_history(gesso, hill):
    said = gesso("study", hill, "--keep")

    assert said.code == 2
    assert "studies are kept under works" in said.err


def test_an_attempt_that_is_the_reference_agrees_with_it(gesso, hill):
    said = gesso("study", "compare", hill, hill, "--json")

    assert said.document["agreement"] == 1.0


def test_a_change_is_shown_with_what_it_moves(gesso, hill):
    said = gesso("study", "what-if", hill, "mute-colour", "--amount", "1", "--out", "gray.png",
                 "--json")  # fmt: skip

    told = said.document
    assert told["after"]["chroma"] < told["before"]["chroma"]
    before, after = (
        np.ptp(decode(path.read_bytes()).picture.rgb.astype(int), axis=2).mean()
        for path in (hill, Path("gray.png"))
    )
    assert after < before


def test_without_a_name_it_is_the_change_of_the_first_tip(gesso, hill):
    first = gesso("study", hill, "--json").document["tips"][0]["what_if"]

    assert gesso("study", "what-if", hill, "--json").document["what_if"] == first


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("push-focl",), "Did you mean 'push-focal'?"),
        (("merge-blocks", "--block", "9"), "Block 9 is not in this picture."),
        (("push-focal", "--amount", "2"), "2"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_what_can(gesso, hill, arguments, sentence):
    said = gesso("study", "what-if", hill, *arguments)

    assert said.code == 2
    assert sentence in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_refused_in_two_lines(gesso, tmp_path, data):
    (tmp_path / "bad.png").write_bytes(data)

    said = gesso("study", tmp_path / "bad.png")

    assert said.code == 2
    assert len(said.err.strip().splitlines()) == 2


def test_the_subject_is_told_by_a_box_and_strokes(gesso, hill):
    said = gesso("study", hill, "--box", "0.6,0.1,0.25,0.3", "--keep-stroke", "0.7,0.25 0.72,0.25",
                 "--drop-stroke", "0.62,0.12 0.82,0.12", "--json")  # fmt: skip

    subject = next(one for one in said.document["readings"] if one["tool"] == "subject")
    assert subject["figures"]["marked"] is True
    assert subject["figures"]["subject_share"] == pytest.approx(
        np.pi * 11**2 / (HEIGHT * WIDTH), rel=0.15
    )


def test_a_box_outside_the_picture_is_one_clear_sentence(gesso, hill):
    said = gesso("study", hill, "--box", "0.5,0.5,0.9,0.9")

    assert said.code == 2
    assert "A box of 0.5,0.5,0.9,0.9 does not lie in the picture." in said.err


def test_a_model_that_is_not_there_is_said_by_the_subject_alone(gesso, hill):
    said = gesso("study", hill, "--subject-model", "nowhere.onnx")

    assert said.code == 0
    assert "There is no model at 'nowhere.onnx'" in " ".join(said.out.split())
    assert "1. " in said.out


NOISE = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)


def _turned(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(NOISE).save(path, "JPEG", exif=exif)


ODD: dict[str, Callable[[Path], object]] = {
    "one-colour.png": lambda path: cv2.imwrite(str(path), np.full((64, 64, 3), 90, np.uint8)),
    "one-pixel.png": lambda path: cv2.imwrite(str(path), np.zeros((1, 1, 3), np.uint8)),
    "thread.png": lambda path: cv2.imwrite(str(path), np.full((20_000, 1, 3), 200, np.uint8)),
    "noise.png": lambda path: cv2.imwrite(str(path), NOISE),
    "one-bit.png": lambda path: Image.fromarray(NOISE).convert("1").save(path),
    "transparent.png": lambda path: Image.fromarray(NOISE).convert("RGBA").save(path),
    "sixteen-bit.png": lambda path: cv2.imwrite(str(path), NOISE.astype(np.uint16) * 257),
    "cmyk.jpg": lambda path: Image.fromarray(NOISE).convert("CMYK").save(path),
    "turned.jpg": _turned,
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_read_written_and_printed(gesso, tmp_path, name):
    ODD[name](tmp_path / name)

    said = gesso("study", tmp_path / name, "--out", "sheets", "--json")

    assert said.code == 0, said.err
    assert Path("sheets/study.pdf").read_bytes().startswith(b"%PDF")
    told = json.loads(Path("sheets/study.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert len(told["tips"]) == 2 or told["silence"]
    assert not [one for one in told["readings"] if "fault" in one["abstains"]]
    if name == "turned.jpg":
        assert (told["width"], told["height"]) == (120, 160)


def test_a_picture_cut_short_and_one_too_large_are_one_clear_sentence(gesso, tmp_path, hill):
    short, large = tmp_path / "short.png", tmp_path / "large.png"
    short.write_bytes(hill.read_bytes()[:400])
    Image.new("1", (12_000, 9_000)).save(large)

    for path, words in ((short, "short.png"), (large, "pictures.max_megapixels")):
        said = gesso("study", path)
        assert said.code == 2
        assert len(said.err.strip().splitlines()) == 2
        assert words in said.err


def test_noise_is_told_as_noise(gesso, tmp_path):
    cv2.imwrite(str(tmp_path / "noise.png"), NOISE)

    assert "This reads as noise" in gesso("study", tmp_path / "noise.png").out
