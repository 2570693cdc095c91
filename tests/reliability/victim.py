"""A make run in a process of its own, to be killed: every painted picture leaves a line first.

python victim.py STUDIO RUN JOURNAL ITEMS
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import cv2
import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.runs import Item
from gesso.make import aims
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun

STREAMS = 4


class JournalPainter:
    """Writes down what it is asked for before it paints it."""

    name: ClassVar[str] = "journal"
    place: ClassVar[Literal["cpu", "outside"]] = "outside"

    def __init__(self, journal: Path) -> None:
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        line = f"{order.errand.run}/{order.errand.item} {order.seed} {hash(order.text)}\n"
        os.write(self._journal, line.encode())
        noise = np.random.default_rng(order.seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        rgb = cv2.resize(noise, (order.width, order.height), interpolation=cv2.INTER_CUBIC)
        return Painting(
            Picture(np.asarray(rgb, dtype=np.uint8)), Maker("journal", "1"), "algorithmicMedia"
        )


class PlainWriter:
    """Keeps to the text, and moves the key by one point each round."""

    name: ClassVar[str] = "plain"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"
    find_concept: Callable[..., Any]
    write_prompt: Callable[..., Any]

    def expand(self, text: str, title: str, avoid: str, errand: object) -> Prompt:
        wished = aims.as_aims(aims.read(text))
        return Prompt(text, "", "", "", "", "", "", avoid, text, "", "", wished, (), Maker("plain"))

    def refine(self, attempts: Sequence[Any], errand: object) -> Prompt:
        last: Prompt = attempts[-1].prompt
        key = aims.read(last.text)["key"]
        return replace(last, text=aims.with_clauses(last.text, {"key": key + 1}))


def main() -> None:
    studio, run_id, journal, count = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    with Catalogue.open(studio) as catalogue:
        parts = Parts(
            writer=PlainWriter(),
            painter=JournalPainter(journal),
            critic=MeasuredCritic(MeasuredOptions(), Desk.offline()),
            catalogue=catalogue,
            spent=lambda _run: 0.0,
            stop=threading.Event(),
            software="gesso victim",
            streams=STREAMS,
        )
        items = [
            Item(run_id, f"p{n:03d}", n, settings={"text": f"Bridge {n}. Key: low (20)."})
            for n in range(int(count))
        ]
        run = catalogue.runs.create(run_id, "", {}, items)
        print("ready", flush=True)
        options = RunOptions(rounds=3, width=96, height=64, seed=3, epsilon=0.0)
        report = MakeRun(parts, options, run, nobody).go()
        print(report.run.state, flush=True)


if __name__ == "__main__":
    main()
