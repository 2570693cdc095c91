"""Who writes and who judges: the embedded ones, and those who ask the owner's llms."""

# ruff: noqa: PLC0415 - opening things late is what this package is for
from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gesso.core.errors import SettingsError, UnknownAdapter
from gesso.settings import Settings
from gesso.studio.adapters import built, lent, with_key

if TYPE_CHECKING:
    from gesso.core.llms.llm import Llm
    from gesso.core.outside.desk import Desk
    from gesso.make.critics.critic import Critic
    from gesso.make.painters.painter import Painter
    from gesso.make.run.events import Asides
    from gesso.make.writers.writer import Writer

log = logging.getLogger(__name__)


class WordPeople:
    """Builds the writer and the critic of a run.

    Args:
        settings: `make.llm` says who, in the owner's order.
        desk: over which they ask.
        asides: where they tell that somebody is out.
    """

    def __init__(self, settings: Settings, desk: Desk, asides: Asides) -> None:
        self._settings = settings
        self._desk = desk
        self._asides = asides
        self._names = self._answering(settings.make.llm.split(","))

    def writer(self) -> Writer:
        """Who writes: of several the first who is not out."""
        from gesso.make.run.standby import Standby, WriterInOrder

        names = self._names
        writers = {name: self._writer(name, lent(self._desk, names, name)) for name in names}
        if len(writers) == 1:
            return next(iter(writers.values()))
        return WriterInOrder(Standby(writers, "writes", self._desk.troubles, self._asides))

    def critic(self, painter: Painter) -> Critic:
        """Who judges what `painter` paints: whoever writes, and rather not of the same house."""
        from gesso.make.run.standby import CriticInOrder, Standby

        names = self._judges(houses_of(painter))
        critics = {name: self._critic(name, lent(self._desk, names, name)) for name in names}
        if len(critics) == 1:
            return next(iter(critics.values()))
        return CriticInOrder(Standby(critics, "judges", self._desk.troubles, self._asides))

    def _answering(self, names: list[str]) -> list[str]:
        """Those whose models are not past their last day; all of them where that is nobody."""
        from gesso.core.errors import ModelEnded

        if len(names) == 1:
            return names
        left = []
        for name in names:
            try:
                if not _is_writer(name):
                    self._llm(name, self._desk)
            except ModelEnded as error:
                log.warning("'%s' is passed over: %s", name, error)
            else:
                left.append(name)
        return left or names

    def _writer(self, name: str, desk: Desk) -> Writer:
        from gesso.make.writers.writer import WRITERS

        if _is_writer(name):
            return built(WRITERS.open(name), "llm", {}, desk)
        from gesso.make.writers.llm.writer import LlmWriter

        return LlmWriter(self._llm(name, desk))

    def _critic(self, name: str, desk: Desk) -> Critic:
        from gesso.make.critics.critic import CRITICS

        measured = built(CRITICS.open("measured"), "critic", {}, desk)
        if _is_writer(name):
            return measured
        from gesso.make.critics.llm.critic import LlmCritic

        return LlmCritic(self._llm(name, desk), measured)

    def _llm(self, name: str, desk: Desk) -> Llm:
        from gesso.core.llms.llm import LLMS
        from gesso.make.writers.writer import WRITERS

        try:
            factory = LLMS.open(name)
        except UnknownAdapter as unknown:
            offline = ", ".join(WRITERS.names())
            raise UnknownAdapter(
                unknown.message, f"{unknown.advice} Without a key: {offline}."
            ) from unknown
        wishes = with_key(self._settings, name, self._settings.llms.get(name, {}), factory)
        return built(factory, f"llms.{name}", wishes, desk)

    def _judges(self, houses: Sequence[str]) -> list[str]:
        """Those who write, of other houses than the painters' first.

        Judges favour their own family (arXiv 2604.11589). Where all who write are of a house
        that paints, another for whom the owner has a key judges before them.
        """
        asked = [name for name in self._names if not _is_writer(name)]
        embedded = [name for name in self._names if _is_writer(name)]
        if not asked or not houses:
            return self._names
        kinship = {name: _kinship(self._llm(name, self._desk).vendor, houses) for name in asked}
        ranked = sorted(asked, key=lambda name: kinship[name])
        strangers = self._strangers(houses) if kinship[ranked[0]] else []
        return [*strangers[:1], *ranked, *embedded]

    def _strangers(self, houses: Sequence[str]) -> list[str]:
        """Llms with a key whom the owner did not name, of none of these houses."""
        from gesso.core.llms.llm import LLMS

        found = []
        for name in LLMS.names():
            if name in self._names or not getattr(self._settings.keys, name, None):
                continue
            try:
                vendor = self._llm(name, self._desk).vendor
            except SettingsError as error:  # nobody asked for it, so it is in nobody's way
                log.info("'%s' does not judge: %s", name, error.message)
                continue
            if not _kinship(vendor, houses):
                found.append(name)
        return found


def houses_of(painter: Painter) -> tuple[str, ...]:
    """Whose models paint, the first choice first; () where no model does."""
    from gesso.make.run.standby import PainterInOrder

    painters = painter.painters if isinstance(painter, PainterInOrder) else (painter,)
    named = [getattr(one, "vendor", one.name) for one in painters if one.place == "outside"]
    return tuple(dict.fromkeys(named))


def _kinship(vendor: str, houses: Sequence[str]) -> int:
    """0 for a stranger to all houses, more for a kin of the first than for one of the last."""
    return len(houses) - houses.index(vendor) if vendor in houses else 0


def _is_writer(name: str) -> bool:
    """Whether this is an embedded writer, and no llm."""
    from gesso.make.writers.writer import WRITERS

    return name in WRITERS.names()
