"""The server, put together: the guard, the problems, and the routes of every verb."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from gesso._version import __version__
from gesso.show.charts.charts import Charts
from gesso.show.gallery import Gallery
from gesso.show.iiif.images import ImageOptions, Images
from gesso.show.sharing import Shares
from gesso.studio import Studio
from gesso.web.agents.looking import Looking
from gesso.web.agents.routes import AgentDoor
from gesso.web.answers.house import House
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.answers.quick import Quick, QuickAnswers
from gesso.web.answers.searching import Searches
from gesso.web.answers.studies.studies import Studies
from gesso.web.api.bringing import bringing_routes
from gesso.web.api.doings.routes import DOINGS
from gesso.web.api.health import health_routes
from gesso.web.api.searching import search_routes
from gesso.web.api.sounds.films import film_routes
from gesso.web.api.sounds.music import music_routes
from gesso.web.api.sounds.stories import story_routes
from gesso.web.api.studies.history import history_routes
from gesso.web.api.studies.studying import study_routes
from gesso.web.api.walls.routes import WALLS
from gesso.web.api.watching import watching_routes
from gesso.web.api.works.routes import WORKS
from gesso.web.interop.routes import INTEROP
from gesso.web.pages.doings.routes import DOING_PAGES
from gesso.web.pages.drawing import draw_problem
from gesso.web.pages.signing import draw_refusal, signing_pages
from gesso.web.pages.sounds.music import music_pages
from gesso.web.pages.sounds.scenes import scene_pages
from gesso.web.pages.sounds.stories import story_pages
from gesso.web.pages.static import static_routes
from gesso.web.pages.studies.pages import study_pages
from gesso.web.pages.walls.gallery import gallery_pages
from gesso.web.pages.walls.searching import search_pages
from gesso.web.pages.walls.sets import set_pages
from gesso.web.pages.works.pages import work_pages
from gesso.web.server.doors.describing import describe
from gesso.web.server.doors.doors import Doors
from gesso.web.server.doors.guard import Guard
from gesso.web.server.doors.reading import Reading
from gesso.web.server.health import Health, Watch
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import tell_problems
from gesso.web.server.uploads import closed
from gesso.web.server.work import Desk

ROUTES: tuple[Callable[[House], APIRouter], ...] = (
    health_routes,
    study_routes,
    history_routes,
    search_routes,
    *WALLS,
    bringing_routes,
    *WORKS,
    *DOINGS,
    music_routes,
    film_routes,
    story_routes,
    static_routes,
    work_pages,
    gallery_pages,
    set_pages,
    search_pages,
    study_pages,
    *DOING_PAGES,
    music_pages,
    story_pages,
    scene_pages,
    *INTEROP,
)
"""Everything that the server answers, each from the house that it stands in."""
_ABOUT = "A self-hosted art studio: one catalogue under its verbs. Errors are problem+json."


def application(studio: Studio, options: ServerOptions, jobs: Jobs | None = None) -> Guard:
    """An ASGI application that answers for one studio.

    Args:
        studio: open; whoever opened it closes it.
        options: how it is run.
        jobs: what is done in the background, for who has to end it sooner than the application
            ends; None for its own.

    Raises:
        SettingsError: it would be open to strangers.
    """
    studio.is_careful = True
    doors = Doors(studio, options)
    agents = AgentDoor(Looking(studio, studies=not options.tips_cost), "mcp")
    desk = Desk(options.workers, options.waiting)
    searches = Searches(
        lambda: studio.search,
        studio.searching.opened,
        lambda: studio.searching.open(studio.searching.default),
        desk,
        options.answers_kept,
    )
    jobs = jobs or Jobs()
    gallery = Gallery(lambda: studio.catalogue)
    watch = Watch(
        [lambda seen: _count(studio, seen), searches.look, lambda _: gallery.look()],
        [searches.check],
    )

    @asynccontextmanager
    async def while_open(_app: FastAPI) -> AsyncIterator[None]:
        await watch.start()
        await doors.open()
        yield
        await asyncio.to_thread(jobs.close)
        await agents.close()
        await doors.close()
        await watch.stop()
        await asyncio.to_thread(gallery.close)

    app = FastAPI(
        title="gesso", version=__version__, description=_ABOUT, lifespan=while_open, redoc_url=None,
        docs_url=None,
    )  # fmt: skip
    name = name_of(studio)
    tell_problems(app, lambda found, path: draw_problem(name, found, path))
    quick = Quick(gallery)
    app.add_middleware(Reading)
    app.add_middleware(QuickAnswers, quick=quick)
    studies = Studies(studio, desk, options)
    images = Images(
        lambda: studio.catalogue, ImageOptions(folder=studio.folder / "cache" / "tiles")
    )
    shares = Shares(lambda: studio.catalogue)
    house = House(
        studio,
        options,
        name,
        desk,
        watch,
        gallery,
        studies,
        searches,
        jobs,
        Charts(lambda: studio.catalogue, gallery.roll, gallery.sets),
        images,
        shares,
        quick,
    )
    for routes in ROUTES:
        app.include_router(closed(routes(house), options))
    app.include_router(signing_pages(name, doors.keys, doors.buckets, options))
    app.include_router(watching_routes(house, doors))
    app.router.routes.append(agents.route())
    describe(app, tips_cost=options.tips_cost)
    return doors.guard(app, lambda found, path: draw_refusal(name, found, path))


def _count(studio: Studio, seen: Health) -> None:
    seen.metadata_count = sum(studio.catalogue.works.counts().values())


def name_of(studio: Studio) -> str:
    """What the studio is called: its folder, as a person would write it."""
    words = studio.folder.resolve().name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else "Studio"
