"""Registers of museums: CSV, JSON lines or Parquet, a row a work, without pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from gesso.collect.licences import licence_id
from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.told.fields import columns_of, plain, words_of
from gesso.collect.sources.local.told.tables import TABLES, Row, kind_of
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import Gone, InputError
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_IDENTIFIERS = (
    *("id", "identifier", "objectid", "uid", "uuid", "objectnumber", "accessionnumber"),
    *("accession", "inventorynumber", "inventory"),
)
_LINES = ("title", "creator", "date", "medium", "kind", "style", "place")
_MOST_LINE = 500
_MOST_TEXT = 20_000
_MOST_TAGS = 100
_MOST_EXTRA = 40
_YEARS = 100_000
# A register says the same of thousands of works; so many different sayings are kept at hand.
_FEW_RIGHTS = 4096
_PARTED = re.compile(r"\s*[,;|\n]\s*")


@dataclass(frozen=True)
class RecordsOptions:
    """How registers are read.

    Attributes:
        identifier: the column that tells works apart, "" to find it by its name.
        columns: which column fills which field, beside those that are found by their names:
            {"title": "Titel"}.
        licence: of the records where their rows name none: "CC0-1.0".
    """

    identifier: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""


class RecordsSource:
    """Offers the rows of registers as finds without an address: there is nothing to fetch.

    What has no field of its own is kept as a further fact. A row without an identifier is passed
    over.
    """

    Options = RecordsOptions
    name = "records"
    is_remote = False

    def __init__(self, options: RecordsOptions, fetcher: object = None) -> None:  # noqa: ARG002 - of the shelf's form
        self._options = options
        self._complaints = Complaints()

    def finds(self, wish: Wish) -> Iterator[Find]:
        """Every row, file by file, as "records:FILE"; see `Source`.

        Args:
            wish: `places` are files (.csv, .tsv, .jsonl, .ndjson, .parquet); `since` is not
                known to registers, and changes nothing.
        """
        if not wish.places:
            raise InputError(
                "No register was named.",
                "Say which: gesso collect records FILE.csv (or .jsonl, .parquet)",
            )
        files = [_checked(place) for place in wish.places]
        return islice((find for file in files for find in self._of(file)), wish.limit)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:  # noqa: ARG002 - as above
        """There is nothing to fetch.

        Raises:
            Gone: always.
        """
        raise Gone(f"The register has no picture of '{find.identifier}'.", provider=self.name)

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far."""
        return self._complaints.lines()

    def _of(self, path: Path) -> Iterator[Find]:
        def complain(sentence: str) -> None:
            self._complaints.add(f"{path.name}, {sentence}.")

        read = TABLES.open(kind_of(path.name))
        source = f"records:{plain(path.stem, 200)}"
        is_free = kind_of(path.name) == "jsonl"
        reading: Callable[[Row], Find | None] | None = None
        refusal: InputError | None = None
        has_found = False
        with path.open("rb") as file:
            for row in read(file, complain):
                # JSON lines may each have other names; of tables all rows have those of the first.
                if reading is None or is_free:
                    try:
                        reading = self._reader(source, tuple(row.values), path)
                    except InputError as error:
                        if not is_free:
                            raise
                        refusal = refusal or error
                        complain(f"line {row.line}: it has no identifier")
                        continue
                find = reading(row)
                if find is None:
                    complain(f"line {row.line}: it has no identifier")
                else:
                    has_found = True
                    yield find
        if refusal is not None and not has_found:
            raise refusal

    def _reader(
        self, source: str, names: tuple[str, ...], path: Path
    ) -> Callable[[Row], Find | None]:
        """How a row of these columns becomes a find; worked out once for all rows."""
        identifier = self._identifier(names, path)
        columns = columns_of(names) | dict(self._options.columns)
        lines = [columns.get(ours, "") for ours in _LINES]
        used = {identifier, *columns.values()}
        rest = [(name, plain(name, 60)) for name in names if name not in used][:_MOST_EXTRA]
        text, tags = columns.get("text", ""), columns.get("tags", "")
        first, last = columns.get("year_from", ""), columns.get("year_to", "")
        licence, credit = columns.get("licence", ""), columns.get("credit", "")
        page, rights_of = columns.get("page", ""), lru_cache(_FEW_RIGHTS)(self._rights)

        def read(row: Row) -> Find | None:
            value = row.values.get
            called = _line(value(identifier))
            if not called:
                return None
            begin, end = _year(value(first)), _year(value(last))
            title, creator, date, medium, kind, style, place = [_line(value(n)) for n in lines]
            facts = Facts(
                title,
                creator,
                date,
                begin if begin is not None else end,
                end if end is not None else begin,
                medium,
                kind,
                style,
                place,
                words_of(value(text), _MOST_TEXT) if text else "",
                _tags(value(tags)) if tags else (),
                _extra(row.values, rest),
            )
            named = _line(value(licence)) if licence else ""
            rights = rights_of(named, _line(value(credit)))
            return Find(source, called, "", _address(value(page)) if page else "", facts, rights)

        return read

    def _rights(self, licence: str, credit: str) -> Rights:
        return Rights((licence_id(licence) if licence else "") or self._options.licence, credit)

    def _identifier(self, names: tuple[str, ...], path: Path) -> str:
        wished = self._options.identifier
        simple = {"".join(filter(str.isalnum, name.lower())): name for name in reversed(names)}
        found = wished if wished in names else ""
        found = found or next((simple[name] for name in _IDENTIFIERS if name in simple), "")
        if not found or (wished and wished != found):
            raise InputError(
                f"{path.name} has no column {f'{wished!r}' if wished else 'that tells works apart'}"
                f"; its columns are: {plain(', '.join(names), 300)}.",
                'Name one in the settings: [collect.sources.records] identifier = "COLUMN"',
            )
        return found


