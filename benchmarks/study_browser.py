"""The study page's sliders in a browser: milliseconds a step on a stage of one megapixel.

    python benchmarks/study_browser.py [--steps 40]

A picture of 4 megapixels is made here, sent to a server of our own, and its page opened in
Debian's chromium without a window (GESSO_CHROMIUM names another). A step is everything between the
slider's move and the pixels on the canvas: cuts, levels, drawing, and the words beside it. Then the
worker's part, which merges specks and redraws; and the same steps in a design mock's way, where the
whole megapixel is blurred and counted anew each time, in the same run. The bar is 40 ms a step.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from gesso import Studio
from gesso.web.server.options import ServerOptions
from gesso.web.serving import serve
from study_speed import painted

BAR_MS = 40.0
SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--steps", type=int, default=40)
    steps = asked.parse_args().steps
    stop, told, address = threading.Event(), threading.Event(), []

    def tell(url: str) -> None:
        address.append(url)
        told.set()

    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder) / "studio") as studio:
        options = ServerOptions(port=0, calls_per_minute=0)
        thread = threading.Thread(target=serve, args=(studio, options),
                                  kwargs={"tell": tell, "stop": stop})  # fmt: skip
        thread.start()
        told.wait(60)
        try:
            show(*measured(address[0], steps))
        finally:
            stop.set()
            thread.join(30)


def measured(url: str, steps: int) -> tuple[dict[str, Any], list[float]]:
    path = os.environ.get("GESSO_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{url}/studies")
        page.set_input_files("[data-send] input[name=picture]", {
            "name": "painted.jpg", "mimeType": "image/jpeg", "buffer": painted(),
        })  # fmt: skip
        page.wait_for_selector("g-study.is-live canvas", timeout=60_000)
        found = tuple(
            page.evaluate(f"{SCRIPT.rstrip()}.{way}({steps})") for way in ("steps", "mock")
        )
        browser.close()
        return found


def show(found: dict[str, Any], mock: list[float]) -> None:
    width, height = found["size"]
    print(
        f"stage of {width} x {height} = {width * height / 1e6:.2f} MP, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    rows = {**found["told"], "a design mock's way, squint 0": mock}
    for name, values in rows.items():
        high = sorted(values)[int(0.95 * (len(values) - 1))]
        print(f"{name:40s} median {statistics.median(values):6.1f} ms   95 % {high:6.1f} ms"
              f"   (bar {BAR_MS:.0f})")  # fmt: skip


if __name__ == "__main__":
    main()
