"""The verb study, put together: the tools with their options, and who words the tips."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gesso.studio.adapters import built, with_key

if TYPE_CHECKING:
    from gesso.studio.ground import Ground
    from gesso.study.lesson import Lesson
    from gesso.study.room import StudyRoom
    from gesso.study.tips.llm.advising import LlmAdviser


class Studying:
    """Puts the verb study together from what the studio has.

    Args:
        ground: whose settings and catalogue are used.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def room(self) -> StudyRoom:
        """The verb study."""
        from gesso.core.pixels.decode import DecodeLimits
        from gesso.study.room import StudyRoom

        pictures = self._ground.settings.pictures
        limits = DecodeLimits(
            max_pixels=round(pictures.max_megapixels * 1e6),
            max_bytes=round(pictures.max_megabytes * 1e6),
        )
        words = self._ground.settings.study.words
        adviser = None if words == "measured" else lambda: self._adviser(words)
        return StudyRoom(lambda: self._ground.catalogue, self._lesson, limits, adviser)

    def _lesson(self, wishes: Mapping[str, Mapping[str, Any]], only: tuple[str, ...]) -> Lesson:
        from gesso.study.lesson import Lesson
        from gesso.study.tools.tool import TOOLS

        unknown = [name for name in wishes if name not in TOOLS.names()]
        if unknown:
            TOOLS.open(unknown[0])
        settings = self._ground.settings.tools
        names = only or TOOLS.names()
        tools = []
        for name in names:
            asked = {**settings.get(name, {}), **wishes.get(name, {})}
            tools.append(built(TOOLS.open(name), f"tools.{name}", asked, None))
        return Lesson(tools)

    def _adviser(self, name: str) -> LlmAdviser:
        from gesso.core.llms.llm import LLMS
        from gesso.study.tips.llm.advising import LlmAdviser

        settings, factory = self._ground.settings, LLMS.open(name)
        wishes = with_key(settings, name, settings.llms.get(name, {}), factory)
        return LlmAdviser(built(factory, f"llms.{name}", wishes, self._ground.desk("")))
