"""Folders and archives on this machine: their pictures, and what lies beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from gesso.collect.sources.local.archives.limits import ArchiveLimits
from gesso.collect.sources.local.archives.opening import is_archive, open_archive
from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import (
    MEDIA_TYPES,
    OTHER_PICTURES,
    File,
    Holder,
    Listing,
    Parts,
    escaped_path,
    identifier_of,
    parts_of,
    path_of,
    suffix_of,
)
from gesso.collect.sources.local.told.recipes import taught
from gesso.collect.sources.local.told.sidecars import Sidecars
from gesso.collect.sources.local.tree import Tree
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import InputError
from gesso.core.pixels.metadata.found import one_line
from gesso.core.records.finds import Find

# Of archives so many stay listed, so that their members come without listing them anew.
_KEPT_OPEN = 8


@dataclass(frozen=True)
class FolderOptions:
    """How folders are walked.

    Attributes:
        follow_links: go where links lead, also out of the folder.
        hidden: take names that begin with a dot too.
        archives: look into ZIP and tar archives.
        sidecars: read what lies beside pictures.
        max_bytes: of one picture file.
        limits: what is believed of an archive.
    """

    follow_links: bool = False
    hidden: bool = False
    archives: bool = True
    sidecars: bool = True
    max_bytes: int = 64 << 20
    limits: ArchiveLimits = field(default=ArchiveLimits())


class FolderSource:
    """Offers the pictures of folders, archives and single files, as they lie.

    A find is called by its path from the folder that was named, and by that folder: the same
    files give the same finds in the same order, wherever the folder was moved to. Nothing is
    written, ever: archives are read where they lie. What a picture's own file tells is read when
    it is fetched.
    """

    Options = FolderOptions
    name = "folder"
    is_remote = False

    def __init__(self, options: FolderOptions, fetcher: object = None) -> None:  # noqa: ARG002 - of the shelf's form
        self._options = options
        self._complaints = Complaints()
        self._archives: dict[tuple[Path, str], Holder] = {}
        self._lock = Lock()

    def finds(self, wish: Wish) -> Iterator[Find]:
        """Every picture of the places, folder by folder; see `Source`.

        Args:
            wish: `places` are folders, archives and picture files.
        """
        if not wish.places:
            raise InputError(
                "No folder was named.", "Say which: gesso collect folder PATH [PATH...]"
            )
        return self._walked([self._root(place) for place in wish.places], wish)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """A picture's bytes, and what its own file tells; see `Source`."""
        archive, parts = parts_of(find.identifier)
        root = self._root_of(find)
        holder: Holder = self._tree(root)
        if archive:
            holder = self.archive(self._tree(root), archive)
        revision = holder.revision(parts)
        if validator and validator == revision:
            return None
        data = holder.read(parts, self._options.max_bytes)
        name = identifier_of(parts[-1:])
        return Delivery(data, name, revision, taught(replace(find, revision=revision), data))

    def complaints(self) -> tuple[str, ...]:
        """What was passed over; see `Source`."""
        return self._complaints.lines()

    def archive(self, tree: Tree, parts: Parts) -> Holder:
        """The archive at a path of a tree, listed once for as long as it does not change.

        Raises:
            Gone, InputError: it cannot be opened.
        """
        path = tree.locate(parts)
        key = (path, tree.revision(parts))
        with self._lock:
            found = self._archives.pop(key, None)
            if found is None:
                found = open_archive(
                    path, identifier_of(parts), self._options.limits, self._complaints
                )
            self._archives[key] = found
            while len(self._archives) > _KEPT_OPEN:
                self._archives.pop(next(iter(self._archives)))
        return found

    def source_of(self, root: Path) -> str:
        """What a find of this folder bears as its source."""
        return f"{self.name}:{escaped_path(root)}"

    def tree(self, root: Path, seen: set[tuple[int, int]]) -> Tree:
        """A folder's tree that knows what was listed already."""
        options = self._options
        return Tree(root, self._complaints, options.follow_links, options.hidden, seen)

    def _walked(self, roots: Sequence[tuple[Path, str]], wish: Wish) -> Iterator[Find]:
        walk = _Walk(self, self._options, self._complaints, wish)
        for root, only in roots:
            yield from walk.finds(root, only)
        walk.tell_others()

    def _tree(self, root: Path) -> Tree:
        return self.tree(root, set())

    def _root(self, place: str) -> tuple[Path, str]:
        """The folder of a place, and the one file in it that is meant, "" for all."""
        path = Path(place).expanduser().absolute()
        try:
            if path.is_dir():
                return path.resolve(), ""
            if path.is_file():
                return path.resolve().parent, path.resolve().name
        except (OSError, ValueError) as error:
            raise self._no_place(place) from error
        raise self._no_place(place)

    def _no_place(self, place: str) -> InputError:
        return InputError(
            f"There is no folder, archive or picture '{escaped_path(place)[:200]}'.",
            "Name one that this machine can read.",
        )

    def _root_of(self, find: Find) -> Path:
        source, _, place = find.source.partition(":")
        root = path_of(place)
        if source != self.name or not root.is_absolute() or "\0" in str(root):
            raise InputError(
                f"The find '{one_line(find.identifier)}' is of '{one_line(find.source)}', "
                "which is no folder that was collected from.",
                "Ask the source that offered it.",
            )
        return root


