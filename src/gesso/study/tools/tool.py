"""The shelf of tools: what a tool owes a lesson, and who stands on the shelf."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Protocol

from gesso.core.records.maker import Maker, Setting
from gesso.core.registry import Entry, Factory, Registry
from gesso.study.easel import Easel
from gesso.study.records import Reading


class Tool(Protocol):
    """A tool reads one thing in a picture.

    What every tool owes the lesson: the same easel gives the same reading to the byte; every
    figure is finite; where nothing can be said it abstains with a reason; a fault of its own
    never takes the other readings away. A new tool is one file and one row: every face (command
    line, printed sheet, web) shows what stands in its reading.

    What it will never be asked: to decode, to store, to grade.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    def read(self, easel: Easel) -> Reading:
        """Read the picture that is set up."""
        ...


def measured_by(tool: str, version: str, options: Any, easel: Easel) -> Maker:
    """A tool that measures, as the maker of its reading.

    Args:
        tool: as the registry names it.
        version: raised when the same picture reads differently.
        options: the tool's frozen dataclass of plain values.
        easel: whose setting up the reading depends on.
    """
    own: dict[str, Setting] = {**asdict(options), **easel.options.settings()}
    return Maker(tool, version, offline=True, settings=own)


TOOLS: Registry[Factory[Tool]] = Registry(
    "tool",
    "tools",
    {
        "values": Entry(
            "gesso.study.tools.lights.values",
            "Values",
            summary="grays, histogram, key, what a squint sees",
        ),
        "notan": Entry(
            "gesso.study.tools.lights.notan", "Notan", summary="the picture in two values"
        ),
        "value_plan": Entry(
            "gesso.study.tools.lights.value_plan",
            "ValuePlan",
            summary="the picture in three to eight values",
        ),
        "blocks": Entry(
            "gesso.study.tools.shapes.blocks", "Blocks", summary="big shapes, numbered by value"
        ),
        "colours": Entry(
            "gesso.study.tools.colour.colours",
            "Colours",
            summary="palette with names, harmony, temperature",
        ),
        "composition": Entry(
            "gesso.study.tools.shapes.composition",
            "Composition",
            summary="focal point, balance, border, edges",
        ),
        "hints": Entry(
            "gesso.study.tools.shapes.hints", "Hints", summary="blocks to merge, masses to split"
        ),
        "subject": Entry(
            "gesso.study.tools.subject.subject",
            "Subject",
            summary="what the picture is of, cut out; an estimate that strokes correct",
        ),
        "style": Entry(
            "gesso.study.tools.near.style",
            "Style",
            summary="what style works like it bear, by vote, or silence",
        ),
        "similar": Entry(
            "gesso.study.tools.near.similar",
            "Similar",
            summary="references from the catalogue, and in what they are like it",
        ),
        "what_if": Entry(
            "gesso.study.tools.what_if.tool",
            "WhatIfTool",
            summary="one change made on the picture, with the figures before and after",
        ),
    },
)
