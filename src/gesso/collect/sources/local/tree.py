"""A folder's tree, walked in a stable order and never left."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import (
    File,
    Listing,
    Parts,
    check_parts,
    check_size,
    identifier_of,
    is_temporary,
    strays,
)
from gesso.core.errors import Gone, InputError, Transient

_CHUNK = 1 << 20
_BENEATH = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


@dataclass
class Tree:
    """The files under a folder.

    Hidden and temporary names are passed over, and so is what is neither a file nor a folder. A
    link to something inside the tree is passed over, for that is listed by itself; a link that
    leads out is refused unless links are followed. A file with several names (hard links) is
    listed once.

    Attributes:
        root: the folder.
        complaints: where it is told what was passed over.
        follow_links: go where links lead, also out of the tree; never twice into one folder.
        hidden: take names that begin with a dot too.
        seen: (device, inode) of what was listed already; share one between trees that overlap.
    """

    root: Path
    complaints: Complaints
    follow_links: bool = False
    hidden: bool = False
    seen: set[tuple[int, int]] = field(default_factory=set)

    def listings(self) -> Iterator[Listing]:
        """Every folder with its files, the root first, in the order of their names' bytes."""
        waiting: list[Parts] = [()] if self._is_new(self.root.stat()) else []
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(self._path(folder)) as found:
                    entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
            except OSError as error:
                self._pass_over(folder, f"cannot be opened: {_cause(error)}")
                continue
            folders, files = self._sorted(folder, entries)
            yield Listing(folder, tuple(files))
            waiting.extend(reversed(folders))

    def revision(self, parts: Parts) -> str:
        """Size, time of change and inode of a file as it is now."""
        descriptor = self._open(parts)
        try:
            return _revision(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def read(self, parts: Parts, most: int) -> bytes:
        """The whole file; see `Holder`."""
        descriptor = self._open(parts)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            before = os.fstat(descriptor)
            check_size(before.st_size, most, identifier_of(parts))
            data = bytearray()
            while part := file.read(_CHUNK):
                data += part
                check_size(len(data), most, identifier_of(parts))
            if _revision(os.fstat(descriptor)) != _revision(before):
                raise Transient(
                    f"'{identifier_of(parts)}' changed while it was read.",
                    "It is taken when it is finished; run the same command again.",
                )
        return bytes(data)

    def locate(self, parts: Parts) -> Path:
        """Where a file lies, for readers that need a path of their own (an archive's).

        Raises:
            Gone, InputError: as `read`.
        """
        os.close(self._open(parts))
        return self._path(parts)

    # Walking -------------------------------------------------------------------------------

    def _sorted(
        self, folder: Parts, entries: list[os.DirEntry[str]]
    ) -> tuple[list[Parts], list[File]]:
        folders: list[Parts] = []
        files: list[File] = []
        for entry in entries:
            if is_temporary(entry.name) or (entry.name.startswith(".") and not self.hidden):
                continue
            parts = (*folder, entry.name)
            found = self._looked_at(entry, parts)
            if found is None or not self._is_new(found):
                continue
            if stat.S_ISDIR(found.st_mode):
                folders.append(parts)
            else:
                files.append(File(parts, found.st_size, _revision(found), found.st_mtime))
        return folders, files

    def _looked_at(self, entry: os.DirEntry[str], parts: Parts) -> os.stat_result | None:
        """What an entry is, where it is a file or folder that may be taken."""
        try:
            found = Path(entry.path).lstat()
            if stat.S_ISLNK(found.st_mode):
                return self._followed(entry, parts)
        except OSError as error:
            self._pass_over(parts, f"cannot be looked at: {_cause(error)}")
            return None
        if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
            return found
        self._pass_over(parts, "is neither a file nor a folder")
        return None

    def _followed(self, entry: os.DirEntry[str], parts: Parts) -> os.stat_result | None:
        try:
            target = Path(os.path.realpath(entry.path, strict=True))
            found = target.stat()
        except OSError:
            self._pass_over(parts, "is a link that leads nowhere")
            return None
        if target.is_relative_to(os.path.realpath(self.root)):
            return None
        if self.follow_links:
            return found
        self._pass_over(parts, "is a link out of the folder, and such links are not followed")
        return None

    def _is_new(self, found: os.stat_result) -> bool:
        """Whether it was not listed before: a folder by a loop of links, a file by another name."""
        mark = (found.st_dev, found.st_ino)
        if not found.st_ino:  # a file system without inodes
            return True
        if mark in self.seen:
            return False
        if stat.S_ISDIR(found.st_mode) or found.st_nlink > 1 or self.follow_links:
            self.seen.add(mark)
        return True

    def _pass_over(self, parts: Parts, why: str) -> None:
        self.complaints.add(f"'{identifier_of(parts) or self.root}' {why}.")

    # Opening -------------------------------------------------------------------------------

    def _path(self, parts: Parts) -> Path:
        return self.root.joinpath(*parts)

    def _open(self, parts: Parts) -> int:
        """A descriptor of a plain file inside the tree, whoever swaps folders for links meanwhile.

        Raises:
            Gone, InputError: as `read`.
        """
        check_parts(parts, identifier_of(parts))
        try:
            descriptor = self._descend(parts) if _BENEATH else self._open_checked(parts)
        except OSError as error:
            raise self._unopened(parts, error) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InputError(f"'{identifier_of(parts)}' is no plain file.", "Collect files.")
        return descriptor

    def _descend(self, parts: Parts) -> int:
        # A pipe with no writer would hold us up for ever, hence O_NONBLOCK.
        last = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        if self.follow_links:
            return os.open(self._path(parts), last)
        here = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for name in parts[:-1]:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                below = os.open(name, flags, dir_fd=here)
            finally:
                os.close(here)
            here = below
        try:
            return os.open(parts[-1], last | os.O_NOFOLLOW, dir_fd=here)
        finally:
            os.close(here)

    def _open_checked(self, parts: Parts) -> int:
        path = self._path(parts)
        if not self.follow_links:
            real = Path(os.path.realpath(path, strict=True))
            if not real.is_relative_to(os.path.realpath(self.root)):
                raise strays(identifier_of(parts))
        return os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))

    def _unopened(self, parts: Parts, error: OSError) -> InputError | Gone:
        called = identifier_of(parts)
        if error.errno == errno.ENOENT:
            return Gone(f"'{called}' is there no more.", "Its work stays in the catalogue.")
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            return strays(called)
        return InputError(
            f"'{called}' cannot be read: {_cause(error)}.", "Look at the file's rights."
        )


def _revision(found: os.stat_result) -> str:
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}"


def _cause(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
