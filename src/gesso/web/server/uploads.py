"""What comes with a request: pictures, within the cap and in time; nothing where none is taken."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect

from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import SEE_DESCRIPTION, Halt, shortened

FIELD = "picture"
MOST_PICTURES = 200
Read = Callable[[Request, ServerOptions], Awaitable[bytes]]
_READ_THROUGH = 100_000
"""Bytes of a body that is refused whose first field is looked for."""
_SPARE = 4096
"""Bytes that a form needs around its picture."""


async def picture_of(request: Request, options: ServerOptions) -> bytes:
    """The bytes of the picture in a request: the body itself, or the form's field "picture".

    Raises:
        Halt: there is none (400), it is too large (413), too slow (408), or no form (400).
    """
    is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
    data = await _in_time(request, options, _of_form if is_form else _of_body)
    if not data:
        raise Halt(
            400,
            "empty",
            "There is no picture in the request.",
            f"Send the file as the body, or as the field '{FIELD}' of a form.",
        )
    return data


async def pictures_of(request: Request, options: ServerOptions) -> list[tuple[str, bytes]]:
    """The pictures in a form's field "picture", each with what its file is called.

    Args:
        request: that brings them.
        options: the cap is one for all of them together.

    Raises:
        Halt: there is none (400), they are too large (413), too slow (408), or no form (400).
    """
    await _in_time(request, options, _of_body)
    with _readable():
        async with request.form(max_files=MOST_PICTURES, max_fields=200) as form:
            held = [one for one in form.getlist(FIELD) if isinstance(one, UploadFile)]
            found = [(one.filename or "", await one.read()) for one in held]
    found = [(name, data) for name, data in found if name or data]
    if not found:
        raise Halt(400, "empty", "No picture was chosen.", "Choose one or several, then send them.")
    return found


async def body_of(request: Request, options: ServerOptions) -> bytes:
    """The bytes of a request's body, none where there is none.

    Raises:
        Halt: it is too large (413), too slow (408), or broke off (400).
    """
    return await _in_time(request, options, _of_body)


def closed(routes: APIRouter, options: ServerOptions) -> APIRouter:
    """The same routes; those of the API that take no body refuse one, as they would pass it over.

    Args:
        routes: before they are included in an app.
        options: limits of what is read of a body, to name what is in it.
    """

    async def nothing_beside(request: Request) -> None:
        body = await body_of(request, options)
        if body.strip():
            raise Halt(422, "request", _passed_over(body), SEE_DESCRIPTION)

    for route in routes.routes:
        if isinstance(route, APIRoute) and route.include_in_schema and not _takes_body(route):
            route.dependencies.append(Depends(nothing_beside))
    return routes


def _takes_body(route: APIRoute) -> bool:
    is_told = "requestBody" in (route.openapi_extra or {})
    return is_told or route.body_field is not None or not (route.methods or set()) - {"GET", "HEAD"}


def _passed_over(body: bytes) -> str:
    try:
        told = json.loads(body) if len(body) <= _READ_THROUGH else None
    except (ValueError, RecursionError):
        told = None
    name = next(iter(told), "") if isinstance(told, dict) else ""
    return (
        f"{shortened(name)}: nothing is taken from a body here."
        if name
        else ("A body came, and nothing is taken from one here.")
    )


async def _in_time(request: Request, options: ServerOptions, read: Read) -> bytes:
    _check_length(request, options)
    try:
        async with asyncio.timeout(options.body_s):
            return await read(request, options)
    except TimeoutError:
        raise Halt(408, "slow", f"The body did not arrive within {options.body_s:.0f} s.") from None
    except ClientDisconnect:
        raise Halt(400, "gone", "The caller hung up before the body was there.") from None


async def _of_body(request: Request, options: ServerOptions) -> bytes:
    if hasattr(request, "_body"):  # it was read before, for what else it may say
        return bytes(request._body)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > options.max_body_bytes:
            raise _too_large(options)
        parts.append(part)
    request._body = b"".join(parts)
    return request._body


async def _of_form(request: Request, options: ServerOptions) -> bytes:
    # The form's parser writes to disk what is large, so what comes in is counted before it.
    await _of_body(request, options)
    with _readable():
        async with request.form(max_files=1, max_fields=200) as form:
            held = form.get(FIELD)
            return await held.read() if isinstance(held, UploadFile) else b""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (MultiPartException, MultipartParseError) as error:
        raise Halt(400, "form", f"The form cannot be read: {str(error).rstrip('.')}.") from None


def _check_length(request: Request, options: ServerOptions) -> None:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > options.max_body_bytes + _SPARE:
        raise _too_large(options)


def _too_large(options: ServerOptions) -> Halt:
    most = math.floor(options.max_body_bytes / 1e6)
    return Halt(
        413,
        "too-large",
        f"A picture of more than {most} MB is not taken.",
        "Send a smaller one; 2000 pixels are plenty to study.",
    )
