"""The pages of a study: a form for a picture, what was seen in it, an attempt beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from gesso.core.records.works import Work
from gesso.study.tips.percentiles import percentile_of
from gesso.study.tips.wording import WORDS, told
from gesso.study.tools.what_if.tool import TOLD
from gesso.web.answers.house import House
from gesso.web.answers.studies.asked import KEY, Asked, Material, Wishes
from gesso.web.answers.studies.studies import named, source_of
from gesso.web.pages.drawing import draw
from gesso.web.pages.studies.lines import lines_of
from gesso.web.pages.studies.stage import stage_of

INTENTS = {
    "none": "What it is",
    "high-key": "High key",
    "low-key": "Low key",
    "nocturne": "Nocturne",
    "grisaille": "Grisaille",
    "abstract": "Abstract",
    "reference": "After somebody else's picture",
}
_PROGRESS = ("L_mean", "L_range", "dom", "hard", "chroma")
_COMPARED = ("L_mean", "L_range", "dark25", "light80", "dom", "regions", "hard", "chroma")
_SEE_OTHER = 303
Picture = Annotated[str, Path(pattern=KEY)]
Number = Annotated[int, Path(ge=1, lt=2**63)]


def study_pages(house: House) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    # "/studies/compare" goes before "/studies/{number}".
    _sending(routes, house)
    _looking(routes, house)
    return routes


def _looking(routes: APIRouter, house: House) -> None:
    studies = house.studies

    @routes.get("/studies")
    async def form() -> HTMLResponse:
        return HTMLResponse(draw("study/begin.html", here="study", name=house.name))

    @routes.get("/studies/pictures/{picture}")
    async def of_picture(picture: Picture, wishes: Annotated[Wishes, Query()]) -> HTMLResponse:
        asked = Material(studies.held(picture), picture, wishes)
        return await _page(house, asked, "Your picture", f"/study/pictures/{picture}.jpg?side=1600")

    @routes.get("/studies/{number}")
    async def of_work(number: Number, wishes: Annotated[Wishes, Query()]) -> HTMLResponse:
        work = await studies.work(number)
        picture = f"/api/works/{number}/picture?side=1600"
        return await _page(house, Material(work, "", wishes), work.title, picture)


def _sending(routes: APIRouter, house: House) -> None:
    studies = house.studies

    @routes.post("/studies")
    async def sent(request: Request, asked: Annotated[Asked, Query()]) -> RedirectResponse:
        found = await studies.material(request, asked)
        place = f"pictures/{found.picture}" if found.picture else str(_number(found.what))
        return _to(f"/studies/{place}", _words_of(found.wishes))

    @routes.post("/studies/{number}/keep")
    async def keep(number: Number, wishes: Annotated[Wishes, Query()]) -> RedirectResponse:
        await studies.kept_under(await studies.work(number), wishes)
        return _to(f"/studies/{number}", _words_of(wishes), "progress")

    @routes.post("/studies/compare")
    async def compared(
        request: Request, reference: Annotated[str, Query(max_length=70)]
    ) -> RedirectResponse:
        await source_of(studies, reference)
        sent = await studies.material(request, Asked())
        attempt = sent.picture or named(sent.what)  # type: ignore[arg-type]  # no key: a work
        return _to("/studies/compare", {"reference": reference, "attempt": attempt})

    @routes.get("/studies/compare")
    async def match(
        reference: Annotated[str, Query(max_length=70)],
        attempt: Annotated[str, Query(max_length=70)],
    ) -> HTMLResponse:
        first, second = [await source_of(studies, one) for one in (reference, attempt)]
        found = await studies.match(first, second)
        rows = [
            (WORDS.get(name, name), told(name, before), told(name, after))
            for name in _COMPARED
            if name in found["metrics"]
            for before, after in (found["metrics"][name],)
        ]
        return HTMLResponse(
            draw(
                "study/compare.html",
                here="study",
                name=house.name,
                match=found,
                rows=rows,
                pictures=[_shown(one) for one in (first, second)],
            )
        )


async def _page(house: House, asked: Material, title: str, picture: str) -> HTMLResponse:
    study = await house.studies.whole(asked)
    number = asked.what.id if isinstance(asked.what, Work) else None
    history = await house.studies.history(asked.what) if isinstance(asked.what, Work) else []
    source = f"work:{number}" if number else asked.picture
    words = draw(
        "study/study.html",
        here="study",
        name=house.name,
        study=_bare(study),
        readings={reading["tool"]: reading for reading in study["readings"]},
        title=title,
        picture=picture,
        number=number,
        source=source,
        wishes=asked.wishes,
        asked=_words_of(asked.wishes),
        query=_query(_words_of(asked.wishes)),
        **stage_of(study, title),
        intents=INTENTS,
        changes=TOLD,
        measured=_measured(study["metrics"]),
        history=history,
        progress=[
            (WORDS[name], told(name, values[0]), told(name, values[-1]), lines_of(values))
            for name in _PROGRESS
            for values in ([row["metrics"][name] for row in history if name in row["metrics"]],)
            if values
        ],
    )
    return HTMLResponse(words)


def _bare(study: Mapping[str, Any]) -> dict[str, Any]:
    """The study without its maps, which a page asks for by their addresses."""
    readings = [
        reading
        | {
            "sheets": [
                {name: value for name, value in sheet.items() if name != "png"}
                for sheet in reading["sheets"]
            ]
        }
        for reading in study["readings"]
    ]
    return {**study, "readings": readings}


def _measured(metrics: Mapping[str, float]) -> list[tuple[str, str, int | None]]:
    """Every measurement in words, as told, and its percentile among paintings."""
    found = []
    for name, value in metrics.items():
        place = percentile_of(name, value)
        words = WORDS.get(name, name)
        share = None if place is None else round(100 * place)
        found.append((words[:1].upper() + words[1:], told(name, value), share))
    return found


def _words_of(wishes: Wishes) -> dict[str, Any]:
    return wishes.model_dump(exclude_defaults=True)


def _to(place: str, words: Mapping[str, Any], part: str = "") -> RedirectResponse:
    address = place + _query(words) + (f"#{part}" if part else "")
    return RedirectResponse(address, _SEE_OTHER)


def _query(words: Mapping[str, Any]) -> str:
    return f"?{urlencode(words, doseq=True)}" if words else ""


def _shown(source: str | Work) -> tuple[str, str]:
    if isinstance(source, Work):
        return source.title, f"/api/works/{source.id}/picture?side=1000"
    return "Your picture", f"/study/pictures/{source}.jpg?side=1000"


def _number(what: bytes | Work) -> int:
    return what.id if isinstance(what, Work) else 0
