"""What pages are drawn with: styles, scripts, fonts; each under an address that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter
from fastapi.responses import Response

from gesso.web.answers.house import House
from gesso.web.server.problems import Halt

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file of the pages."""

    data: bytes
    media_type: str
    href: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by its name; the address of each holds a hash over all of them.

    Styles name fonts, and scripts name each other, by relative addresses: so one hash stands for
    the whole folder, and a new release is a new folder.
    """
    read = dict(_walk(files("gesso.web").joinpath("static"), ""))
    mark = hashlib.sha256()
    for name, data in sorted(read.items()):
        mark.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    folder = mark.hexdigest()[:12]
    return {
        name: Asset(data, _TYPES[name[name.rindex(".") :]], f"/static/{folder}/{name}")
        for name, data in read.items()
    }


def static_routes(_house: House) -> APIRouter:
    """The routes of the files."""
    routes = APIRouter(include_in_schema=False)
    by_href = {asset.href: asset for asset in assets().values()}

    @routes.get("/static/{path:path}")
    async def static(path: str) -> Response:
        asset = by_href.get(f"/static/{path}")
        if asset is None:
            raise Halt(404, "file", "There is no such file.")
        return Response(asset.data, 200, {"Cache-Control": FOR_EVER}, asset.media_type)

    return routes


def _walk(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{above}{entry.name}/")
        elif entry.name[entry.name.rfind(".") :] in _TYPES:
            found.append((above + entry.name, entry.read_bytes()))
    return found
