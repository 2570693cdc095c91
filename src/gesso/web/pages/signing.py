"""Signing in with a token, and out again: for browsers, which send no token by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.web.pages.drawing import draw, draw_problem
from gesso.web.server.doors.asgi import address_of
from gesso.web.server.doors.buckets import Buckets
from gesso.web.server.doors.guard import grant_of, guesses_of
from gesso.web.server.doors.keys import COOKIE, Grant, Keys
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import Halt, Problem

_MAY = {
    "read": "look at everything",
    "write": "look at everything and change it",
    "spend": "look at everything, change it, and make what costs money",
}
_Next = Annotated[str, Query(max_length=2000)]


def signing_pages(name: str, keys: Keys, buckets: Buckets, options: ServerOptions) -> APIRouter:
    """The routes.

    Args:
        name: of the studio.
        keys: knows tokens, keeps sessions.
        buckets: how often a token may be guessed.
        options: how the server is run.
    """
    lasts, guesses = timedelta(days=options.session_days), guesses_of(options)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/sign-in")
    async def form(request: Request, next: _Next = "/") -> HTMLResponse:  # noqa: A002 - the field's name
        return HTMLResponse(_form(name, next, "", grant_of(request.scope)))

    @routes.post("/sign-in")
    async def sign_in(
        request: Request,
        token: Annotated[str, Form(max_length=500)],
        next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the field's name
    ) -> Response:
        _check_sender(request)
        address = address_of(request.scope)
        grant = await keys.of_token(token.strip())
        if grant is None:
            wait = await to_thread.run_sync(lambda: buckets.take([f"guess {address}"], guesses))
            if wait:
                raise Halt(
                    429,
                    "rate",
                    "Too many tokens were tried that are none.",
                    f"Try again in {wait} s.",
                    {"Retry-After": str(wait)},
                )
            wrong = "That is no token of this studio, or it is over."
            return HTMLResponse(_form(name, next, wrong, grant_of(request.scope)), 401)
        session = await keys.open_session(grant, lasts)
        answer = RedirectResponse(here_only(next), 303)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=round(lasts.total_seconds()),
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        await keys.close_session(dict(request.scope["headers"]))
        # What was seen stays in no cache of this browser, where it obeys.
        answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache", "storage"'})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    return routes


def draw_refusal(name: str, problem: Problem, path: str) -> str:
    """What a browser is shown that may not go on: why, or where to sign in."""
    if problem.status == 401:
        return _form(name, path, problem.title, Grant("", "read"))
    return draw_problem(name, problem, path)


def here_only(address: str) -> str:
    """A path of this server; whatever else was wished for is its front page."""
    is_plain = not any(letter == "\\" or ord(letter) < 33 for letter in address)
    return address if is_plain and address.startswith("/") and address[1:2] != "/" else "/"


def _form(name: str, then: str, wrong: str, grant: Grant) -> str:
    return draw(
        "sign-in.html",
        here="",
        name=name,
        then=here_only(then),
        wrong=wrong,
        who=grant.who,
        may=_MAY[grant.scope],
        is_session=grant.is_session,
    )


def _check_sender(request: Request) -> None:
    """A page of another site may not sign a browser in, either."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        raise Halt(403, "origin", "A page of another site may not change anything here.")
