"""A study written into a folder: its sheets as PNG, everything as JSON, one page to print."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from gesso.core.catalogue.store.disk import Disk, make_folder, write_whole
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_plain
from gesso.study.drawing.page import Paper, page_of
from gesso.study.drawing.plates import draw_all
from gesso.study.lesson import without_sheets
from gesso.study.records import Reading, Sheet, Study

SHEETS = "sheets"
JSON_FILE = "study.json"
PAGE_FILE = "study.pdf"


def plain(study: Study) -> dict[str, Any]:
    """A study as plain values for JSON: of its sheets the names, captions, sizes and files."""
    told: dict[str, Any] = to_plain(without_sheets(study))
    return told | {"readings": [plain_reading(reading) for reading in study.readings]}


def plain_reading(reading: Reading) -> dict[str, Any]:
    """The same for one reading."""
    bare: dict[str, Any] = to_plain(replace(reading, sheets=()))
    return bare | {"sheets": [_told(sheet) for sheet in reading.sheets]}


def write_study(
    folder: Path, picture: Picture, study: Study, title: str, paper: Paper = "a4"
) -> list[Path]:
    """Write a study into a folder, each file whole or not at all.

    Args:
        folder: made where it is missing; files of an earlier study there are replaced.
        picture: what was studied.
        study: with its sheets.
        title: for the printed page.
        paper: "a4" or "letter".

    Returns:
        The files, the page first.

    Raises:
        StorageError: the disk would not keep them.
    """
    draw_all([sheet for reading in study.readings for sheet in reading.sheets])
    disk = Disk()
    make_folder(disk, folder / SHEETS)
    files = {folder / PAGE_FILE: page_of(picture, study, title, paper)}
    text = json.dumps(plain(study), ensure_ascii=False, indent=2, allow_nan=False)
    files[folder / JSON_FILE] = f"{text}\n".encode()
    for reading in study.readings:
        files |= {folder / SHEETS / f"{sheet.name}.png": sheet.data for sheet in reading.sheets}
    for path, data in files.items():
        write_whole(disk, path, data)
    return list(files)


def _told(sheet: Sheet) -> dict[str, object]:
    return {
        "name": sheet.name,
        "caption": sheet.caption,
        "role": sheet.role,
        "width": sheet.width,
        "height": sheet.height,
        "file": f"{SHEETS}/{sheet.name}.png",
    }
