"""What pages are drawn with: styles, scripts, fonts; each under an address that never changes."""

from __future__ import annotations

import hashlib
import json
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
_SHELL = (
    "gesso.css", "wall.js", "keys.js", "telling.js", "favourite.js", "grid/grid.js",
    "grid/hung.js", "grid/parts.js", "grid/source.js", "grid/walk.js", "grid/bring.js",
    "sets/choose.js", "sets/sets.css", "vendor/lit/lit.js", "vendor/thumbhash/thumbhash.js",
    "icon.svg", "fonts/instrument-sans.woff2", "fonts/newsreader.woff2",
    "fonts/newsreader-italic.woff2",
)  # fmt: skip
"""What any page of works can be drawn with, also where the studio cannot be reached."""
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

    @routes.get("/sw.js")
    async def worker() -> Response:
        # Under an address of its own and at the root: it minds all pages, and is asked for anew.
        headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
        return Response(_worker(), 200, headers, _TYPES[".js"])

    return routes


@cache
def _worker() -> bytes:
    """The service worker, told what this release is drawn with."""
    shell = [assets()[name].href for name in _SHELL if name in assets()]
    release = assets()["gesso.css"].href.split("/")[2]
    told = f"const RELEASE = {json.dumps(release)}, DRAWN_WITH = {json.dumps(shell)};\n"
    return told.encode() + assets()["worker.js"].data


def _walk(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{above}{entry.name}/")
        elif entry.name[entry.name.rfind(".") :] in _TYPES:
            found.append((above + entry.name, entry.read_bytes()))
    return found
