"""What an ONNX file says about its weights, read without loading it.

The file is protobuf. Only the few fields that lead to tensors are followed, and the bytes of the
weights are passed over, so that a graph of gigabytes is looked through in milliseconds.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

# Field numbers of onnx.proto (ONNX 1.20), the ways from a model to its tensors.
_GRAPH_OF_MODEL = 7
_WAYS: Mapping[str, Mapping[int, str]] = {
    "model": {_GRAPH_OF_MODEL: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "tensor": {13: "place"},
}
_DEEPEST = 40
_POINTER = b"version https://git-lfs"

Bytes: TypeAlias = "mmap.mmap | bytes"


class NotWhole(ValueError):
    """A file that is no ONNX graph, or not all of one; its text says which."""


@dataclass(frozen=True)
class Field:
    """One field of a protobuf message: its number, and where its bytes lie."""

    number: int
    start: int
    end: int


def external_files(path: Path) -> dict[str, int]:
    """The files beside a graph that hold its weights, and how long each must be at least.

    Returns:
        Bytes by path, relative to the graph's folder, with forward slashes.

    Raises:
        NotWhole: it is cut short, no graph, or names a place outside of its folder.
        OSError: it cannot be read.
    """
    if path.stat().st_size == 0:
        raise NotWhole("it is empty")
    with path.open("rb") as opened:
        if opened.read(len(_POINTER)) == _POINTER:
            raise NotWhole("it is a git-lfs pointer; run `git lfs pull` in its folder")
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _files(data)


def _files(data: Bytes) -> dict[str, int]:
    if not any(field.number == _GRAPH_OF_MODEL for field in _fields(data, 0, len(data))):
        raise NotWhole("it is no ONNX graph")
    found: dict[str, int] = {}
    for location, needed in _places(data, "model", 0, len(data), 0):
        parts = location.replace("\\", "/").split("/")
        if not location or location.startswith("/") or ".." in parts or ":" in location:
            raise NotWhole(f"it wants weights from outside of its folder: {location!r:.100}")
        found[location] = max(found.get(location, 0), needed)
    return found


def _places(data: Bytes, kind: str, start: int, end: int, depth: int) -> Iterator[tuple[str, int]]:
    """Where tensors lie that are kept in other files, and the last byte of each."""
    if depth > _DEEPEST:
        raise NotWhole("it is no ONNX graph")
    ways = _WAYS[kind]
    place: dict[str, str] = {}
    for field in _fields(data, start, end):
        way = ways.get(field.number)
        if way == "place":
            key, value = _pair(data, field)
            place[key] = value
        elif way is not None:
            yield from _places(data, way, field.start, field.end, depth + 1)
    if "location" in place:
        yield place["location"], _number(place, "offset") + _number(place, "length")


def _pair(data: Bytes, field: Field) -> tuple[str, str]:
    texts = {
        part.number: bytes(data[part.start : part.end]).decode("utf-8", "replace")
        for part in _fields(data, field.start, field.end)
    }
    return texts.get(1, ""), texts.get(2, "")


def _number(place: Mapping[str, str], name: str) -> int:
    told = place.get(name, "0")
    if not (told.isascii() and told.isdigit() and len(told) < 16):
        raise NotWhole(f"it names no {name} of its weights: {told!r:.40}")
    return int(told)


def _fields(data: Bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of a message that lie in their own bytes; numbers are passed over."""
    at = start
    while at < end:
        key, at = _varint(data, at, end)
        number, wire = key >> 3, key & 7
        if wire == 0:
            _, at = _varint(data, at, end)
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            length, at = _varint(data, at, end)
            if at + length > end:
                raise NotWhole(f"it is cut short: it has {end:,} of {at + length:,} bytes or more")
            yield Field(number, at, at + length)
            at += length
        else:
            raise NotWhole("it is no ONNX graph")
    if at != end:
        raise NotWhole("it is cut short")


def _varint(data: Bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise NotWhole("it is cut short" if at >= end else "it is no ONNX graph")
