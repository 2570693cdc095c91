"""Words without a model: what is known and measured of the works, in plain true sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gesso.core.llms.plain import plain
from gesso.core.records.works import Work
from gesso.show.story.orders.looks import Look, apart

_MUCH_LIGHTER, _LIGHTER = 18.0, 7.0
"""Differences of mean L* that are told, and that are told as large."""
_COLOURFUL = 0.022
_WARMER = 0.35
_TURNED = math.radians(50)
_NEAR_HUE, _MOST_OF_IT = math.radians(45), 0.5
"""A picture is of a colour where so much of all its colour is near it: the mean of orange and
violet is a pink that nobody sees."""
_COLOURED = 0.02
_ALIKE = 0.07
"""Two paintings of one prompt are nearer than this, others further; measured on painted pairs."""
_YEARS = 5
_LONGEST = 110
_ABOUT = re.compile(r"\b(c\.|ca\.|circa) (?=\d)")
# Where hues of OKLab lie, in degrees.
_HUES = (
    (20, "reds"), (50, "oranges"), (80, "ochres"), (112, "yellows"), (160, "greens"),
    (220, "blue-greens"), (285, "blues"), (330, "violets"), (360, "pinks"),
)  # fmt: skip
_NUMBERS = (
    "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
    "Eleven", "Twelve",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What is said in a story.

    Attributes:
        title: of the whole.
        subtitle: below it.
        texts: one for each work, in order; "" where there is nothing to say.
    """

    title: str
    subtitle: str
    texts: tuple[str, ...]


def title_of(work: Work) -> str:
    """What a work's label calls it."""
    return _short(work.title) or "Untitled"


def line_of(work: Work) -> str:
    """What stands below: by whom, when, of what."""
    told = (maker_of(work), work.date or _years(work), work.medium)
    return _ABOUT.sub("\\1\u00a0", _short(", ".join(part for part in map(plain, told) if part)))


def maker_of(work: Work) -> str:
    """Who made it; of a work that was painted here, that a painter did."""
    if work.provenance.origin == "made" and work.provenance.source:
        return f"painted by {work.provenance.source}"
    return work.creator


def words_for(looks: Sequence[Look], theme: str = "") -> Words:
    """The title, the subtitle and the line of each work, from what is known of them.

    Args:
        looks: of the works, in order.
        theme: on which all of them were made, "" where there is none.
    """
    texts = [first_line(looks[0])]
    last, is_one_hand = texts[0], len({look.work.creator for look in looks}) == 1
    for before, look in pairwise(looks):
        texts.append(line_between(before, look, last, tells_hand=not is_one_hand))
        last = texts[-1] or last
    if theme:
        by = {maker_of(look.work) for look in looks}
        return Words(_short(theme), _short(by.pop()) if len(by) == 1 else "", tuple(texts))
    return Words(_title(looks), _subtitle(looks), tuple(texts))


def first_line(look: Look) -> str:
    """What the first picture is like."""
    value = "Dark" if look.value < 34 else "Light" if look.value > 60 else "Of middle value"
    hue = hue_of(look)
    many = "of many colours" if look.chroma >= _COLOURED else "nearly without colour"
    colour = f"mostly {hue}" if hue else many
    return f"{value}, {colour}."


def line_between(before: Look, look: Look, last: str = "", *, tells_hand: bool = True) -> str:
    """What changes from a picture to the next: two plain facts at most.

    Args:
        before: the picture that goes.
        look: the one that comes.
        last: what was said before, so that it is not said again.
        tells_hand: whether that both are by one hand is news.
    """
    hand = ["by the same hand"] if tells_hand and _is_same_hand(before, look) else []
    seen = [fact for fact in _measured(before, look) if fact.lower() not in last.lower()][:2]
    facts = [*hand, *([" and ".join(seen)] if seen else [])] or _known(before, look)[:1]
    if not facts:
        is_told = last.startswith("Much like") or apart(before, look) > _ALIKE
        return "" if is_told else "Much like the one before."
    said = ", ".join(facts)
    return f"{said[0].upper()}{said[1:]}."


def hue_of(look: Look) -> str:
    """Where the colour of a picture points, in a word; "" without colour."""
    if look.hue is None or look.chroma < _COLOURED or not _is_of(look, look.hue):
        return ""
    degrees = math.degrees(look.hue) % 360
    name = next(name for most, name in _HUES if degrees <= most)
    if name in ("oranges", "ochres", "reds") and look.value < 42 and look.chroma < 0.09:
        return "browns"
    return name


