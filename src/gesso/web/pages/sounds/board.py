"""What the page of a story shows, gathered; and its page when something cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import GessoError
from gesso.show.story.film.cards import Credits
from gesso.show.story.film.formats import FormatName
from gesso.show.story.records import Story
from gesso.web.answers.house import House
from gesso.web.answers.jobs.telling import told_of
from gesso.web.answers.stories.films import WORDS, Films, Made, page_of
from gesso.web.answers.stories.stories import Stories
from gesso.web.answers.stories.wishes import MANY
from gesso.web.pages.drawing import draw
from gesso.web.pages.sounds.lines import length_of, wave_of
from gesso.web.pages.sounds.strip import clock, strip_of
from gesso.web.pages.sounds.words import INTO, MOVES, ORDERS, SIZES, said_of
from gesso.web.server.problems import Halt, status_of

_VERSIONS = 40
_TRACKS = 200


class Boards:
    """Gathers what the pages of stories show.

    Args:
        house: of which.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._stories = Stories(house.studio)
        self._films = Films(house.studio, house.jobs)

    def one(self, number: int, version: int | None) -> dict[str, Any]:
        """A story with its film, its strip and its scenes.

        Raises:
            UnknownItem: there is no such story or version.
        """
        room = self._house.studio.stories
        story, latest = self._stories.one(number, version), room.get(number).version
        shots, tracks = room.shots(story), self._stories.tracks(story)
        tiles = {tile.id: tile for tile in self._house.gallery.tiles_of(list(story.works))}
        made = self._films.of(number)
        job = self._films.job(number)
        return {
            "story": story,
            "latest": latest,
            "said": said_of(story),
            "shots": shots,
            "tiles": tiles,
            "tracks": tracks,
            "strip": strip_of(story, shots, tiles, tracks),
            "films": made,
            "film": _shown(made, story.version),
            "job": told_of(self._house.jobs, job) if job else None,
            "formats": self._formats(),
            "versions": room.versions(number)[:_VERSIONS],
            "credits": self._credits(story),
            "usable": self._house.studio.catalogue.tracks.list(after=0, limit=_TRACKS),
            "wave": wave_of,
            "lasts": length_of,
            "asks": self._asks,
        }

    def choices(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """What a new story can be made of."""
        studio = self._house.studio
        page = studio.catalogue.works.page(limit=1, favourite=True)
        return {
            "boards": self._house.gallery.sets.all(),
            "favourites": bool(page.works),
            "tracks": studio.catalogue.tracks.list(after=0, limit=_TRACKS),
            "many": MANY,
            "asks": self._asks,
            "is_of_nothing": not {"set", "words", "works", "favourites"} & set(fields),
        }

    def delete(self, number: int) -> None:
        """Take a story out of the lists, and stop what is being filmed of it.

        Raises:
            UnknownItem: there is no such story.
        """
        self._stories.delete(number)
        self._films.stop(number)

    def drawn(
        self, number: int, version: int | None = None, error: GessoError | Halt | None = None
    ) -> str:
        """The page of a story.

        Raises:
            UnknownItem: there is no such story or version.
        """
        told = self.one(number, version)
        return draw("sounds/story.html", here="stories", name=self._house.name,
                    error=problem_of(error), orders=ORDERS, into=INTO, moves=MOVES, sizes=SIZES,
                    clock=clock, **told)  # fmt: skip

    async def done(self, number: int, deed: Callable[[], Any], place: str = "") -> Response:
        """Do something to a story, and go back to its page; or show there why it cannot be.

        Args:
            number: of the story.
            deed: what is done.
            place: on the page.
        """
        try:
            await self._house.desk.run(deed)
        except (GessoError, Halt) as fault:
            error = fault
        else:
            return RedirectResponse(f"{page_of(number)}{place}", 303)
        words = await self._house.desk.run(lambda: self.drawn(number, None, error))
        return HTMLResponse(words, status_for(error))

    @property
    def _asks(self) -> bool:
        """A model is set that can be asked for words and orders."""
        return self._house.studio.settings.story.llm != "offline"

    def _formats(self) -> dict[FormatName, str]:
        try:
            return {one: WORDS[one] for one in self._house.studio.stories.formats()}
        except GessoError:
            return {}

    def _credits(self, story: Story) -> Credits | None:
        try:
            return self._house.studio.stories.credits(story)
        except GessoError:
            # A work or a track is gone; everything else can still be looked at.
            return None


def _shown(made: list[Made], version: int) -> Made | None:
    """The film to show: this version's, whole rather than the preview; else the newest."""
    of_it = [one for one in made if one.version == version]
    whole = [one for one in of_it if one.kind != "preview"]
    older = [one for one in made if one.version < version and one.kind != "preview"]
    return next(iter(whole or of_it or older), None)


def problem_of(error: GessoError | Halt | None) -> dict[str, str] | None:
    """What went wrong, for a page."""
    if error is None:
        return None
    if isinstance(error, Halt):
        return {"message": error.title, "advice": error.detail}
    return {"message": error.message, "advice": error.advice}


def status_for(error: GessoError | Halt | None) -> int:
    """The status of a page that shows what went wrong."""
    if error is None:
        return 200
    return error.status if isinstance(error, Halt) else status_of(error)
