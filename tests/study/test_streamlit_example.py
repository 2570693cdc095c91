"""The example in Streamlit runs as it stands, where streamlit is installed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not installed")

EXAMPLE = Path(__file__).parents[2] / "examples/streamlit_study.py"


def hill() -> bytes:
    down, across = np.mgrid[:180, :240]
    picture = np.full((180, 240, 3), (205, 178, 152), np.uint8)
    picture[down > 110 + 20 * np.sin(across / 30)] = (48, 70, 62)
    return bytes(cv2.imencode(".png", picture)[1])


def test_the_page_waits_for_a_picture() -> None:
    app = testing.AppTest.from_file(str(EXAMPLE), default_timeout=60).run()

    assert not app.exception
    assert app.title[0].value == "What a good teacher sees"
    assert not app.subheader


def test_a_picture_gets_its_readings_and_two_tips() -> None:
    app = testing.AppTest.from_file(str(EXAMPLE), default_timeout=60).run()
    app.file_uploader[0].upload("hill.png", hill(), "image/png").run()

    assert not app.exception
    assert "Big shapes" in [one.value for one in app.subheader]
    app.slider[0].set_value(3).run()
    assert not app.exception


def test_what_is_no_picture_is_one_sentence() -> None:
    app = testing.AppTest.from_file(str(EXAMPLE), default_timeout=60).run()
    app.file_uploader[0].upload("no.png", b"<html>no</html>", "image/png").run()

    assert not app.exception
    assert "HTML page" in app.error[0].value


def test_it_stays_within_eighty_lines() -> None:
    assert len(EXAMPLE.read_text("utf-8").splitlines()) <= 80
