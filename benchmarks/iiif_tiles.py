"""Tiles of a large picture over HTTP, beside iipsrv over the same picture in the same run.

    python benchmarks/iiif_tiles.py [--megapixels 100] [--tiles 600] [--folder DIR]

Ours is asked of a studio whose work is one JPEG as it was taken in, decoded at the first tile.
iipsrv is asked behind lighttpd of a tiled pyramid that vips wrote beforehand (JPEG in TIFF,
512 px), with the same JPEG quality; where `iipsrv` or `lighttpd` is not installed, only ours is
measured. The two take turns, tile by tile, over one kept connection each; "new" tiles are asked for
once, "seen" ones again; both keep 64 MB of finished tiles. CPU is that of the server's processes.
The bar: 1.5 times iipsrv, warm.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.catalogue.works.accession import AccessionOptions
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.records.works import Provenance, Rights
from gesso.show.iiif.pyramid import _QUALITY, TILE_SIDE, build
from gesso.show.iiif.pyramid import _written as written

BAR = 1.5
IIPSRV = next(
    (
        place
        for place in ("/usr/lib/iipimage-server/iipsrv.fcgi", shutil.which("iipsrv") or "")
        if place and Path(place).exists()
    ),
    "",
)
LIGHTTPD = shutil.which("lighttpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
LIMITS = DecodeLimits(max_bytes=1 << 30, max_pixels=178_000_000)


def painted(width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(height, width, 3) clouds of colour with the grain of a canvas; no two tiles agree."""
    rng = np.random.default_rng(7)
    found = np.empty((height, width, 3), np.uint8)
    coarse = cv2.resize(
        rng.uniform(40, 210, (24, 32, 3)).astype(np.float32), (width // 8, height // 8),
        interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    middle = cv2.resize(
        rng.normal(0, 26, (height // 40, width // 40, 3)).astype(np.float32),
        (width // 8, height // 8), interpolation=cv2.INTER_CUBIC,
    )  # fmt: skip
    small = coarse + middle
    grain = rng.normal(0, 9, (512, width, 1)).astype(np.float32)
    for top in range(0, height, 512):
        rows = min(512, height - top)
        part = small[top // 8 : (top + rows) // 8]
        large = cv2.resize(part, (width, rows), interpolation=cv2.INTER_LINEAR)
        found[top : top + rows] = np.clip(large[:rows] + grain[:rows], 0, 255)
    return found


@dataclass
class Server:
    """A server to be asked.

    Attributes:
        name: for the table.
        port: on this machine.
        prefix: of the picture's addresses.
        processes: whose CPU counts.
    """

    name: str
    port: int
    prefix: str
    processes: list[int]

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.line.connect()
        self.line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str) -> tuple[float, int]:
        """(milliseconds, bytes) of one tile."""
        started = time.perf_counter()
        self.line.request("GET", f"{self.prefix}/{path}")
        answer = self.line.getresponse()
        data = answer.read()
        span = (time.perf_counter() - started) * 1e3
        if answer.status != 200:
            raise SystemExit(f"{self.name} answered {answer.status} for {path}: {data[:200]!r}")
        return span, len(data)

    def cpu_ms(self) -> float:
        """Of its processes since they began."""
        ticks = 0
        for process in self.processes:
            words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(words[11]) + int(words[12])
        return ticks * 1e3 / os.sysconf("SC_CLK_TCK")


def tiles_of(width: int, height: int) -> list[str]:
    """The addresses of all tiles of the four finest levels."""
    found = []
    for factor in (1, 2, 4, 8):
        side = TILE_SIDE * factor
        found += [
            f"{x},{y},{side},{side}/{TILE_SIDE},{TILE_SIDE}/0/default.jpg"
            for y in range(0, height - side, side)
            for x in range(0, width - side, side)
        ]
    return found


@contextmanager
def ours(folder: Path) -> Iterator[Server]:
    """gesso, serving a studio."""
    command = [str(Path(sys.executable).with_name("gesso")), "serve", "--studio", str(folder),
               "--port", "0", "--json"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = ""
            while not told.rstrip().endswith("}"):
                told += process.stdout.readline()
            port = int(json.loads(told)["url"].rpartition(":")[2])
            yield Server("gesso", port, "/iiif/image/3/1", [process.pid])
        finally:
            process.terminate()


@contextmanager
def theirs(scratch: Path, picture: str) -> Iterator[Server]:
    """Another server of tiles: iipsrv behind lighttpd."""
    gate, port = free_port(), free_port()
    settings = scratch / "lighttpd.conf"
    settings.write_text(
        f'server.document-root = "{scratch}"\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
        'server.modules = ("mod_fastcgi")\nserver.max-keep-alive-requests = 100000\n'
        f'fastcgi.server = ("/fcgi" => (("host" => "127.0.0.1", "port" => {gate}, '
        '"check-local" => "disable")))\n'
    )
    told = {"FILESYSTEM_PREFIX": f"{scratch}/", "JPEG_QUALITY": str(_QUALITY), "VERBOSITY": "0",
            "LOGFILE": str(scratch / "iipsrv.log"), "MAX_IMAGE_CACHE_SIZE": "64",
            "IIIF_VERSION": "3", "MAX_CVT": "5000"}  # fmt: skip
    with ExitStack() as stack:
        both = [
            stack.enter_context(
                subprocess.Popen([IIPSRV, "--bind", f"127.0.0.1:{gate}"], env=told)
            ),
            stack.enter_context(subprocess.Popen([str(LIGHTTPD), "-D", "-f", str(settings)])),
        ]
        try:
            time.sleep(1.0)
            prefix = f"/fcgi/iipsrv.fcgi?IIIF={picture}"
            yield Server("iipsrv", port, prefix, [process.pid for process in both])
        finally:
            for process in both:
                process.terminate()


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def bring_in(folder: Path, picture: Path) -> None:
    """A studio whose work number 1 is the picture."""
    options = CatalogueOptions(accession=AccessionOptions(limits=LIMITS))
    with Catalogue.open(folder, options=options) as catalogue:
        catalogue.accession.accept_bytes(
            picture.read_bytes(), name=picture.name, title="large", rights=Rights(),
            provenance=Provenance("brought", picture.name),
        )  # fmt: skip


def limit_ms(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
    """What cutting a tile out and writing it as JPEG takes alone, CPU ms."""
    pyramid = build(pixels[: 8 * TILE_SIDE, : 8 * TILE_SIDE].copy())
    started = time.process_time()
    for turn in range(64):
        y, x = divmod(turn, 8)
        tile = pyramid.levels[0][y * 512 : y * 512 + 512, x * 512 : x * 512 + 512]
        written(np.ascontiguousarray(tile), "jpg")
    return (time.process_time() - started) * 1e3 / 64


def measure(servers: list[Server], tiles: list[str], kind: str) -> dict[str, float]:
    """Every server asked for every tile in turn; a line for each."""
    spans: dict[str, list[float]] = {server.name: [] for server in servers}
    sizes = {server.name: 0 for server in servers}
    before = {server.name: server.cpu_ms() for server in servers}
    for number, tile in enumerate(tiles):
        for server in servers if number % 2 else servers[::-1]:
            span, size = server.ask(tile)
            spans[server.name].append(span)
            sizes[server.name] += size
    medians = {}
    for server in servers:
        held = spans[server.name]
        cpu = (server.cpu_ms() - before[server.name]) / len(tiles)
        medians[server.name] = float(np.median(held))
        print(
            f"{kind:5s} {server.name:8s} median {np.median(held):6.2f} ms  "
            f"p99 {np.percentile(held, 99):6.2f}  CPU {cpu:5.2f} ms  "
            f"{sizes[server.name] / len(tiles) / 1e3:6.1f} kB a tile"
        )
    return medians


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--megapixels", type=float, default=100)
    asked.add_argument("--tiles", type=int, default=600)
    asked.add_argument("--folder", type=Path, default=None, help="kept, and used again")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch_name, ExitStack() as stack:
        scratch = given.folder or Path(scratch_name)
        scratch.mkdir(parents=True, exist_ok=True)
        width = int((given.megapixels * 1e6 * 4 / 3) ** 0.5) // 8 * 8
        height = width * 3 // 32 * 8
        picture = scratch / f"large-{width}.jpg"
        if not picture.exists():
            pixels = painted(width, height)
            cv2.imwrite(str(picture), pixels, (cv2.IMWRITE_JPEG_QUALITY, 92))
        studio = scratch / f"studio-{width}"
        if not studio.exists():
            bring_in(studio, picture)
        print(f"{width} x {height}, {picture.stat().st_size / 1e6:.0f} MB as JPEG, "
              f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
        print(f"limit: a tile cut out and written, {limit_ms(painted(4096, 4096)):.2f} ms of CPU")
        servers = [stack.enter_context(ours(studio))]
        if IIPSRV and LIGHTTPD and shutil.which("vips"):
            tiled = scratch / f"large-{width}.tif"
            if not tiled.exists():
                subprocess.run(
                    ["vips", "tiffsave", str(picture), str(tiled), "--tile", "--pyramid",
                     "--compression", "jpeg", "--Q", "92", "--tile-width", "512",
                     "--tile-height", "512"], check=True,
                )  # fmt: skip
            servers.append(stack.enter_context(theirs(scratch, tiled.name)))
        else:
            print("iipsrv, lighttpd and vips are not all installed: there is no peer in this run.")
        run(servers, width, height, given.tiles)


def run(servers: list[Server], width: int, height: int, count: int) -> None:
    tiles = tiles_of(width, height)
    random.Random(3).shuffle(tiles)
    for server in servers:
        whole = server.ask("full/!800,800/0/default.jpg")[0]
        first = server.ask(tiles[-1])[0]
        print(f"cold  {server.name:8s} the whole at 800 px {whole:7.1f} ms, "
              f"the first tile {first:7.1f} ms")  # fmt: skip
    for kind, some in (("new", tiles[:count]), ("seen", tiles[:40] * 10)):
        if kind == "seen":
            measure(servers, some[:40], "again")
        medians = measure(servers, some, kind)
        if len(servers) == 2:
            ratio = medians["gesso"] / medians["iipsrv"]
            print(f"{kind:5s} {ratio:.2f} times iipsrv (bar {BAR})")


if __name__ == "__main__":
    main()
