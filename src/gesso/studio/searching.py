"""The verb search, put together: encoders, their spaces, and what finds works in them."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from gesso.core.errors import InputError
from gesso.studio.adapters import built, filled, with_key

if TYPE_CHECKING:
    from gesso.core.indexes.space_index import SpaceIndex
    from gesso.core.outside.polite.fetcher import Fetcher
    from gesso.core.pixels.picture import Picture
    from gesso.core.runner.engine import Engine
    from gesso.search.columns.rows import Ids
    from gesso.search.embedding.embedding import Embedded, Embedding, Seen
    from gesso.search.embedding.spaces import OpenSpace
    from gesso.search.finder import Finder
    from gesso.search.scoring.evaluation import Evaluator
    from gesso.studio.ground import Ground

_IN_PROCESSES = 400
"""From so many works on it pays to begin other processes."""
_LIGHT = ("look",)
"""Adapters without weights: each process may have its own."""
_TOGETHER = 16
"""Pictures that an encoder with weights is shown at a time: two batches, on a thread each."""


class Searching:
    """Puts the verb search together from what the studio has.

    Args:
        ground: whose settings and catalogue are used.
        fetcher: makes what fetches pictures of the web, when one is asked for.
    """

    def __init__(self, ground: Ground, fetcher: Callable[[], Fetcher]) -> None:
        self._ground = ground
        self._fetcher = fetcher
        self._asked = ground.settings.search
        self._lock = Lock()
        self._spaces: dict[str, OpenSpace] = {}

    # The spaces, as the finder asks for them ---------------------------------------------

    @property
    def default(self) -> str:
        """The encoder that searches use."""
        return self._asked.encoder

    @property
    def standby(self) -> str:
        """Who answers while the default has too few of the works; "" for nobody."""
        return self._asked.standby

    def open(self, name: str) -> OpenSpace:
        """A space by the name of its encoder: an adapter, or a section [encoders.NAME].

        Raises:
            UnknownAdapter: there is no such encoder.
            SettingsError: it cannot be used.
        """
        with self._lock:
            if name not in self._spaces:
                self._spaces[name] = self._opened(name)
            return self._spaces[name]

    def names(self) -> tuple[str, ...]:
        """The encoders that there are: the shelf's, then those of the settings."""
        from gesso.core.encoders.encoder import ENCODERS

        return tuple(dict.fromkeys((*ENCODERS.names(), *self._ground.settings.encoders)))

    def opened(self) -> tuple[OpenSpace, ...]:
        """The spaces that somebody has asked for; to ask opens none."""
        with self._lock:
            return tuple(self._spaces.values())

    # The verb ------------------------------------------------------------------------------

    @cached_property
    def finder(self) -> Finder:
        """Answers searches."""
        from gesso.search.finder import Finder, FinderOptions
        from gesso.search.fusing.rankings import Weights
        from gesso.search.looks.pictures import PictureDesk

        asked = self._asked
        weights = Weights(
            words=asked.words,
            meaning=asked.meaning,
            neighbours=asked.neighbours,
            picture=asked.picture,
            colour=asked.colour,
            values=asked.values,
            constant=asked.constant,
        )
        columns = self._ground.folder / "index" / "columns"
        options = FinderOptions(weights=weights, embeds=asked.embeds, columns=columns)
        embed = None if self._ground.read_only else self._embed_now
        desk = PictureDesk(self._open_picture, self._fetch)
        return Finder(self._ground.catalogue, self, desk, options, embed)

    def _open_picture(self, data: bytes, name: str) -> Picture:
        """A picture to be compared; strangers' are decoded and measured apart."""
        if not self._ground.is_careful:
            return self._ground.open_picture(data, name)
        from gesso.core.encoders.look.look import parts_of
        from gesso.search.looks.pictures import SIDE

        works = (parts_of,) if self.default == "look" else ()
        return self._ground.darkroom.small(data, name, side=SIDE, works=works)

    def embedding(self) -> Embedding:
        """Embeds works."""
        from gesso.search.embedding.embedding import Embedding

        return Embedding(self._ground.catalogue, self._ground.stop)

    def encode(self, name: str = "", *, all_of_them: bool = False, seen: Seen) -> Embedded:
        """Embed the works that are missing in a space, or all; vectors of gone works leave.

        Args:
            name: of the encoder; "" for the one that searches use.
            all_of_them: also those that have a vector.
            seen: told as it goes on.
        """
        from dataclasses import replace

        space = self.open(name or self.default)
        finder = self.finder
        state = finder.columns.state()
        there = state.core.ids[state.core.columns["has_picture"]]
        wanted = there if all_of_them else finder.coverage.of(space, state)[1]
        embedding = self.embedding()
        with self._engine(space, len(wanted)) as engine:
            told = embedding.embed(space, wanted, engine, seen, together=self._together(space))
        # What came in meanwhile is in no list of ours, and must not be taken for gone.
        now = finder.columns.state().core
        return replace(
            told, removed=embedding.without_gone(space, now.ids[now.columns["has_picture"]])
        )

    def evaluator(self) -> Evaluator:
        """Measures searches on judged queries."""
        from gesso.search.scoring.evaluation import Evaluator

        return Evaluator(self.finder, self._ground.catalogue)

    def close(self) -> None:
        """Let go of the indexes."""
        for space in self.opened():
            space.index.close()

    def _opened(self, name: str) -> OpenSpace:
        from gesso.core.encoders.encoder import ENCODERS
        from gesso.search.embedding.spaces import OpenSpace

        wishes = dict(self._ground.settings.encoders.get(name, {}))
        adapter = str(wishes.pop("adapter", name))
        factory = ENCODERS.open(adapter)
        wishes = dict(with_key(self._ground.settings, adapter, wishes, factory))
        encoder = built(factory, f"encoders.{name}", wishes, None)
        return OpenSpace(name, encoder, self.index_of(encoder.space))

    def index_of(self, space: Any) -> SpaceIndex:
        """The index of a space, of pictures or of sounds."""
        from gesso.core.indexes.index import INDEXES
        from gesso.core.indexes.space_index import IndexOptions, SpaceIndex

        folder, kind = self._ground.folder, self._asked.index
        options = IndexOptions(kind=kind, keep=self._asked.keep, threads=self._asked.threads)
        engines = {
            name: filled(INDEXES.open(name).Options, f"indexes.{name}", wishes)
            for name, wishes in self._ground.settings.indexes.items()
        }
        return SpaceIndex(
            folder / "vectors" / space.id,
            folder / "index" / space.id,
            space,
            options,
            engines=engines,
        )

    def _together(self, space: OpenSpace) -> int:
        return 1 if space.encoder.space.encoder in _LIGHT else _TOGETHER

    def _engine(self, space: OpenSpace, count: int) -> Engine:
        from gesso.core.runner.engine import ENGINES, EngineOptions
        from gesso.core.runner.limits import Limits

        is_light = space.encoder.space.encoder in _LIGHT
        name = "process" if is_light and count >= _IN_PROCESSES else "serial"
        workers = self._ground.settings.make.workers
        options = EngineOptions(workers=workers or None, timeout_s=None, limits=Limits())
        return ENGINES.open(name)(options)

    def _embed_now(self, space: OpenSpace, missing: Ids) -> None:
        with self._engine(space, 0) as engine:
            self.embedding().embed(space, missing, engine, together=self._together(space))

    def _fetch(self, url: str) -> bytes:
        fetched = self._fetcher().get(url)
        if fetched is None:
            raise InputError(f"{url[:200]} gave nothing.", "Try it again.")
        return fetched.data
