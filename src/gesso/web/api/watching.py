"""What the server tells of itself: figures for Prometheus, and a look that goes deep."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from gesso.core.errors import GessoError, PictureError, WorkerLost
from gesso.web.answers.house import House
from gesso.web.server.doors.doors import Doors
from gesso.web.server.problems import Problem
from gesso.web.server.watching.figures import CONTENT_TYPE, Figure, gauge, gauges, text_of
from gesso.web.server.watching.telling import Tallies, of_caches, of_process

_LEAST_FREE = 512 << 20
"""Bytes on the studio's disk under which it is told that little is left."""
_FAULTS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The token is missing or wrong."},
    429: {"model": Problem, "description": "Too many calls of one address."},
    503: {"model": Problem, "description": "Too many calls are waiting."},
}


class Check(BaseModel):
    """One thing that was tried."""

    name: str
    ok: bool
    says: str = Field(description="What was seen, or what is wrong.")
    ms: float


class DeepTold(BaseModel):
    """Everything that was tried."""

    status: str = Field(description="'ok', or 'failing' where something was not right.")
    checks: list[Check]


def watching_routes(house: House, doors: Doors) -> APIRouter:
    """The routes."""
    tallies = Tallies(lambda: house.studio.catalogue)
    routes = APIRouter(tags=["health"], responses=_FAULTS)

    @routes.get(
        "/metrics",
        operation_id="metrics",
        summary="Figures for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}, "description": "The text format 0.0.4."}},
    )
    async def metrics() -> Response:
        """Latencies by route, caches, queues, calls, costs, errors by kind."""
        of_studio = await house.desk.run(tallies.figures)
        figures = [*doors.requests.figures(), *_of_house(house), *of_studio, *of_process()]
        return Response(text_of(figures), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE)

    @routes.get(
        "/health/deep",
        operation_id="health_deep",
        summary="Whether everything works",
        response_model=DeepTold,
        responses={503: {"model": DeepTold, "description": "Something does not; it says what."}},
    )
    async def deep() -> Response:
        """The catalogue, a picture, the index, the disk: each is used once."""
        checks = await house.desk.run(lambda: [_tried(name, call, house) for name, call in _TRIES])
        is_ok = all(check.ok for check in checks)
        answer = DeepTold(status="ok" if is_ok else "failing", checks=checks)
        return JSONResponse(answer.model_dump(), 200 if is_ok else 503)

    return routes


def _of_house(house: House) -> list[Figure]:
    seen, jobs = house.watch.now, house.jobs.list()
    return [
        *of_caches([("searches", house.searches.cache), ("studies", house.studies.cache)]),
        gauge("gesso_desk_calls", "Calls that run in threads or wait for one.", house.desk.here),
        gauges(
            "gesso_jobs",
            "What is done in the background, by its state.",
            "state",
            {state: sum(job.state == state for job in jobs) for state in ("queued", "running")},
        ),
        gauge("gesso_index_size", "Works that can be found by their looks.", seen.index_size),
        gauge("gesso_degraded", "What answers worse than it should.", len(seen.degraded)),
        gauge("gesso_ready", "1 once the studio can be asked.", house.watch.is_ready),
    ]


def _tried(name: str, call: Callable[[House], str], house: House) -> Check:
    began = time.perf_counter()
    try:
        says, ok = call(house), True
    except GessoError as error:
        says, ok = error.message, False
    return Check(name=name, ok=ok, says=says, ms=round(1000 * (time.perf_counter() - began), 2))


def _catalogue(house: House) -> str:
    count = sum(house.studio.catalogue.works.counts().values())
    return f"{count} works."


def _picture(house: House) -> str:
    catalogue = house.studio.catalogue
    shown = [work for work in catalogue.works.page(limit=20).works if work.thumbnails]
    if not shown:
        return "There is no picture yet."
    size = len(catalogue.thumbnail(shown[0]))
    return f"The thumbnail of work {shown[0].id} is there: {size} bytes."


def _index(house: House) -> str:
    seen = house.watch.look()
    if seen.degraded:
        raise GessoError(" ".join(seen.degraded))
    return f"{seen.index_size} works can be found by their looks."


def _decoder(house: House) -> str:
    try:
        house.studio.darkroom.decode(b"no picture")
    except PictureError as error:
        if isinstance(error.__cause__, WorkerLost):
            raise
    return "A worker answers."


def _disk(house: House) -> str:
    free = shutil.disk_usage(house.studio.catalogue.folder).free
    if free < _LEAST_FREE:
        raise GessoError(f"Only {free >> 20} MB are left on the studio's disk.")
    return f"{free >> 20} MB are free."


_TRIES: tuple[tuple[str, Callable[[House], str]], ...] = (
    ("catalogue", _catalogue),
    ("picture", _picture),
    ("index", _index),
    ("decoder", _decoder),
    ("disk", _disk),
)
