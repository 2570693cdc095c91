"""What one work offers beside its record: its file, and its sidecar."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from gesso._version import __version__
from gesso.show.closeup.downloads import SUFFIXES, Downloads, Form
from gesso.web.answers.house import House
from gesso.web.api.sounds.streaming import sent
from gesso.web.server.problems import Problem

Number = Annotated[int, Path(ge=1, lt=2**63, description="The work's number.")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such work, or no file of it here."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in SUFFIXES}, "description": "The file."},
    206: {"content": {kind: {} for kind in SUFFIXES}, "description": "The part asked for."},
    304: {"description": "It has not changed."},
    416: {"model": Problem, "description": "It has no such part."},
}


def file_routes(house: House) -> APIRouter:
    """The routes."""
    desk = house.desk
    downloads = Downloads(lambda: house.studio.catalogue, f"gesso {__version__}")
    routes = APIRouter(prefix="/api/works", tags=["works"], responses=_FAULTS)

    @routes.get(
        "/{number}/file",
        operation_id="work_file",
        summary="A work's file to take away",
        response_class=Response,
        responses=_FILE,
    )
    async def file(
        request: Request, number: Number, form: Annotated[Form, Query()] = "stripped"
    ) -> Response:
        """Without its words, or as it was kept: that may tell the place where it was taken.

        A download that broke off is gone on with by a range of bytes.
        """
        catalogue = house.studio.catalogue
        found = await desk.run(lambda: downloads.file(catalogue.works.get(number), form))
        tag = await desk.run(lambda: sha256(found.data).hexdigest()[:24])
        answer = sent(request, found.data, len(found.data), found.media_type, tag, for_ever=False)
        answer.headers["Content-Disposition"] = found.disposition
        return answer

    @routes.get(
        "/{number}/sidecar",
        operation_id="work_sidecar",
        summary="What is known of a work as XMP",
        response_class=Response,
        responses={200: {"content": {"application/rdf+xml": {}}, "description": "The sidecar."}},
    )
    async def sidecar(number: Number) -> Response:
        """A file to lie beside the picture's, with the IPTC digital source type."""
        catalogue = house.studio.catalogue
        found = await desk.run(lambda: downloads.sidecar(catalogue.works.get(number)))
        headers = {"Content-Disposition": found.disposition, "Cache-Control": "private, no-cache"}
        return Response(found.data, 200, headers, found.media_type)

    return routes
