"""POST /search: words, pictures, colours and conditions in, works out; one or many at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError

from gesso.core.errors import GessoError
from gesso.web.answers.asking import FAULTS_OF_PICTURES, body_of_pictures
from gesso.web.answers.house import House
from gesso.web.answers.searching import AnswerTold, Asked, Batch, BatchTold, Searches
from gesso.web.server.problems import Problem, problem_of, status_of
from gesso.web.server.uploads import body_of, picture_of

_FAULTS = FAULTS_OF_PICTURES | {
    404: {"model": Problem, "description": "There is no such work or encoder."},
    502: {"model": Problem, "description": "A picture's host would not give it."},
}


def search_routes(house: House) -> APIRouter:
    """The routes."""
    searches, desk, options = house.searches, house.desk, house.options
    routes = APIRouter(prefix="/search", tags=["search"], responses=_FAULTS)

    @routes.post(
        "",
        operation_id="search",
        summary="Find works",
        response_model=AnswerTold,
        openapi_extra=body_of_pictures(Asked.model_json_schema()),
    )
    async def search(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        """By words, pictures, colours, values, in any mixture.

        A question is JSON. A picture is the body, or the field `picture` of a form; then the rest
        of the question stands in the address.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return _json(await searches.ask(_read(await body_of(request, options))))
        return _json(await searches.ask(asked, await picture_of(request, options)))

    @routes.post(
        "/batch", operation_id="search_batch", summary="Find several", response_model=BatchTold
    )
    async def batch(asked: Batch) -> Response:
        """One bad question does not spoil the others."""

        def work() -> bytes:
            return b",".join(_answer_or_problem(searches, query) for query in asked.queries)

        return _json(b'{"answers":[%b]}' % await desk.run(work))

    return routes


def _read(body: bytes) -> Asked:
    try:
        return Asked.model_validate_json(body or b"{}")
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(found) from None


def _json(told: bytes) -> Response:
    return Response(told, media_type="application/json")


def _answer_or_problem(searches: Searches, asked: Asked) -> bytes:
    try:
        return searches.answer(asked)
    except GessoError as error:
        told = problem_of(status_of(error), error.kind, error.message, error.advice)
        return told.model_dump_json().encode()
