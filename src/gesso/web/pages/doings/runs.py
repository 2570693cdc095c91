"""/runs: every run of making and collecting, and each with what is done to it now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import GessoError
from gesso.core.records.runs import ID_PATTERN
from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.making import ResumeWish, page_of
from gesso.web.answers.house import House
from gesso.web.api.doings.runs import resumed, stopped, troubles
from gesso.web.pages.doings.forms import fields_of, read
from gesso.web.pages.doings.words import counts_of, said_of
from gesso.web.pages.drawing import draw
from gesso.web.server.problems import Halt, status_of

RunId = Annotated[str, Path(pattern=ID_PATTERN)]
TROUBLES = 30


def run_pages(house: House) -> APIRouter:
    """The routes."""
    doings, desk = Doings.of(house), house.desk
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/runs")
    async def all_runs(
        after: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    ) -> HTMLResponse:
        found = await desk.run(lambda: doings.runs.page(after))
        wrong = await desk.run(lambda: troubles(house, TROUBLES))
        return HTMLResponse(
            draw("doings/runs.html", here="runs", name=house.name, is_first=after is None,
                 **found, **wrong)
        )  # fmt: skip

    @routes.get("/runs/{run}")
    async def one(
        run: RunId,
        page: Annotated[int, Query(ge=1, le=1000)] = 1,
        item: Annotated[str, Query(max_length=255)] = "",
    ) -> Response:
        told = await desk.run(lambda: _told(doings, run, page, item))
        return HTMLResponse(_drawn(house, told))

    async def done(run: str, deed: Callable[[], Any]) -> Response:
        try:
            await desk.run(deed)
        except (GessoError, Halt) as error:
            told = await desk.run(lambda: _told(doings, run, 1, ""))
            status = error.status if isinstance(error, Halt) else status_of(error)
            return HTMLResponse(_drawn(house, told, error), status)
        return RedirectResponse(page_of(run), 303)

    @routes.post("/runs/{run}/resume")
    async def resume(request: Request, run: RunId) -> Response:
        fields = await fields_of(request)
        return await done(run, lambda: resumed(doings, run, read(ResumeWish, fields)))

    @routes.post("/runs/{run}/stop")
    async def stop(run: RunId) -> Response:
        return await done(run, lambda: stopped(doings, run))

    @routes.post("/runs/{run}/cancel")
    async def cancel(run: RunId) -> Response:
        return await done(run, lambda: doings.makings.cancel(run))

    return routes


def _told(doings: Doings, run_id: str, page: int, item: str) -> dict[str, Any]:
    run = doings.runs.one(run_id)
    if run["kind"] == "collect":
        return {"run": run, "counts": counts_of(run)}
    told = doings.runs.items(run_id, page, item)
    for one in told["items"]:
        one["rounds"] = [_paired(played) for played in one["rounds"]]
    return {"run": run, **told, "only": item, "offline": _offline(run)}


def _offline(run: dict[str, Any]) -> str:
    """The form of a run that paints offline what is left of this one."""
    options = run["options"]
    kept = {name: options[name] for name in ("width", "height", "rounds") if options.get(name)}
    left = max(1, run["total"] - run["done"])
    return urlencode({"theme": run["title"], "works": left, "painter": "procedural", **kept})


def _paired(played: dict[str, Any]) -> dict[str, Any]:
    """A round with a place for each of its pair, and the take that stands for it."""
    takes = played["takes"]
    pair = [next((take for take in takes if take["slot"] == slot), None) for slot in (0, 1)]
    judged = [take for take in takes if take["score"] is not None]
    best = next((take for take in takes if take["won"]), None)
    return played | {"pair": pair, "best": best or next(iter(judged), None)}


def _drawn(house: House, told: dict[str, Any], error: GessoError | Halt | None = None) -> str:
    run = told["run"]
    problem = None
    if error is not None:
        words = (
            (error.title, error.detail)
            if isinstance(error, Halt)
            else (error.message, error.advice)
        )
        problem = {"message": words[0], "advice": words[1]}
    template = "doings/collection.html" if run["kind"] == "collect" else "doings/run.html"
    return draw(template, here=run["kind"], name=house.name, said=said_of(run), error=problem,
                **told)  # fmt: skip
