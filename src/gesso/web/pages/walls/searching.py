"""The page of a search: words, a work's likes, a colour, a picture that is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from gesso.search.records import Answer, Hit
from gesso.web.answers.house import House
from gesso.web.answers.searching import Asked
from gesso.web.pages.drawing import draw
from gesso.web.server.uploads import picture_of

PAGE = 60
_FACETS = ("style", "artist", "decade", "source")
_FEW = 5
_Words = Annotated[str, Query(max_length=2000)]


def search_pages(house: House) -> APIRouter:
    """The routes."""
    searches, options, name = house.searches, house.options, house.name
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    async def heading(given: Mapping[str, str]) -> str:
        if given["words"]:
            return given["words"]
        kind, _, number = given["like"].partition(":")
        if kind == "work" and number.isascii() and number.isdigit():
            work = await house.desk.run(lambda: house.studio.catalogue.works.get(int(number)))
            return f"Like {work.title}" if work.title else f"Like work {number}"
        return f"Like {given['like']}" if given["like"] else f"With {given['colour']}"

    @routes.get("/search")
    async def search(
        words: _Words = "",
        like: _Words = "",
        colour: Annotated[str, Query(max_length=60)] = "",
        after: Annotated[str | None, Query(max_length=4000)] = None,
    ) -> HTMLResponse:
        asked = Asked(
            words=words,
            like=[like] if like else [],
            colours=[colour] if colour else [],
            after=after,
            limit=PAGE,
            facets=list(_FACETS) if after is None else [],
        )
        given = {"words": words, "like": like, "colour": colour}
        if not any(given.values()):
            return HTMLResponse(_page(name, "Search", given, None))
        answer = await searches.found(asked)
        return HTMLResponse(_page(name, await heading(given), given, answer))

    @routes.post("/search/by-picture")
    async def by_picture(request: Request) -> HTMLResponse:
        data = await picture_of(request, options)
        answer = await searches.found(Asked(limit=PAGE), data)
        return HTMLResponse(_page(name, "Like your picture", {}, answer, turns=False))

    return routes


def _page(
    name: str,
    heading: str,
    given: Mapping[str, str],
    answer: Answer | None,
    *,
    turns: bool = True,
) -> str:
    asked = {key: value for key, value in given.items() if value}
    # A picture that was sent is not there any more when a page is turned.
    mark = answer.next if answer and turns else None
    return draw(
        "search.html",
        here="search",
        name=name,
        heading=heading,
        words=given.get("words", ""),
        asked=answer is not None,
        told=_told(answer),
        hits=[{"work": hit.work, "why": _why(hit)} for hit in answer.hits] if answer else [],
        notes=answer.notes if answer else (),
        narrower=_narrower(asked, answer) if answer and turns else [],
        next=mark or "",
        more=f"/search?{urlencode({**asked, 'after': mark})}" if mark else "",
    )


def _told(answer: Answer | None) -> str:
    if answer is None:
        return "Words, a picture, a colour."
    count = f"{answer.total:,} works" if answer.total is not None else "The nearest works"
    count = "One work" if answer.total == 1 else count
    return f"{count}. {answer.compared.knows}" if answer.compared else f"{count}."


def _why(hit: Hit) -> str:
    said = hit.reasons[0].says if hit.reasons else ""
    return f"{said} (weak)" if hit.band == "weak" else said


def _narrower(asked: Mapping[str, str], answer: Answer) -> list[dict[str, Any]]:
    found = []
    for facet in _FACETS:
        for value, count in answer.facets.get(facet, ())[:_FEW]:
            if count == answer.total:
                continue  # it would narrow nothing
            condition = f'{facet}:"{value}"' if " " in value else f"{facet}:{value}"
            words = f"{asked.get('words', '')} {condition}".strip()
            href = f"/search?{urlencode({**asked, 'words': words})}"
            found.append({"href": href, "facet": facet, "words": value, "count": count})
    return found
