"""YAML of strangers: read once, by the fast parser where there is one, into plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, cast

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from gesso.core.errors import InputError
from gesso.make.batch.twice import Twice

MOST_DEPTH = 32

# libyaml's parser is much the faster; PyYAML can be built without it.
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path, text: str) -> object:
    """Load YAML in one reading.

    Args:
        path: the file's, for the errors.
        text: all of it.

    Raises:
        InputError: it is no YAML, nests deeper than `MOST_DEPTH`, or uses an alias, by which a
            small file unfolds into a huge one.
    """
    try:
        events = _guarded(path, yaml.parse(text, Loader=_PARSER))
        return cast("object", _Composed(events).get_single_data())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = "" if line is None else f" at line {line + 1}"
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        raise InputError(
            f"'{path}' is not YAML that can be read: {why}{place}.",
            "Mend it there; a text with a colon or a quote in it wants quotes around it.",
        ) from error


def _guarded(path: Path, events: Iterable[yaml.Event]) -> Iterator[yaml.Event]:
    """The same events, none of which unfolds or nests without bounds."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise InputError(
                f"'{path}' uses the alias *{event.anchor}, and aliases are not taken here.",
                "Write what it stands for in its place.",
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise InputError(
                f"'{path}' is nested deeper than {MOST_DEPTH} levels.",
                "A list of entries needs three or four.",
            )
        yield event


class _Composed(Composer, SafeConstructor, Resolver):
    """Builds plain data of events that somebody else has parsed, each taken once."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self._events = events
        self._ahead: yaml.Event | None = None

    def plain_map(self, node: yaml.MappingNode) -> Iterator[dict[str, object]]:
        """The object of a node, marked where a key stands twice in it."""
        names = [str(self.construct_object(name)) for name, _value in node.value]
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        held: dict[str, object] = {} if twice is None else Twice((), twice)
        yield held
        held.update({str(name): value for name, value in self.construct_mapping(node).items()})

    yaml_constructors: ClassVar[dict[Any, Any]] = {
        **SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:map": plain_map,
    }

    def peek_event(self) -> yaml.Event | None:
        """The next event, left where it is; None after the last."""
        if self._ahead is None:
            self._ahead = next(self._events, None)
        return self._ahead

    def check_event(self, *kinds: type[yaml.Event]) -> bool:
        """Whether the next event is of one of `kinds`."""
        return isinstance(self.peek_event(), kinds)

    def get_event(self) -> yaml.Event | None:
        """Take the next event."""
        event, self._ahead = self.peek_event(), None
        return event
