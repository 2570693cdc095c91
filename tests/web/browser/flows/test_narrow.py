"""The study of a picture that is one pixel wide."""

from __future__ import annotations

import cv2
import numpy as np

from ..conftest import Page

_LIGHT = """() => {
  const canvas = document.querySelector("g-study canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, one, at) => sum + (at % 4 ? 0 : one), 0) * 4 / data.length;
}"""


def test_a_squint_leaves_a_picture_of_one_column_as_light_as_it_was(page: Page) -> None:
    page.goto("/studies")
    column = cv2.imencode(".png", np.full((1500, 1, 3), 140, np.uint8))[1]
    page.set_input_files(
        "[data-send] input[name=picture]",
        {"name": "column.png", "mimeType": "image/png", "buffer": column.tobytes()},
    )
    page.wait_for_selector("g-study.is-live canvas")
    assert page.locator(".big .what").inner_text() == "Value plan, 1 value"
    page.get_by_role("button", name="Grays").click()
    before = page.evaluate(_LIGHT)
    squint = page.get_by_label("Squint")
    squint.fill(squint.get_attribute("max") or "")
    page.wait_for_function("document.querySelector('.big .what').innerText.includes('squint')")

    assert abs(page.evaluate(_LIGHT) - before) < 2
