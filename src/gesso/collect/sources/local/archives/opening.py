"""Which files are archives, and what reads them."""

from __future__ import annotations

from pathlib import Path

from gesso.collect.sources.local.archives.limits import ArchiveLimits
from gesso.collect.sources.local.archives.tars import Tar
from gesso.collect.sources.local.archives.zips import Zip
from gesso.collect.sources.local.complaints import Complaints

_ZIPS = (".zip", ".cbz")
_TARS = (
    *(".tar", ".cbt", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"),
    *(".tar.zst", ".tzst"),
)


def is_archive(name: str) -> bool:
    """Whether a name promises an archive that is read here."""
    return name.lower().endswith((*_ZIPS, *_TARS))


def open_archive(
    path: Path, called: str, limits: ArchiveLimits, complaints: Complaints
) -> Zip | Tar:
    """What reads an archive, going by its name; it is opened when it is first listed or read."""
    kind = Zip if path.name.lower().endswith(_ZIPS) else Tar
    return kind(path, called, limits, complaints)
