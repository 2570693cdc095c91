"""How the studio is, for people: what can be found, what waits, what room is left."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from gesso._version import __version__
from gesso.core.catalogue.check import check
from gesso.core.errors import Interrupted
from gesso.core.outside.waiting.stop import Stop
from gesso.show.charts.checks import last_check, note_check
from gesso.studio import Studio
from gesso.web.answers.doings.runs import Runs
from gesso.web.answers.house import House
from gesso.web.answers.jobs.job import Job, Tell
from gesso.web.answers.jobs.telling import JobTold, told_of
from gesso.web.server.problems import Halt

PAGE = "/state"
_WAITING = ("paused", "stopped", "broken off", "failed")
_LOOKED_AT = 100


class CheckTold(BaseModel):
    """The last check of the studio."""

    at: datetime
    works: int
    files_read: int
    bytes_read: int
    problems: list[str]
    wrong: int
    complete: bool
    seconds: float


class StateTold(BaseModel):
    """How the studio is."""

    status: str = Field(description="'ok', or 'degraded'.")
    degraded: list[str] = Field(description="What is worse than it should be.")
    version: str
    works: int
    findable: int = Field(description="Works that hang and can be found by their looks.")
    vectors: int = Field(
        description="Pictures that are known by their looks, rounds that do not hang among them."
    )
    generation: int | None
    disk_free_bytes: int
    disk_total_bytes: int
    jobs: list[JobTold] = Field(description="At work or waiting.")
    waiting: list[str] = Field(description="Runs that can be gone on with.")
    errors_left: int = Field(description="What did not recover by itself.")
    errors: int
    check: CheckTold | None = Field(description="Null where none was made yet.")


class SettingTold(BaseModel):
    """One setting in force."""

    name: str
    value: Any = Field(description="Secrets are masked.")
    place: str = Field(description="Where it came from.")
    allowed: str = Field(description="What may be wished for.")


class SettingsTold(BaseModel):
    """What is in force."""

    settings: list[SettingTold]


class State:
    """Tells how the studio is, and has it checked.

    Args:
        house: whose studio.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._runs = Runs(house.studio, house.jobs)

    def told(self) -> dict[str, Any]:
        """How it is now."""
        house, seen = self._house, self._house.watch.now
        disk = shutil.disk_usage(house.studio.folder)
        runs = self._runs.page(limit=_LOOKED_AT)["runs"]
        kinds = house.studio.catalogue.troubles.summary()
        checked = last_check(house.studio.folder)
        return {
            "status": seen.status,
            "degraded": list(seen.degraded),
            "version": __version__,
            "works": sum(house.gallery.counts().values()),
            "findable": self._findable() if seen.index_size else 0,
            "vectors": seen.index_size,
            "generation": seen.generation,
            "disk_free_bytes": disk.free,
            "disk_total_bytes": disk.total,
            "jobs": [told_of(house.jobs, job) for job in house.jobs.list() if not job.is_over],
            "waiting": [run["id"] for run in runs if run["state"] in _WAITING],
            "errors": sum(kind.count for kind in kinds),
            "errors_left": sum(kind.left for kind in kinds),
            "check": asdict(checked) if checked else None,
        }

    def _findable(self) -> int:
        """The works that hang and have a vector in the space that searches use."""
        searching = self._house.studio.searching
        known = searching.open(searching.default).index.known()
        core = searching.finder.columns.state().core
        kept = core.words["standing"].known("kept")
        if kept is None:
            return 0
        hangs = core.columns["standing"] == kept
        return int(np.intersect1d(known, core.ids[hangs]).size)

    def check(self, *, reads: bool) -> Job:
        """Have the studio checked in the background.

        Args:
            reads: every file to its last byte, not only its size.

        Raises:
            Halt: a check is at work already (409).
        """
        job = self._house.jobs.at(PAGE)
        if job is not None and not job.is_over:
            raise Halt(409, "at-work", "The studio is being checked.", "Wait for it.")
        studio = self._house.studio

        def call(_tell: Tell, stopping: Stop) -> Mapping[str, Any]:
            return _checked(studio, stopping, reads=reads)

        return self._house.jobs.start("check", "A check of the studio", call, page=PAGE)


def settings_of(studio: Studio) -> list[dict[str, Any]]:
    """Every setting in force and where it came from, as `gesso settings` tells it."""
    return [
        {
            "name": row.name,
            "value": row.value if isinstance(row.value, _PLAIN) else str(row.value),
            "place": row.place,
            "allowed": row.allowed,
        }
        for row in studio.settings.origins()
    ]


_PLAIN = (str, int, float, bool, list, dict, type(None))


def _checked(studio: Studio, stopping: Stop, *, reads: bool) -> dict[str, Any]:
    with studio.beside({}, stop=stopping) as own:
        report = check(own.catalogue, read_data=reads, stop=stopping)
    if stopping.is_set():
        raise Interrupted("Stopped as you asked.", "Check again whenever you like.")
    return asdict(note_check(studio.folder, report, datetime.now(UTC)))
