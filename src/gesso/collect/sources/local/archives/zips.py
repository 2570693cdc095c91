"""ZIP archives: listed by their directory, each member read where it lies."""

from __future__ import annotations

import struct
import time
import zipfile
import zlib
from bz2 import BZ2Decompressor
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from stat import S_ISLNK, S_ISREG
from threading import Lock

from gesso.collect.sources.local.archives.limits import ArchiveLimits, Members
from gesso.collect.sources.local.archives.refusals import damaged, gone, member_called
from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import Listing, Parts, check_size
from gesso.core.errors import InputError

_ENCRYPTED = 0x1
# The record that ends a ZIP, and the most that may follow it (APPNOTE 4.3.16).
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_END_MOST = 22 + 65535
_LOCAL = b"PK\x03\x04"
# Of a directory: a hundred thousand members of a long path each, and more than we list.
_MOST_DIRECTORY = 32 << 20
_BROKEN = (zipfile.BadZipFile, OSError, ValueError, EOFError, struct.error, NotImplementedError)


@dataclass(frozen=True)
class _Member:
    """Where a member's packed bytes are."""

    offset: int
    packed: int
    size: int
    method: int
    checksum: int
    revision: str


@dataclass
class Zip:
    """A ZIP archive's members.

    Attributes:
        path: the archive.
        called: its name, for what is told.
        limits: what is believed of it.
        complaints: where it is told what was passed over.
    """

    path: Path
    called: str
    limits: ArchiveLimits
    complaints: Complaints
    _index: dict[Parts, _Member] | None = None
    _listings: list[Listing] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def listings(self) -> Iterator[Listing]:
        """Every folder with its files; see `Holder`."""
        self._members()
        yield from self._listings

    def revision(self, parts: Parts) -> str:
        """A member's checksum and size: repacking the archive changes neither."""
        return self._member(parts).revision

    def read(self, parts: Parts, most: int) -> bytes:
        """Unpack one member in memory; see `Holder`."""
        member = self._member(parts)
        called = member_called(self.called, parts)
        check_size(member.size, most, called)
        try:
            data = _unpacked(self._packed(member), member)
        except (OSError, ValueError, EOFError, struct.error, zlib.error) as error:
            raise damaged(called, error) from error
        if len(data) != member.size or zlib.crc32(data) != member.checksum:
            raise damaged(called, "its bytes are not those that were packed")
        return data

    def _member(self, parts: Parts) -> _Member:
        found = self._members().get(parts)
        if found is None:
            raise gone(self.called, parts)
        return found

    def _members(self) -> dict[Parts, _Member]:
        with self._lock:
            if self._index is None:
                self._index = self._listed()
            return self._index

    def _listed(self) -> dict[Parts, _Member]:
        try:
            _check_directory(self.path, self.called)
            with zipfile.ZipFile(self.path) as archive:
                infos = archive.infolist()
        except _BROKEN as error:
            raise damaged(self.called, error) from error
        members = Members(self.called, self.limits, self.complaints)
        index: dict[Parts, _Member] = {}
        overlapping = _overlapping(infos)
        for info in infos:
            members.count()
            if info.orig_filename.endswith("/"):
                continue
            why = _refusal(info, overlapping)
            if why:
                members.refuse(info.orig_filename, why)
                continue
            member = _Member(
                info.header_offset,
                info.compress_size,
                info.file_size,
                info.compress_type,
                info.CRC,
                f"{info.CRC:08x}-{info.file_size}",
            )
            parts = members.take(
                info.orig_filename,
                packed=info.compress_size,
                size=info.file_size,
                revision=member.revision,
                changed_at=_changed_at(info),
            )
            if parts:
                index[parts] = member
        self._listings = members.listings()
        return index

    def _packed(self, member: _Member) -> bytes:
        with self.path.open("rb") as file:
            file.seek(member.offset)
            header = file.read(30)
            if header[:4] != _LOCAL:
                raise ValueError("its header is not where the directory says")
            name, extra = struct.unpack("<HH", header[26:30])
            file.seek(member.offset + 30 + name + extra)
            return file.read(member.packed)


def _unpacked(packed: bytes, member: _Member) -> bytes:
    """Grow a member to one byte beyond what it claims at most."""
    most = member.size + 1
    if member.method == zipfile.ZIP_STORED:
        return packed[:most]
    if member.method == zipfile.ZIP_BZIP2:
        return BZ2Decompressor().decompress(packed, most)
    return zlib.decompressobj(-15).decompress(packed, most)


def _refusal(info: zipfile.ZipInfo, overlapping: set[int]) -> str:
    """Why a member may not be taken, "" where it may."""
    mode = info.external_attr >> 16
    if S_ISLNK(mode):
        return "is a symbolic link"
    if mode and mode & 0o170000 and not S_ISREG(mode):
        return "is no plain file"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}:
        return "is packed in a way that is not read here"
    if info.header_offset in overlapping:
        return "shares its bytes with other members, as bombs do"
    return ""


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """The offsets of members whose packed bytes reach into another member."""
    found: set[int] = set()
    end, last = -1, -1
    for info in sorted(infos, key=lambda one: (one.header_offset, one.compress_size)):
        if info.header_offset < end:
            found |= {last, info.header_offset}
        reach = info.header_offset + 30 + info.compress_size
        if reach > end:
            end, last = reach, info.header_offset
    return found


def _check_directory(path: Path, called: str) -> None:
    """Refuse a directory that would take much memory to list, before it is listed."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_MOST - 1024))
        tail = file.read()
    lengths = [
        int.from_bytes(tail[at + offset : at + offset + width], "little")
        for mark, offset, width in ((_END, 12, 4), (_END64, 40, 8))
        if (at := tail.rfind(mark)) >= 0
    ]
    if any(_MOST_DIRECTORY < length != 0xFFFFFFFF for length in lengths):
        raise InputError(
            f"'{called}' has a directory of more than {_MOST_DIRECTORY:,} bytes.",
            "Unpack it yourself and collect the folder.",
        )


def _changed_at(info: zipfile.ZipInfo) -> float:
    """A ZIP keeps the local time of whoever packed it; ours is the best guess."""
    try:
        return time.mktime(datetime(*info.date_time).timetuple())  # noqa: DTZ001 - it has no zone
    except (ValueError, OverflowError):
        return 0.0
