"""Shapes of studio. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from gesso.web.client.shapes.common import JobTold


class Alive(TypedDict):
    """The process answers."""

    status: NotRequired[str]


class ChartTold(TypedDict):
    """One chart with all that it shows."""

    name: str
    title: str
    kind: Literal["columns", "rows", "line", "spectrum"]
    unit: Literal["works", "share", "usd", "calls"]
    labels: list[str]
    series: list[SeriesTold]
    colours: list[str]
    note: str
    rest: int


class Check(TypedDict):
    """One thing that was tried."""

    name: str
    ok: bool
    says: str
    ms: float


class CheckTold(TypedDict):
    """The last check of the studio."""

    at: str
    works: int
    files_read: int
    bytes_read: int
    problems: list[str]
    wrong: int
    complete: bool
    seconds: float


class DeepTold(TypedDict):
    """Everything that was tried."""

    status: str
    checks: list[Check]


class FiguresTold(TypedDict):
    """A catalogue, or a part of it, in figures."""

    of: str
    title: str
    works: int
    charts: list[ChartTold]


class HealthTold(TypedDict):
    """How the studio is."""

    status: str
    index_size: int
    metadata_count: int
    cache_size: int
    cache_max: int
    generation: int | None
    degraded: list[str]
    version: str


class SeriesTold(TypedDict):
    """One row of numbers."""

    name: str
    values: list[float]


class SettingTold(TypedDict):
    """One setting in force."""

    name: str
    value: Any
    place: str
    allowed: str


class SettingsTold(TypedDict):
    """What is in force."""

    settings: list[SettingTold]


class SpendingTold(TypedDict):
    """What was spent, line by line and in all."""

    by: Literal["day", "provider", "run", "theme"]
    rows: list[SpentTold]
    total: SpentTold


class SpentTold(TypedDict):
    """What was spent under one name."""

    name: str
    calls: int
    failed: int
    failed_usd: float
    known_usd: float
    assumed_usd: float
    usd: float
    kept: int
    usd_per_kept: float | None


class StateTold(TypedDict):
    """How the studio is."""

    status: str
    degraded: list[str]
    version: str
    works: int
    findable: int
    vectors: int
    generation: int | None
    disk_free_bytes: int
    disk_total_bytes: int
    jobs: list[JobTold]
    waiting: list[str]
    errors_left: int
    errors: int
    check: CheckTold | None
