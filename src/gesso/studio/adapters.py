"""Building an adapter from the settings section that bears its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from gesso.core.errors import SettingsError
from gesso.core.registry import Factory
from gesso.settings import Settings

if TYPE_CHECKING:
    from gesso.core.outside.desk import Desk

Built = TypeVar("Built")


def with_key(
    settings: Settings, name: str, wishes: Mapping[str, Any], factory: Factory[Any]
) -> Mapping[str, Any]:
    """The wishes of a section, with the owner's key for adapters that take one."""
    key = getattr(settings.keys, name, None)
    takes = any(option.name == "api_key" for option in fields(factory.Options))
    return {"api_key": key, **wishes} if key is not None and takes else wishes


def built(factory: Factory[Built], section: str, wishes: Mapping[str, Any], desk: Desk) -> Built:
    """Build an adapter, its options filled from the settings section that bears its name.

    Raises:
        SettingsError: the section names an option that the adapter does not have, or a value
            that it refuses.
    """
    known = [field.name for field in fields(factory.Options)]
    unknown = [name for name in wishes if name not in known]
    if unknown:
        raise SettingsError(
            f"[{section}] has no option called '{unknown[0]}'.",
            f"The options there are: {', '.join(known) or 'none'}.",
        )
    try:
        options = factory.Options(**wishes)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"[{section}] cannot be used: {error}.", "Mend that option.") from error
    return factory(options, desk)
