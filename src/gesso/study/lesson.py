"""A lesson: one picture through the tools, measured once, with two tips at the end."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gesso.core.errors import GessoError
from gesso.core.pixels.picture import Picture
from gesso.core.records.maker import Maker
from gesso.study.easel import Easel, EaselOptions
from gesso.study.measures.measures import measure
from gesso.study.records import Intent, Reading, Study
from gesso.study.tips.tips import advise
from gesso.study.tools.tool import Tool

log = logging.getLogger(__name__)

VERSION = "2"
"""Raised when the same picture gives another study."""


@dataclass(frozen=True)
class LessonOptions:
    """How a picture is studied.

    Attributes:
        easel: how it is set up.
        intent: what the painter is after; tips that contradict it are muted.
    """

    easel: EaselOptions = field(default=EaselOptions())
    intent: Intent = "none"


class Lesson:
    """Studies pictures; may be used from many threads at once.

    Args:
        tools: in the order of their readings.
    """

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tuple(tools)

    def study(self, picture: Picture, options: LessonOptions) -> Study:
        """Everything that the tools read in a picture, and two tips."""
        return self.study_easel(Easel(picture, options.easel), options)

    def study_easel(self, easel: Easel, options: LessonOptions) -> Study:
        """The same for a picture that is set up already: what it shares is not worked out again."""
        metrics = easel.once(measure)
        readings = self.readings(easel)
        advice = advise(easel, metrics, options.intent)
        return Study(
            pixels=easel.picture.pixels_sha256,
            width=easel.picture.width,
            height=easel.picture.height,
            readings=readings,
            tips=advice.tips,
            silence=advice.silence,
            metrics=metrics,
            intent=options.intent,
            maker=Maker("study", VERSION, offline=True, settings=easel.options.settings()),
        )

    def readings(self, easel: Easel) -> tuple[Reading, ...]:
        """What the tools read alone: no measurements, no tips."""
        return tuple(self._read(tool, easel) for tool in self._tools)

    def _read(self, tool: Tool, easel: Easel) -> Reading:
        try:
            return tool.read(easel)
        except GessoError as error:
            return _silent(tool, str(error))
        except Exception as error:
            log.exception("the tool '%s' failed", tool.name)
            return _silent(tool, f"A fault in gesso itself: {type(error).__name__}: {error}.")


def _silent(tool: Tool, why: str) -> Reading:
    return Reading(
        tool=tool.name,
        title=tool.name.replace("_", " ").capitalize(),
        note="",
        figures={},
        sheets=(),
        maker=Maker(tool.name, offline=True),
        abstains=why,
    )


def without_sheets(study: Study) -> Study:
    """The study without its pictures, as the catalogue keeps it: they can be drawn again."""
    bare = tuple(replace(reading, sheets=()) for reading in study.readings)
    return replace(study, readings=bare)
