"""A file sent whole or in parts, as players ask for it: one range of bytes (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from gesso.web.server.problems import Halt

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_PIECE = 64 * 1024
_KEPT = {True: "private, max-age=31536000, immutable", False: "private, no-cache"}


def sent(
    request: Request,
    source: Path | bytes,
    size: int,
    media_type: str,
    tag: str,
    *,
    for_ever: bool = True,
) -> Response:
    """A file, the part of it that was asked for, or word that it is still the same.

    What is no single range gets the whole file, as the standard has it.

    Args:
        request: with its headers.
        source: where it lies, or its bytes.
        size: in bytes.
        media_type: of it.
        tag: changes when it does.
        for_ever: what is at this address never changes; else it is asked for again each time.

    Raises:
        Halt: the range begins behind the end (416).
    """
    quoted = f'"{tag}"'
    headers = {"Accept-Ranges": "bytes", "ETag": quoted, "Cache-Control": _KEPT[for_ever]}
    if quoted in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    asked = request.headers.get("range", "")
    condition = request.headers.get("if-range")
    part = _part(asked, size) if condition in (None, quoted) else None
    first, last = part or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers, media_type)
    if isinstance(source, bytes):
        return Response(source[first : last + 1], status, headers, media_type)
    return StreamingResponse(_read(source, first, last), status, headers, media_type)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte, both included; None for the whole."""
    found = _RANGE.fullmatch(asked.strip().lower())
    if found is None or found.groups() == ("", ""):
        return None
    begin, end = found.groups()
    if not begin:
        first, last = max(0, size - int(end)), size - 1
        is_empty = int(end) == 0
    else:
        first, last = int(begin), min(int(end), size - 1) if end else size - 1
        if end and int(end) < int(begin):
            return None
        is_empty = first >= size
    if is_empty or size == 0:
        raise Halt(
            416,
            "range",
            f"The file has {size} bytes, and none of those asked for.",
            "Ask for a part that it has.",
            {"Content-Range": f"bytes */{size}"},
        )
    return first, last


async def _read(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(first)
        for count in _pieces(last - first + 1):
            yield await file.read(count)


def _pieces(length: int) -> Iterator[int]:
    while length > 0:
        yield min(_PIECE, length)
        length -= _PIECE
