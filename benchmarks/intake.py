"""Intake of 4.2-megapixel JPEGs on two processes, beside its limit and two peers, in one run.

Ours is the whole way in: the file is read and developed in a worker (decode, hashes of bytes and
pixels, dHash and pHash, thumbnails of 512 and 256 pixels, thumbhash, swatches, what its metadata
tells), and this process keeps it (three files with fsync, one row; a commit for each eight works).
Beside it, each with as many processes and over the same files:

    the limit      full decode, sha256 of the file, encoding of two ready thumbnails; nothing kept
    img2dataset    its resizer's own steps (decode, area resize, JPEG 95), sha256; once for each
                   of the two sizes, and for the larger one alone. The steps are written out here,
                   because the package wants albumentations; they end in the same calls of OpenCV
    plain Pillow   the same derivatives, each in the way that its documentation shows first

Routes take turns, and each is told by its best turn: others may share the machine.

    python benchmarks/intake.py FOLDER [--pictures 96] [--turns 3] [--processes 2]
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.derived.develop import Developed, develop_path
from gesso.core.pixels.derived.thumbhash import thumbhash
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.pool import ProcessEngine
from gesso.make.painters.painter import Order
from gesso.make.painters.pooled import ready_to_paint
from gesso.make.painters.procedural import ProceduralPainter
from gesso.make.painters.procedural.painter import ProceduralOptions

SIDES = (512, 256)
BATCH = 8
BARS = {"the limit": 0.65, "img2dataset": 1.5, "plain Pillow": 3.0}


@dataclass(frozen=True)
class Turn:
    """What one going over all pictures cost: seconds of the wall, of workers, of this process."""

    wall_s: float
    workers_s: float
    main_s: float

    @property
    def cpu_s(self) -> float:
        """Of all processes together."""
        return self.workers_s + self.main_s


# What is compared; each takes a file and works alone ---------------------------------------------


def limit(path: Path) -> float:
    """The least that anybody does: CPU seconds."""
    began, data = time.process_time(), path.read_bytes()
    simplejpeg.decode_jpeg(data, "RGB")
    sha256(data).hexdigest()
    for small in _READY:
        simplejpeg.encode_jpeg(small, 84, "RGB", "420")
    return time.process_time() - began


def img2dataset(path: Path) -> float:
    """Two calls of the resizer over the same stream, for it makes one size a call: CPU seconds."""
    began, data = time.process_time(), path.read_bytes()
    sha256(data).hexdigest()
    for side in SIDES:
        _resized(data, side)
    return time.process_time() - began


def img2dataset_once(path: Path) -> float:
    """The larger size alone: CPU seconds."""
    began, data = time.process_time(), path.read_bytes()
    sha256(data).hexdigest()
    _resized(data, SIDES[0])
    return time.process_time() - began


def _resized(data: bytes, side: int) -> bytes:
    """What `img2dataset.resizer.Resizer.__call__` 1.47 does with keep_ratio_largest."""
    pixels = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def plain_pillow(path: Path) -> float:
    """The same derivatives by Pillow alone: CPU seconds."""
    began, data = time.process_time(), path.read_bytes()
    sha256(data).hexdigest()
    with Image.open(io.BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    sha256(image.tobytes()).hexdigest()
    for side in SIDES:
        small = image.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        small.save(io.BytesIO(), "JPEG", quality=84)
    gray = image.convert("L")
    cells = np.asarray(gray.resize((9, 8), Image.Resampling.LANCZOS), dtype=np.int16)
    np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes().hex()
    square = np.asarray(gray.resize((32, 32), Image.Resampling.LANCZOS), dtype=np.float32)
    low = cv2.dct(square)[:8, :8]
    np.packbits(low > np.median(low)).tobytes().hex()
    palette = small.quantize(8)
    palette.getcolors()
    tiny = image.resize((100, 100), Image.Resampling.LANCZOS)
    base64.b64encode(thumbhash(Picture(np.asarray(tiny))))
    return time.process_time() - began


_READY: list[NDArray[np.uint8]] = []


def settle() -> None:
    """A worker begins: one thread each, and thumbnails at hand that the limit only encodes."""
    cv2.setNumThreads(1)
    noise = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    sizes = [(side, side) for side in SIDES]
    _READY.extend(np.asarray(cv2.resize(noise, s, interpolation=cv2.INTER_CUBIC)) for s in sizes)


# How it is run ------------------------------------------------------------------------------------


def bare(route: Callable[[Path], float], processes: int, paths: list[Path]) -> Generator[Turn]:
    """Turns of a route that keeps nothing."""
    with ProcessPoolExecutor(processes, get_context("spawn"), settle) as pool:
        list(pool.map(route, paths[: 2 * processes]))
        while True:
            main, began = time.process_time(), time.perf_counter()
            workers = sum(pool.map(route, paths, chunksize=4))
            wall = time.perf_counter() - began
            yield Turn(wall, workers, time.process_time() - main)


def ours(processes: int, paths: list[Path], scratch: Path) -> Generator[Turn]:
    """Turns of the whole way in, each into a studio of its own."""
    engine = ProcessEngine(EngineOptions(workers=processes), initializer=ready_to_paint)
    with engine:
        list(engine.run(develop_path, paths[: 2 * processes]))
        number = 0
        while True:
            number += 1
            with Catalogue.open(scratch / f"studio{number}") as catalogue:
                main, workers = time.process_time(), children_s()
                began = time.perf_counter()
                for batch in _batches(engine, paths):
                    catalogue.accession.keep_many([_arrival(*done) for done in batch])
                wall, main = time.perf_counter() - began, time.process_time() - main
                workers = children_s() - workers
                if catalogue.works.count() != len(paths):
                    raise SystemExit(f"{catalogue.works.count()} works of {len(paths)} pictures")
            yield Turn(wall, workers, main)


def children_s() -> float:
    """CPU seconds of the processes below this one so far."""
    told = [Path(f"/proc/{pid}/stat").read_text() for pid in below(os.getpid())]
    ticks = sum(sum(map(int, line.rpartition(")")[2].split()[11:13])) for line in told)
    return ticks / os.sysconf("SC_CLK_TCK")


def below(pid: int) -> list[int]:
    """The processes below `pid`."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in map(int, listed) for each in (child, *below(child))]


