"""How much an archive may hold, and what its members may be called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import (
    MEDIA_TYPES,
    WORDS,
    File,
    Listing,
    Parts,
    check_parts,
    is_temporary,
    suffix_of,
)
from gesso.core.errors import InputError
from gesso.core.pixels.metadata.found import one_line

_DRIVE = re.compile(r"^[A-Za-z]:")
_MOST_LETTERS = 4096
_NESTED = (".zip", ".cbz", ".tar", ".tgz", ".gz", ".xz", ".txz", ".bz2", ".tbz2", ".zst", ".7z")


@dataclass(frozen=True)
class ArchiveLimits:
    """What is believed of an archive.

    Attributes:
        most_members: an archive of more is refused.
        most_ratio: a member that claims to grow by more is refused, unless it stays small; so is
            a compressed tar, as a whole. Pictures hardly shrink in an archive at all.
        small_bytes: what a member, and a compressed tar, may always grow to.
    """

    most_members: int = 100_000
    most_ratio: int = 200
    small_bytes: int = 16 << 20


@dataclass
class Members:
    """The members of one archive that may be taken, gathered while it is listed.

    Attributes:
        called: the archive's name, for what is told.
        limits: what is believed.
        complaints: where it is told what was passed over.
    """

    called: str
    limits: ArchiveLimits
    complaints: Complaints
    _files: dict[Parts, File] = field(default_factory=dict)
    _count: int = 0

    def count(self) -> None:
        """Count a member, whatever it is.

        Raises:
            InputError: there are more than an archive may have.
        """
        self._count += 1
        if self._count > self.limits.most_members:
            raise InputError(
                f"'{self.called}' has more than {self.limits.most_members:,} members.",
                "Unpack it yourself and collect the folder.",
            )

    def take(self, name: str, *, packed: int, size: int, revision: str, changed_at: float) -> Parts:
        """Take a member in, unless it may not be; returns its path, () where it may not.

        Of two members of one name the later one counts, as when the archive is unpacked.
        """
        parts = self._parts(name)
        if not parts:
            return ()
        if self._is_read(parts) and self._grows_too_much(packed, size):
            self.refuse(name, f"claims to grow from {packed:,} to {size:,} bytes")
            return ()
        if parts in self._files:
            self.refuse(name, "stands more than once, and the last one is taken")
        self._files[parts] = File(parts, size, revision, changed_at)
        return parts

    def drop(self, parts: Parts) -> None:
        """Take a member out again: its bytes are not there."""
        self._files.pop(parts, None)

    def refuse(self, name: str, why: str) -> None:
        """Tell what is wrong with a member."""
        self.complaints.add(
            f"In '{self.called}', '{one_line(name, 100)}' {why}; it was passed over."
        )

    def listings(self) -> list[Listing]:
        """The members by folder, in the order of their paths."""
        folders: dict[Parts, list[File]] = {}
        for parts in sorted(self._files, key=_bytes_of):
            folders.setdefault(parts[:-1], []).append(self._files[parts])
        return [
            Listing(folder, tuple(files))
            for folder, files in sorted(folders.items(), key=lambda one: _bytes_of(one[0]))
        ]

    def _is_read(self, parts: Parts) -> bool:
        return suffix_of(parts[-1]) in MEDIA_TYPES or suffix_of(parts[-1]) in WORDS

    def _grows_too_much(self, packed: int, size: int) -> bool:
        limits = self.limits
        return size > limits.small_bytes and size > limits.most_ratio * max(packed, 1)

    def _parts(self, name: str) -> Parts:
        """The path of a member, () for one that climbs, or that is not a person's."""
        plain = name.replace("\\", "/")
        if plain.startswith("/") or _DRIVE.match(plain) or len(plain) > _MOST_LETTERS:
            self.refuse(name, "has a path that does not stay inside")
            return ()
        parts = tuple(part for part in plain.split("/") if part != ".")
        try:
            check_parts(parts, name)
        except InputError:
            self.refuse(name, "has a path that does not stay inside")
            return ()
        if any(map(is_temporary, parts)):
            return ()
        if plain.lower().endswith(_NESTED):
            self.refuse(name, "is an archive inside an archive, and those are not opened")
            return ()
        return parts


def _bytes_of(parts: Parts) -> tuple[bytes, ...]:
    return tuple(part.encode("utf-8", "surrogateescape") for part in parts)