class _Walk:
    """One listing of several places, in which nothing is offered twice."""

    def __init__(
        self, source: FolderSource, options: FolderOptions, complaints: Complaints, wish: Wish
    ) -> None:
        self._source = source
        self._options = options
        self._complaints = complaints
        self._since = wish.since.timestamp() if wish.since else None
        self._left = wish.limit
        self._seen: set[tuple[int, int]] = set()
        self._others: Counter[str] = Counter()

    def finds(self, root: Path, only: str) -> Iterator[Find]:
        """The finds of one place."""
        tree = self._source.tree(root, set() if only else self._seen)
        sidecars = Sidecars(tree, "", self._complaints)
        for listing in tree.listings():
            if self._options.sidecars and not is_archive(only):
                sidecars.enter(listing)
            for file in listing.files:
                if self._left == 0:
                    return
                if not only or file.name == only:
                    yield from self._of_file(tree, file, sidecars)
            if only:
                return

    def tell_others(self) -> None:
        """Tell how many pictures of foreign kinds there were."""
        if self._others:
            kinds = ", ".join(
                f"{suffix} {count:,}" for suffix, count in sorted(self._others.items())
            )
            total = self._others.total()
            files = "1 file is of a kind" if total == 1 else f"{total:,} files are of kinds"
            self._complaints.add(f"{files} that gesso does not read ({kinds}).")

    def _of_file(self, tree: Tree, file: File, sidecars: Sidecars) -> Iterator[Find]:
        if self._options.archives and is_archive(file.name):
            yield from self._of_archive(tree, file)
        elif self._is_wanted(file):
            yield self._find(tree.root, (), file, sidecars)

    def _of_archive(self, tree: Tree, file: File) -> Iterator[Find]:
        called = identifier_of(file.parts)
        try:
            holder = self._source.archive(tree, file.parts)
            listings: list[Listing] = list(holder.listings())
        except InputError as error:
            self._complaints.add(f"{error.message}")
            return
        sidecars = Sidecars(holder, called, self._complaints)
        for listing in listings:
            if self._options.sidecars:
                sidecars.enter(listing)
            for member in listing.files:
                if self._left == 0:
                    return
                if self._is_wanted(member):
                    yield self._find(tree.root, file.parts, member, sidecars)

    def _is_wanted(self, file: File) -> bool:
        suffix = suffix_of(file.name)
        if suffix in OTHER_PICTURES:
            self._others[suffix] += 1
        if suffix not in MEDIA_TYPES:
            return False
        if file.size_bytes == 0:
            self._complaints.add(f"'{identifier_of(file.parts)}' is empty.")
            return False
        return self._since is None or file.changed_at >= self._since

    def _find(self, root: Path, archive: Parts, file: File, sidecars: Sidecars) -> Find:
        if self._left is not None:
            self._left -= 1
        path = root.joinpath(*(archive or file.parts))
        inside = f"#{identifier_of(file.parts)}" if archive else ""
        told = sidecars.beside(file)
        return Find(
            source=self._source.source_of(root),
            identifier=identifier_of(file.parts, archive),
            url=path.as_uri() + inside,
            page=told.page,
            facts=told.facts,
            rights=told.rights,
            revision=file.revision,
            media_type=MEDIA_TYPES[suffix_of(file.name)],
            size_bytes=file.size_bytes,
        )