def _batches(engine: ProcessEngine, paths: list[Path]) -> Iterator[list[tuple[Path, Developed]]]:
    done: list[tuple[Path, Developed]] = []
    for one in engine.run(develop_path, paths):
        if one.result is None:
            raise SystemExit(f"{one.item}: {one.error}")
        done.append((one.item, one.result))
        if len(done) == BATCH:
            yield done
            done = []
    if done:
        yield done


def _arrival(path: Path, developed: Developed) -> Arrival:
    return Arrival(developed, Provenance("collected", "bench", path.name), path.stem)


# The pictures -------------------------------------------------------------------------------------


def pictures(folder: Path, count: int, scratch: Path) -> list[Path]:
    """The folder's JPEGs, then the same ones mirrored and turned, and one in twelve painted."""
    found = sorted(folder.glob("*.jpg"))
    if not found:
        raise SystemExit(f"There is no .jpg in {folder}.")
    scratch.mkdir()
    paths = found[:count]
    painter = ProceduralPainter(ProceduralOptions())
    for number in range(len(paths), count):
        path = scratch / f"{number:04d}.jpg"
        if number % 12 == 0:
            order = Order("A bridge over a river at dusk", width=2048, height=2048, seed=number)
            rgb = np.asarray(painter.paint(order).picture.rgb)
        else:
            data = found[number % len(found)].read_bytes()
            rgb = _otherwise(simplejpeg.decode_jpeg(data, "RGB"), number // len(found))
        path.write_bytes(simplejpeg.encode_jpeg(rgb, 90, "RGB", "420"))
        paths.append(path)
    return paths


def _otherwise(rgb: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    turned = np.rot90(rgb, number % 4)
    return np.ascontiguousarray(turned[:, ::-1] if number // 4 % 2 else turned)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=96)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        paths = pictures(asked.folder, asked.pictures, scratch / "pictures")
        routes = {
            "gesso": ours(asked.processes, paths, scratch),
            "the limit": bare(limit, asked.processes, paths),
            "img2dataset": bare(img2dataset, asked.processes, paths),
            "  one size": bare(img2dataset_once, asked.processes, paths),
            "plain Pillow": bare(plain_pillow, asked.processes, paths),
        }
        turns: dict[str, list[Turn]] = {name: [] for name in routes}
        for _ in range(asked.turns):
            for name, route in routes.items():
                turns[name].append(next(route))
        for route in routes.values():
            route.close()
    tell(turns, paths, asked.processes)


def tell(turns: dict[str, list[Turn]], paths: list[Path], processes: int) -> None:
    """Print what it came to."""
    count = len(paths)
    print(f"{count} JPEGs, {processes} processes, {os.cpu_count()} cores; best of the turns")
    print(
        f"{'route':<14}{'CPU ms':>8}{'of it here':>12}{'wall ms':>9}{'a second':>10}"
        f"{'by CPU':>9}{'by wall':>9}{'bar':>6}   gesso's rate over it"
    )
    best = {
        name: (min(ts, key=lambda t: t.cpu_s), min(ts, key=lambda t: t.wall_s))
        for name, ts in turns.items()
    }
    cpu, wall = best["gesso"]
    for name, (least, fastest) in best.items():
        bar = f"{BARS[name]:.2f}" if name in BARS else ""
        print(
            f"{name:<14}{1000 * least.cpu_s / count:>8.1f}{1000 * least.main_s / count:>12.1f}"
            f"{1000 * fastest.wall_s / count:>9.1f}{count / fastest.wall_s:>10.1f}"
            f"{least.cpu_s / cpu.cpu_s:>9.2f}{fastest.wall_s / wall.wall_s:>9.2f}{bar:>6}"
        )


if __name__ == "__main__":
    main()
