"""What every verb stands on: the catalogue, the workers, the desk, each made at first use."""

# ruff: noqa: PLC0415 - opening things late is what this package is for
from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gesso.core.outside.waiting.stop import Stop
from gesso.settings import Settings

if TYPE_CHECKING:
    from gesso.core.catalogue.catalogue import Catalogue
    from gesso.core.outside.accounts.budget import Budget
    from gesso.core.outside.desk import Desk
    from gesso.core.outside.waiting.limits import Limits, Quiet
    from gesso.core.pixels.darkroom import Darkroom
    from gesso.core.pixels.decode import DecodeLimits
    from gesso.core.pixels.picture import Picture
    from gesso.core.runner import Workers

_PAINT_MOST_S = 600.0
"""A picture that takes longer in a worker process is given up: 8192 px take about a minute."""

_PAINTERS_NEED = (
    "gesso.core.pixels.derived.develop",
    "gesso.make.critics.measures",
    "gesso.make.painters.pooled",
    "gesso.make.painters.procedural",
)
"""What the processes that paint would import one by one, half a second each."""

_OBEYED = 100
"""Pauses that a provider itself asks for are waited out so many times before one counts as a
failed try: a storm of short ones is weather, not an answer."""


class Ground:
    """One studio's folder and settings, and what the verbs share.

    Attributes:
        folder: where everything lies.
        settings: what is in force.
        read_only: nothing is kept; the folder may lie on a disk that cannot be written.
        stop: set it to stop: nothing new is started, what is paid for is kept. The next run
            of this studio begins anew.
        is_careful: pictures from elsewhere are decoded in processes of their own, for strangers
            may send them; set before a verb is opened.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        read_only: bool = False,
        stop: Stop | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.read_only = read_only
        self.stop = stop or Stop()
        self.is_careful = False

    @cached_property
    def picture_limits(self) -> DecodeLimits:
        """What a picture from elsewhere may ask for."""
        from gesso.core.pixels.decode import DecodeLimits

        pictures = self.settings.pictures
        return DecodeLimits(
            max_pixels=round(pictures.max_megapixels * 1e6),
            max_bytes=round(pictures.max_megabytes * 1e6),
        )

    @cached_property
    def darkroom(self) -> Darkroom:
        """Where pictures from elsewhere are decoded, apart from everything that matters."""
        from gesso.studio.parts.engines import darkroom_of

        self._dark_workers, found = darkroom_of(self.picture_limits)
        return found

    def open_picture(self, data: bytes, name: str = "the picture") -> Picture:
        """The pixels of a picture's file, decoded with care where strangers may send it.

        Raises:
            PictureError: the bytes are no picture that we accept.
        """
        from gesso.core.pixels.decode import decode

        if self.is_careful:
            return self.darkroom.decode(data, name).picture
        return decode(data, self.picture_limits, name).picture

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue; made with its folder when there is none.

        Raises:
            StudioError: the folder cannot be used, or a newer gesso made it.
        """
        from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
        from gesso.core.catalogue.works.accession import AccessionOptions

        accession = AccessionOptions(limits=self.picture_limits, privacy=self.settings.make.recipe)
        store, url = self.settings.blobs.store, self.settings.catalogue.url
        options = CatalogueOptions(
            accession=accession,
            blobs=store,
            blob_options=self.blob_options(store),
            url=url.get_secret_value() if url else "",
        )
        return Catalogue.open(self.folder, read_only=self.read_only, options=options)

    def blob_options(self, store: str, **over: object) -> Any:
        """The options of a blob store from `[blobs.NAME]`, with some put over them.

        Raises:
            SettingsError: there is no such store, or an option that it refuses.
        """
        from gesso.core.catalogue.blobs.blob import BLOBS
        from gesso.studio.adapters import filled

        if store == "local":
            return None
        wishes = self.settings.blobs.options(store) | over
        return filled(BLOBS.open(store).Options, f"blobs.{store}", wishes)

    @cached_property
    def workers(self) -> Workers:
        """The processes in which pictures are worked on; none until the first call."""
        from gesso.core.runner import Workers
        from gesso.core.runner.limits import usable_cores
        from gesso.make.painters.pooled import ready_to_paint

        count = self.settings.make.workers
        return Workers(
            usable_cores() if count is None else count,
            timeout_s=_PAINT_MOST_S,
            initializer=ready_to_paint,
            modules=_PAINTERS_NEED,
        )

    def begin_to_paint(self) -> None:
        """Begin the processes that will paint here, while what else is needed is being read."""
        from gesso.core.runner import clean

        if self.settings.make.workers != 0 and "procedural" in self.settings.make.painter.split(
            ","
        ):
            clean.preload(_PAINTERS_NEED)
            clean.begin()

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
        return Limits(rates, path=self._limits_file if self._goes_outside else None)

    @property
    def _limits_file(self) -> Path:
        return self.folder / "limits.db"

    def quiet(self) -> Mapping[str, Quiet]:
        """The providers that asked whoever works in this folder for quiet, and for how long."""
        from gesso.core.outside.waiting.limits import Limits

        if not self._limits_file.is_file():
            return {}
        limits = Limits(path=self._limits_file)
        try:
            return limits.shut()
        finally:
            limits.close()

    @property
    def _goes_outside(self) -> bool:
        asked = self.settings.make
        named = {*asked.painter.split(","), *asked.llm.split(","), self.settings.caption.llm}
        return not named <= {"procedural", "diffusers", "offline"}

    def desk(self, run_id: str, budget: Budget | None = None) -> Desk:
        """The desk over which a run's requests go out, with what it has spent so far.

        Args:
            run_id: the run, "" for none.
            budget: what it may spend; None for what a run of make may.
        """
        from gesso.core.outside.accounts.budget import Budget
        from gesso.core.outside.desk import Desk, DeskOptions
        from gesso.core.outside.waiting.retry import RetryOptions

        asked = self.settings.outside
        return Desk(
            ledger=self.catalogue.calls,
            troubles=self.catalogue.troubles,
            budget=budget
            or Budget(
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

    def close(self) -> None:
        """End the workers and close the catalogue; what was never opened stays closed."""
        opened = vars(self)
        if "workers" in opened:
            if self.stop.is_set():
                self.workers.stop()
            else:
                self.workers.close()
        if "darkroom" in opened:
            self._dark_workers.stop()
        if "_limits" in opened:
            self._limits.close()
        if "catalogue" in opened:
            self.catalogue.close()
