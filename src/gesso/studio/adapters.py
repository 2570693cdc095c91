"""Building an adapter from the settings section that bears its name."""

# ruff: noqa: PLC0415 - opening things late is what this package is for
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import PydanticUserError, TypeAdapter, ValidationError

from gesso.core.errors import SettingsError
from gesso.core.registry import Factory
from gesso.settings import Settings

if TYPE_CHECKING:
    from gesso.core.outside.desk import Desk

Built = TypeVar("Built")


def with_key(
    settings: Settings, name: str, wishes: Mapping[str, Any], factory: Factory[Any]
) -> Mapping[str, Any]:
    """The wishes of a section, with the owner's key or shelf for adapters that take one."""
    owns = {"api_key": getattr(settings.keys, name, None), "shelf": str(settings.shelf)}
    takes = {option.name for option in fields(factory.Options)}
    given = {kind: own for kind, own in owns.items() if own is not None and kind in takes}
    return {**given, **wishes}


def lent(desk: Desk, names: Sequence[str], name: str) -> Desk:
    """The desk for one of several in order: being out stops nothing while another stands by."""
    from gesso.make.run.standby import FallingLog

    behind = names[names.index(name) + 1 :]
    return desk.noting(FallingLog(desk.troubles, behind[0])) if behind else desk


def built(factory: Factory[Built], section: str, wishes: Mapping[str, Any], desk: Any) -> Built:
    """Build an adapter, its options filled from the settings section that bears its name.

    Args:
        factory: builds it.
        section: of the settings, for errors.
        wishes: what stands there.
        desk: what it is built with beside its options: mostly the desk.

    Raises:
        SettingsError: the section names an option that the adapter does not have, or a value
            that it refuses.
    """
    return factory(filled(factory.Options, section, wishes), desk)


def filled(options: type[Any], section: str, wishes: Mapping[str, Any]) -> Any:
    """The options of an adapter, filled from the settings section that bears its name.

    Raises:
        SettingsError: the section names an option that the adapter does not have, or a value
            that it refuses.
    """
    known = [field.name for field in fields(options)]
    unknown = [name for name in wishes if name not in known]
    if unknown:
        raise SettingsError(
            f"[{section}] has no option called '{unknown[0]}'.",
            f"The options there are: {', '.join(known) or 'none'}.",
        )
    try:
        return _read(options, wishes)
    except ValidationError as error:
        # Without the value: it may be a key.
        first = error.errors(include_input=False, include_url=False)[0]
        names = [str(name) for name in first["loc"]]
        what = first["msg"].removeprefix("Value error, ")
        told = f"{'.'.join(names)}: {what[:1].lower()}{what[1:]}" if names else what
        raise SettingsError(f"[{section}] cannot be used: {told}.", "Mend that option.") from error
    except (TypeError, ValueError) as error:
        raise SettingsError(f"[{section}] cannot be used: {error}.", "Mend that option.") from error


def _read(options: Any, wishes: Mapping[str, Any]) -> Any:
    """Options of the types that they say: the environment and flags hold nothing but words."""
    try:
        reader = _reader(options)
    except PydanticUserError:  # somebody else's options, of a type that cannot be read from words
        return options(**wishes)
    return reader.validate_python(dict(wishes))


@cache
def _reader(options: Any) -> TypeAdapter[Any]:
    """What reads them; to work that out takes a millisecond."""
    return TypeAdapter(options)
