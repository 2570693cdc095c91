"""Makes the pictures of the page on study, with gesso itself, of a work that it painted.

python docs/images/study.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from gesso import Studio
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.make.hanging.sheet import Framed, SheetOptions, hang_sheet
from gesso.study.records import WhatIf

HERE = Path(__file__).parent
WORK = HERE / "work-2.jpg"
LOOK = SheetOptions(width=1600, row_height=340, gap=28, margin=40)
VALUES = {
    "values": "Values",
    "squint": "What a squint sees",
    "notan": "Notan",
    "value-plan": "Value plan",
}
SHAPES = {
    "blocks": "Big shapes",
    "colour-blocks": "In colour",
    "edges": "Edges",
    "composition": "Where the eye lands",
}
CHANGES = {
    "push-focal": "Push the focal point",
    "lift-darks": "Lift the darks",
    "mute-colour": "Mute the colour",
}


def main() -> None:
    """Write the sheets of values, those of shapes, and three changes."""
    with tempfile.TemporaryDirectory() as scratch, Studio.open(Path(scratch)) as studio:
        picture = decode(WORK.read_bytes()).picture
        study = studio.study.study(picture)
        sheets = {sheet.name: sheet for reading in study.readings for sheet in reading.sheets}
        for name, titles in (("values", VALUES), ("shapes", SHAPES)):
            write(
                f"study-{name}.jpg",
                [
                    Framed(decode(sheets[held].data).picture, title, sheets[held].caption)
                    for held, title in titles.items()
                ],
            )
        changed = [
            Framed(studio.study.what_if(picture, WhatIf(change, 0.9)).picture, title, change)
            for change, title in CHANGES.items()
        ]
        small = studio.study.what_if(picture, WhatIf("push-focal", 0.0)).picture
        write("study-what-if.jpg", [Framed(small, "As it is", ""), *changed])


def write(name: str, framed: list[Framed]) -> None:
    """Hang pictures in a row and write them beside this script."""
    (HERE / name).write_bytes(encode(hung(framed), "image/jpeg", quality=84))


def hung(framed: list[Framed]) -> Picture:
    """Pictures in a row, with their titles."""
    return hang_sheet(framed, LOOK)


if __name__ == "__main__":
    main()
