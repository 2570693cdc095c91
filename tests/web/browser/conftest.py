"""A browser before a served studio: a page whose faults are the test's faults.

    def test_a_page(page: Page) -> None:
        page.goto("/")                       # the studio's own address goes before it
        assert not refused(page)             # what axe finds serious

Whatever the console calls an error, an exception nobody caught, or anything that the content
policy refuses, fails the test. A test that provokes one looks at `faults` and clears it.
"""

from __future__ import annotations

import colorsys
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.records.works import Origin, Provenance, Rights

from ..conftest import served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

WORKS = 30
ASPECTS = ((4, 3), (3, 4), (1, 1), (16, 9), (2, 3), (5, 4), (3, 1), (9, 16))
_TELL = """
addEventListener("securitypolicyviolation", (event) => console.error(
  `the content policy refused ${event.violatedDirective}: ${event.blockedURI}`));
"""
# Reduced in the page: all that axe finds takes minutes to be carried out of it now and then.
_SERIOUS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.slice(0, 3).map(
      (node) => `${one.id}: ${one.help}: ${node.html.slice(0, 160)}`));
}"""
_WITHOUT = "no chromium: install it, or name one by GESSO_CHROMIUM"

Page = Any
"""A playwright page; `Any`, so that these files can be read where playwright is not."""


def drawn(number: int, aspect: tuple[int, int] | None = None, side: int = 360) -> bytes:
    """A PNG of hills in a hue of their own under a sky with a sun; no two numbers are alike."""
    across, down = aspect or ASPECTS[number % len(ASPECTS)]
    width = side if across >= down else side * across // down
    height = side if down >= across else side * down // across
    hue = (number * 0.381966) % 1.0
    y, x = np.mgrid[:height, :width].astype(np.float32) / side
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = _bgr(hue + 0.5, 0.25, 0.92)
    picture *= (1.0 - 0.25 * y)[..., None]
    picture[(x - 0.3 - 0.4 * hue) ** 2 + (y - 0.18) ** 2 < 0.006] = _bgr(hue + 0.1, 0.55, 1.0)
    for layer in range(3):
        ridge = (0.42 + 0.17 * layer) * height / side
        edge = ridge + 0.06 * np.sin(x * (6 + 3 * layer) + number * 1.7 + layer)
        picture[y > edge] = _bgr(hue + 0.04 * layer, 0.55, 0.72 - 0.22 * layer)
    data = cv2.imencode(".png", (picture * 255).clip(0, 255).astype(np.uint8))[1]
    return bytes(data.tobytes())


def _bgr(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return blue, green, red


def refused(page: Page) -> list[str]:
    """What axe finds serious or critical on a page, one line each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.evaluate(axe.axe_script)
    found: list[str] = page.evaluate(_SERIOUS)
    return found


@pytest.fixture(scope="session")
def exhibition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio's folder with works of every shape and hue; never served itself, only copied."""
    folder = tmp_path_factory.mktemp("browser") / "exhibition"
    with Studio.open(folder) as studio:
        for number in range(WORKS):
            name = f"Hills, plate {number + 1}"
            origin: Origin = "collected" if number % 3 == 2 else "brought"
            studio.catalogue.accession.accept_bytes(
                drawn(number),
                name=f"{name}.png",
                title=name,
                provenance=Provenance(
                    origin, "painted over" if number % 5 == 4 else "drawn", f"plate-{number + 1}"
                ),
                rights=Rights("CC0-1.0"),
            )
    return folder


@pytest.fixture(scope="module")
def site(exhibition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """The exhibition behind a server, one of its own for each module; a client of it."""
    folder = tmp_path_factory.mktemp("served") / "exhibition"
    shutil.copytree(exhibition, folder)
    with served(folder) as asked:
        yield asked


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window, one for each module.

    While it is open its event loop runs in this thread, where no other test could run its own.
    """
    path = os.environ.get("GESSO_CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip(_WITHOUT)
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong on the pages of this test; cleared by a test that wanted it."""
    return []


@pytest.fixture
def open_page(
    browser: Any, site: httpx2.Client, faults: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens pages of the site as somebody else: `open_page(viewport=..., java_script_enabled=...)`.

    Everything that `new_context` takes may be given; each page has storage of its own.
    """
    contexts = []

    def opened(**wishes: Any) -> Page:
        told = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | wishes
        context = browser.new_context(base_url=str(site.base_url), **told)
        contexts.append(context)
        context.set_default_timeout(60_000)  # for a machine that has other things to do
        if wishes.get("java_script_enabled", True):
            context.add_init_script(_TELL)
        page = context.new_page()
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of a usual size that no one has visited before."""
    return open_page()
