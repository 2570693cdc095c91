"""What one work offers beside its record: its file, and its sidecar."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from gesso._version import __version__
from gesso.show.closeup.downloads import SUFFIXES, Download, Downloads, Form
from gesso.web.answers.house import House
from gesso.web.server.problems import Problem

Number = Annotated[int, Path(ge=1, lt=2**63, description="The work's number.")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such work, or no file of it here."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in SUFFIXES}, "description": "The file."}
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
    async def file(number: Number, form: Annotated[Form, Query()] = "stripped") -> Response:
        """Without its words, or as it was kept: that may tell the place where it was taken."""
        catalogue = house.studio.catalogue
        found = await desk.run(lambda: downloads.file(catalogue.works.get(number), form))
        return _sent(found)

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
        return _sent(await desk.run(lambda: downloads.sidecar(catalogue.works.get(number))))

    return routes


def _sent(found: Download) -> Response:
    headers = {"Content-Disposition": found.disposition, "Cache-Control": "private, no-cache"}
    return Response(found.data, 200, headers, found.media_type)
