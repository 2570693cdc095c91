"""Type: letters that a face lacks come from the next, and what nobody has is told of."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.core.pixels.type.fonts import font_with

from gesso.core.errors import SettingsError
from gesso.core.pixels.type import faces as faces_module
from gesso.core.pixels.type.faces import OWN, Faces, Line
from gesso.core.pixels.type.spare import SpareFonts, system_folders


def test_a_letter_that_the_first_face_lacks_is_set_in_another():
    families = [str(run.font.getname()[0]) for run in OWN.runs("Water, Вода", "text", 20)]

    assert len(families) == 2
    assert "Newsreader" in families[0]
    assert families[1] == "Noto Sans"


def test_letters_that_no_face_has_are_told_once_each():
    assert OWN.missing(["Hokusai 葛飾", "Łódź", "北斎葛"]) == "葛飾北斎"
    assert OWN.missing(["Café — “Nocturne” №5"]) == ""


def test_what_no_face_has_is_left_out_and_the_rest_is_set():
    assert OWN.width_of("A葛B", "text", 20) == OWN.width_of("AB", "text", 20)


def test_lines_are_never_wider_than_asked():
    text = "The great wave off Kanagawa, from a series of thirty-six views Donaudampfschifffahrt"
    lines = OWN.wrapped(text, "italic", 20, 120)

    assert max(OWN.width_of(line, "italic", 20) for line in lines) <= 120
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_that_is_too_long_ends_in_an_ellipsis():
    cut = OWN.shortened("A very long title that nobody reads to its end", "text", 20, 150)

    assert cut.endswith("…")
    assert OWN.width_of(cut, "text", 20) <= 150
    assert OWN.shortened("Short", "text", 20, 150) == "Short"


def test_a_line_is_drawn_upward_from_its_baseline():
    rows, columns = np.nonzero(drawn(OWN, "Mill", size=(200, 60), place=(10, 40)) > 128)

    assert rows.max() <= 40
    assert columns.min() >= 9


def test_a_font_that_is_named_sets_what_the_own_faces_lack_and_nothing_else(tmp_path: Path):
    faces = Faces(SpareFonts([font_with(tmp_path / "Own.ttf", "葛A")]))
    families = [run.font.getname()[0] for run in faces.runs("A葛A", "text", 20)]

    assert families[1] == "Own"
    assert len(families) == 3
    assert "Newsreader" in str(families[0])
    assert faces.missing(["葛飾"]) == "飾"
    assert faces.width_of("A葛", "text", 20) > faces.width_of("A", "text", 20) + 5
    assert drawn(faces, "葛").any()


def test_named_fonts_come_before_those_of_the_machine_in_their_order(tmp_path: Path):
    font_with(tmp_path / "machine" / "Aaa.ttf", "葛飾北")
    named = [font_with(tmp_path / "One.ttf", "葛"), font_with(tmp_path / "Two.ttf", "葛飾")]
    faces = Faces(SpareFonts(named, [tmp_path / "machine"]))

    assert [family(faces, letter) for letter in "葛飾北"] == ["One", "Two", "Aaa"]


def test_the_machine_is_asked_in_the_same_order_whatever_was_asked_before(tmp_path: Path):
    font_with(tmp_path / "b" / "Plain.ttf", "葛飾")
    font_with(tmp_path / "a" / "Heavy-Bold.ttf", "葛飾北斎")
    font_with(tmp_path / "c" / "LastResort.ttf", "葛飾北斎春")
    one, other = (Faces(SpareFonts((), [tmp_path])) for _ in range(2))

    there = [family(one, letter) for letter in "葛飾北春"]
    back = [family(other, letter) for letter in "春北飾葛"]
    assert there == back[::-1] == ["Plain", "Plain", "Heavy-Bold", "LastResort"]


def test_files_that_are_no_fonts_are_passed_over(tmp_path: Path):
    whole = font_with(tmp_path / "Whole.ttf", "葛").read_bytes()
    (tmp_path / "a.ttf").write_bytes(b"")
    (tmp_path / "b.ttf").write_bytes(b"\x00\x01\x00\x00\xff\xff" + bytes(40))
    (tmp_path / "c.ttf").write_bytes(b"ttcf\x00\x01\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff")
    for cut in range(0, len(whole), 37):
        (tmp_path / f"cut-{cut}.ttf").write_bytes(whole[:cut])
    rng = np.random.default_rng(0)
    for number in range(60):
        hurt = bytearray(whole)
        for at in rng.integers(0, len(hurt), 12):
            hurt[at] ^= int(rng.integers(1, 256))
        (tmp_path / f"0-hurt-{number}.ttf").write_bytes(bytes(hurt))

    assert Faces(SpareFonts((), [tmp_path])).missing(["葛飾"]) in ("飾", "")


def test_a_font_whose_map_promises_what_it_has_not_is_passed_over(tmp_path: Path):
    font_with(tmp_path / "Aaa.ttf", "葛", drawn=False)
    assert Faces(SpareFonts((), [tmp_path])).missing(["葛"]) == "葛"

    font_with(tmp_path / "Bbb.ttf", "葛")
    assert family(Faces(SpareFonts((), [tmp_path])), "葛") == "Bbb"


def test_a_named_font_that_is_none_is_told_in_a_sentence(tmp_path: Path):
    (tmp_path / "words.ttf").write_text("no font")
    for name in ("words.ttf", "gone.ttf"):
        faces = Faces(SpareFonts([tmp_path / name]))
        assert faces.missing(["Sea"]) == "", "nobody looks while nothing is lacking"
        with pytest.raises(SettingsError, match=name):
            faces.missing(["葛"])


def test_words_in_a_script_without_spaces_are_broken_where_the_line_ends(tmp_path: Path):
    faces = Faces(SpareFonts([font_with(tmp_path / "Own.ttf", "葛飾北斎")]))
    lines = faces.wrapped("葛飾北斎" * 6, "text", 20, 100)

    assert max(faces.width_of(line, "text", 20) for line in lines) <= 100
    assert "".join(lines) == "葛飾北斎" * 6


@pytest.fixture(scope="module")
def machine() -> Faces:
    return Faces(SpareFonts((), system_folders()))


def test_a_font_of_this_machine_has_what_the_own_faces_lack(machine: Faces):
    if machine.missing(["北斎"]):
        pytest.skip("no font of this machine has Chinese letters")

    assert drawn(machine, "北斎").any()
    assert len({family(machine, letter) for letter in "北斎"}) == 1


def test_arabic_is_joined_and_runs_from_the_right(machine: Faces):
    if machine.missing(["سلام"]):
        pytest.skip("no font of this machine has Arabic letters, or nothing here joins them")

    word, parted = drawn(machine, "سلام"), "س ل ا م"
    assert machine.width_of("سلام", "text", 30) < machine.width_of(parted, "text", 30)
    alone = [machine.width_of(one, "text", 30) for one in "سلام"]
    assert machine.width_of("سلام", "text", 30) < 0.95 * sum(alone), "joined letters are narrower"
    first = drawn(machine, "س")
    right = word[:, : int(np.nonzero(word.any(axis=0))[0].max()) + 1]
    assert right.any()
    assert first.any()
    mixed = machine.runs("سلام (1990) سلام", "text", 30)
    assert [run.text.strip() for run in mixed] == ["سلام", "(1990)", "سلام"]
    assert machine.runs("سلام sea", "text", 30)[0].text.strip() == "sea"
    assert machine.runs("Sea سلام", "text", 30)[0].text.strip() == "Sea"


def test_where_nothing_joins_letters_scripts_that_join_are_told_as_lacking(
    machine: Faces, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(faces_module, "_CAN_JOIN", False)

    assert machine.missing(["سلام, sea"]) == "سلام"
    assert [run.text for run in machine.runs("سلام sea", "text", 30)] == [" sea"]


def test_marks_stay_with_the_letter_before_them():
    runs = OWN.runs(unicodedata.normalize("NFD", "Вода́ é"), "text", 20)

    assert "".join(run.text for run in runs) == unicodedata.normalize("NFD", "Вода́ é")
    assert runs[0].text.startswith("Вода́")


def family(faces: Faces, letter: str) -> str:
    (run,) = faces.runs(letter, "text", 20)
    return str(run.font.getname()[0])


def drawn(
    faces: Faces, text: str, *, size: tuple[int, int] = (300, 80), place: tuple[int, int] = (10, 50)
) -> NDArray[np.uint8]:
    image = Image.new("L", size, 0)
    faces.draw_line(image, place, Line(text, "text", 30))
    return np.asarray(image)
