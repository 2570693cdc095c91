"""The composition root: settings in, the verbs out, each built when it is first used.

One of the house's two late doors: a verb and all it needs is imported when somebody asks for it,
so that a studio that only lists its runs never loads a painter.
"""

# ruff: noqa: PLC0415 - opening a verb late is what this module is for
from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gesso.core.outside.waiting.stop import Stop
from gesso.settings import find_folder, load
from gesso.studio.ground import Ground

if TYPE_CHECKING:
    from gesso.collect.acquisition.collector import Collector
    from gesso.collect.caption.room import CaptionRoom
    from gesso.collect.curate.room import CurateRoom
    from gesso.make.atelier import Atelier
    from gesso.search.finder import Finder
    from gesso.show.music.ears import Ears
    from gesso.show.music.learning.numbers import Looks
    from gesso.show.music.room import MusicRoom
    from gesso.show.story.room import StoryRoom
    from gesso.studio.collecting import Collecting
    from gesso.studio.searching import Searching
    from gesso.studio.works.exporting import Exporting
    from gesso.studio.works.tending import Tending
    from gesso.study.room import StudyRoom


class Studio(Ground):
    """One studio: a folder, its catalogue, and the verbs that work on it.

        with Studio.open("studio") as studio:
            report = studio.make.exhibition("Nocturne & Mechanism", works=4)
            for work in report.kept:
                print(work.title, studio.catalogue.path_of(work))

    Attributes:
        folder: where everything lies.
        settings: what is in force.
        stop: set it to stop: nothing new is started, what is paid for is kept. The next run
            of this studio begins anew.
    """

    _flags: Mapping[str, object] = {}

    @classmethod
    def open(
        cls,
        folder: Path | str | None = None,
        flags: Mapping[str, object] | None = None,
        *,
        read_only: bool = False,
        stop: Stop | None = None,
    ) -> Self:
        """Open the studio in `folder`; a new one is made when something is first kept there.

        Args:
            folder: None for GESSO_STUDIO, or ./studio.
            flags: wishes over the settings by dotted name: {"make.rounds": 2}.
            read_only: only look at it, also where its disk cannot be written.
            stop: somebody else's wish to stop, None for its own.

        Raises:
            SettingsError: a wish cannot be met.
        """
        where = find_folder(None if folder is None else Path(folder))
        opened = cls(where, load(where, flags or {}), read_only=read_only, stop=stop)
        opened._flags = dict(flags or {})
        return opened

    def beside(self, flags: Mapping[str, object], *, stop: Stop | None = None) -> Studio:
        """Open the same folder once more, with wishes over those that this one was opened with.

        For one piece of work that has wishes and a stop of its own, such as a run that somebody
        orders over the web; whoever opens it closes it.

        Raises:
            SettingsError: a wish cannot be met.
        """
        return Studio.open(
            self.folder, {**self._flags, **flags}, read_only=self.read_only, stop=stop
        )

    # The verbs -----------------------------------------------------------------------------

    @cached_property
    def make(self) -> Atelier:
        """The verb make."""
        from gesso.studio.making import Making

        return Making(self).atelier()

    @cached_property
    def study(self) -> StudyRoom:
        """The verb study."""
        from gesso.studio.studying import Studying

        return Studying(self, lambda: self.searching).room()

    @cached_property
    def searching(self) -> Searching:
        """The verb search before it is opened: its spaces, and what fills them."""
        from gesso.studio.searching import Searching

        return Searching(self, lambda: self.collecting.fetcher)

    @cached_property
    def search(self) -> Finder:
        """The verb search."""
        return self.searching.finder

    @cached_property
    def collecting(self) -> Collecting:
        """The verb collect before it is opened: its sources, and looks at what it would do."""
        from gesso.studio.collecting import Collecting

        return Collecting(self)

    @property
    def collect(self) -> Collector:
        """The verb collect."""
        return self.collecting.collector

    @cached_property
    def _tending(self) -> Tending:
        from gesso.studio.works.tending import Tending

        return Tending(self, self.searching.index_of)

    @cached_property
    def caption(self) -> CaptionRoom:
        """Titles, captions, tags and scores for works."""
        return self._tending.captions()

    @cached_property
    def curate(self) -> CurateRoom:
        """Works sorted by a person's labels, or by words."""
        return self._tending.curation()

    @cached_property
    def music(self) -> MusicRoom:
        """The music that fits a picture, and the pictures that fit a track."""
        from gesso.show.music.room import MusicRoom

        return MusicRoom(self.catalogue, self._looks, self._ears())

    def _looks(self) -> Looks:
        from gesso.show.music.learning.numbers import Looks

        space = self.searching.open("look")
        return Looks(self.catalogue, space.encoder, space.index)

    def _ears(self) -> Ears | None:
        """What hears tracks, where the owner has chosen a model."""
        name = self.settings.music.encoder
        if not name:
            return None
        from gesso.core.encoders.sound import SOUND_ENCODERS
        from gesso.show.music.ears import Ears
        from gesso.studio.adapters import built, with_key

        factory = SOUND_ENCODERS.open(name)
        wishes = with_key(self.settings, name, self.settings.sound_encoders.get(name, {}), factory)
        encoder = built(factory, f"sound_encoders.{name}", wishes, None)
        return Ears(self.catalogue, encoder, self.searching.index_of(encoder.space))

    @cached_property
    def stories(self) -> StoryRoom:
        """Works in order as films."""
        from gesso.studio.works.telling import Telling

        return Telling(self, lambda: self.music).room()

    @cached_property
    def exporting(self) -> Exporting:
        """The catalogue to warehouses, and its blobs to other stores."""
        from gesso.studio.works.exporting import Exporting

        return Exporting(self)

    def close(self) -> None:
        """Let go of everything that was opened."""
        if "searching" in vars(self):
            self.searching.close()
        if "_tending" in vars(self):
            self._tending.close()
        if "collecting" in vars(self):
            self.collecting.close()
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
