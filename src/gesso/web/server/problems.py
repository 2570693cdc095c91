"""Errors as problem+json (RFC 9457): what happened, what to do next, never a traceback."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from gesso.core import errors
from gesso.core.errors import GessoError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_AGAIN_S = 5
_NOTED = "gesso.problem"
_STATUSES: tuple[tuple[type[GessoError], int], ...] = (
    # The first that fits counts, so the narrow ones come first.
    (errors.PictureError, 415),
    (errors.UnknownItem, 404),
    (errors.InputError, 400),
    (errors.UnknownAdapter, 404),
    (errors.SettingsError, 409),
    (errors.StudioBusy, 503),
    (errors.StorageError, 507),
    (errors.WorkerLost, 503),
    (errors.BudgetSpent, 402),
    (errors.Interrupted, 503),
    (errors.RateLimited, 503),
    (errors.OutsideError, 502),
)

SEE_DESCRIPTION = "See /openapi.json for what may be."
"""What a program does next."""
_SHOWN = 60
"""Letters of a value that a problem repeats."""
_MISSHAPEN: Mapping[tuple[str, ...], str] = {
    # By pydantic's names of what can be wrong.
    ("missing",): "{place} is missing.",
    ("extra_forbidden",): "{place} is nothing that is known here.",
    (
        "int_parsing",
        "int_type",
        "int_from_float",
        "int_parsing_size",
    ): "{place}: {given} is no whole number.",
    ("float_parsing", "float_type", "finite_number"): "{place}: {given} is no number.",
    ("bool_parsing", "bool_type"): "{place}: {given} is neither true nor false.",
    ("string_type",): "{place}: {given} is no text.",
    ("list_type",): "{place}: {given} is no list.",
    ("model_type", "dict_type", "model_attributes_type"): "{place}: {given} is no object.",
    ("greater_than_equal",): "{place}: {given} is too little; {ge:,} is the least.",
    ("greater_than",): "{place}: {given} is too little; it has to be more than {gt:,}.",
    ("less_than_equal",): "{place}: {given} is too much; {le:,} is the most.",
    ("less_than",): "{place}: {given} is too much; it has to be less than {lt:,}.",
    ("string_too_long",): "{place} is too long; {max_length:,} letters are the most.",
    ("string_too_short",): "{place} is too short; it has to have {min_length:,} or more letters.",
    ("too_long",): "{place}: {actual_length} are too many; {max_length:,} are the most.",
    ("too_short",): "{place}: {actual_length} are too few; {min_length:,} are the least.",
    ("string_pattern_mismatch",): "{place}: {given} is not written as it has to be.",
    ("literal_error", "enum"): "{place}: {given} is none of {expected}.",
}


class Problem(BaseModel):
    """Why a request was not answered as it was meant."""

    type: str = Field(description="A stable name of the kind: urn:gesso:problem:input.")
    title: str = Field(description="One sentence: what happened, with the value.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(default="", description="What to do next.")


class Halt(Exception):
    """Ends a request with a problem.

    Args:
        status: the HTTP status.
        kind: for programs.
        title: one sentence for people.
        detail: what to do next.
        headers: to send along.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail
        self.headers = dict(headers or {})

    @property
    def problem(self) -> Problem:
        """What it tells."""
        return problem_of(self.status, self.kind, self.title, self.detail)


def problem_of(status: int, kind: str, title: str, detail: str = "") -> Problem:
    """A problem by its parts."""
    return Problem(type=f"urn:gesso:problem:{kind}", title=title, status=status, detail=detail)


def problem(
    status: int, kind: str, title: str, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as an answer to a program."""
    return told(problem_of(status, kind, title, detail), headers)


def told(found: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The same for a problem that is there."""
    body = json.dumps(found.model_dump(), ensure_ascii=False).encode("utf-8")
    return Response(body, found.status, dict(headers or {}), MEDIA_TYPE)


def note(scope: MutableMapping[str, Any], found: Problem) -> None:
    """Remember in a request's scope what was wrong with it, for those who look on."""
    scope[_NOTED] = found.type.rpartition(":")[2]


def noted(scope: MutableMapping[str, Any]) -> str:
    """The kind of what was wrong with a request, "" for nothing."""
    return str(scope.get(_NOTED, ""))


def status_of(error: GessoError) -> int:
    """The HTTP status of one of our errors; 500 for those that are nobody's fault who asks."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def misshapen(fault: Mapping[str, Any]) -> str:
    """What is wrong with a part of a request, as the house would say it.

    Args:
        fault: one of those that a `RequestValidationError` tells.
    """
    place = shortened(".".join(str(part) for part in fault["loc"][1:])) or "the request"
    kind, given = fault["type"], fault.get("input")
    words = next((words for names, words in _MISSHAPEN.items() if kind in names), "")
    if not words:
        return f"{place}: {fault['msg']}."
    shown = ""
    if "{given}" in words:
        shown = repr(given) if len(str(given)) <= _SHOWN else f"{str(given)[:_SHOWN]!r}…"
    return words.format_map({"place": place, "given": shown, **fault.get("ctx", {})})


def shortened(name: str) -> str:
    """A name that somebody else chose, as a sentence can hold it: short, every letter seen."""
    shown = "".join(sign if sign.isprintable() else " " for sign in name)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def tell_problems(app: FastAPI, draw: Callable[[Problem, str], str]) -> None:
    """Make every error of an app an answer: to a browser a page, to a program a problem.

    Args:
        app: whose errors are told.
        draw: a problem as a page, for who asked for a path.
    """

    def answer(
        request: Request, found: Problem, headers: Mapping[str, str] | None = None
    ) -> Response:
        note(request.scope, found)
        if not request.headers.get("accept", "").startswith("text/html"):
            return told(found, headers)
        return Response(
            draw(found, request.url.path),
            found.status,
            dict(headers or {}),
            "text/html; charset=utf-8",
        )

    @app.exception_handler(Halt)
    async def _halted(request: Request, error: Exception) -> Response:
        assert isinstance(error, Halt)  # noqa: S101 - the handler's own type
        return answer(request, error.problem, error.headers)

    @app.exception_handler(GessoError)
    async def _ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, GessoError)  # noqa: S101 - the handler's own type
        found = problem_of(status_of(error), error.kind, error.message, error.advice)
        if found.status >= 500:
            log.warning("a request failed: %s", error.message)
        again = {"Retry-After": str(_AGAIN_S)} if found.status == 503 else {}
        return answer(request, found, again)

    @app.exception_handler(RequestValidationError)
    async def _misshaped(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler's own type
        said = misshapen(error.errors()[0])
        return answer(request, problem_of(422, "request", said, SEE_DESCRIPTION))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - the handler's own type
        words = "There is nothing at this address." if error.status_code == 404 else error.detail
        return answer(request, problem_of(error.status_code, "http", words), error.headers)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> Response:
        number = uuid4().hex[:8]
        log.error("fault %s at %s %s", number, request.method, request.url.path, exc_info=error)
        advice = f"The log has it under the number {number}."
        return answer(
            request, problem_of(500, "fault", "This is a fault of gesso, not yours.", advice)
        )
