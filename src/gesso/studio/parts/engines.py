"""The engine of bulk work that the owner chose, with what one picture may use."""

# ruff: noqa: PLC0415 - opening things late is what this package is for
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from gesso.studio.adapters import filled

if TYPE_CHECKING:
    from gesso.core.pixels.darkroom import Darkroom, Job
    from gesso.core.pixels.decode import DecodeLimits
    from gesso.core.runner.engine import Engine
    from gesso.core.runner.workers import Workers
    from gesso.settings import Settings

_MOST_MEMORY = 2 << 30
_MOST_CPU_S = 60.0
_SENT_MEMORY = 1 << 30
_SENT_S = 20.0
_AT_ONCE = 2
"""Pictures that strangers send and that are decoded at once."""

Result = TypeVar("Result")


def engine_of(settings: Settings) -> Engine:
    """Build the engine that `[collect] engine` names, its options from `[collect.engines.NAME]`.

    Where `[make] workers` is 0, nothing is to be done in other processes, and `process` means
    here.

    Raises:
        UnknownAdapter: there is no such engine.
        SettingsError: an option that it refuses.
        MissingExtra: what it needs is not installed.
    """
    from gesso.core.runner.engine import ENGINES
    from gesso.core.runner.limits import Limits
    from gesso.core.runner.pool import ProcessEngine
    from gesso.make.painters.pooled import ready_to_paint

    name, workers = settings.collect.engine, settings.make.workers
    if name == "process" and workers == 0:
        name = "serial"
    factory = ENGINES.open(name)
    wishes = settings.collect.engines.get(name, {})
    options = filled(
        factory.Options, f"collect.engines.{name}", {"workers": workers or None} | wishes
    )
    if "limits" not in wishes:
        options = replace(options, limits=Limits(_MOST_MEMORY, _MOST_CPU_S, is_quiet=True))
    if name == "process":
        return ProcessEngine(options, initializer=ready_to_paint)
    return factory(options)


def darkroom_of(pictures: DecodeLimits) -> tuple[Workers, Darkroom]:
    """A darkroom and the workers it has; they start with the first picture, and stay warm.

    Args:
        pictures: what a picture may ask for.
    """
    from gesso.core.pixels.darkroom import Darkroom
    from gesso.core.runner.limits import Limited, Limits, usable_cores
    from gesso.core.runner.workers import Workers
    from gesso.make.painters.pooled import ready_to_decode

    count = min(_AT_ONCE, usable_cores())
    workers = Workers(count, timeout_s=_SENT_S, initializer=ready_to_decode)
    limits = Limits(_SENT_MEMORY, _SENT_S, is_quiet=True)

    def do(function: Callable[[Job], Result], job: Job) -> Result:
        return workers.call(Limited(function, limits), job)

    return workers, Darkroom(do, pictures)