def _checked(place: str) -> Path:
    path = Path(place)
    if not path.is_file():
        raise InputError(f"There is no file {plain(place, 300)}.", "Name a CSV or Parquet file.")
    if kind_of(path.name) in ("", "text"):
        raise InputError(
            f"{plain(path.name, 200)} is no register by its name.",
            "Registers end in .csv, .tsv, .jsonl, .ndjson or .parquet.",
        )
    return path


def _line(value: object) -> str:
    """Any value as a line of text; nearly all are plain already."""
    if type(value) is str and len(value) <= _MOST_LINE and value.isprintable():
        return value.strip()
    if value is None or value == []:
        return ""
    if type(value) is list:
        return ", ".join(filter(None, map(_line, value[:_MOST_TAGS])))[:_MOST_LINE]
    return " ".join(words_of(value, _MOST_LINE).split())


def _year(value: object) -> int | None:
    if value is None or (type(value) is int and abs(value) < _YEARS):
        return value
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(-?\d{1,6})(?:\.0)?\s*", value)
        value = int(found[1]) if found else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_year = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _YEARS
    return value if is_year and isinstance(value, int) else None


def _tags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = _PARTED.split(value)
    if not value or not isinstance(value, list):
        return ()
    tags = dict.fromkeys([_line(one) for one in value[:_MOST_TAGS]])
    tags.pop("", None)
    return tuple(tags)


def _address(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return text if re.fullmatch(r"https?://[^\s\"'<>\\]{1,2000}", text) else ""


def _extra(
    values: Mapping[str, Any], names: Sequence[tuple[str, str]]
) -> dict[str, str | int | float | bool | None]:
    kept: dict[str, str | int | float | bool | None] = {}
    for name, called in names:
        value = values.get(name)
        if value is None or value == "":
            continue
        kind = type(value)
        if kind is bool or (kind is int and abs(value) < 2**63):
            kept[called] = value
        elif text := _line(value):
            kept[called] = text
    return kept
