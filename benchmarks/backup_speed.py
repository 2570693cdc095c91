"""A backup while twenty works a second come in, then the way back: R11, beside `cp -a`.

Run: .venv/bin/python benchmarks/backup_speed.py [--megabytes 1000]
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.copies.backup import BackupOptions, back_up
from gesso.core.catalogue.copies.restore import restore, verify
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights

_BAR_S = 60.0


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--megabytes", type=int, default=600)
    asked.add_argument("--works-per-second", type=float, default=20.0)
    options = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gesso-backup-speed-"))
    try:
        measure(folder, options.megabytes, options.works_per_second)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, megabytes: int, rate: float) -> None:
    with Catalogue.open(folder / "studio") as catalogue:
        fill(catalogue, megabytes * 1_000_000)
        size = bytes_of(folder / "studio")
        print(f"studio: {catalogue.works.count(standing=None)} works, {size / 1e6:,.0f} MB")
        wall, cpu, _ = timed(lambda: copy(folder / "studio", folder / "cp"))
        tell("cp -a, then sync", size, wall, cpu)
        before = catalogue.works.count(standing=None)
        with Writing(folder / "studio", rate) as writing:
            first = writing.count
            wall, cpu, made = timed(lambda: back_up(catalogue, folder / "backup", BackupOptions()))
            written = writing.count - first
        tell(f"gesso backup, beside {written / wall:.0f} works/s", made.bytes, wall, cpu)
        print(f"  works {before} before, {made.manifest.counts['works']} in the backup")
        again, _, second = timed(lambda: back_up(catalogue, folder / "backup", BackupOptions()))
        print(f"  a second one copies {second.copied} files in {again:.2f} s")
        wall, cpu, read = timed(lambda: verify(folder / "backup"))
        tell("gesso backup --verify", read.bytes, wall, cpu)
        wall, cpu, back = timed(lambda: restore(folder / "backup", folder / "again"))
        tell("gesso restore", back.bytes, wall, cpu)
        with Catalogue.open(folder / "again") as restored:
            same = facts_of(restored) == facts_of(catalogue)
            report = check(restored, read_data=True)
        print(
            f"  counts, hashes and favourites are equal: {same}; check is clean: {report.is_clean}"
        )
        if not (same and report.is_clean):
            sys.exit("the restored studio is not the one that was backed up")


class Writing:
    """A process beside ours: works come in at a steady rate, every third is a favourite."""

    def __init__(self, folder: Path, rate: float) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._halt, self._ready = spawn.Event(), spawn.Event()
        self._count = spawn.Value("i", 0)
        self._process = spawn.Process(
            target=keep_writing, args=(folder, rate, self._halt, self._ready, self._count)
        )

    @property
    def count(self) -> int:
        """Works that have come in."""
        return int(self._count.value)

    def __enter__(self) -> Writing:
        self._process.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._process.join()


def keep_writing(folder: Path, rate: float, halt: Any, ready: Any, count: Any) -> None:
    with Catalogue.open(folder) as catalogue:
        due = time.monotonic()
        while not halt.is_set():
            work = bring(catalogue, noise(1_000_000 + count.value, 160, 120), count.value)
            if count.value % 3 == 0:
                catalogue.works.set_favourite(work, True)
            count.value += 1
            ready.set()
            due += 1 / rate
            halt.wait(max(0.0, due - time.monotonic()))


def fill(catalogue: Catalogue, wanted: int) -> None:
    """Works of about half a megabyte, every fifth a favourite."""
    stored, number = 0, 0
    while stored < wanted:
        data = encode(Picture(noise(number, 480, 360)))
        work = catalogue.accession.accept_bytes(
            data,
            name=f"{number}.png",
            provenance=Provenance("brought", "bench", f"b{number}"),
            rights=Rights(),
        )
        if number % 5 == 0:
            catalogue.works.set_favourite(work.id, True)
        stored += len(data)
        number += 1


def bring(catalogue: Catalogue, pixels: Any, number: int) -> int:
    provenance = Provenance("brought", "meanwhile", f"m{number}")
    data = encode(Picture(pixels))
    return catalogue.accession.accept_bytes(
        data, name=f"m{number}.png", provenance=provenance, rights=Rights()
    ).id


def noise(seed: int, width: int, height: int) -> Any:
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def facts_of(catalogue: Catalogue) -> list[tuple[int, str, str, bool]]:
    found, after = [], None
    while True:
        page = catalogue.works.page(after, 1000, standing=None, order="oldest")
        found += [(w.id, w.blob, w.fingerprint.pixels, w.favourite) for w in page.works]
        after = page.next
        if after is None:
            return found


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)
    subprocess.run(["sync", "-f", target], check=True)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def tell(name: str, size: int, wall: float, cpu: float) -> None:
    per_ten = wall * 10e9 / size
    print(
        f"{name:<40} {size / 1e6:8,.0f} MB in {wall:6.2f} s ({cpu:5.2f} s cpu): "
        f"{per_ten:5.1f} s per 10 GB (bar {_BAR_S:g})"
    )


if __name__ == "__main__":
    main()
