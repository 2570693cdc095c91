"""The last check of a studio: written down beside its log, so that pages can tell of it."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from gesso.core.catalogue.check import CheckReport
from gesso.core.catalogue.store.folder import LOGS

log = logging.getLogger(__name__)

_FILE = "last-check.json"


@dataclass(frozen=True)
class Checked:
    """What a check looked at, and what it found.

    Attributes:
        at: when it ended, ISO, UTC.
        works: rows that were looked at.
        files_read, bytes_read: what was truly read to the last byte.
        problems: what is wrong, one sentence each, the first twenty.
        wrong: how many things are wrong in all.
        complete: everything that was asked for was looked at.
        seconds: how long it took.
    """

    at: str
    works: int
    files_read: int
    bytes_read: int
    problems: tuple[str, ...]
    wrong: int
    complete: bool
    seconds: float

    @property
    def moment(self) -> datetime:
        """When it ended."""
        return datetime.fromisoformat(self.at)


def note_check(folder: Path, report: CheckReport, at: datetime) -> Checked:
    """Write down what a check found; where nothing can be written, it is only told.

    Args:
        folder: the studio's.
        report: of the check.
        at: when it ended, UTC.
    """
    found = Checked(
        at.isoformat(),
        report.works,
        report.files_read,
        report.bytes_read,
        tuple(problem.what for problem in report.problems[:20]),
        len(report.problems),
        report.complete,
        round(report.seconds, 3),
    )
    place = folder / LOGS / _FILE
    fresh = place.with_suffix(f".{os.getpid()}.tmp")
    try:
        place.parent.mkdir(exist_ok=True)
        fresh.write_text(json.dumps(asdict(found)), "utf-8")
        fresh.replace(place)
    except OSError as error:
        log.info("the check is not written down: %s", error)
    return found


def last_check(folder: Path) -> Checked | None:
    """What the last check found; None where none was written down."""
    try:
        told = json.loads((folder / LOGS / _FILE).read_text("utf-8"))
        return Checked(**{**told, "problems": tuple(told["problems"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
