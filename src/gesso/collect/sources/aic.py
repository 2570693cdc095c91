"""The Art Institute of Chicago: its data dump or its search, and its IIIF pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.remote import (
    ID,
    bring,
    chosen,
    limited,
    moment,
    plain,
    read_each,
    words,
    year,
)
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import BadOutput, InputError
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.outside.polite.hosts import Pace
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
_TAKES = "words to search for, artwork ids, or addresses of artwork pages"
_PAGE = re.compile(r"https?://(?:www\.)?artic\.edu/artworks/([1-9][0-9]{0,9})(?:[/?].*)?")
# Descriptions are CC-BY, all else here is CC0, so descriptions are not asked for.
_FIELDS = (
    "id", "title", "artist_title", "date_display", "date_start", "date_end", "medium_display",
    "classification_title", "style_title", "place_of_origin", "department_title", "term_titles",
    "main_reference_number", "credit_line", "image_id", "is_public_domain", "updated_at",
    "thumbnail",
)  # fmt: skip
_PAGE_SIZE = 100
# The museum's own terms: no more of one search than this; the dump has the rest.
_MOST_SEARCHED = 10_000
_IIIF = "https://www.artic.edu/iiif/2"
_IMAGE_ID = re.compile(r"[0-9a-fA-F-]{8,64}")


@dataclass(frozen=True)
class AicOptions:
    """How the Art Institute is asked.

    Attributes:
        dump: the folder of its data dump (artic-api-data) on this machine; "" asks its search.
        width: of the pictures, pixels; 843 is the one that it keeps ready for everybody, 1686 is
            given for works in the public domain.
        base_url: of the API.
    """

    dump: str = ""
    width: int = 843
    base_url: str = "https://api.artic.edu/api/v1"

    def __post_init__(self) -> None:
        if not 200 <= self.width <= 3000:
            raise ValueError(f"a width is 200 to 3000 pixels, not {self.width}")


class AicSource:
    """The Art Institute of Chicago. Only works in the public domain have a picture here.

    Args:
        options: how it is asked.
        fetcher: over which everything goes.
    """

    Options: ClassVar[type] = AicOptions
    name = "aic"
    is_remote = True

    def __init__(self, options: AicOptions, fetcher: Fetcher) -> None:
        self._options = options
        self._fetcher = fetcher
        self._complaints = Complaints()
        self._base = options.base_url.rstrip("/")
        # "One thread, at most one request a second" is what its documentation asks of scrapers.
        fetcher.hosts.set_pace(urlsplit(self._base).hostname or "", Pace(1.0, 1))

    def finds(self, wish: Wish) -> Iterator[Find]:
        """The wanted artworks that have a free picture.

        Raises:
            InputError: a place is none of the museum's, or the dump cannot be read.
            OutsideError: the list cannot be had.
        """
        wanted = chosen(wish.places, _PAGE, source="the Art Institute", takes=_TAKES)
        ids, said = wanted.ids, wanted.words
        if self._options.dump:
            batches = self._dumped(ids)
        elif ids:
            batches = self._asked_for(ids)
        else:
            batches = self._searched(said, wish)
        return limited(self._read(batches, wish, said if self._options.dump else ""), wish.limit)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """The picture of an artwork, from the museum's IIIF server."""
        return bring(self._fetcher, find, find.url, validator)

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far."""
        return self._complaints.lines()

    def _read(
        self, batches: Iterator[tuple[str, Sequence[Any]]], wish: Wish, said: str
    ) -> Iterator[Find]:
        for iiif, records in batches:
            read = partial(self._find_of, iiif, wish, said.casefold().split())
            yield from read_each(iter(records), read, self._complaints, "An artwork's record:")

    def _find_of(
        self, iiif: str, wish: Wish, needles: Sequence[str], record: Mapping[str, Any]
    ) -> Find | None:
        number = int(record["id"])
        image = str(record.get("image_id") or "")
        if record.get("is_public_domain") is not True or not image:
            return None
        if not _IMAGE_ID.fullmatch(image):
            raise ValueError(f"artwork {number} has an odd picture id")
        changed = moment(record.get("updated_at"))
        if wish.since and changed and changed < wish.since:
            return None
        facts = _facts(record)
        text = f"{facts.title} {facts.creator} {facts.kind} {facts.style} {' '.join(facts.tags)}"
        if not all(needle in text.casefold() for needle in needles):
            return None
        return Find(
            source=self.name,
            identifier=str(number),
            url=f"{iiif}/{image}/full/{self._options.width},/0/default.jpg",
            page=f"https://www.artic.edu/artworks/{number}",
            facts=facts,
            rights=Rights(
                "CC0-1.0",
                f"The Art Institute of Chicago. {plain(record.get('credit_line'))}".strip(),
                _CC0,
            ),
            revision=image,
            media_type="image/jpeg",
        )

    # The API -------------------------------------------------------------------------------

    def _searched(self, said: str, wish: Wish) -> Iterator[tuple[str, Sequence[Any]]]:
        conditions: list[dict[str, Any]] = [{"term": {"is_public_domain": True}}]
        if wish.since:
            conditions.append({"range": {"updated_at": {"gte": wish.since.isoformat()}}})
        query = {"query": {"bool": {"filter": conditions}}, "fields": _FIELDS}
        asked = {"q": said, **query} if said else query
        for page in range(1, _MOST_SEARCHED // _PAGE_SIZE + 1):
            wanted = json.dumps({**asked, "limit": _PAGE_SIZE, "page": page})
            reply = self._ask("/artworks/search", {"params": wanted})
            yield _iiif(reply), reply["data"]
            total = int((reply.get("pagination") or {}).get("total") or 0)
            if not reply["data"] or page * _PAGE_SIZE >= total:
                return
        self._complaints.add(
            f"The Art Institute gives at most {_MOST_SEARCHED:,} of a search's {total:,};"
            " its data dump has them all."
        )

    def _asked_for(self, ids: Sequence[int]) -> Iterator[tuple[str, Sequence[Any]]]:
        for start in range(0, len(ids), _PAGE_SIZE):
            part = ids[start : start + _PAGE_SIZE]
            wanted = {"ids": ",".join(map(str, part)), "fields": ",".join(_FIELDS)}
            reply = self._ask("/artworks", {**wanted, "limit": str(_PAGE_SIZE)})
            found = {record.get("id") for record in reply["data"] if isinstance(record, dict)}
            for number in part:
                if number not in found:
                    self._complaints.add(f"The Art Institute has no artwork {number}.")
            yield _iiif(reply), reply["data"]

    def _ask(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        # The header by which the museum asks programs to say who they are.
        who = {"AIC-User-Agent": self._fetcher.user_agent}
        reply = self._fetcher.json(f"{self._base}{path}?{urlencode(parameters)}", headers=who)
        if not isinstance(reply, dict) or not isinstance(reply.get("data"), list):
            raise BadOutput("The Art Institute answered with no list.", provider=self.name)
        return reply

    # The dump ------------------------------------------------------------------------------

    def _dumped(self, ids: Sequence[int]) -> Iterator[tuple[str, Sequence[Any]]]:
        folder = _artworks_folder(Path(self._options.dump))
        if ids:
            paths = [folder / f"{number}.json" for number in ids]
        else:
            named = (path for path in folder.glob("*.json") if ID.fullmatch(path.stem))
            paths = sorted(named, key=lambda path: int(path.stem))
        for path in paths:
            try:
                yield _IIIF, [json.loads(path.read_bytes())]
            except (OSError, ValueError) as error:
                self._complaints.add(f"{path.name} of the dump cannot be read: {error}.")


def _facts(record: Mapping[str, Any]) -> Facts:
    thumbnail = record.get("thumbnail")
    seen = thumbnail.get("alt_text") if isinstance(thumbnail, dict) else ""
    extra = {
        "department": plain(record.get("department_title")),
        "accession": plain(record.get("main_reference_number")),
    }
    return Facts(
        title=plain(record.get("title")),
        creator=plain(record.get("artist_title")),
        date=plain(record.get("date_display")),
        year_from=year(record.get("date_start")),
        year_to=year(record.get("date_end")),
        medium=plain(record.get("medium_display")),
        kind=plain(record.get("classification_title")),
        style=plain(record.get("style_title")),
        place=plain(record.get("place_of_origin")),
        text=plain(seen),
        tags=words(record.get("term_titles")),
        extra={name: text for name, text in extra.items() if text},
    )


def _iiif(reply: Mapping[str, Any]) -> str:
    """Where the museum says that its pictures are."""
    said = reply.get("config")
    url = said.get("iiif_url") if isinstance(said, dict) else None
    return url.rstrip("/") if isinstance(url, str) and url.startswith("http") else _IIIF


def _artworks_folder(dump: Path) -> Path:
    for folder in (dump / "json" / "artworks", dump / "artworks", dump):
        if folder.is_dir() and next(folder.glob("*.json"), None):
            return folder
    raise InputError(
        f"{dump} holds no data dump of the Art Institute.",
        "Unpack artic-api-data.tar.bz2 and name the folder that holds 'json/artworks'.",
    )
