"""The IIIF Image API 3 over HTTP: pictures part by part, their descriptions, and the headers."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from gesso.show.iiif.geometry import MEDIA_TYPES, BadRequest, ImageRequest, NotOffered
from gesso.show.iiif.images import CONTEXT, PROFILE, Images, Subject
from gesso.show.iiif.rights import rights_of
from gesso.web.answers.house import House
from gesso.web.interop.crossing import crossing, origin_of
from gesso.web.server.problems import Halt
from gesso.web.server.work import Desk

PREFIX = "/iiif/image/3"
_GET = ["GET", "HEAD"]
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_LD_JSON = f'application/ld+json;profile="{CONTEXT}"'
_A_DAY = "max-age=86400"

Admit = Callable[[Request, int], Awaitable[Mapping[str, str]]]
"""Lets a request for a work in, or raises; returns the headers of what it may have."""


def image_routes(house: House) -> APIRouter:
    """The pictures of all works."""

    async def admit(request: Request, _number: int) -> Mapping[str, str]:
        return crossing(request, house.options)

    return image_routes_under(PREFIX, house, admit)


def image_routes_under(prefix: str, house: House, admit: Admit) -> APIRouter:
    """The Image API below an address.

    Args:
        prefix: of the address; parts in braces are the business of `admit`.
        house: the house.
        admit: lets requests in.
    """
    images, drawing = house.images, Drawing(house.images, house.desk)
    routes = APIRouter(prefix=prefix, include_in_schema=False)

    async def subject_of(request: Request, name: str) -> tuple[Subject, Mapping[str, str]]:
        number = number_of(name)
        headers = await admit(request, number)
        subject = images.known(number)
        if subject is None:
            subject = await house.desk.run(lambda: images.subject(number))
        return subject, headers

    def base_of(request: Request, name: str) -> str:
        whole = request.url.path
        return origin_of(request) + whole[: whole.index(PREFIX) + len(PREFIX)] + f"/{name}"

    @routes.api_route("/{name}", methods=_GET)
    @routes.api_route("/{name}/", methods=_GET)
    async def base(request: Request, name: str) -> Response:
        number = number_of(name)
        headers = await admit(request, number)
        return RedirectResponse(f"{base_of(request, name)}/info.json", 303, dict(headers))

    @routes.api_route("/{name}/info.json", methods=_GET)
    async def info(request: Request, name: str) -> Response:
        subject, headers = await subject_of(request, name)
        rights = rights_of(subject.work.rights)
        told = images.info(subject, base_of(request, str(subject.number)), rights)
        data = json.dumps(told, ensure_ascii=False).encode()
        return described(request, data, CONTEXT, {**headers, "Link": _link(PROFILE, "profile")})

    @routes.api_route("/{name}/{region}/{size}/{rotation}/{named}", methods=_GET)
    async def part(  # noqa: PLR0917 - the parts of a IIIF address, in its order
        request: Request, name: str, region: str, size: str, rotation: str, named: str
    ) -> Response:
        subject, headers = await subject_of(request, name)
        asked = _read(images, subject, region, size, rotation, named)
        canonical = f"{base_of(request, str(subject.number))}/{asked.canonical}"
        told = {
            "Cache-Control": f"{'public' if headers else 'private'}, {_A_DAY}",
            **headers,
            "Link": f"{_link(PROFILE, 'profile')}, {_link(canonical, 'canonical')}",
            "ETag": f'"{subject.mark}-{asked.canonical}"',
        }
        if told["ETag"] in request.headers.get("if-none-match", ""):
            return Response(None, 304, told)
        data = await drawing.file(subject, asked)
        return Response(data, 200, told, MEDIA_TYPES[asked.format])

    return routes


class Drawing:
    """Draws in threads; who waits for the same picture to be decoded waits outside of them.

    Args:
        images: what is drawn.
        desk: where.
    """

    def __init__(self, images: Images, desk: Desk) -> None:
        self._images = images
        self._desk = desk
        self._decoding: dict[str, asyncio.Event] = {}

    async def file(self, subject: Subject, asked: ImageRequest) -> bytes:
        """The file that is asked for.

        Raises:
            Halt: too many wait already (503).
        """
        held = self._images.held(subject, asked)
        if held is not None:
            return held
        while not self._images.is_decoded(subject, asked):
            flight = self._decoding.get(subject.mark)
            if flight is None:
                return await self._first(subject, asked)
            await flight.wait()
        return await self._desk.run(lambda: self._images.draw(subject, asked))

    async def _first(self, subject: Subject, asked: ImageRequest) -> bytes:
        flight = self._decoding[subject.mark] = asyncio.Event()
        try:
            return await self._desk.run(lambda: self._images.draw(subject, asked))
        finally:
            del self._decoding[subject.mark]
            flight.set()


def described(request: Request, data: bytes, context: str, headers: Mapping[str, str]) -> Response:
    """JSON as linked data, or as plain JSON for who asks for that and not for linked data."""
    accept = request.headers.get("accept", "")
    is_plain = "application/json" in accept and "application/ld+json" not in accept
    media_type = "application/json" if is_plain else f'application/ld+json;profile="{context}"'
    told = {**headers, "Vary": "Accept", "Cache-Control": "no-cache"}
    return Response(data, 200, told, media_type)


def number_of(name: str) -> int:
    """A work's number from an address.

    Raises:
        Halt: it is none (404).
    """
    if not _NUMBER.fullmatch(name):
        raise Halt(404, "work", "There is no such picture.", "Pictures are known by numbers.")
    return int(name)


def _read(images: Images, subject: Subject, *parts: Any) -> ImageRequest:
    try:
        return images.read(subject, *parts)
    except BadRequest as error:
        raise Halt(400, "iiif", str(error), "See https://iiif.io/api/image/3.0/.") from error
    except NotOffered as error:
        raise Halt(501, "iiif", str(error), "What is offered stands in info.json.") from error


def _link(address: str, relation: str) -> str:
    return f'<{address}>;rel="{relation}"'
