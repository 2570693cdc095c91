"""Paints the pictures of the README and the docs, with gesso itself and nothing else.

python docs/images/paint.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from gesso import Studio
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.make.hanging.sheet import Framed, SheetOptions, hang_sheet

HERE = Path(__file__).parent
RUN, THEME, SEED, WORKS = "nocturne", "Nocturne & Mechanism", 2, 12
WIDTH_PX, SINGLE_PX = 1600, 640


def main() -> None:
    """Make twelve works, and keep a sheet, four of them, and one work's rounds."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Studio.open(Path(scratch), {"make.seed": SEED}) as studio,
    ):
        report = studio.make.exhibition(THEME, works=WORKS, run_id=RUN)
        framed = [
            Framed(studio.catalogue.picture(work), work.title, item.prompt.subject)
            for item, work in zip(report.items, report.kept, strict=True)
            if item.prompt
        ]
        write("sheet.jpg", hang_sheet(framed, SheetOptions(width=WIDTH_PX, row_height=360)), 82)
        for number, hung in enumerate(framed[:4], start=1):
            small = reduced(hung.picture.rgb, SINGLE_PX)
            write(f"work-{number}.jpg", Picture(small), 80)
        longest = max(
            report.items, key=lambda item: len(studio.catalogue.runs.rounds(RUN, item.id))
        )
        write("rounds.jpg", hang_sheet(rounds(studio, longest.id), ROUNDS_LOOK), 82)


ROUNDS_LOOK = SheetOptions(width=WIDTH_PX, row_height=300, gap=32, margin=48)


def rounds(studio: Studio, item: str) -> list[Framed]:
    """Every picture of an item's rounds, the winners named."""
    hung = []
    for played in studio.catalogue.runs.rounds(RUN, item):
        winner = played.comparison.winner if played.comparison else None
        for take in played.takes:
            work = studio.catalogue.works.get(take.work)
            score = take.evaluation.score if take.evaluation else 0.0
            title = f"Round {played.number}{', the better' if take.slot == winner else ''}"
            hung.append(Framed(studio.catalogue.picture(work), title, f"score {score:.2f}"))
    return hung


def write(name: str, picture: Picture, quality: int) -> None:
    """Write one picture beside this script."""
    (HERE / name).write_bytes(encode(picture, "image/jpeg", quality=quality))


if __name__ == "__main__":
    main()
