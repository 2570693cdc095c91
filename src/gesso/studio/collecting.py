"""The verb collect, put together: who offers, who develops, what may be kept."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gesso.core.catalogue.catalogue import utc_now
from gesso.core.catalogue.store.folder import holds_studio
from gesso.core.errors import SettingsError
from gesso.studio.adapters import built
from gesso.studio.parts.engines import engine_of

if TYPE_CHECKING:
    from gesso.collect.acquisition.collector import Collector
    from gesso.collect.acquisition.options import CollectOptions, Develop, Preview
    from gesso.collect.duplicates.finder import DuplicateFinder
    from gesso.collect.sources.source import Source, Wish
    from gesso.core.outside.polite.fetcher import Fetcher
    from gesso.core.runner.engine import Engine
    from gesso.studio.ground import Ground


class Collecting:
    """Puts the verb collect together from what the studio has.

    Args:
        ground: whose settings, catalogue and workers are used.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._asked = ground.settings.collect

    @cached_property
    def collector(self) -> Collector:
        """The verb collect."""
        from gesso.collect.acquisition.collector import Collector

        return Collector(
            self._ground.catalogue,
            self.source,
            self._develop(),
            self._options(),
            stop=self._ground.stop,
            now=utc_now,
        )

    @cached_property
    def duplicates(self) -> DuplicateFinder:
        """Finds works that show one picture."""
        from gesso.collect.duplicates.finder import DuplicateFinder
        from gesso.collect.duplicates.options import DuplicateOptions

        asked = self._ground.settings.duplicates
        return DuplicateFinder(
            self._ground.catalogue,
            self._engine,
            DuplicateOptions(asked.neighbours, asked.shapes, tuple(self._asked.licences)),
            stop=self._ground.stop,
        )

    @cached_property
    def _engine(self) -> Engine:
        """Does work on pixels, mostly in processes of its own."""
        return engine_of(self._ground.settings)

    def preview(self, name: str, wish: Wish) -> Preview:
        """What a run would do; where there is no studio, none is made for it.

        Raises:
            InputError: a place that the source cannot use.
            OutsideError: the list cannot be had.
        """
        from gesso.collect.acquisition.collector import previewed

        is_studio = holds_studio(self._ground.folder)
        catalogue = self._ground.catalogue if is_studio else None
        return previewed(self._source(name), wish, self._options(), catalogue)

    def check(self, name: str, wish: Wish) -> None:
        """Refuse a wish that its source cannot serve, as far as can be told without asking anybody.

        Makes no studio.

        Raises:
            UnknownAdapter: there is no such source.
            SettingsError: it cannot be asked as it is set.
            InputError: a place that it cannot use.
        """
        self.source(name).finds(wish)

    def source(self, name: str) -> Source:
        """Build a source, its options from `[collect.sources.NAME]`, ready to bring pictures.

        Raises:
            UnknownAdapter: there is no such source.
            SettingsError: an option that it refuses, or no contact for one that goes over the
                network.
        """
        source = self._source(name)
        if source.is_remote:
            _ = self.fetcher.user_agent  # raises where no contact is set
        return source

    def _source(self, name: str) -> Source:
        """A source for a look at its list; the fetcher itself refuses to ask without a contact."""
        from gesso.collect.sources.source import SOURCES

        factory = SOURCES.open(name)
        wishes = self._asked.sources.get(name, {})
        # Adapters say it of their class; one that does not is taken to go over the network.
        is_remote = getattr(factory, "is_remote", True) is not False
        fetcher = self.fetcher if is_remote else None
        return built(factory, f"collect.sources.{name}", wishes, fetcher)

    @cached_property
    def fetcher(self) -> Fetcher:
        """Fetches from hosts that are not ours, politely."""
        from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
        from gesso.core.outside.polite.hosts import Hosts
        from gesso.core.outside.polite.wire import WireOptions

        pictures = self._ground.settings.pictures
        try:
            options = FetchOptions(
                contact=self._asked.contact,
                wire=WireOptions(max_bytes=round(pictures.max_megabytes * 1e6)),
            )
        except ValueError as error:
            raise SettingsError(
                f"[collect] contact cannot be used: {error}.",
                'Write contact = "you@example.org", or the address of a page of yours.',
            ) from error
        is_studio = holds_studio(self._ground.folder)
        path = self._ground.folder / "limits.db" if is_studio else None
        return Fetcher(options, hosts=Hosts(path), stop=self._ground.stop)

    def close(self) -> None:
        """Let go of connections."""
        if "fetcher" in vars(self):
            self.fetcher.close()
        if "_engine" in vars(self):
            self._engine.__exit__(None, None, None)

    def _options(self) -> CollectOptions:
        from gesso.collect.acquisition.options import CollectOptions

        asked = self._asked
        return CollectOptions(
            unknown_licence=asked.unknown_licence,
            licences=tuple(asked.licences),
            items=asked.items,
            megabytes=asked.megabytes,
            streams=asked.streams,
            tries=asked.tries,
            patience_s=asked.patience_s,
        )

    def _develop(self) -> Develop:
        """Development by the engine, where a picture that takes too much harms nobody else."""
        from gesso.collect.acquisition.developing import Developing
        from gesso.core.pixels.decode import DecodeLimits

        pictures = self._ground.settings.pictures
        limits = DecodeLimits(
            max_pixels=round(pictures.max_megapixels * 1e6),
            max_bytes=round(pictures.max_megabytes * 1e6),
        )
        return Developing(self._engine, limits)
