"""The query language: words, phrases and conditions, read by hand with their places.

Words: `river winter -snow "still life" port*`. Conditions: `style:baroque,rococo year:1600..1700
-tag:x score>0.7 width>=1000 artist:"van Gogh"`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gesso.core.errors import InputError

MOST_SIGNS = 2000
MOST_PARTS = 64
_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*(?:\.[A-Za-z0-9_-]+)?)(:|>=|<=|>|<|=)")
_RANGE = ".."


@dataclass(frozen=True)
class Word:
    """A word or a phrase that is searched for.

    Attributes:
        text: as it was typed, without quotes and star.
        at: its place in the query, from 0.
        is_phrase: it was quoted: its words have to follow each other.
        is_start: it ended with "*": longer words count.
        is_minus: works with it are left out.
    """

    text: str
    at: int
    is_phrase: bool = False
    is_start: bool = False
    is_minus: bool = False


@dataclass(frozen=True)
class Value:
    """What a field is held against.

    Attributes:
        text: as it was typed, without quotes.
        upper: the end of a range, None for a single value; either end may be "" for open.
        is_quoted: it stood in quotes.
    """

    text: str
    upper: str | None = None
    is_quoted: bool = False


@dataclass(frozen=True)
class Condition:
    """A field held against values, any of which may fit.

    Attributes:
        field: small letters, as it was typed, with what follows a dot.
        sign: ":", "=", ">", ">=", "<" or "<=".
        values: at least one.
        at: its place in the query, from 0.
        is_minus: works for which it holds are left out.
    """

    field: str
    sign: str
    values: tuple[Value, ...]
    at: int
    is_minus: bool = False


@dataclass(frozen=True)
class Wish:
    """A query as it was read."""

    words: tuple[Word, ...] = ()
    conditions: tuple[Condition, ...] = ()


def read(query: str) -> Wish:
    """Read a query.

    What looks like a field and is followed by a blank is a word: "Nocturne: blue" are two.
    Whether there is such a field is for who applies it to say.

    Raises:
        InputError: it is too long, or a quote or a value is missing; with its place.
    """
    if len(query) > MOST_SIGNS:
        raise InputError(
            f"A query of {len(query):,} characters is too long.",
            f"Write at most {MOST_SIGNS:,}; of a long text, its nouns find most.",
        )
    return _Reader(query).read()


class _Reader:
    """One pass over a query."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._at = 0

    def read(self) -> Wish:
        words: list[Word] = []
        conditions: list[Condition] = []
        while self._skip_blanks():
            part = self._part()
            if isinstance(part, Condition):
                conditions.append(part)
            elif part is not None:
                words.append(part)
            if len(words) + len(conditions) > MOST_PARTS:
                raise self._bad(
                    f"A query of more than {MOST_PARTS} words and conditions is too long",
                    "Leave out what says least.",
                )
        return Wish(tuple(words), tuple(conditions))

    def _part(self) -> Word | Condition | None:
        start = self._at
        is_minus = self._query[self._at] == "-" and self._next_is_no_blank()
        if is_minus:
            self._at += 1
        if self._query[self._at] == '"':
            text = self._quoted()
            return Word(text, start, is_phrase=True, is_minus=is_minus) if text.strip() else None
        found = _FIELD.match(self._query, self._at)
        if found and self._has_value(found.end()) and not self._is_address(found):
            self._at = found.end()
            values = self._values()
            return Condition(found[1].lower(), found[2], values, start, is_minus)
        text = self._bare(stops="")
        is_start = text.endswith("*")
        text = text.rstrip("*")
        has_sign = any(sign.isalnum() for sign in text)
        return Word(text, start, is_start=is_start, is_minus=is_minus) if has_sign else None

    def _values(self) -> tuple[Value, ...]:
        values = [self._value()]
        while self._peek() == ",":
            self._at += 1
            values.append(self._value())
        return tuple(values)

    def _value(self) -> Value:
        start = self._at
        if self._peek() == '"':
            text = self._quoted()
            if not text.strip():
                raise self._bad("An empty pair of quotes is no value", "Write one.", start)
            return Value(text, is_quoted=True)
        text = self._bare(stops=",")
        if not text:
            raise self._bad("A value is missing", "Write one, or leave out the comma.", start)
        if _RANGE in text:
            lower, _, upper = text.partition(_RANGE)
            if not lower and not upper:
                raise self._bad("A range with no end at all says nothing", "Write 1600..1700.")
            return Value(lower, upper)
        return Value(text)

    def _quoted(self) -> str:
        start = self._at
        end = self._query.find('"', start + 1)
        if end < 0:
            raise self._bad("A quote is opened and never closed", 'Write a second ".', start)
        self._at = end + 1
        return self._query[start + 1 : end]

    def _bare(self, stops: str) -> str:
        start = self._at
        while self._at < len(self._query):
            sign = self._query[self._at]
            if sign.isspace() or sign in stops:
                break
            self._at += 1
        return self._query[start : self._at]

    def _has_value(self, at: int) -> bool:
        return at < len(self._query) and not self._query[at].isspace()

    def _is_address(self, found: re.Match[str]) -> bool:
        return found[2] == ":" and self._query.startswith("//", found.end())

    def _next_is_no_blank(self) -> bool:
        return self._at + 1 < len(self._query) and not self._query[self._at + 1].isspace()

    def _peek(self) -> str:
        return self._query[self._at] if self._at < len(self._query) else ""

    def _skip_blanks(self) -> bool:
        while self._at < len(self._query) and self._query[self._at].isspace():
            self._at += 1
        return self._at < len(self._query)

    def _bad(self, what: str, advice: str, at: int | None = None) -> InputError:
        return bad_place(self._query, self._at if at is None else at, what, advice)


def bad_place(query: str, at: int, what: str, advice: str) -> InputError:
    """An error that shows the place of a query that it is about."""
    shown = query[at : at + 30].strip() or query[max(0, at - 30) :].strip()
    return InputError(f"{what}, at character {at + 1} of the query: {shown!r}.", advice)
