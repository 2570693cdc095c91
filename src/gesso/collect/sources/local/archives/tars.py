"""Tar archives, plain or packed: listed by one pass, members read without unpacking the rest."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from gesso.collect.sources.local.archives.limits import ArchiveLimits, Members
from gesso.collect.sources.local.archives.refusals import damaged, gone, member_called
from gesso.collect.sources.local.archives.streams import Stream
from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import (
    MEDIA_TYPES,
    WORDS,
    WORDS_MOST,
    Listing,
    Parts,
    check_size,
    suffix_of,
)
from gesso.core.errors import InputError

_BROKEN = (
    tarfile.TarError,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    zlib.error,
    lzma.LZMAError,
)
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
# What is read ahead of a packed tar, so that threads which ask out of turn do not start it anew.
_AHEAD_BYTES = 64 << 20
_AHEAD_MOST = 64
# Of a packed tar the words that stand beside pictures are kept as they pass in the first go.
_TEXTS_BYTES = 32 << 20


@dataclass(frozen=True)
class _Member:
    """Where a member's bytes are in the unpacked tar."""

    offset: int
    size: int
    revision: str


@dataclass
class Tar:
    """A tar's members. Of a packed one the bytes are unpacked in passing, forward.

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
    _stream: Stream | None = None
    _ahead: dict[int, bytes] = field(default_factory=dict)
    _texts: dict[int, bytes] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def listings(self) -> Iterator[Listing]:
        """Every folder with its files; see `Holder`."""
        with self._lock:
            self._members()
        yield from self._listings

    def revision(self, parts: Parts) -> str:
        """A member's size and time of change, as the tar tells them."""
        with self._lock:
            return self._member(parts).revision

    def read(self, parts: Parts, most: int) -> bytes:
        """One member's bytes; see `Holder`."""
        called = member_called(self.called, parts)
        with self._lock:
            member = self._member(parts)
            check_size(member.size, most, called)
            try:
                data = self._kept(member) or self._reached(member)
            except _BROKEN as error:
                self.close()
                raise damaged(called, error) from error
        if len(data) != member.size:
            raise damaged(called, "it ends before its end")
        return data

    def close(self) -> None:
        """Let go of the file; the next read opens it again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _kept(self, member: _Member) -> bytes | None:
        return self._texts.get(member.offset) or self._ahead.pop(member.offset, None)

    def _reached(self, member: _Member) -> bytes:
        stream = self._opened()
        if stream.is_packed:
            self._read_ahead(stream, member)
        stream.seek(member.offset)
        return stream.take(member.size)

    def _read_ahead(self, stream: Stream, wanted: _Member) -> None:
        """Keep pictures that are passed on the way; the oldest make room for the newest."""
        for member in self._between(stream.tell(), wanted.offset):
            if member.size > _AHEAD_BYTES // 4:
                continue
            while self._ahead and sum(map(len, self._ahead.values())) > _AHEAD_BYTES - member.size:
                self._ahead.pop(next(iter(self._ahead)))
            stream.seek(member.offset)
            self._ahead[member.offset] = stream.take(member.size)

    def _between(self, start: int, end: int) -> list[_Member]:
        passed = [
            one
            for parts, one in self._members().items()
            if start <= one.offset < end and suffix_of(parts[-1]) in MEDIA_TYPES
        ]
        return sorted(passed, key=lambda one: one.offset)[-_AHEAD_MOST:]

    def _opened(self) -> Stream:
        if self._stream is None:
            most = max(self.limits.small_bytes, self.limits.most_ratio * self.path.stat().st_size)
            self._stream = Stream(self.path, self.called, most)
        return self._stream

    def _member(self, parts: Parts) -> _Member:
        found = self._members().get(parts)
        if found is None:
            raise gone(self.called, parts)
        return found

    def _members(self) -> dict[Parts, _Member]:
        if self._index is None:
            self._index = self._listed()
        return self._index

    def _listed(self) -> dict[Parts, _Member]:
        members = Members(self.called, self.limits, self.complaints)
        index: dict[Parts, _Member] = {}
        last: Parts = ()
        try:
            for last, member in self._walked(members):
                if last:
                    index[last] = member
        except InputError as error:
            self.complaints.add(error.message)
        except _BROKEN as error:
            if not index:
                raise damaged(self.called, error) from error
            self.complaints.add(f"'{self.called}' breaks off; what came before is listed.")
            if last and index[last].offset + index[last].size > self._opened().reach():
                members.drop(last)
                del index[last]
        self._listings = members.listings()
        return index

    def _walked(self, members: Members) -> Iterator[tuple[Parts, _Member]]:
        stream = self._opened()
        stream.seek(0)
        whole: Any = stream  # tarfile asks for less than a whole file
        with tarfile.open(fileobj=whole, mode="r:") as opened:
            archive: Any = opened  # whose `members` are not told to type checkers
            while (info := archive.next()) is not None:
                archive.members.clear()  # tarfile keeps every header that it ever read
                members.count()
                if info.isdir():
                    continue
                if info.type not in _PLAIN or info.issparse():
                    members.refuse(info.name, "is no plain file (a link, a device or sparse)")
                    continue
                revision = f"{info.size}-{info.mtime}"
                parts = members.take(
                    info.name,
                    packed=info.size,
                    size=info.size,
                    revision=revision,
                    changed_at=float(info.mtime),
                )
                if parts:
                    self._take_text(stream, info.name, info.offset_data, info.size)
                yield parts, _Member(info.offset_data, info.size, revision)
            if stream.last.strip(b"\0"):
                self.complaints.add(
                    f"'{self.called}' has a damaged header; what comes after it is not listed."
                )

    def _take_text(self, stream: Stream, name: str, offset: int, size: int) -> None:
        room = _TEXTS_BYTES - sum(map(len, self._texts.values()))
        if stream.is_packed and suffix_of(name) in WORDS and size <= min(room, WORDS_MOST):
            stream.seek(offset)
            self._texts[offset] = stream.take(size)
