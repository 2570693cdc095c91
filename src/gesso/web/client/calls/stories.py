"""Calls of stories. Written by tools/client.py."""

from __future__ import annotations

from typing import Literal

from gesso.web.client.shapes.common import JobTold
from gesso.web.client.shapes.stories import (
    CreditsTold,
    FilmsTold,
    FilmWish,
    FormatsTold,
    MoreWorks,
    NewStory,
    OrderWish,
    SceneChange,
    SoundWish,
    StoriesTold,
    StoryChange,
    StoryTold,
    VersionsTold,
)
from gesso.web.client.wire import Wire, quoted


class StoriesCalls(Wire):
    """Calls of stories."""

    def story_formats(self) -> FormatsTold:
        """Formats of films."""
        told: FormatsTold = self._json("GET", "/api/stories/formats")
        return told

    def films(self, number: int) -> FilmsTold:
        """A story's films."""
        told: FilmsTold = self._json("GET", f"/api/stories/{quoted(number)}/films")
        return told

    def film_story(self, number: int, body: FilmWish) -> JobTold:
        """Film a story."""
        told: JobTold = self._json("POST", f"/api/stories/{quoted(number)}/films", json=body)
        return told

    def film(
        self,
        number: int,
        version: int,
        kind: Literal["mp4", "webm", "av1", "preview"],
        *,
        tag: str | None = None,
        download: bool | None = None,
    ) -> bytes:
        """See a film."""
        return self._data(
            "GET",
            f"/api/stories/{quoted(number)}/films/{quoted(version)}/{quoted(kind)}",
            query={"tag": tag, "download": download},
        )

    def delete_film(
        self, number: int, version: int, kind: Literal["mp4", "webm", "av1", "preview"]
    ) -> None:
        """Take a film away."""
        self._nothing(
            "DELETE", f"/api/stories/{quoted(number)}/films/{quoted(version)}/{quoted(kind)}"
        )

    def story_poster(self, number: int, *, version: int | None = None) -> bytes:
        """A story's first picture."""
        return self._data(
            "GET", f"/api/stories/{quoted(number)}/poster", query={"version": version}
        )

    def story_sheet(self, number: int, *, version: int | None = None) -> bytes:
        """A story on one sheet."""
        return self._data("GET", f"/api/stories/{quoted(number)}/sheet", query={"version": version})

    def story_frame(self, number: int, *, at: float, version: int | None = None) -> bytes:
        """A moment of a story."""
        return self._data(
            "GET", f"/api/stories/{quoted(number)}/frame", query={"at": at, "version": version}
        )

    def story_captions(self, number: int, *, version: int | None = None) -> str:
        """A film's captions."""
        return self._text(
            "GET", f"/api/stories/{quoted(number)}/captions", query={"version": version}
        )

    def story_credits(self, number: int, *, version: int | None = None) -> CreditsTold:
        """A film's credits."""
        told: CreditsTold = self._json(
            "GET", f"/api/stories/{quoted(number)}/credits", query={"version": version}
        )
        return told

    def stories(
        self, *, after: str | None = None, limit: int | None = None, deleted: bool | None = None
    ) -> StoriesTold:
        """All stories."""
        told: StoriesTold = self._json(
            "GET", "/api/stories", query={"after": after, "limit": limit, "deleted": deleted}
        )
        return told

    def new_story(self, body: NewStory) -> StoryTold:
        """Put a story together."""
        told: StoryTold = self._json("POST", "/api/stories", json=body)
        return told

    def story(self, number: int, *, version: int | None = None) -> StoryTold:
        """One story."""
        told: StoryTold = self._json(
            "GET", f"/api/stories/{quoted(number)}", query={"version": version}
        )
        return told

    def delete_story(self, number: int, *, films: bool | None = None) -> StoryTold:
        """Delete a story."""
        told: StoryTold = self._json(
            "DELETE", f"/api/stories/{quoted(number)}", query={"films": films}
        )
        return told

    def change_story(self, number: int, body: StoryChange) -> StoryTold:
        """Change a story."""
        told: StoryTold = self._json("PATCH", f"/api/stories/{quoted(number)}", json=body)
        return told

    def story_versions(self, number: int) -> VersionsTold:
        """What was done to a story."""
        told: VersionsTold = self._json("GET", f"/api/stories/{quoted(number)}/versions")
        return told

    def restore_story(self, number: int, version: int) -> StoryTold:
        """Make a story again what it was."""
        told: StoryTold = self._json(
            "POST", f"/api/stories/{quoted(number)}/versions/{quoted(version)}/restore"
        )
        return told

    def undelete_story(self, number: int) -> StoryTold:
        """Have a story back."""
        told: StoryTold = self._json("POST", f"/api/stories/{quoted(number)}/restore")
        return told

    def order_story(self, number: int, body: OrderWish) -> StoryTold:
        """Put a story in order."""
        told: StoryTold = self._json("PUT", f"/api/stories/{quoted(number)}/order", json=body)
        return told

    def sound_story(self, number: int, body: SoundWish) -> StoryTold:
        """Give a story another soundtrack."""
        told: StoryTold = self._json("PUT", f"/api/stories/{quoted(number)}/soundtrack", json=body)
        return told

    def add_to_story(self, number: int, body: MoreWorks) -> StoryTold:
        """Put works at a story's end."""
        told: StoryTold = self._json("POST", f"/api/stories/{quoted(number)}/scenes", json=body)
        return told

    def remove_from_story(self, number: int, work: int, *, version: int | None = None) -> StoryTold:
        """Take a work out of a story."""
        told: StoryTold = self._json(
            "DELETE",
            f"/api/stories/{quoted(number)}/scenes/{quoted(work)}",
            query={"version": version},
        )
        return told

    def change_scene(self, number: int, work: int, body: SceneChange) -> StoryTold:
        """Change a scene."""
        told: StoryTold = self._json(
            "PATCH", f"/api/stories/{quoted(number)}/scenes/{quoted(work)}", json=body
        )
        return told
