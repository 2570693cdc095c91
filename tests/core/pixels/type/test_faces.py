"""Type: letters that a face lacks come from the next, and what nobody has is told of."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gesso.core.pixels.type.faces import (
    Line,
    draw_line,
    missing,
    runs,
    shortened,
    width_of,
    wrapped,
)


def test_a_letter_that_the_first_face_lacks_is_set_in_another():
    families = [str(run.font.getname()[0]) for run in runs("Water, Вода", "text", 20)]

    assert len(families) == 2
    assert "Newsreader" in families[0]
    assert families[1] == "Noto Sans"


def test_letters_that_no_face_has_are_told_once_each():
    assert missing(["Hokusai 葛飾", "Łódź", "北斎葛"]) == "葛飾北斎"
    assert missing(["Café — “Nocturne” №5"]) == ""


def test_what_no_face_has_is_left_out_and_the_rest_is_set():
    assert width_of("A葛B", "text", 20) == width_of("AB", "text", 20)


def test_lines_are_never_wider_than_asked():
    text = "The great wave off Kanagawa, from a series of thirty-six views Donaudampfschifffahrt"
    lines = wrapped(text, "italic", 20, 120)

    assert max(width_of(line, "italic", 20) for line in lines) <= 120
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_that_is_too_long_ends_in_an_ellipsis():
    cut = shortened("A very long title that nobody reads to its end", "text", 20, 150)

    assert cut.endswith("…")
    assert width_of(cut, "text", 20) <= 150
    assert shortened("Short", "text", 20, 150) == "Short"


def test_a_line_is_drawn_upward_from_its_baseline():
    image = Image.new("L", (200, 60), 0)
    draw_line(image, (10, 40), Line("Mill", "text", 30))
    rows, columns = np.nonzero(np.asarray(image) > 128)

    assert rows.max() <= 40
    assert columns.min() >= 9
