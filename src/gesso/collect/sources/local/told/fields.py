"""What others call a title, an artist, a licence: their rows and objects as facts and rights."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from gesso.collect.licences import licence_id
from gesso.core.records.finds import Facts
from gesso.core.records.works import Rights

# Names of fields as small letters without anything between them; the first that is there counts.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        *("title", "titleen", "objecttitle", "worktitle", "imagetitle", "primarytitle"),
        *("headline", "dctitle", "name", "objectname"),
    ),
    "creator": (
        *("artist", "artistdisplayname", "artistname", "artistdisplay", "creator", "author"),
        *("painter", "maker", "photographer", "byline", "dccreator", "username", "user"),
        "uploader",
    ),
    "date": (
        *("date", "datetext", "objectdate", "datedisplay", "datecreated", "created", "createdat"),
        *("year", "dated", "period"),
    ),
    "medium": ("medium", "mediumdisplay", "material", "materials", "technique"),
    "kind": ("classification", "classificationtitle", "objecttype", "kind", "genre", "type"),
    "style": ("style", "styletitle", "movement", "movements", "artmovement"),
    "place": (
        *("school", "culture", "nationality", "artistnationality", "placeoforigin", "country"),
        *("origin", "place"),
    ),
    "text": (
        *("description", "caption", "text", "alttext", "alt", "dcdescription", "summary"),
        *("content", "comment", "prompt"),
    ),
    "tags": ("tags", "keywords", "subjects", "subject", "labels", "tagstring"),
    "licence": ("licence", "license", "licenseurl", "licenceurl", "rightsuri", "rights", "usage"),
    "credit": ("credit", "creditline", "attribution", "copyright", "copyrightnotice"),
    "page": ("page", "pageurl", "posturl", "permalink", "link", "objecturl", "website", "source"),
    "year_from": ("yearfrom", "objectbegindate", "datebegin", "datestart", "yearbegin", "year"),
    "year_to": ("yearto", "objectenddate", "dateend", "yearend", "year"),
}
_KNOWN = {name for names in _NAMES.values() for name in names}

_YEARS = re.compile(r"(-?\d{3,4})(?:\s*[-–/]\s*(\d{3,4}))?(?:-\d{2}){0,2}(?:[ T].*)?")
_WHOLE_YEAR = re.compile(r"-?\d{1,6}(\.0)?")
_PARTED = re.compile(r"\s*[,;|\n]\s*")
_MOST_TAGS = 100
_MOST_EXTRA = 60
_MOST_LINE = 500
_MOST_TEXT = 20_000
_MOST_YEAR = 100_000


@dataclass(frozen=True)
class Told:
    """What somebody tells of a picture.

    Attributes:
        facts: what it is.
        rights: whose it is.
        page: where a person can look at it.
    """

    facts: Facts = field(default=Facts())
    rights: Rights = field(default=Rights())
    page: str = ""


def told_by(row: Mapping[str, Any]) -> Told:
    """Read a row of a table or an object of JSON, whatever its fields are called.

    Every value may be of any type and any length; what cannot be used is left out.
    """
    named: dict[str, Any] = {}
    for key, value in row.items():
        named.setdefault(_simple(str(key)), value)
    lines = {
        ours: _first(named, names, _MOST_TEXT if ours == "text" else _MOST_LINE)
        for ours, names in _NAMES.items()
    }
    years = _years(named, lines["date"])
    facts = Facts(
        title=lines["title"],
        creator=lines["creator"],
        date=lines["date"],
        year_from=years[0],
        year_to=years[1],
        medium=lines["medium"],
        kind=lines["kind"],
        style=lines["style"],
        place=lines["place"],
        text=lines["text"],
        tags=_tags(named),
        extra=dict(_extra(row)),
    )
    rights = Rights(licence_id(lines["licence"]), lines["credit"], _address(lines["licence"]))
    return Told(facts, rights, _address(lines["page"]))


def columns_of(names: Iterable[str]) -> dict[str, str]:
    """Which column of a table fills which of our fields, by their names, for tables of one form.

    Fields are those of `Facts` but for `extra`, and "licence", "credit" and "page".
    """
    named: dict[str, str] = {}
    for name in names:
        named.setdefault(_simple(name), name)
    first = {
        ours: next((named[other] for other in others if other in named), "")
        for ours, others in _NAMES.items()
    }
    return {ours: name for ours, name in first.items() if name}


def together(*told: Told) -> Told:
    """Several tellings as one: of each field the first that says something; tags and the rest add.

    A licence comes whole from one of them, with its credit and address.
    """
    facts = Facts()
    rights, page = Rights(), ""
    for one in told:
        facts = _filled(facts, one.facts)
        rights = _righted(rights, one.rights)
        page = page or one.page
    return Told(facts, rights, page)


def plain(value: str, most: int = _MOST_LINE) -> str:
    """A stranger's text: no letters that print nothing or turn the line, at most `most`."""
    if value.isprintable() and "  " not in value:  # nearly all texts, and much quicker
        return value.strip()[:most]
    kept = "".join(
        letter if letter.isprintable() or letter == "\n" else " "
        for letter in value[: 4 * most].replace("\r\n", "\n").replace("\t", " ")
    )
    return re.sub(r"[ ]{2,}", " ", kept).strip()[:most]