def _is_of(look: Look, hue: float) -> bool:
    """Whether most of the colour of a picture is near a hue."""
    colour = [(math.hypot(one.a, one.b) * one.share, one) for one in look.work.swatches]
    near = sum(much for much, one in colour if _turn(math.atan2(one.b, one.a), hue) <= _NEAR_HUE)
    return not colour or near >= _MOST_OF_IT * sum(much for much, _ in colour)


def _turn(one: float, other: float) -> float:
    """How far two hues are apart, radians."""
    return abs((other - one + math.pi) % (2 * math.pi) - math.pi)


def _is_same_hand(before: Look, look: Look) -> bool:
    return bool(look.work.creator) and before.work.creator == look.work.creator


def _known(before: Look, look: Look) -> list[str]:
    """What is known to part them: years, and places."""
    one, other = before.work, look.work
    found = []
    earlier, later = _year(one), _year(other)
    if earlier is not None and later is not None and abs(later - earlier) >= _YEARS:
        years = _counted(abs(later - earlier)).lower()
        found.append(f"{years} years {'later' if later > earlier else 'earlier'}")
    if one.place and other.place and one.place != other.place:
        found.append(f"from {_short(one.place)} to {_short(other.place)}")
    return found


def _measured(before: Look, look: Look) -> list[str]:
    """What the eye would notice, the most notable first."""
    found: list[tuple[float, str]] = []
    lighter = look.value - before.value
    if abs(lighter) >= _LIGHTER:
        much = "much " if abs(lighter) >= _MUCH_LIGHTER else ""
        found.append((abs(lighter) / _LIGHTER, f"{much}{'lighter' if lighter > 0 else 'darker'}"))
    richer = look.chroma - before.chroma
    if abs(richer) >= _COLOURFUL:
        found.append((abs(richer) / _COLOURFUL, "more colourful" if richer > 0 else "quieter"))
    here, there = hue_of(before), hue_of(look)
    if before.hue is not None and look.hue is not None and here and there and here != there:
        turned = _turn(before.hue, look.hue)
        if turned >= _TURNED:
            found.append((turned / _TURNED, f"from {here} to {there}"))
    warmer = look.warmth - before.warmth
    if abs(warmer) >= _WARMER and not any("from" in fact for _, fact in found):
        found.append((abs(warmer) / _WARMER, "warmer" if warmer > 0 else "cooler"))
    return [fact for _, fact in sorted(found, key=lambda one: -one[0])]


def _title(looks: Sequence[Look]) -> str:
    works = [look.work for look in looks]
    if len(works) == 1:
        return title_of(works[0])
    count = _counted(len(works))
    creators = {work.creator for work in works}
    if len(creators) == 1 and works[0].creator:
        maker = _short(maker_of(works[0]))
        return f"{count} works {maker if maker.startswith('painted by') else f'by {maker}'}"
    for known, words in (("style", "of"), ("place", "of"), ("kind", "of")):
        values = {getattr(work, known) for work in works}
        value = next(iter(values))
        if len(values) == 1 and value and known == "style":
            return f"{count} works {words} {_short(value)}"
    hues = Counter(hue for hue in map(hue_of, looks) if hue)
    if hues and hues.most_common(1)[0][1] > len(looks) / 2:
        return f"{count} works, mostly {hues.most_common(1)[0][0]}"
    return f"{count} works"


def _subtitle(looks: Sequence[Look]) -> str:
    years = sorted(year for year in (_year(look.work) for look in looks) if year is not None)
    if len(looks) > 1 and len(years) == len(looks):
        return f"{years[0]}" if years[0] == years[-1] else f"{years[0]} to {years[-1]}"
    if len(looks) == 1:
        return line_of(looks[0].work)
    names = list(dict.fromkeys(look.work.creator for look in looks if look.work.creator))
    if 1 < len(names) <= 3:
        return _short(f"{', '.join(names[:-1])} and {names[-1]}")
    return ""


def _year(work: Work) -> int | None:
    if work.year_from is None:
        return work.year_to
    return work.year_from if work.year_to is None else (work.year_from + work.year_to) // 2


def _years(work: Work) -> str:
    first, last = work.year_from, work.year_to
    if first is None and last is None:
        return ""
    if first is None or last is None or first == last:
        return str(last if first is None else first)
    return f"{first}–{last}"


def _counted(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _short(text: str) -> str:
    kept = plain(text)
    return kept if len(kept) <= _LONGEST else f"{kept[: _LONGEST - 1].rstrip()}…"
