"""A name -> an adapter, imported when it is opened: one of the house's two late doors."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from gesso.core.errors import MissingExtra, UnknownAdapter

Adapter = TypeVar("Adapter")
Built_co = TypeVar("Built_co", covariant=True)


class Factory(Protocol[Built_co]):
    """How the studio builds an adapter: mostly the adapter's class itself.

    Attributes:
        Options: a frozen dataclass with defaults, filled from the settings section that bears
            the adapter's name.
    """

    Options: ClassVar[type]

    def __call__(self, options: Any, desk: Any) -> Built_co:
        """Build it from its options and the desk over which its requests go."""
        ...


@dataclass(frozen=True)
class Entry:
    """Where an adapter lives, and what it needs.

    Attributes:
        module: the module that defines it, imported at `Registry.open`.
        attribute: its name in that module.
        extra: the optional dependency group that it needs, "" for none.
        summary: one line for help texts and docs.
    """

    module: str
    attribute: str
    extra: str = ""
    summary: str = ""


def late(module: str, attribute: str) -> Any:
    """What a module of ours defines, imported now: for what is heavy and seldom needed."""
    return getattr(importlib.import_module(module), attribute)


class Registry(Generic[Adapter]):
    """The adapters of one kind, by name.

    Third parties add theirs by an entry point in the group `gesso.<kind in the plural>`; entry
    points are asked only for names that are not ours, so nobody can shadow a built-in adapter.

    Args:
        kind: the singular that a person reads in an error: "painter".
        plural: the shelf's name, and the last part of its entry-point group: "painters".
        entries: our own adapters.
    """

    def __init__(self, kind: str, plural: str, entries: Mapping[str, Entry]) -> None:
        self.kind = kind
        self.plural = plural
        self._entries = dict(entries)

    @property
    def group(self) -> str:
        """The entry-point group in which third parties announce theirs."""
        return f"gesso.{self.plural}"

    def names(self) -> tuple[str, ...]:
        """Our own names, in the order of the table."""
        return tuple(self._entries)

    def entry(self, name: str) -> Entry:
        """The row of one of our own adapters.

        Raises:
            UnknownAdapter: there is no such row.
        """
        if name not in self._entries:
            raise self._unknown(name, ())
        return self._entries[name]

    def open(self, name: str) -> Adapter:
        """Import the adapter called `name` and hand it over, not yet called.

        Raises:
            UnknownAdapter: nobody announces that name; near names are offered.
            MissingExtra: its packages are not installed; the pip line is given.
        """
        entry = self._entries.get(name)
        if entry is None:
            return self._open_foreign(name)
        try:
            module = importlib.import_module(entry.module)
        except ImportError as error:
            missing = _missing_in(error)
            if not entry.extra or not missing or missing.partition(".")[0] == "gesso":
                raise
            raise MissingExtra(
                f"The {self.kind} '{name}' needs the package '{missing}', which is not here.",
                f"Install it with: pip install 'gesso[{entry.extra}]'",
            ) from error
        adapter: Adapter = getattr(module, entry.attribute)
        return adapter

    def _open_foreign(self, name: str) -> Adapter:
        from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and rarely needed

        announced = entry_points(group=self.group)
        for point in announced:
            if point.name == name:
                loaded: Any = point.load()
                adapter: Adapter = loaded
                return adapter
        raise self._unknown(name, tuple(point.name for point in announced))

    def _unknown(self, name: str, foreign: tuple[str, ...]) -> UnknownAdapter:
        from difflib import get_close_matches  # noqa: PLC0415 - slow, and rarely needed

        known = (*self._entries, *sorted(foreign))
        near = get_close_matches(name, known, n=1)
        guess = f"Did you mean '{near[0]}'? " if near else ""
        return UnknownAdapter(
            f"There is no {self.kind} called '{name}'.",
            f"{guess}The {self.plural} are: {', '.join(known)}.",
        )


def _missing_in(error: ImportError) -> str:
    """The package that an import lacks; "" where all are there and one of them is at fault.

    Several distributions share a name such as `google`. Where another of them is here, its
    folder is found and has no file of its own: Python says that it cannot import the name.
    """
    if isinstance(error, ModuleNotFoundError) or error.path is None:
        return error.name or ""
    return ""
