"""The Metropolitan Museum of Art: ids from its open-access CSV or its search, then its API."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.remote import (
    Chosen,
    address,
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
from gesso.core.errors import BadOutput, Gone, InputError
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.outside.polite.hosts import Pace
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
# The same parameters in another order give other results (metmuseum/openaccess, issues 36 and
# 51); in the museum's own examples the words come last, so they do here.
_ORDER = (
    "isHighlight", "title", "tags", "departmentId", "isOnView", "artistOrCulture", "medium",
    "hasImages", "geoLocation", "dateBegin", "dateEnd",
)  # fmt: skip
_TAKES = (
    "words to search for, object ids, addresses of object pages, or filters such as"
    " departmentId=11 beside words"
)
_PAGE = re.compile(
    r"https?://(?:www\.)?metmuseum\.org/\S*?/(?:search/)?([1-9][0-9]{0,9})/?(?:\?.*)?"
)
_SEARCHED = ("Title", "Artist Display Name", "Tags", "Department", "Classification", "Culture",
             "Object Name", "Medium")  # fmt: skip
_LFS = "version https://git-lfs"
_LONGEST_FIELD = 2**20


@dataclass(frozen=True)
class MetOptions:
    """How the Met is asked.

    Attributes:
        csv: the museum's MetObjects.csv on this machine; "" asks its search instead.
        size: "web" for the smaller picture (long side under 2000 px), "original" for the large.
        additional: also the further views of an object.
        per_s, burst: how often its API is asked. It states 80 a second, and bars for a while who
            asks about 30 times at once (metmuseum/openaccess, issues 37, 58 and 60).
        base_url: of the API.
    """

    csv: str = ""
    size: str = "original"
    additional: bool = False
    per_s: float = 4.0
    burst: int = 8
    base_url: str = "https://collectionapi.metmuseum.org/public/collection/v1"

    def __post_init__(self) -> None:
        if self.size not in {"web", "original"}:
            raise ValueError(f'size is "web" or "original", not {self.size!r}')
        Pace(self.per_s, self.burst)


class MetSource:
    """The Met. Only works that it gives to the public domain (CC0) have a picture here.

    With the CSV a list costs no request at all: the API is asked when a picture is fetched, for
    the CSV holds no address of it. Without, the search gives ids, and each is asked for.

    Args:
        options: how it is asked.
        fetcher: over which everything goes.
    """

    Options: ClassVar[type] = MetOptions
    name = "met"
    is_remote = True

    def __init__(self, options: MetOptions, fetcher: Fetcher) -> None:
        self._options = options
        self._fetcher = fetcher
        self._complaints = Complaints()
        self._base = options.base_url.rstrip("/")
        host = urlsplit(self._base).hostname or ""
        fetcher.hosts.set_pace(host, Pace(options.per_s, options.burst))

    def finds(self, wish: Wish) -> Iterator[Find]:
        """The wanted objects that have a free picture.

        Raises:
            InputError: a place is none of the Met's, or the CSV cannot be read.
            OutsideError: the search cannot be had.
        """
        wanted = chosen(wish.places, _PAGE, _ORDER, source="the Met", takes=_TAKES)
        found = self._by_csv(wanted, wish) if self._options.csv else self._by_api(wanted, wish)
        return limited(found, wish.limit)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """The picture of an object; where the list came from the CSV, its record first."""
        if not find.url.startswith(f"{self._base}/objects/"):
            return bring(self._fetcher, find, find.url, validator)
        views = list(self._views(self._fetcher.json(find.url)))
        if not views:
            raise Gone(f"The Met has no free picture of object {find.identifier}.", provider="met")
        return bring(self._fetcher, find, views[0].url, validator, learnt=views[0])

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far."""
        return self._complaints.lines()

    # The API -------------------------------------------------------------------------------

    def _by_api(self, asked: Chosen, wish: Wish) -> Iterator[Find]:
        ids = asked.ids or self._searched(asked, wish)
        for number in ids:
            try:
                record = self._fetcher.json(f"{self._base}/objects/{number}")
            except Gone:
                # Loans are found by the search and are "not a valid object" (issue 56).
                self._complaints.add(f"Object {number} is on loan or withdrawn.")
                continue
            yield from self._read(record, number)

    def _read(self, record: object, number: int) -> Iterator[Find]:
        try:
            views = list(self._views(record))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._complaints.add(f"Object {number} cannot be read: {error}.")
            return
        yield from views

    def _searched(self, asked: Chosen, wish: Wish) -> tuple[int, ...]:
        if not asked.words and not asked.filters:
            since = {"metadataDate": wish.since.date().isoformat()} if wish.since else {}
            return self._ids(f"{self._base}/objects", since)
        filters = {"hasImages": "true", **asked.filters}
        ordered = {name: filters[name] for name in _ORDER if name in filters}
        found = self._ids(f"{self._base}/search", {**ordered, "q": asked.words or "*"})
        if wish.since is None:
            return found
        since = {"metadataDate": wish.since.date().isoformat()}
        changed = set(self._ids(f"{self._base}/objects", since))
        return tuple(number for number in found if number in changed)

    def _ids(self, url: str, parameters: Mapping[str, str]) -> tuple[int, ...]:
        query = f"?{urlencode(parameters)}" if parameters else ""
        reply = self._fetcher.json(url + query)
        if not isinstance(reply, dict):
            raise BadOutput("The Met answered with something that is no list.", provider="met")
        ids = reply.get("objectIDs") or []  # null where nothing was found
        return tuple(number for number in ids if isinstance(number, int) and number > 0)

    def _views(self, record: Any) -> Iterator[Find]:
        """The pictures of an object: none where it is not free, whatever the search said."""
        if record.get("isPublicDomain") is not True:
            return
        small, large = record.get("primaryImageSmall"), record.get("primaryImage")
        first = (small or large) if self._options.size == "web" else (large or small)
        more = (record.get("additionalImages") or []) if self._options.additional else []
        find = _find_of(record)
        for number, url in enumerate([first, *more]):
            if url:
                tail = f"/{number}" if number else ""
                yield replace(find, url=address(url), identifier=find.identifier + tail)

    # The CSV -------------------------------------------------------------------------------

    def _by_csv(self, asked: Chosen, wish: Wish) -> Iterator[Find]:
        wanted = _filter(asked, wish)
        path = Path(self._options.csv)
        rows = (row for row in _rows(path, self._complaints) if wanted(row))
        return read_each(rows, self._of_row, self._complaints, "A row of the CSV:")

    def _of_row(self, row: Mapping[str, str]) -> Find:
        number = int(row["Object ID"])
        return Find(
            source=self.name,
            identifier=str(number),
            url=f"{self._base}/objects/{number}",
            page=row.get("Link Resource", "") or _page(number),
            facts=Facts(
                title=plain(row.get("Title")),
                creator=plain(row.get("Artist Display Name", "").replace("|", ", ")),
                date=plain(row.get("Object Date")),
                year_from=year(row.get("Object Begin Date")),
                year_to=year(row.get("Object End Date")),
                medium=plain(row.get("Medium")),
                kind=plain(row.get("Classification")),
                place=plain(row.get("Culture") or row.get("Artist Nationality")),
                tags=words(row.get("Tags", "").split("|")),
                extra=_extra(row.get("Department"), row.get("Period"), row.get("Object Number")),
            ),
            rights=_rights(row.get("Credit Line")),
            revision=row.get("Metadata Date", ""),
        )


