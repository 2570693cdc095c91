"""Lists of addresses: a text, a CSV, JSON lines or Parquet, as img2dataset takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import escaped_path
from gesso.collect.sources.local.told.fields import plain, told_by, words_of
from gesso.collect.sources.local.told.recipes import taught
from gesso.collect.sources.local.told.tables import TABLES, Row, kind_of
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import InputError
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.records.finds import Find

# What img2dataset's users call the two columns that it asks for, letters and digits only.
_URL_COLUMNS = (
    *("url", "imageurl", "imgurl", "primaryimage", "urlimage", "fileurl", "downloadurl"),
    *("contenturl", "src", "link", "image"),
)
_CAPTION_COLUMNS = ("caption", "text", "alt", "alttext", "topcaption")
_MOST_URL = 4096
_BARE = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class UrlsOptions:
    """How lists are read.

    Attributes:
        url_column: the column of the addresses, "" to find it by its name.
        caption_column: the column of what is said of a picture, "" to find it by its name.
    """

    url_column: str = ""
    caption_column: str = ""


class UrlsSource:
    """Offers the pictures that lists name. A find is called by its address.

    Other columns are read as titles, artists, licences where their names say so, and kept as
    further facts where not. An address that comes twice is offered once.
    """

    Options = UrlsOptions
    name = "urls"
    is_remote = True

    def __init__(self, options: UrlsOptions, fetcher: Fetcher) -> None:
        self._options = options
        self._fetcher = fetcher
        self._complaints = Complaints()

    def finds(self, wish: Wish) -> Iterator[Find]:
        """Every address of the places, list by list; see `Source`.

        Args:
            wish: `places` are lists (.txt, .csv, .tsv, .jsonl, .ndjson, .parquet) and addresses;
                `since` is not known to lists, and changes nothing.
        """
        if not wish.places:
            raise InputError(
                "No list was named.",
                "Say which: gesso collect urls LIST.csv (or .txt, .jsonl, .parquet)",
            )
        return self._read([(place, _checked(place)) for place in wish.places], wish.limit)

    def _read(self, lists: Sequence[tuple[str, Path | None]], left: int | None) -> Iterator[Find]:
        seen: set[bytes] = set()
        for place, path in lists:
            for find in self._of_address(place) if path is None else self._of_list(path):
                if left == 0:
                    return
                mark = blake2b(find.identifier.encode(), digest_size=12).digest()
                if mark in seen:
                    continue
                seen.add(mark)
                left = None if left is None else left - 1
                yield find

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """A picture's bytes over the polite fetcher; see `Source`."""
        fetched = self._fetcher.get(find.url, accept="picture", validator=validator)
        if fetched is None:
            return None
        return Delivery(
            fetched.data, _name_of(find.url), fetched.validator, taught(find, fetched.data)
        )

    def complaints(self) -> tuple[str, ...]:
        """What was passed over; see `Source`."""
        return self._complaints.lines()

    def _of_address(self, place: str) -> Iterator[Find]:
        yield Find("urls", place, url=place)

    def _of_list(self, path: Path) -> Iterator[Find]:
        called = escaped_path(path.name)
        read = TABLES.open(kind_of(path.name))
        refusal: InputError | None = None
        has_found = False
        with path.open("rb") as file:
            for row in read(file, lambda why: self._complaints.add(f"'{called}', {why}.")):
                try:
                    find = self._of_row(row, called)
                except InputError as error:
                    # JSON lines may each have other names; of tables all rows have those of one.
                    if kind_of(path.name) != "jsonl":
                        raise
                    refusal = refusal or error
                    self._complaints.add(f"'{called}', line {row.line}: there is no address.")
                    continue
                if find is not None:
                    has_found = True
                    yield find
        if refusal is not None and not has_found:
            raise refusal

    def _of_row(self, row: Row, called: str) -> Find | None:
        named = {_simple(name): name for name in reversed(list(row.values))}
        column = self._column(row.values, named, self._options.url_column, _URL_COLUMNS)
        if column is None:
            raise InputError(
                f"'{called}' has no column of addresses; its columns are: "
                f"{plain(', '.join(map(str, row.values)), 300)}.",
                "Name it in the settings: [collect.sources.urls] url_column",
            )
        url = row.values[column]
        why = _refusal(url)
        if why:
            self._complaints.add(f"'{called}', line {row.line}: {why}.")
            return None
        caption = self._column(row.values, named, self._options.caption_column, _CAPTION_COLUMNS)
        rest = {name: value for name, value in row.values.items() if name not in {column, caption}}
        if caption is not None:
            rest = {"caption": row.values[caption], **rest}
        told = told_by(rest)
        return Find(
            source="urls",
            identifier=url.strip(),
            url=url.strip(),
            page=told.page,
            facts=told.facts,
            rights=told.rights,
        )

    def _column(
        self,
        values: Mapping[str, Any],
        named: Mapping[str, str],
        wanted: str,
        usual: tuple[str, ...],
    ) -> str | None:
        if wanted:
            return wanted if wanted in values else None
        return next((named[name] for name in usual if name in named), None)


def _checked(place: str) -> Path | None:
    """The list's path; None for an address.

    Raises:
        InputError: it is neither.
    """
    if _BARE.match(place):
        why = _refusal(place)
        if why:
            raise InputError(f"'{plain(place, 200)}' cannot be asked: {why}.", "Mend the address.")
        return None
    path = Path(place).expanduser()
    if not path.is_file():
        raise InputError(
            f"There is no list '{escaped_path(place)[:200]}'.", "Name a file, or an address."
        )
    if not kind_of(path.name):
        raise InputError(
            f"'{escaped_path(path.name)[:200]}' is no list that is read here.",
            "Lists end in .txt, .csv, .tsv, .jsonl, .ndjson or .parquet.",
        )
    return path


def _refusal(url: object) -> str:
    """Why a value is no address that can be asked, "" where it is one."""
    if not isinstance(url, str) or not url.strip():
        return "there is no address"
    text = url.strip()
    if len(text) > _MOST_URL:
        return f"its address has {len(text):,} letters"
    host, secret = _host_of(text)
    if not host:
        return f"'{plain(text, 80)}' is no address of the web"
    if secret:
        return "its address carries a name or password, which would stand in the catalogue"
    return ""


def _host_of(text: str) -> tuple[str, bool]:
    """The host of an address, "" for no address, and whether it carries a name or password."""
    if not text.isprintable() or " " in text or not _BARE.match(text):
        return "", False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return "", False
    return parts.hostname or "", bool(parts.username or parts.password)


def _name_of(url: str) -> str:
    """The name that a person would give the file: the end of its path."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return plain(last, 120) or words_of(urlsplit(url).hostname) or "the picture"


def _simple(name: object) -> str:
    return "".join(filter(str.isalnum, str(name)[:80].lower()))