def words_of(value: object, most: int = _MOST_LINE) -> str:
    """Any value as text: numbers as they are, lists in commas, objects by their name."""
    if isinstance(value, str):
        return plain(value, most)
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list | tuple):
        found = [words_of(one, most) for one in value[:_MOST_TAGS]]
        return ", ".join(filter(None, found))[:most]
    if isinstance(value, Mapping):
        names = ("text", "name", "title", "words", "username", "value", "label", "en")
        return next((one for name in names if (one := _shallow(value.get(name), most))), "")
    return ""


def json_object_of(data: bytes) -> dict[str, Any]:
    """Parse a JSON object that a stranger wrote; of a list of one, the one.

    Raises:
        ValueError: it is none.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        found = json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, dict):
        return found
    raise ValueError("it holds no JSON object")


def _shallow(value: object, most: int) -> str:
    return "" if isinstance(value, Mapping | list) else words_of(value, most)


@lru_cache(maxsize=4096)
def _simple(key: str) -> str:
    return "".join(filter(str.isalnum, key[:80].lower()))


def _first(named: Mapping[str, Any], names: tuple[str, ...], most: int) -> str:
    for name in names:
        if name in named and (found := words_of(named[name], most)):
            return found
    return ""


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else ""
    return f"{value:.15g}" if math.isfinite(value) else ""


def _tags(named: Mapping[str, Any]) -> tuple[str, ...]:
    for name in _NAMES["tags"]:
        value = named.get(name)
        if isinstance(value, str):
            # Where there is no comma, booru sites part tags by spaces: one_word another_word.
            spaced = "_" in value and not _PARTED.search(value.strip())
            found: list[str] = value.split() if spaced else _PARTED.split(value[:_MOST_TEXT])
        elif isinstance(value, list):
            found = [words_of(one, 100) for one in value[:_MOST_TAGS]]
        else:
            continue
        tags = dict.fromkeys(filter(None, (plain(one, 100) for one in found)))
        if tags:
            return tuple(tags)[:_MOST_TAGS]
    return ()


def _years(named: Mapping[str, Any], date: str) -> tuple[int | None, int | None]:
    first, last = _year(named, _NAMES["year_from"]), _year(named, _NAMES["year_to"])
    found = _YEARS.fullmatch(date) if first is None and last is None else None
    if found:
        first, last = int(found[1]), int(found[2] or found[1])
    first, last = (last if first is None else first), (first if last is None else last)
    return (None, None) if first is None or last is None or first > last else (first, last)


def _year(named: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        text = words_of(named[name], 20) if name in named else ""
        if _WHOLE_YEAR.fullmatch(text) and abs(float(text)) < _MOST_YEAR:
            return int(float(text))
    return None


def _address(text: str) -> str:
    """The text where it is an address that a browser may be given, else ""."""
    return text if re.fullmatch(r"https?://[^\s\"'<>\\]{1,2000}", text) else ""


def _extra(row: Mapping[str, Any]) -> Iterator[tuple[str, str | int | float | bool | None]]:
    """What found no field, flat."""
    count = 0
    for key, value in _flat(row):
        if count == _MOST_EXTRA:
            return
        if _simple(key) in _KNOWN and _simple(key) != "prompt":
            continue
        kept = _kept(value)
        if kept is not None and (name := plain(key, 60)):
            count += 1
            yield name, kept


def _flat(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in list(row.items())[: 10 * _MOST_EXTRA]:
        if isinstance(value, Mapping):
            for inner, one in list(value.items())[:_MOST_EXTRA]:
                if not isinstance(one, Mapping):
                    yield f"{key}.{inner}", one
        else:
            yield str(key), value


def _kept(value: object) -> str | int | float | bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)[:40] if abs(value) < 10**30 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return words_of(value, 2000) or None


def _filled(facts: Facts, more: Facts) -> Facts:
    names = ("title", "creator", "date", "medium", "kind", "style", "place", "text")
    lines = {name: getattr(facts, name) or getattr(more, name) for name in names}
    dated = facts if facts.year_from is not None else more
    return replace(
        facts,
        **lines,
        year_from=dated.year_from,
        year_to=dated.year_to,
        tags=tuple(dict.fromkeys((*facts.tags, *more.tags)))[:_MOST_TAGS],
        extra={**more.extra, **facts.extra},
    )


def _righted(rights: Rights, more: Rights) -> Rights:
    if rights.licence:
        return replace(rights, credit=rights.credit or more.credit)
    return replace(more, credit=rights.credit or more.credit)
