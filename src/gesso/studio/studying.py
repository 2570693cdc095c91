"""The verb study, put together: the tools with their options, and who words the tips."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gesso.core.errors import GessoError
from gesso.studio.adapters import built, with_key

if TYPE_CHECKING:
    from gesso.studio.ground import Ground
    from gesso.studio.searching import Searching
    from gesso.study.lesson import Lesson
    from gesso.study.room import StudyRoom
    from gesso.study.tips.llm.advising import LlmAdviser
    from gesso.study.tools.near.company import Company


class Studying:
    """Puts the verb study together from what the studio has.

    Args:
        ground: whose settings and catalogue are used.
        searching: the spaces in which pictures are compared, asked for at first use.
    """

    def __init__(self, ground: Ground, searching: Callable[[], Searching]) -> None:
        self._ground = ground
        self._searching = searching

    def room(self) -> StudyRoom:
        """The verb study."""
        from gesso.study.room import StudyRoom

        words = self._ground.settings.study.words
        adviser = None if words == "measured" else lambda: self._adviser(words)
        return StudyRoom(
            lambda: self._ground.catalogue, self._lesson, self._ground.open_picture, adviser
        )

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
            tools.append(built(TOOLS.open(name), f"tools.{name}", asked, self._company))
        return Lesson(tools)

    @cached_property
    def _company(self) -> Company | None:
        """The catalogue to compare with; None where there is no studio yet: looking makes none."""
        from gesso.core.catalogue.store.folder import holds_studio
        from gesso.study.tools.near.company import Company, IndexedNeighbours

        if not (self._ground.settings.catalogue.url or holds_studio(self._ground.folder)):
            return None
        searching = self._searching()
        try:
            space = searching.open(searching.default)
        except GessoError:
            # An encoder that cannot be opened stops no lesson: colours and textures stand in.
            space = searching.open("look")
        return Company(
            space.encoder, IndexedNeighbours(space.index), lambda: self._ground.catalogue
        )

    def _adviser(self, name: str) -> LlmAdviser:
        from gesso.core.llms.llm import LLMS
        from gesso.study.tips.llm.advising import LlmAdviser

        settings, factory = self._ground.settings, LLMS.open(name)
        wishes = with_key(settings, name, settings.llms.get(name, {}), factory)
        return LlmAdviser(built(factory, f"llms.{name}", wishes, self._ground.desk("")))
