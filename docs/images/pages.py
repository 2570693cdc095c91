"""Makes the pictures of the pages, one of each with its three walls side by side.

Every work in them is painted by gesso, and every tune is made here, from seeds, so they can be
made again. A folder that is named keeps the studio, and a second time nothing is painted.

python docs/images/pages.py [FOLDER] [PAGE ...]
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.show.sets import Sets
from gesso.show.story.composing.composer import StoryWish
from gesso.web.server.options import ServerOptions
from gesso.web.serving import serve

HERE = Path(__file__).resolve().parent
WALLS = ("chalk", "grey", "nocturne")
SIZE: ViewportSize = {"width": 1200, "height": 800}
EACH_PX, GAP_PX, MOST_BYTES = 640, 12, 200_000
EXHIBITIONS = (
    ("nocturne", "Nocturne & Mechanism", 2, 8, 768, 768),
    ("harbour", "Harbours at dawn", 5, 8, 960, 640),
    ("garden", "Gardens after rain", 7, 8, 640, 896),
    ("winter", "Snow and copper", 11, 6, 1024, 576),
    ("desert", "Deserts & orchards", 3, 8, 896, 672),
)
"""Name of the run, theme, seed, works, width and height in pixels."""
TUNES = (("Lamplight", 66, 196.0), ("Clockwork", 132, 262.0), ("Snowmelt", 92, 330.0))
"""Title, beats a minute, and the lowest note in hertz."""
PAGES = {
    "gallery": "/?order=shuffled&seed=4",
    "colour": "/?colours=35-47",
    "work": "/works/{work}",
    "compare": "/compare?a={work}&b=values",
    "study": "/studies/{studied}",
    "make": "/make?theme=Nocturne+%26+Mechanism&works=6",
    "run": "/runs/garden",
    "collect": "/collect",
    "search": "/search?words=moon+water",
    "set": "/sets/1",
    "story": "/stories/1",
    "music": "/works/{work}/music",
    "figures": "/figures",
    "runs": "/runs",
    "state": "/state",
    "settings": "/settings",
}
CHROMIUM = "/usr/bin/chromium"


def main(folder: Path, wanted: list[str]) -> None:
    """Paint what is missing, look at every page on every wall, and write what is seen."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    os.chdir(folder.parent)  # the settings' page tells where a studio is, as it was named
    folder = Path(folder.name)
    made = paint(folder)
    places = {"work": made[0], "studied": made[9]}
    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, path in PAGES.items():
            if wanted and name not in wanted:
                continue
            seen = [shot(browser, address + path.format(**places), wall) for wall in WALLS]
            write(HERE / "pages" / f"{name}.jpg", beside(seen))
        if not wanted or "gallery" in wanted:
            wide: ViewportSize = {"width": 1600, "height": 1000}
            write(HERE / "gallery.jpg", shot(browser, address + PAGES["gallery"], "chalk", wide))
        browser.close()


def paint(folder: Path) -> list[int]:
    """Fill the studio, unless it is filled: exhibitions, favourites, sets, tunes, a story.

    Returns:
        The numbers of the works, exhibition by exhibition.
    """
    made: list[int] = []
    for run, theme, seed, works, width, height in EXHIBITIONS:
        size = {"make.seed": seed, "make.width": width, "make.height": height, "make.rounds": 2}
        with Studio.open(folder, size) as studio:
            told = studio.make.exhibition(theme, works=works, run_id=run, allow_repeat=True)
            made.extend(work.id for work in told.kept)
    with Studio.open(folder) as studio:
        if studio.stories.count():
            return made
        for number in made[::5]:
            studio.catalogue.works.set_favourite(number, True)
        sets = Sets(lambda: studio.catalogue)
        sets.create("The long corridor", "From dawn to night, left to right.", made[::3])
        sets.create("For the kitchen", "", made[1::7])
        for title, bpm, hz in TUNES:
            facts = TrackFacts(title=title, artist="gesso", licence="CC0-1.0")
            studio.catalogue.tracks.accept(tune(bpm, hz), facts=facts)
        studio.stories.new(made[::5], StoryWish(order="arc", hold=5, title="From dawn to night"))
        studio.searching.encode(seen=lambda *_: None)
    return made


def tune(bpm: int, lowest_hz: float, seconds: int = 24, rate: int = 22_050) -> bytes:
    """A WAV of plucked notes over a slow bass."""
    made = np.zeros(seconds * rate)
    at = np.arange(rate) / rate
    for number in range(int(seconds * bpm / 60) - 1):
        for step, loud in (((0, 4, 7, 11, 12, 7)[number % 6], 0.5), (-12, 0.4 * (number % 4 == 0))):
            hz = lowest_hz * 2 ** (step / 12)
            note = loud * np.sin(2 * np.pi * hz * at) * np.exp(-4 * at)
            begin = round(number * 60 / bpm * rate)
            made[begin : begin + rate] += note[: len(made) - begin]
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, rate, 0, "NONE", ""))
        written.writeframes((0.5 * made / np.abs(made).max() * 32767).astype("<i2").tobytes())
    return file.getvalue()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A server on a free port; its address."""
    stop, told = threading.Event(), threading.Event()
    address: list[str] = []

    def tell(url: str) -> None:
        address.append(url)
        told.set()

    with Studio.open(folder) as studio:
        options = ServerOptions(port=0, calls_per_minute=0)
        given: dict[str, Any] = {"tell": tell, "stop": stop}
        thread = threading.Thread(target=serve, args=(studio, options), kwargs=given)
        thread.start()
        try:
            told.wait(60)
            yield address[0]
        finally:
            stop.set()
            thread.join()


def shot(browser: Browser, address: str, wall: str, size: ViewportSize = SIZE) -> NDArray[np.uint8]:
    """What a page looks like on a wall: (height, width, 3) uint8."""
    context = browser.new_context(viewport=size, reduced_motion="reduce")
    context.add_init_script(
        f"for (const key of ['gesso.wall', 'gesso.wall.study']) localStorage.setItem(key, '{wall}')"
    )
    page = context.new_page()
    page.goto(address)
    settle(page)
    seen = decode(page.screenshot()).picture.rgb
    context.close()
    return seen


def settle(page: Page) -> None:
    """Wait until what is in the window has come and is drawn."""
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """async () => {
             await document.fonts.ready;
             const seen = (one) => one.getBoundingClientRect().top < innerHeight;
             const images = [...document.images].filter(seen);
             await Promise.all(images.map((one) => one.decode().catch(() => {})));
           }"""
    )
    page.wait_for_timeout(600)


def beside(seen: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures of one size in a row, made small, with white between them."""
    small = [reduced(one, EACH_PX) for one in seen]
    gap = np.full((small[0].shape[0], GAP_PX, 3), 255, np.uint8)
    parts = [part for one in small for part in (one, gap)][:-1]
    return np.concatenate(parts, axis=1)


def write(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a JPEG of at most 200 kB."""
    path.parent.mkdir(exist_ok=True)
    for quality in (88, 84, 78, 70, 60):
        data = encode(Picture(np.ascontiguousarray(pixels)), "image/jpeg", quality=quality)
        if len(data) <= MOST_BYTES:
            break
    path.write_bytes(data)


if __name__ == "__main__":
    told = sys.argv[1:]
    if told:
        main(Path(told[0]), told[1:])
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch) / "north-light", [])
