"""The composition root: settings in, the verbs out, each built when it is first used.

One of the house's two late doors: a verb and all it needs is imported when somebody asks for it,
so that a studio that only lists its runs never loads a painter.
"""

# ruff: noqa: PLC0415 - opening a verb late is what this module is for
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from threading import Event as Signal
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from gesso import __version__
from gesso.core.errors import SettingsError, UnknownAdapter
from gesso.core.registry import Factory
from gesso.settings import Settings, find_folder, load

if TYPE_CHECKING:
    from gesso.core.catalogue.catalogue import Catalogue
    from gesso.core.llms.llm import Llm
    from gesso.core.outside.desk import Desk
    from gesso.core.outside.waiting.limits import Limits
    from gesso.core.runner import Workers
    from gesso.make.atelier import Atelier
    from gesso.make.critics.critic import Critic
    from gesso.make.painters.painter import Painter
    from gesso.make.run.parts import Parts
    from gesso.make.writers.writer import Writer

Built = TypeVar("Built")

_PAINT_MOST_S = 600.0
"""A picture that takes longer in a worker process is given up: 8192 px take about a minute."""

_OBEYED = 100
"""Pauses that a provider itself asks for are waited out so many times before one counts as a
failed try: a storm of short ones is weather, not an answer."""

SOFTWARE = f"gesso {__version__}"


