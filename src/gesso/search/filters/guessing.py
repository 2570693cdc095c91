"""What was probably meant, where a condition names a value that no work has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from gesso.search.columns.columns import State
from gesso.search.columns.rows import Words
from gesso.search.filters.applying import Filter, values_of
from gesso.search.filters.fields import Field
from gesso.search.words.stemming import plain

_MOST = 20_000
"""Values that are looked through; of more, to look would take longer than the search."""


def guesses(filters: Sequence[Filter], state: State) -> tuple[str, ...]:
    """A sentence for each value that no work has, with those that are written much alike."""
    return tuple(
        f"No work has the {field.name} '{text[:40]}'.{_near(text, words)}"
        for field, text, words in _unknown(filters, state)
    )


def _unknown(filters: Sequence[Filter], state: State) -> Iterator[tuple[Field, str, Words]]:
    for asked in filters:
        for condition, field in zip(asked.wish.conditions, asked.fields, strict=True):
            if condition.is_minus or field.kind not in ("coded", "tags"):
                continue
            words = state.groups[field.group].words[field.column]
            for text in (one.text for one in condition.values if one.upper is None):
                if not values_of(field, state, [text]):
                    yield field, text, words


def _near(text: str, words: Words) -> str:
    values = {plain(value): value for value in words.values[:_MOST] if value}
    near = get_close_matches(plain(text), values, n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(values[one] for one in near)}?" if near else ""
