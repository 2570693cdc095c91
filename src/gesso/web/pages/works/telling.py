"""What the page of a work tells, gathered in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gesso._version import __version__
from gesso.core.catalogue.catalogue import utc_now
from gesso.core.errors import GessoError, UnknownItem
from gesso.core.records.codec import to_plain
from gesso.core.records.recipes import Recipe
from gesso.core.records.works import Work
from gesso.make.aims import SCALES
from gesso.search.records import Query
from gesso.show.abroad.addresses import web_address
from gesso.show.closeup.closeups import Closeup, Closeups
from gesso.show.closeup.downloads import Downloads
from gesso.show.closeup.judgement import Bar, bars_of
from gesso.show.closeup.record import Calls, Checked, Records, ago
from gesso.show.gallery import Wall
from gesso.show.gallery.wall import Order
from gesso.show.sharing import Share
from gesso.web.answers.house import House
from gesso.web.pages.walls.gallery import ROOMS, query_of
from gesso.web.pages.works.plans import Band, Plans

NEAR = 8
_ALL = Wall()
_TURNS: dict[Order, tuple[str, str]] = {
    "newest": ("Newer", "Older"),
    "oldest": ("Older", "Newer"),
    "best": ("Before", "Next"),
    "shuffled": ("Before", "Next"),
}
_SOFTWARE = f"gesso {__version__}"
_LABELS = {name: scale.label for name, scale in SCALES.items()}


@dataclass(frozen=True)
class Place:
    """Where a work hangs, on the wall that it was come from or among the newest first.

    Attributes:
        number: from 1; 0 where it does not hang there.
        count: of all that hang.
        before: the work before it, None at the beginning.
        after: the work after it, None at the end.
        query: of the wall: "?" and more, "" for all works, newest first.
        turns: what the work before it and the one after it are called.
        home: where that wall is.
        called: what that wall is called, "" for all works, newest first.
    """

    number: int
    count: int
    before: int | None
    after: int | None
    query: str = ""
    turns: tuple[str, str] = ("Newer", "Older")
    home: str = "/"
    called: str = ""


@dataclass(frozen=True)
class Told:
    """Everything that the page of a work tells.

    Attributes:
        shown: the work and what stands behind it.
        place: where it hangs.
        bars: how it was judged.
        bands: its values.
        calls: what was called for it.
        checked: when its file was held against its hash; None where nobody looked.
        since: how long ago that was, in words.
        contents: what its original tells beside pixels.
        shares: the links to it that are open.
        source_page: where it can be seen at its source, "" for nowhere.
        rights_page: where its rights can be read, "" for nowhere.
        near: works that look like it; None where the page asks for them by itself.
        has_music: there are tracks that could fit it.
    """

    shown: Closeup
    place: Place
    bars: list[Bar]
    bands: list[Band]
    calls: Calls
    checked: Checked | None
    since: str
    contents: list[str]
    shares: list[Share]
    source_page: str
    rights_page: str
    near: list[Work] | None
    has_music: bool

    @property
    def work(self) -> Work:
        """The work itself."""
        return self.shown.work


class Teller:
    """Gathers what pages of works tell. Its methods run in threads.

    Args:
        house: the house.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self.closeups = Closeups(lambda: house.studio.catalogue)
        self.records = Records(lambda: house.studio.catalogue)
        self.downloads = Downloads(lambda: house.studio.catalogue, _SOFTWARE)
        self.plans = Plans(house)

    def tell(self, number: int, wall: Wall = _ALL) -> Told:
        """Everything about one work, which was come to from a wall.

        Raises:
            UnknownItem: there is no such work.
        """
        shown = self.closeups.closeup(number)
        work = shown.work
        checked, now = self.records.checked(work), utc_now()
        evaluation = shown.recipe.evaluation if shown.recipe else None
        sound = checked is None or not checked.damage
        return Told(
            shown=shown,
            place=self._place(number, wall),
            bars=bars_of(evaluation, _LABELS) if evaluation else [],
            bands=self._bands(work),
            calls=self.records.calls(shown.recipe),
            checked=checked,
            since=ago(checked.at, now) if checked else "",
            contents=self.downloads.contents(work) if work.has_original and sound else [],
            shares=self._shares(number),
            source_page=web_address(work.page),
            rights_page=web_address(work.rights.url),
            near=self.near(number) if self._is_warm() else None,
            has_music=self._house.studio.catalogue.tracks.count() > 0,
        )

    def near(self, number: int) -> list[Work]:
        """Works that look like it, the likest first; none where nothing can be compared."""
        finder = self._house.studio.search
        try:
            like = finder.pictures.like(f"work:{number}")
            found = finder.find(Query(likes=(like,), limit=NEAR + 1))
        except GessoError:
            return []
        return [hit.work for hit in found.hits if hit.work.id != number][:NEAR]

    def _is_warm(self) -> bool:
        """A search would answer at once."""
        return "searching" in vars(self._house.studio) and bool(
            self._house.studio.searching.opened()
        )

    def _place(self, number: int, wall: Wall) -> Place:
        found = None if wall == _ALL else self._place_on(number, wall)
        if found is not None:
            return found
        gallery = self._house.gallery
        at = gallery.place_of(_ALL, number)
        before, after = gallery.beside(_ALL, number)
        return Place(0 if at is None else at + 1, sum(gallery.counts().values()), before, after)

    def _place_on(self, number: int, wall: Wall) -> Place | None:
        """None where it does not hang there any more, or the set is none any more."""
        gallery = self._house.gallery
        try:
            board = gallery.sets.get(wall.set) if wall.set else None
            at = gallery.place_of(wall, number)
        except UnknownItem:
            return None
        if at is None or (board is not None and board.is_deleted):
            return None
        before, after = gallery.beside(wall, number)
        query = query_of(wall)
        return Place(
            at + 1,
            gallery.page_at(wall, at, 1).count,
            before,
            after,
            f"?{query}",
            _TURNS[wall.order] if board is None else _TURNS["shuffled"],
            f"/sets/{board.id}" if board else f"/?{query}",
            board.name if board else ROOMS[wall.room],
        )

    def _bands(self, work: Work) -> list[Band]:
        try:
            return self.plans.strip(work) if work.thumbnails else []
        except GessoError:  # a damaged thumbnail is told where the picture should be
            return []

    def _shares(self, number: int) -> list[Share]:
        shares = self._house.shares
        return [share for share in shares.of("work", number) if shares.is_open(share)]


def raw(recipe: Recipe) -> Any:
    """A recipe as plain values, what nobody said left out."""
    return _without_nothing(to_plain(recipe))


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_nothing(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in (None, "", [], {}, ())}
    if isinstance(value, list | tuple):
        return [_without_nothing(one) for one in value]
    return value


def until(moment: datetime) -> str:
    """A day and an hour as they are read: 14 November 2026, 12:00 UTC."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