def _find_of(record: Mapping[str, Any]) -> Find:
    number = int(record["objectID"])
    tags = [tag.get("term") for tag in record.get("tags") or [] if isinstance(tag, dict)]
    return Find(
        source=MetSource.name,
        identifier=str(number),
        page=str(record.get("objectURL") or _page(number)),
        facts=Facts(
            title=plain(record.get("title")),
            creator=plain(record.get("artistDisplayName")),
            date=plain(record.get("objectDate")),
            year_from=year(record.get("objectBeginDate")),
            year_to=year(record.get("objectEndDate")),
            medium=plain(record.get("medium")),
            kind=plain(record.get("classification")),
            place=plain(record.get("culture") or record.get("artistNationality")),
            tags=words(tags),
            extra=_extra(
                record.get("department"), record.get("period"), record.get("accessionNumber")
            ),
        ),
        rights=_rights(record.get("creditLine")),
        revision=plain(record.get("metadataDate")),
    )


def _extra(department: object, period: object, accession: object) -> dict[str, str]:
    said = {"department": department, "period": period, "accession": accession}
    return {name: text for name, value in said.items() if (text := plain(value))}


def _rights(credit_line: object) -> Rights:
    credit = plain(credit_line)
    return Rights("CC0-1.0", f"The Metropolitan Museum of Art. {credit}".strip(), _CC0)


def _page(number: int) -> str:
    return f"https://www.metmuseum.org/art/collection/search/{number}"


def _filter(asked: Chosen, wish: Wish) -> Callable[[Mapping[str, str]], bool]:
    """Which rows of the CSV are wanted: free ones, by id, or with every word in some column."""
    if asked.filters:
        raise InputError(
            f"The filter '{next(iter(asked.filters))}' belongs to the Met's search.",
            "With the CSV, give words: they are looked for in titles, artists, tags, departments.",
        )
    ids = {str(number) for number in asked.ids}
    needles = asked.words.casefold().split()

    def wanted(row: Mapping[str, str]) -> bool:
        if (row.get("Is Public Domain") or "").strip().lower() != "true":
            return False
        if ids and row.get("Object ID") not in ids:
            return False
        if wish.since and not _is_since(row.get("Metadata Date") or "", wish):
            return False
        text = " ".join(row.get(column) or "" for column in _SEARCHED).casefold()
        return all(needle in text for needle in needles)

    return wanted


def _is_since(date: str, wish: Wish) -> bool:
    changed = moment(date)
    # Who does not say when it changed may have.
    return changed is None or wish.since is None or changed >= wish.since


def _rows(path: Path, complaints: Complaints) -> Iterator[Mapping[str, str]]:
    """The rows of the museum's CSV: with a byte-order mark, and line ends inside of quotes.

    Raises:
        InputError: it is not there, or it is another file.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            yield from _rows_of(lines, path, complaints)
    except OSError as error:
        raise InputError(
            f"The Met's CSV cannot be read: {path}: {error.strerror or error}.",
            "Download MetObjects.csv from the museum's openaccess repository.",
        ) from error


def _rows_of(
    lines: Iterator[str], path: Path, complaints: Complaints
) -> Iterator[Mapping[str, str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines)
    header = next(reader, [])
    if "Object ID" not in header or "Is Public Domain" not in header:
        is_pointer = header and header[0].startswith(_LFS)
        what = "only a Git LFS pointer to it" if is_pointer else "another file"
        raise InputError(
            f"{path} is not the Met's list of objects but {what}.",
            "Run `git lfs pull` there." if is_pointer else "Name its MetObjects.csv.",
        )
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            complaints.add(f"Line {reader.line_num} of the CSV cannot be read: {error}.")
            continue
        if len(row) != len(header):
            if row:
                complaints.add(
                    f"Line {reader.line_num} of the CSV has {len(row)} fields, not {len(header)}."
                )
            continue
        yield dict(zip(header, row, strict=True))
