"""A sheet of duplicates as a file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesso.collect.duplicates.sheet import Hung, draw_sheet
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import GessoError, InputError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import encode
from gesso.core.records.judgements import Duplicate, DuplicateGroup
from gesso.core.records.works import Work


def hang(catalogue: Catalogue, groups: Sequence[DuplicateGroup], path: Path) -> None:
    """Draw the groups into a PNG.

    Raises:
        InputError: the file cannot be written.
    """
    sheet = draw_sheet([[_hung(catalogue, member) for member in group.members] for group in groups])
    try:
        path.write_bytes(encode(sheet))
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be written: {(error.strerror or str(error)).lower()}.",
            "Name a file in a folder that is there and can be written.",
        ) from error


def _hung(catalogue: Catalogue, member: Duplicate) -> Hung:
    work = catalogue.works.get(member.work)
    alike = "" if member.role == "keep" else f"  ·  {member.score:.2f}"
    line = f"work {work.id}  ·  {member.role}{alike}  ·  {work.width} x {work.height}"
    return Hung(_pixels(catalogue, work), work.title, line, is_kept=member.role == "keep")


def _pixels(catalogue: Catalogue, work: Work) -> NDArray[np.uint8] | None:
    """The thumbnail; a sheet is drawn as well where one is damaged."""
    with suppress(GessoError):
        return decode(catalogue.thumbnail(work)).picture.rgb
    return None
