"""What sources on the web share: bringing a picture, and reading the claims beside it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.source import Delivery
from gesso.core.errors import InputError
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.records.finds import Find

_MOST_CHARS = 4000
ID = re.compile(r"[1-9][0-9]{0,9}")
"""How museums number their works."""
_NOT_SHOWN = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_CC = re.compile(
    r"creativecommons\.org/(?:licenses|publicdomain)/(?P<kind>[a-z-]+)/(?P<version>\d\.\d)"
)
_CC_CODE = re.compile(r"cc-(?P<kind>by(?:-nc)?(?:-sa|-nd)?)-(?P<version>\d\.\d)(?:-[a-z-]+)?")
_PUBLIC_DOMAIN = "CC-PDM-1.0"


def bring(
    fetcher: Fetcher, find: Find, url: str, validator: str, *, learnt: Find | None = None
) -> Delivery | None:
    """Fetch the picture at `url` for a find; None where it is unchanged.

    Raises:
        OutsideError: and all else that `Fetcher.get` raises.
    """
    fetched = fetcher.get(url, accept="picture", validator=validator)
    if fetched is None:
        return None
    name = PurePosixPath(unquote(urlsplit(fetched.url).path)).name
    return Delivery(fetched.data, plain(name) or find.identifier, fetched.validator, learnt)


def plain(value: object) -> str:
    """A claim as one line of plain text: no markup, no entities, no control characters."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    text = str(value)[: 4 * _MOST_CHARS]
    if "<" in text:
        text = _TAG.sub(" ", _NOT_SHOWN.sub(" ", text))
    return _SPACE.sub(" ", html.unescape(text)).strip()[:_MOST_CHARS]


def year(value: object) -> int | None:
    """A year as a museum writes it, None for unknown; years before our era are below zero."""
    try:
        found = int(str(value).strip())
    except ValueError:
        return None
    return found if -100_000 <= found <= 3000 else None


def address(value: object) -> str:
    """An address on the web.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return value
    raise ValueError(f"{plain(value)[:80]!r} is no address")


def words(value: object) -> tuple[str, ...]:
    """A list of subject words, whatever else the list holds left out."""
    if not isinstance(value, list | tuple):
        return ()
    return tuple(dict.fromkeys(word for word in map(plain, value[:200]) if word))


def moment(value: object) -> datetime | None:
    """An ISO date or time, in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def licence(statement: str) -> str:
    """The SPDX id of a licence's address or code, the address of any other statement, else "".

    Args:
        statement: an address (of Creative Commons, rightsstatements.org or another), or a code
            as Commons writes it: "cc-by-sa-4.0", "cc0", "pd-old-100".
    """
    text = statement.strip().lower()
    address = _CC.search(text)
    if address:
        kinds = {"zero": "CC0-1.0", "mark": _PUBLIC_DOMAIN}
        made = f"CC-{address['kind'].upper()}-{address['version']}"
        return kinds.get(address["kind"], made)
    if text.startswith(("http://", "https://")):
        return statement.strip()
    code = _CC_CODE.fullmatch(text.replace(" ", "-"))
    if code:
        return f"CC-{code['kind'].upper()}-{code['version']}"
    if text in {"cc0", "cc-zero", "cc0-1.0"}:
        return "CC0-1.0"
    is_free = text in {"pd", "public domain", "pdm"} or text.startswith("pd-")
    return _PUBLIC_DOMAIN if is_free else ""


def limited(finds: Iterator[Find], limit: int | None) -> Iterator[Find]:
    """The first of the finds, each identifier once."""
    return islice(_each_once(finds), limit)


def read_each(
    rows: Iterator[Any],
    read: Callable[[Any], Find | None],
    complaints: Complaints,
    what: str,
) -> Iterator[Find]:
    """The finds in a list of records; one that cannot be read is passed over with a complaint."""
    for number, row in enumerate(rows, 1):
        try:
            find = read(row)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            complaints.add(f"{what} {number} cannot be read: {type(error).__name__}: {error}.")
            continue
        if find is not None:
            yield find


@dataclass(frozen=True)
class Chosen:
    """What is wished for of a museum, sorted out: ids, or words with filters."""

    ids: tuple[int, ...]
    words: str
    filters: Mapping[str, str]


def chosen(
    places: Sequence[str],
    page: re.Pattern[str],
    filters: Collection[str] = (),
    *,
    source: str,
    takes: str,
) -> Chosen:
    """Sort out what is wished for: ids, addresses of pages, filters of the search, words.

    Args:
        places: as they were typed.
        page: the address of a work's page; its first group is the id.
        filters: which NAME=VALUE there are; () takes such for words.
        source: the museum, as people call it.
        takes: what its places are.

    Raises:
        InputError: a place is none of these, or ids and words are wished for together.
    """
    ids: list[int] = []
    said: list[str] = []
    wished: dict[str, str] = {}
    for place in places:
        found, (name, sign, value) = page.fullmatch(place), place.partition("=")
        is_filter = bool(sign and filters)
        if found or ID.fullmatch(place):
            ids.append(int(found[1] if found else place))
        elif is_filter and name in filters and value:
            wished[name] = value
        elif is_filter or "://" in place or not place.strip():
            raise refuse_place(source, place, takes)
        else:
            said.append(place.strip())
    if ids and (said or wished):
        raise InputError(
            f"Ids ({ids[0]}) and words cannot be wished for together.", "Collect them one by one."
        )
    return Chosen(tuple(ids), " ".join(said), wished)


def refuse_place(source: str, place: str, takes: str) -> InputError:
    """What is said of a place that a source cannot use."""
    return InputError(f"'{plain(place)[:200]}' is nothing that {source} takes.", f"Give {takes}.")


def _each_once(finds: Iterator[Find]) -> Iterator[Find]:
    seen: set[str] = set()
    for find in finds:
        if find.identifier not in seen:
            seen.add(find.identifier)
            yield find
