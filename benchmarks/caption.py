"""What a caption costs, and what the scores are among the sample artworks.

    python benchmarks/caption.py [--works 120] [--statistics]

CPU milliseconds of this process for each step of one work, pixels read and decoded apart, for
the artworks of 768 pixels and those of 4.2 megapixels; then the whole through the room, its rows
and its transaction included. `--statistics` prints the means that valence, arousal and complexity
are standardised with.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TypeVar

import cv2
import numpy as np

from gesso.collect.caption.captioner import Subject
from gesso.collect.caption.measured.colours import colours_of
from gesso.collect.caption.measured.looking import look_at, look_at_file
from gesso.collect.caption.measured.scores import SIDE, bits_of, scores_of
from gesso.collect.caption.measured.technical import technical
from gesso.collect.caption.offline import OfflineCaptioner, OfflineOptions
from gesso.collect.caption.room import Asked, CaptionRoom, CaptionWish
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.mood import mood_figures
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.records.calls import Errand
from gesso.core.records.works import Provenance, Rights

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT / "../shared/data"))

Found = TypeVar("Found")


class Clock:
    """CPU time by step."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def __call__(self, step: str, work: Callable[[], Found]) -> Found:
        """Do some work, and add what it took."""
        began = time.process_time()
        found = work()
        self.spent[step] = self.spent.get(step, 0.0) + time.process_time() - began
        return found


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--works", type=int, default=120)
    arguments.add_argument("--statistics", action="store_true")
    asked = arguments.parse_args()
    cv2.setNumThreads(1)
    rows = [json.loads(line) for line in (DATA / "manifest.jsonl").read_text("utf-8").splitlines()]
    files = [DATA / row["file"] for row in rows if row["kind"] == "image"]
    if asked.statistics:
        statistics(files)
        return
    steps("768 px", [file for file in files if file.parent.name == "images"][: asked.works])
    steps("4.2 MP", [file for file in files if file.parent.name == "images_full"])
    whole([file for file in files if file.parent.name == "images"][: asked.works])


def steps(name: str, files: list[Path]) -> None:
    """CPU ms of each step, a work."""
    clock, captioner = Clock(), OfflineCaptioner(OfflineOptions())
    with TemporaryDirectory() as folder, Catalogue.open(Path(folder) / "studio") as catalogue:
        for file in files:
            data = file.read_bytes()
            work = catalogue.accession.accept_bytes(
                data, name=file.name, provenance=Provenance("brought", file.name), rights=Rights()
            )
            picture = clock("decode", partial(decode, data)).picture
            clock("scores", partial(scores_of, picture))
            clock("of these: technical", partial(technical, picture))
            clock("colours", partial(colours_of, picture))
            subject = Subject(work, look_at(picture))
            clock("words", partial(captioner.caption, subject, Errand()))
    print(f"{name}, {len(files)} works")
    for step, spent in clock.spent.items():
        print(f"  {step:<22} {1000 * spent / len(files):7.2f} CPU ms a work")
    total = sum(spent for step, spent in clock.spent.items() if not step.startswith("of these"))
    print(f"  {'all':<22} {1000 * total / len(files):7.2f} CPU ms a work\n")


def whole(files: list[Path]) -> None:
    """CPU ms of the room, here in this process."""
    with TemporaryDirectory() as folder, Catalogue.open(Path(folder) / "studio") as catalogue:
        for file in files:
            catalogue.accession.accept_bytes(
                file.read_bytes(),
                name=file.name,
                provenance=Provenance("brought", file.name),
                rights=Rights(),
            )
        captioner = OfflineCaptioner(OfflineOptions())
        room = CaptionRoom(
            catalogue,
            lambda _run: Asked(captioner),
            captioner,
            look_at_file,
            streams=1,
            stop=Event(),
        )
        began = time.process_time()
        report = room.caption(CaptionWish())
        spent = time.process_time() - began
        began = time.process_time()
        room.caption(CaptionWish())
        again = time.process_time() - began
    count = report.counts["captioned"]
    print(f"the room, {count} works of 768 px: caption, tags, six scores, state, commit")
    print(f"  {1000 * spent / count:7.2f} CPU ms a work")
    print(f"  {1000 * again:7.2f} CPU ms for a second run with nothing left to do")


def statistics(files: list[Path]) -> None:
    """Means and standard deviations of the figures that scores are made of."""
    found = []
    for file in files:
        picture = decode(file.read_bytes()).picture
        rgb = reduced(picture.rgb, SIDE)
        values = lightness(rgb)
        found.append(mood_figures(values, srgb_to_oklab(rgb)) | {"bits": bits_of(values)})
    for name in found[0]:
        column = np.array([one[name] for one in found])
        print(
            f"{name:<8} mean {column.mean():8.4f} sd {column.std():8.4f}"
            f" median {np.median(column):8.4f}"
        )


if __name__ == "__main__":
    main()
