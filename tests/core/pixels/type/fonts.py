"""Fonts that a test makes: a square for each letter that they shall have."""

from __future__ import annotations

from pathlib import Path

import pytest


def font_with(path: Path, letters: str, *, drawn: bool = True) -> Path:
    """A TrueType font of those letters, called as its file.

    Args:
        path: where it goes.
        letters: those that its character map has.
        drawn: they have signs of their own; without, all of them look as what it lacks.
    """
    building = pytest.importorskip("fontTools.fontBuilder")
    pens = pytest.importorskip("fontTools.pens.ttGlyphPen")
    names = {ord(letter): f"u{ord(letter):X}" for letter in letters}
    order = [".notdef", "space", *names.values()]
    path.parent.mkdir(parents=True, exist_ok=True)
    builder = building.FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({0x20: "space", **names})
    glyphs = {".notdef": _square(pens, 0), "space": pens.TTGlyphPen(None).glyph()}
    for number, name in enumerate(names.values(), 1):
        glyphs[name] = _square(pens, number * 40 if drawn else 0)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(order, (1000, 50)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def _square(pens: object, inset: int) -> object:
    pen = pens.TTGlyphPen(None)  # type: ignore[attr-defined]  # a module that was looked for
    low, high = 50 + inset, 850 - inset
    pen.moveTo((low, low))
    for corner in ((low, high), (high, high), (high, low)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()
