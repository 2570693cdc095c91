"""The engine of bulk work that the owner chose, with what one picture may use."""

# ruff: noqa: PLC0415 - opening things late is what this package is for
from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gesso.studio.adapters import filled

if TYPE_CHECKING:
    from gesso.core.runner.engine import Engine
    from gesso.settings import Settings

_MOST_MEMORY = 2 << 30
_MOST_CPU_S = 60.0


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
    from gesso.make.painters.pooled import one_thread

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
        return ProcessEngine(options, initializer=one_thread)
    return factory(options)
