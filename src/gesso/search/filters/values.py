"""Values of conditions as numbers, years, days and answers."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from datetime import UTC, datetime

from gesso.search.filters.fields import refuse
from gesso.search.filters.reading import Condition, Value

_UNITS = {"": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "k": 1e3, "m": 1e6}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)([a-zA-Z]*)")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_EXAMPLES = {
    "year": "Write FIELD:1600..1700, or FIELD>=1600.",
    "date": "Write FIELD:1600..1700, or FIELD>=1600.",
    "score": "Write FIELD:0.5..1, or FIELD>0.7.",
    "size": "Write FIELD:100KB..2MB, or FIELD>=2MB.",
    "megapixels": "Write FIELD:1..4, or FIELD>=2.",
    "number": "Write FIELD:12, or FIELD:12..40.",
    "width": "Write FIELD:1000..2000, or FIELD>=1000.",
    "light": "Write FIELD:20..40, or FIELD>=50.",
    "contrast": "Write FIELD:20..40, or FIELD>=50.",
    "colourful": "Write FIELD:20..40, or FIELD>=50.",
    "warm": "Write FIELD:10..40, or FIELD>=10.",
}
_YES = {"yes", "true", "1", "y"}
_NO = {"no", "false", "0", "n"}

Span = tuple[float, float]
"""Two ends, both within; infinite where open."""


def spans(condition: Condition, query: str, *, whole: bool = False) -> list[Span]:
    """The numbers that a condition means, any of which may fit.

    Raises:
        InputError: a value is no number.
    """
    return [_span(value, condition, query, whole=whole) for value in condition.values]


def _span(value: Value, condition: Condition, query: str, *, whole: bool) -> Span:
    low = _number(value.text, condition, query) if value.text else -math.inf
    if value.upper is not None:
        high = _number(value.upper, condition, query) if value.upper else math.inf
        _check_order(value, (low, high), condition, query)
        return low, high
    # Between two neighbours of a float32 there is no value of ours.
    step = 0.5 if whole else 1e-6
    return {
        ":": (low, low), "=": (low, low), ">=": (low, math.inf), "<=": (-math.inf, low),
        ">": (low + step, math.inf), "<": (-math.inf, low - step),
    }[condition.sign]  # fmt: skip


def _number(text: str, condition: Condition, query: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise refuse(
            query,
            condition,
            f"{condition.field} is a number, and '{text[:40]}' is none",
            _EXAMPLES.get(condition.field.partition(".")[0], _EXAMPLES["width"]).replace(
                "FIELD", condition.field
            ),
        )
    return float(found[1]) * unit


def _check_order(value: Value, span: Span, condition: Condition, query: str) -> None:
    if span[0] > span[1]:
        raise refuse(
            query,
            condition,
            f"Nothing lies from {value.text} to {value.upper}",
            f"Write the smaller end first: {condition.field}:{value.upper}..{value.text}.",
        )


def days(condition: Condition, query: str) -> list[Span]:
    """The times that a condition means, microseconds since 1970, UTC.

    Raises:
        InputError: a value is no day.
    """
    return [_days(value, condition, query) for value in condition.values]


def _days(value: Value, condition: Condition, query: str) -> Span:
    first, last = _day(value.text, condition, query) if value.text else (-math.inf, math.inf)
    if value.upper is not None:
        end = _day(value.upper, condition, query)[1] if value.upper else math.inf
        _check_order(value, (first, end), condition, query)
        return first, end
    ends = {">=": (first, math.inf), ">": (last + 1, math.inf)}
    ends |= {"<=": (-math.inf, last), "<": (-math.inf, first - 1)}
    return ends.get(condition.sign, (first, last))


def _day(text: str, condition: Condition, query: str) -> Span:
    found = _DAY.fullmatch(text.strip())
    try:
        year, month, day = (
            (int(part) if part else 0 for part in found.groups()) if found else (0,) * 3
        )
        first = datetime(year, month or 1, day or 1, tzinfo=UTC)
        end_month = month or 12
        end_day = day or monthrange(year, end_month)[1]
        last = datetime(year, end_month, end_day, 23, 59, 59, 999_999, tzinfo=UTC)
    except ValueError as error:  # also of the year 0, for what is no day at all
        raise refuse(
            query,
            condition,
            f"{condition.field} is a day, and '{text[:40]}' is none",
            f"Write {condition.field}:2026-11 or {condition.field}>=2026-11-05.",
        ) from error
    return first.timestamp() * 1e6, last.timestamp() * 1e6


def answer(condition: Condition, query: str) -> bool:
    """Whether a condition says yes.

    Raises:
        InputError: it says neither yes nor no.
    """
    said = condition.values[0].text.lower()
    if len(condition.values) > 1 or condition.values[0].upper is not None or said not in _YES | _NO:
        raise refuse(
            query,
            condition,
            f"{condition.field} is yes or no, and '{said[:40]}' is neither",
            f"Write {condition.field}:yes.",
        )
    return said in _YES


def only_equal(condition: Condition, query: str) -> None:
    """Refuse an order where there is none.

    Raises:
        InputError: more and less mean nothing here.
    """
    if condition.sign not in (":", "="):
        raise refuse(
            query,
            condition,
            f"{condition.field} is no number, so '{condition.sign}' means nothing",
            f"Write {condition.field}:WORD.",
        )
