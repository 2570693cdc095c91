"""The captioner that asks nobody: what the record says, and what was measured, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gesso.collect.caption.captioner import Look, Said, Subject
from gesso.collect.caption.measured.colours import NEUTRAL, Hue
from gesso.collect.caption.titles import is_file_name
from gesso.core.llms.plain import plain
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.works import Caption, Work

VERSION = "1"

_LONGEST = 160
"""Letters of one thing that a record says."""
_LONGEST_PROMPT = 240
_MOST_TAGS = 24
_LONGEST_TAG = 60
_MAIN_SHARE = 0.10
_TOUCH_SHARE = 0.006
_TOUCH_CHROMA = 0.075
_WIDE, _PANORAMA = 1.1, 2.0


@dataclass(frozen=True)
class OfflineOptions:
    """Nothing to choose: the same record and the same picture give the same words."""


class OfflineCaptioner:
    """Says only what is so: titles, artists and subjects as the record has them, looks as measured.

    What is on the picture it does not know, and does not say.

    Args:
        options: none.
        desk: not used.
    """

    Options: ClassVar[type] = OfflineOptions
    name: ClassVar[str] = "offline"
    version: ClassVar[str] = VERSION
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"
    side_px: ClassVar[int] = 0

    def __init__(self, options: OfflineOptions, desk: object = None) -> None:
        del options, desk

    def caption(self, subject: Subject, errand: Errand) -> Said:
        """Say what is so; see `Captioner.caption`."""
        del errand
        sentences = [
            *_named(subject),
            *_recorded(subject),
            _seen(subject.work, subject.look),
            _coloured(subject.look),
            *_detailed(subject.look),
        ]
        title = f"Untitled ({_main_colours(subject.look)})" if not subject.work.title else ""
        return Said(Caption(title, " ".join(sentences), _tags(subject), MAKER))


MAKER = Maker(OfflineCaptioner.name, VERSION, offline=True)


# What the record says ------------------------------------------------------------------------


def _named(subject: Subject) -> Iterator[str]:
    work = subject.work
    title = "" if subject.needs_title else _short(work.title)
    who, when = _short(work.creator), _short(work.date)
    if work.provenance.origin == "made":
        yield f"{_quoted(title) if title else 'It'} was painted here by {who or 'a program'}."
        if subject.prompt:
            yield f"It was painted after the words {_quoted(_cut(subject.prompt))}."
        return
    # "Date unknown" is no date.
    label = ", ".join(filter(None, (who, when if any(map(str.isdigit, when)) else "")))
    if title and is_file_name(work):
        yield f"Its file is called {_quoted(title)}{f' ({label})' if label else ''}."
    elif title:
        yield f"{_quoted(title)} ({label})." if label else f"{_quoted(title)}."
    elif label:
        yield f"A work without a title ({label})."


def _recorded(subject: Subject) -> Iterator[str]:
    work = subject.work
    told = {"medium": work.medium, "class": work.kind, "style": work.style, "school": work.place}
    said = [f"its {name} as {_short(words)}" for name, words in told.items() if words.strip()]
    if said:
        yield f"The record gives {_joined(said)}."
    tags = [_short(tag) for tag in subject.tags[:8] if tag.strip()]
    if tags and work.provenance.origin == "made":
        yield f"Its painter says that it shows {_joined(tags)}."
    elif tags:
        yield f"The record tags it with {_joined(tags)}."


# What was measured ---------------------------------------------------------------------------


def _seen(work: Work, look: Look) -> str:
    contrast = {"low": "little contrast", "high": "strong contrast"}.get(
        _contrast(look), "moderate contrast"
    )
    return (
        f"The picture is {_format(work)} and {_key(look)} on the whole "
        f"(mean L* {look.tones.mean:.0f} of 100), with {contrast}."
    )


def _coloured(look: Look) -> str:
    if look.tones.is_gray:
        return "It is without colour, in grays alone."
    touches = _touches(look)
    added = f", with touches of {_joined([hue.words for hue in touches])}" if touches else ""
    return f"Its colours are mostly {_main_colours(look)}{added}."


def _detailed(look: Look) -> Iterator[str]:
    complexity = look.scores["complexity"]
    if complexity < 0.38:
        yield "Much of it is plain, with little detail."
    elif complexity > 0.60:
        yield "It is dense with detail."


def _main_colours(look: Look) -> str:
    return _joined([hue.words for hue in _mains(look)])


def _mains(look: Look) -> Sequence[Hue]:
    return [hue for hue in look.hues if hue.share >= _MAIN_SHARE][:3] or look.hues[:1]


def _touches(look: Look) -> Sequence[Hue]:
    mains = {hue.name for hue in _mains(look)} | NEUTRAL
    return [
        hue
        for hue in look.hues
        if hue.share >= _TOUCH_SHARE and hue.chroma >= _TOUCH_CHROMA and hue.name not in mains
    ][:2]


def _key(look: Look) -> str:
    mean = look.tones.mean
    for end, word in ((22.0, "very dark"), (38.0, "dark"), (60.0, "of middle value")):
        if mean < end:
            return word
    return "light" if mean < 78 else "very light"


def _contrast(look: Look) -> str:
    contrast = look.scores["contrast"]
    return "low" if contrast < 0.27 else "high" if contrast > 0.52 else "moderate"


def _format(work: Work) -> str:
    ratio = work.width / max(work.height, 1)
    if ratio > _PANORAMA:
        return "very wide"
    if ratio > _WIDE:
        return "wide"
    if ratio < 1 / _PANORAMA:
        return "very tall"
    return "tall" if ratio < 1 / _WIDE else "nearly square"


# Tags ----------------------------------------------------------------------------------------


def _tags(subject: Subject) -> tuple[str, ...]:
    work, look = subject.work, subject.look
    told = [*subject.tags, work.style, work.kind, work.medium, work.place, _century(work)]
    key = _key(look)
    measured = [
        "gray" if look.tones.is_gray else "",
        *(() if look.tones.is_gray else (hue.name for hue in _mains(look))),
        "" if key == "of middle value" else key.removeprefix("very "),
        {"low": "low contrast", "high": "high contrast"}.get(_contrast(look), ""),
        f"{_format(work).removeprefix('nearly ')} format",
    ]
    tags = (plain(raw)[:_LONGEST_TAG] for raw in (*told, *measured))
    found = {tag.casefold(): tag for tag in tags if tag}
    return tuple(found.values())[:_MOST_TAGS]


def _century(work: Work) -> str:
    years = (work.year_from, work.year_to)
    if None in years or work.year_from is None or work.year_to is None:
        return ""
    first, last = ((year - 1) // 100 + 1 for year in (work.year_from, work.year_to))
    return f"{_ordinal(first)} century" if first == last and first > 0 else ""


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 <= number % 100 <= 20 else ending}"


# Words ---------------------------------------------------------------------------------------


def _short(words: str) -> str:
    return _cut(words, _LONGEST)


def _cut(words: str, longest: int = _LONGEST_PROMPT) -> str:
    """One line of a stranger's words, not too long, without a full stop at its end."""
    line = plain(words)
    if len(line) <= longest:
        return line.rstrip(".")
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def _quoted(words: str) -> str:
    return f"“{words.replace('“', '‘').replace('”', '’')}”"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
