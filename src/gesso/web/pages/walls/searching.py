"""The page of a search: words, pictures, colours, conditions, and the reason of each hit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from unicodedata import category

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gesso.core.errors import GessoError, UnknownItem
from gesso.search.records import Answer, Hit
from gesso.web.answers.house import House
from gesso.web.answers.searching import SENT, Asked
from gesso.web.pages.drawing import draw
from gesso.web.pages.walls.narrowing import (
    FACETS,
    PALETTE,
    ROOMS,
    Elsewhere,
    Given,
    Way,
    address,
    changes_of,
    elsewhere_of,
    facets_of,
    mixed,
    without,
    without_filter,
)
from gesso.web.server.problems import status_of
from gesso.web.server.uploads import picture_of

PAGE = 60
_Short = Annotated[str, Field(max_length=60)]
_Words = Annotated[str, Field(max_length=2000)]


class Wanted(BaseModel):
    """What the page's form says."""

    model_config = ConfigDict(extra="ignore")

    words: _Words = ""
    filter: _Words = ""
    like: list[_Words] = Field(default=[], max_length=16)
    minus: list[_Words] = Field(default=[], max_length=16)
    but: list[_Short] = Field(default=[], max_length=8)
    colour: list[_Short] = Field(default=[], max_length=32)
    mix: bool = Field(default=False, description="The colour that was mixed counts.")
    own: _Short = ""
    values: _Words = ""
    by: _Short = Field(default="", description="In what works are like a picture that is sent.")
    after: Annotated[str, Field(max_length=4000)] | None = None

    @property
    def given(self) -> Given:
        """All of it that is looked for, by the names of an address."""
        own = [self.own] if self.mix and self.own else []
        told = {"words": [self.words], "filter": [self.filter], "values": [self.values]}
        many = {"like": self.like, "minus": self.minus, "but": self.but}
        told |= {**many, "colour": list(dict.fromkeys([*self.colour, *own]))}
        return {name: list(filter(None, map(_meant, told[name]))) for name in told}

    def asked(self, *, sent: bool = False) -> Asked:
        """The question.

        Raises:
            RequestValidationError: there is too much of something.
        """
        given = self.given
        looks = sent and self.by == "values"
        try:
            return Asked(
                words=" ".join(given["words"]),
                filter=self.filter,
                like=given["like"],
                minus=given["minus"],
                but=given["but"],
                colours=given["colour"],
                values=SENT if looks else self.values or None,
                after=self.after,
                limit=PAGE,
                facets=[] if self.after or sent else list(FACETS),
            )
        except ValidationError as error:
            found = [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(found) from None


def search_pages(house: House) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/search")
    async def search(wanted: Annotated[Wanted, Query()]) -> HTMLResponse:
        return await _answered(house, wanted, None)

    @routes.post("/search/by-picture")
    async def by_picture(request: Request) -> HTMLResponse:
        data = await picture_of(request, house.options)
        form = await request.form()
        texts = {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}
        lists = {name: texts.get(name, []) for name in ("like", "minus", "but", "colour")}
        single = {name: texts[name][0] for name in ("words", "filter", "by") if texts.get(name)}
        try:
            wanted = Wanted.model_validate({**lists, **single})
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from None
        return await _answered(house, wanted, data)

    return routes


async def _answered(house: House, wanted: Wanted, data: bytes | None) -> HTMLResponse:
    """The page with what was found, or with what cannot be searched for and why."""
    asked = wanted.asked(sent=data is not None)
    try:
        answer = await house.searches.found(asked, data)
    except GessoError as error:
        if status_of(error) >= 500:
            raise
        return HTMLResponse(_page(house, wanted, None, error=error), status_of(error))
    titles = await house.desk.run(lambda: _titles(house, wanted))
    more = None if answer.hits or wanted.after else await _elsewhere(house, wanted, data)
    page = _page(house, wanted, answer, titles, sent=data is not None, elsewhere=more)
    return HTMLResponse(page)


async def _elsewhere(house: House, wanted: Wanted, data: bytes | None) -> Elsewhere | None:
    """What the same search finds without its conditions; None where it had none, or finds none."""
    if not wanted.given["filter"] or not (any(without_filter(wanted.given).values()) or data):
        return None
    wide = wanted.model_copy(update={"filter": ""})
    asked = wide.asked(sent=data is not None).model_copy(update={"facets": ["origin"]})
    found = await house.searches.found(asked, data)
    # A picture that was sent is not there any more when a link is followed.
    return elsewhere_of(wide.given, found, is_linked=data is None) if found.hits else None


def _page(
    house: House,
    wanted: Wanted,
    answer: Answer | None,
    titles: dict[str, str] | None = None,
    *,
    sent: bool = False,
    elsewhere: Elsewhere | None = None,
    error: GessoError | None = None,
) -> str:
    given = wanted.given
    asks = sent or any(given.values())
    # A picture that was sent is not there any more when a page is turned.
    mark = answer.next if answer and asks and not sent else None
    named = _named(given, titles or {})
    return draw(
        "search.html",
        here="search",
        name=house.name,
        heading=_heading(given, named, sent=sent, by=wanted.by),
        words=" ".join(given["words"]),
        given=given,
        asks=asks,
        error=error,
        told=_told(answer) if answer and asks else "",
        hits=[(hit.work, _why(hit)) for hit in answer.hits] if answer and asks else [],
        notes=answer.notes if answer else (),
        named=named,
        elsewhere=elsewhere,
        kinds={f"kind:{kind}": words for kind, words in ROOMS.items()},
        facets=facets_of(given, answer) if answer and not sent else (),
        changes=changes_of(given),
        palette=PALETTE,
        mixed=mixed(given),
        more=address({**given, "after": [mark]}) if mark else "",
        is_later=bool(wanted.after),
        first=address(given),
    )


def _titles(house: House, wanted: Wanted) -> dict[str, str]:
    """What the works that are named are called."""
    found = {}
    for name in (*wanted.like, *wanted.minus, wanted.values):
        kind, _, number = name.partition(":")
        if kind == "work" and number.isascii() and number.isdigit():
            try:
                found[name] = house.studio.catalogue.works.get(int(number)).title or name
            except UnknownItem:  # it went while the page was made
                found[name] = name
    return found


def _named(given: Given, titles: dict[str, str]) -> list[Way]:
    """The pictures that are asked for, each with the page without it."""
    says = {"like": "Like {}", "minus": "Not like {}", "values": "Light and dark as in {}"}
    return [
        Way(without(given, name, value), words.format(titles.get(value, value)))
        for name, words in says.items()
        for value in given[name]
    ]


def _meant(told: str) -> str:
    """What was written, without signs that cannot be seen: of those alone nothing is asked."""
    return "".join(" " if category(sign) == "Cc" else sign for sign in told).strip()


def _heading(given: Given, named: Sequence[Way], *, sent: bool, by: str) -> str:
    if sent:
        return "Light and dark as in your picture" if by == "values" else "Like your picture"
    told = [*given["words"], *(one.words for one in named), *given["filter"]]
    if told:
        return told[0]
    return f"With {' and '.join(given['colour'])}" if given["colour"] else "Search"


def _told(answer: Answer) -> str:
    ranks = any(hit.reasons for hit in answer.hits)
    count = f"{answer.total:,} works" if answer.total is not None else "The nearest works"
    count = "One work" if answer.total == 1 else count
    if not ranks:
        return f"{count}, newest first." if answer.hits and answer.total != 1 else f"{count}."
    knows = answer.compared.knows if answer.compared and answer.compared.plan != "not asked" else ""
    return f"{count}. {knows}" if knows else f"{count}."


def _why(hit: Hit) -> str:
    said = "; ".join(reason.says for reason in hit.reasons)
    if not said:
        return ", ".join(word for word in (hit.work.creator, hit.work.date) if word)
    return f"weak: {said}" if hit.band == "weak" else said
