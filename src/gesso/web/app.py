"""The server, put together: the guard, the problems, and the routes of every verb."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from gesso._version import __version__
from gesso.show.gallery import Gallery
from gesso.show.iiif.images import ImageOptions, Images
from gesso.show.sharing import Shares
from gesso.studio import Studio
from gesso.web.answers.house import House
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.answers.searching import Searches
from gesso.web.answers.studying import Studies
from gesso.web.api.doings.jobs import job_routes
from gesso.web.api.health import health_routes
from gesso.web.api.searching import search_routes
from gesso.web.api.studying import study_routes
from gesso.web.api.works import work_routes
from gesso.web.interop.routes import INTEROP
from gesso.web.pages.drawing import draw
from gesso.web.pages.gallery import gallery_pages
from gesso.web.pages.searching import search_pages
from gesso.web.pages.static import static_routes
from gesso.web.pages.studies import study_pages
from gesso.web.server.guard import Application, Guard
from gesso.web.server.health import Health, Watch
from gesso.web.server.limits import Buckets
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import tell_problems
from gesso.web.server.work import Desk

ROUTES: tuple[Callable[[House], APIRouter], ...] = (
    health_routes,
    study_routes,
    search_routes,
    work_routes,
    job_routes,
    static_routes,
    gallery_pages,
    search_pages,
    study_pages,
    *INTEROP,
)
"""Everything that the server answers, each from the house that it stands in."""
_ABOUT = "A self-hosted art studio: one catalogue under its verbs. Errors are problem+json."


def application(studio: Studio, options: ServerOptions, jobs: Jobs | None = None) -> Application:
    """An ASGI application that answers for one studio.

    Args:
        studio: open; whoever opened it closes it.
        options: how it is run.
        jobs: what is done in the background, for who has to end it sooner than the application
            ends; None for its own.

    Raises:
        SettingsError: it would be open to strangers.
    """
    options.check()
    desk = Desk(options.workers, options.waiting)
    searches = Searches(
        lambda: studio.search,
        studio.searching.opened,
        lambda: studio.searching.open(studio.searching.default),
        desk,
        options.answers_kept,
    )
    jobs = jobs or Jobs()
    watch = Watch([lambda seen: _count(studio, seen), searches.look])

    @asynccontextmanager
    async def while_open(_app: FastAPI) -> AsyncIterator[None]:
        await watch.start()
        yield
        await asyncio.to_thread(jobs.close)
        await watch.stop()

    app = FastAPI(
        title="gesso", version=__version__, description=_ABOUT, lifespan=while_open, redoc_url=None,
        docs_url=None,
    )  # fmt: skip
    name = name_of(studio)
    tell_problems(app, lambda found: draw("problem.html", here="", name=name, problem=found))
    gallery = Gallery(lambda: studio.catalogue)
    studies = Studies(studio, desk, options.studies_kept)
    images = Images(
        lambda: studio.catalogue, ImageOptions(folder=studio.folder / "cache" / "tiles")
    )
    shares = Shares(lambda: studio.catalogue)
    house = House(
        studio, options, name, desk, watch, gallery, studies, searches, jobs, images, shares
    )
    for routes in ROUTES:
        app.include_router(routes(house))
    return Guard(app, options, Buckets(options.calls_per_minute, options.burst, time.monotonic))


def _count(studio: Studio, seen: Health) -> None:
    seen.metadata_count = sum(studio.catalogue.works.counts().values())


def name_of(studio: Studio) -> str:
    """What the studio is called: its folder, as a person would write it."""
    words = studio.folder.resolve().name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Studio"