class Studio:
    """One studio: a folder, its catalogue, and the verbs that work on it.

        with Studio.open("studio") as studio:
            report = studio.make.exhibition("Nocturne & Mechanism", works=4)
            for work in report.kept:
                print(work.title, studio.catalogue.path_of(work))

    Attributes:
        folder: where everything lies.
        settings: what is in force.
        stop: set it to stop: nothing new is started, what is paid for is kept. Clear it before
            the next run of this studio.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.stop = Signal()

    @classmethod
    def open(
        cls, folder: Path | str | None = None, flags: Mapping[str, object] | None = None
    ) -> Self:
        """Open the studio in `folder`; a new one is made when something is first kept there.

        Args:
            folder: None for GESSO_STUDIO, or ./studio.
            flags: wishes over the settings by dotted name: {"make.rounds": 2}.

        Raises:
            SettingsError: a wish cannot be met.
        """
        where = find_folder(None if folder is None else Path(folder))
        return cls(where, load(where, flags or {}))

    # What the verbs stand on ---------------------------------------------------------------

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue; made with its folder when there is none.

        Raises:
            StudioError: the folder cannot be used, or a newer gesso made it.
        """
        from gesso.core.catalogue.accession import AccessionOptions
        from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
        from gesso.core.pixels.decode import DecodeLimits

        pictures = self.settings.pictures
        limits = DecodeLimits(
            max_pixels=round(pictures.max_megapixels * 1e6),
            max_bytes=round(pictures.max_megabytes * 1e6),
        )
        accession = AccessionOptions(limits=limits, privacy=self.settings.make.recipe)
        return Catalogue.open(self.folder, options=CatalogueOptions(accession=accession))

    @cached_property
    def _workers(self) -> Workers:
        from gesso.core.runner import Workers
        from gesso.make.painters.pooled import one_thread

        count = self.settings.make.workers
        cores = os.cpu_count()
        if hasattr(os, "sched_getaffinity"):
            cores = len(os.sched_getaffinity(0))
        return Workers(
            (cores or 1) if count is None else count,
            timeout_s=_PAINT_MOST_S,
            initializer=one_thread,
        )

    @cached_property
    def _limits(self) -> Limits:
        from gesso.core.outside.waiting.limits import Limits, Rate

        named = self.settings.outside.rates
        rates = {
            provider: Rate(*rate)
            for provider in named
            if (rate := self.settings.outside.rate(provider)) is not None
        }
        # The file exists only where there is something to share: an offline painter asks nobody.
        return Limits(rates, path=self.folder / "limits.db" if self._goes_outside else None)

    @property
    def _goes_outside(self) -> bool:
        embedded = {"procedural", "offline"}
        return not {self.settings.make.painter, self.settings.make.llm} <= embedded

    def _desk(self, run_id: str) -> Desk:
        from gesso.core.outside.budget import Budget
        from gesso.core.outside.desk import Desk, DeskOptions
        from gesso.core.outside.waiting.retry import RetryOptions

        asked = self.settings.outside
        return Desk(
            ledger=self.catalogue.calls,
            troubles=self.catalogue.troubles,
            budget=Budget(
                self.settings.make.budget_usd, self.catalogue.calls.spent(run_id) if run_id else 0.0
            ),
            limits=self._limits,
            options=DeskOptions(
                in_flight=self.settings.make.in_flight,
                retry=RetryOptions(
                    attempts=asked.attempts, wait_max_s=asked.wait_max_s, obeyed=_OBEYED
                ),
            ),
            stop=self.stop,
        )

    # The verbs -----------------------------------------------------------------------------

    @cached_property
    def make(self) -> Atelier:
        """The verb make."""
        from gesso.make.atelier import Atelier
        from gesso.make.bench.workbench import AtelierOptions
        from gesso.make.run.parts import RunOptions

        asked = self.settings.make
        options = AtelierOptions(
            run=RunOptions(
                rounds=asked.rounds,
                width=asked.width,
                height=asked.height,
                epsilon=asked.epsilon,
            ),
            seed=asked.seed,
            painter=asked.painter,
            llm=asked.llm,
            exports=self.folder / "exports",
            locks=self.folder / "locks",
            software=SOFTWARE,
        )
        return Atelier(self.catalogue, options, self._parts, self._replayer)

    def _parts(self, run_id: str) -> Parts:
        from gesso.make.run.parts import Parts

        desk = self._desk(run_id)
        writer, critic = self._people_of_words(desk)
        painter = self._painter(self.settings.make.painter, desk)
        return Parts(
            writer=writer,
            painter=painter,
            critic=critic,
            catalogue=self.catalogue,
            spent=lambda _run: desk.budget.spent,
            stop=self.stop,
            software=SOFTWARE,
            streams=self.settings.make.streams or self._streams(painter),
        )

    def _people_of_words(self, desk: Desk) -> tuple[Writer, Critic]:
        """Who writes and who judges: the embedded ones, or those who ask the owner's llm."""
        from gesso.make.critics.critic import CRITICS
        from gesso.make.writers.writer import WRITERS

        name = self.settings.make.llm
        measured = built(CRITICS.open("measured"), "critic", {}, desk)
        if name in WRITERS.names():
            return built(WRITERS.open(name), "llm", {}, desk), measured
        from gesso.make.critics.llm.critic import LlmCritic
        from gesso.make.writers.llm.writer import LlmWriter

        llm, judge = self._llm(name, desk), self._llm(self._judge(name), desk)
        return LlmWriter(llm), LlmCritic(judge, measured)

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
        wishes = self._with_key(name, self.settings.llms.get(name, {}), factory)
        return built(factory, f"llms.{name}", wishes, desk)

    def _judge(self, name: str) -> str:
        """Who judges: rather not the painter's own house, where the owner has another key.

        Judges favour their own family (arXiv 2604.11589).
        """
        from gesso.core.llms.llm import LLMS

        if name != self.settings.make.painter:
            return name
        keys = self.settings.keys
        return next((o for o in LLMS.names() if o != name and getattr(keys, o, None)), name)

    def _painter(self, name: str, desk: Desk) -> Painter:
        from gesso.make.painters.painter import PAINTERS
        from gesso.make.painters.pooled import PooledPainter

        factory = PAINTERS.open(name)
        wishes = self._with_key(name, self.settings.painters.get(name, {}), factory)
        painter = built(factory, f"painters.{name}", wishes, desk)
        pools = painter.place == "cpu" and self._workers.count > 0
        return PooledPainter(painter, self._workers) if pools else painter

    def _with_key(
        self, name: str, wishes: Mapping[str, Any], factory: Factory[Any]
    ) -> Mapping[str, Any]:
        """The wishes of a section, with the owner's key for adapters that take one."""
        key = getattr(self.settings.keys, name, None)
        takes = any(option.name == "api_key" for option in fields(factory.Options))
        return {"api_key": key, **wishes} if key is not None and takes else wishes

    def _streams(self, painter: Painter) -> int:
        # Enough prompts on their way that nobody waits for work: painters of place "outside"
        # keep their places busy while others evaluate; a core needs one picture behind the next.
        if painter.place == "outside":
            return 2 * self.settings.make.in_flight
        return max(2, 2 * self._workers.count)

    def _replayer(self, name: str) -> Painter:
        return self._painter(name, self._desk(""))

    # The end -------------------------------------------------------------------------------

    def close(self) -> None:
        """End the workers and close the catalogue; what was never opened stays closed."""
        opened = vars(self)
        if "_workers" in opened:
            if self.stop.is_set():
                self._workers.stop()
            else:
                self._workers.close()
        if "_limits" in opened:
            self._limits.close()
        if "catalogue" in opened:
            self.catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def built(factory: Factory[Built], section: str, wishes: Mapping[str, Any], desk: Desk) -> Built:
    """Build an adapter, its options filled from the settings section that bears its name.

    Raises:
        SettingsError: the section names an option that the adapter does not have, or a value
            that it refuses.
    """
    known = [field.name for field in fields(factory.Options)]
    unknown = [name for name in wishes if name not in known]
    if unknown:
        raise SettingsError(
            f"[{section}] has no option called '{unknown[0]}'.",
            f"The options there are: {', '.join(known) or 'none'}.",
        )
    try:
        options = factory.Options(**wishes)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"[{section}] cannot be used: {error}.", "Mend that option.") from error
    return factory(options, desk)
