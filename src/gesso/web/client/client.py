"""The client, put together: every operation of the API as a method."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from gesso.web.client.calls.doings import DoingsCalls
from gesso.web.client.calls.music import MusicCalls
from gesso.web.client.calls.search import SearchCalls
from gesso.web.client.calls.stories import StoriesCalls
from gesso.web.client.calls.studio import StudioCalls
from gesso.web.client.calls.study import StudyCalls
from gesso.web.client.calls.works import WorksCalls
from gesso.web.client.shapes.works import WorkTold


class Client(
    WorksCalls, StudyCalls, SearchCalls, DoingsCalls, MusicCalls, StoriesCalls, StudioCalls
):
    """A studio's server from Python.

        with Client("http://127.0.0.1:8765", token="gesso_...") as studio:
            work = studio.bring_work(Path("dusk.png").read_bytes(), title="Dusk")
            for hit in studio.search(words="dusk")["hits"]:
                print(hit["title"], hit["score"])

    What goes wrong is one of our errors: `UnknownItem`, `PictureError`, `AuthError`,
    `RateLimited` with its `after_s`, ...

    Args:
        url: of the server.
        token: None where it asks for none.
        timeout_s: how long an answer may take to begin, and each part of it.
        transport: for those who bring their own.
    """

    def every_work(self, **asked: Any) -> Iterator[WorkTold]:
        """All works of a room, page after page; asked as `works` is."""
        after: str | None = None
        while True:
            page = self.works(**{**asked, "after": after})
            yield from page["works"]
            after = page["next"]
            if after is None:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
