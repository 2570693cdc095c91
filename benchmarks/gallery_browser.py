"""The gallery in a browser: how heavy its first view is, and a fling through very many works.

Needs playwright and a chromium (GESSO_CHROMIUM, or the one on the path). Tasks of the page's main
thread are told by the wall clock and by the processor's time: others may share the machine.

    python benchmarks/gallery_browser.py [--folders DIR] [--works 10000 100000 1000000]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from gallery_works import studio

BAR_CODE_KB, BAR_FONTS_KB, BAR_REQUESTS, BAR_LCP_MS = 60, 160, 12, 1200
BAR_NODES, BAR_TASK_MS = 600, 50
_WATCH = """
window.seen = { lcp: 0, shift: 0, nodes: 0 };
const watch = (type, told) => new PerformanceObserver((list) => list.getEntries().forEach(told))
  .observe({ type, buffered: true });
watch("largest-contentful-paint", (one) => { seen.lcp = one.startTime; });
watch("layout-shift", (one) => { seen.shift += one.value; });
const count = () => {
  seen.nodes = Math.max(seen.nodes, document.querySelectorAll("g-grid *").length);
  requestAnimationFrame(count);
};
requestAnimationFrame(count);
"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    place = Path(__file__).with_name("gallery_http.py")
    told = [sys.executable, str(place), "--serve", "gesso", str(folder), str(port)]
    with subprocess.Popen(told) as process:
        try:
            ends = time.monotonic() + 300
            while time.monotonic() < ends:
                try:
                    httpx2.get(f"http://127.0.0.1:{port}/api/works", timeout=300)
                    break
                except httpx2.TransportError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def first_view(browser: Browser, address: str, works: int) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(_WATCH)
    page = context.new_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it is marked
    page.goto(f"{address}/")
    page.wait_for_selector("g-grid.is-laid .is-here")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("window.seen")
    code = fonts = requests = pictures = 0
    for answer in answers:
        path = urlsplit(answer.url).path
        if path.endswith((".js", ".css")):
            code += len(gzip.compress(answer.body()))
        fonts += len(answer.body()) if path.endswith(".woff2") else 0
        is_picture = path.startswith("/t/") or path.endswith(("/picture", ".svg"))
        requests, pictures = requests + (not is_picture), pictures + is_picture
    context.close()
    print(f"{works:,} works, first view:")
    print(f"  scripts and styles {code / 1000:.1f} kB gz (bar {BAR_CODE_KB})")
    print(f"  fonts {fonts / 1000:.1f} kB (bar {BAR_FONTS_KB})")
    print(f"  {requests} requests besides {pictures} pictures (bar {BAR_REQUESTS})")
    print(f"  largest paint after {seen['lcp']:.0f} ms (bar {BAR_LCP_MS} ms)")
    print(f"  layout shift {seen['shift']:.4f} (bar 0)")


def fling(browser: Browser, address: str, works: int) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(f"{address}/")
    page.wait_for_selector("g-grid.is-laid .is-here")
    page.mouse.move(600, 500)
    page.wait_for_timeout(1500)
    browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    for _ in range(25):
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(30)
    high = page.evaluate("document.documentElement.scrollHeight")
    for step in (0.1, 0.35, 0.5, 0.51, 0.8, 0.2, 0.95):
        page.evaluate("(top) => scrollTo(0, top)", high * step)
        page.wait_for_timeout(250)
        for _ in range(4):
            page.mouse.wheel(0, 900)
            page.wait_for_timeout(30)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(800)
    last = reached(page, works)
    trace = json.loads(browser.stop_tracing())
    seen = page.evaluate("window.seen")
    wall, cpu = longest_task(trace)
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    page.keyboard.press("End")
    page.wait_for_timeout(1000)
    by_key = page.evaluate("Number(document.activeElement.closest('.w')?.dataset.place)")
    context.close()
    print(f"{works:,} works, a fling over {high:,.0f} pixels:")
    print(f"  the last work: {last} by the scroll bar, {by_key == works - 1} by the End key")
    print(f"  at most {seen['nodes']} nodes in the grid (bar {BAR_NODES})")
    print(
        f"  longest task {cpu:.0f} ms of the processor, {wall:.0f} ms by the clock "
        f"(bar {BAR_TASK_MS} ms)"
    )
    print(f"  layout shift {seen['shift']:.4f} (bar 0)")


def reached(page: Page, works: int) -> bool:
    """Whether the last work hangs in the window."""
    found: bool = page.evaluate(
        """(last) => {
             const tile = document.querySelector(`g-grid .w[data-place="${last}"]`);
             const box = tile?.getBoundingClientRect();
             return Boolean(box && box.bottom > 0 && box.top < innerHeight && tile.tile);
           }""",
        works - 1,
    )
    return found


def longest_task(trace: dict[str, Any]) -> tuple[float, float]:
    """(by the clock, by the processor) of the page's main thread, in ms."""
    events = trace["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"].get("name") == "CrRendererMain"
    }
    tasks = [
        one
        for one in events
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in mains and "dur" in one
    ]
    wall = max((one["dur"] for one in tasks), default=0) / 1000
    cpu = max((one.get("tdur", 0) for one in tasks), default=0) / 1000
    return wall, cpu


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folders", type=Path, default=None)
    asked.add_argument("--works", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    given = asked.parse_args()
    path = os.environ.get("GESSO_CHROMIUM") or shutil.which("chromium")
    if not path:
        print("no chromium: install it, or name one by GESSO_CHROMIUM")
        return
    with tempfile.TemporaryDirectory() as passing, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for works in given.works:
            folder = (given.folders or Path(passing)) / f"works-{works}"
            with served(studio(folder, works)) as address:
                first_view(browser, address, works)
                fling(browser, address, works)
        browser.close()
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
