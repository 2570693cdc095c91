"""Words beside pictures: XMP, JSON, text, and tables that name the files they are about."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.local.holder import (
    WORDS,
    WORDS_MOST,
    File,
    Holder,
    Listing,
    Parts,
    identifier_of,
    suffix_of,
)
from gesso.collect.sources.local.told.fields import Told, json_object_of, plain, together, told_by
from gesso.collect.sources.local.told.recipes import told_by_parameters
from gesso.collect.sources.local.told.tables import TABLES, Row
from gesso.collect.sources.local.told.xmp import told_by_xmp
from gesso.core.errors import GessoError
from gesso.core.records.finds import Facts

_TABLES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_TABLE_MOST = 64 << 20
_MOST_ROWS = 1_000_000
# What a table may call the column that names the picture, letters and digits only.
_FILE_COLUMNS = (
    *("filename", "file", "filepath", "imagefile", "imagefilename", "imagepath", "localpath"),
    *("path", "image", "img", "picture", "photo"),
)
_MOST_TEXT = 20_000


@dataclass
class Sidecars:
    """Reads what lies beside the pictures of one holder, folder by folder, in its order.

    Of `boats.jpg` it is `boats.jpg.json` or `boats.json`, the same with .xmp and .txt, and the
    rows of tables in its folder or above that name it. A table counts more than JSON, JSON more
    than XMP, XMP more than text. Nothing that a sidecar names is ever opened.

    Attributes:
        holder: where the pictures lie.
        called: its name, "" for a folder, for what is told.
        complaints: where it is told what was passed over.
    """

    holder: Holder
    called: str
    complaints: Complaints
    _tables: dict[Parts, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    _names: dict[str, File] = field(default_factory=dict)

    def enter(self, listing: Listing) -> None:
        """Come into a folder: from now on it is asked about."""
        self._names = {one.name: one for one in listing.files if suffix_of(one.name) in WORDS}
        for folder in [one for one in self._tables if listing.folder[: len(one)] != one]:
            del self._tables[folder]
        for name, file in self._names.items():
            if suffix_of(name) in _TABLES:
                self._take_table(listing.folder, file)

    def beside(self, picture: File) -> Told:
        """Everything that is told beside a picture of the folder."""
        return together(
            *self._in_tables(picture.parts),
            *self._in_files(picture, ".json", _by_json),
            *self._in_files(picture, ".xmp", told_by_xmp),
            *self._in_files(picture, ".txt", _by_text),
        )

    def _in_files(self, picture: File, suffix: str, read: Callable[[bytes], Told]) -> list[Told]:
        stem = picture.name[: len(picture.name) - len(suffix_of(picture.name))]
        found = []
        for name in (picture.name + suffix, stem + suffix):
            file = self._names.get(name)
            if file is None:
                continue
            try:
                found.append(read(self.holder.read(file.parts, WORDS_MOST)))
            except (GessoError, ValueError) as error:
                self._pass_over(file, error)
        return found

    def _in_tables(self, parts: Parts) -> list[Told]:
        found = []
        for folder, rows in reversed(self._tables.items()):
            row = rows.get(_key("/".join(parts[len(folder) :]))) or rows.get(_key(parts[-1]))
            if row is not None:
                found.append(told_by(row))
        return found

    def _take_table(self, folder: Parts, file: File) -> None:
        rows: dict[str, Mapping[str, Any]] = {}
        said: list[str] = []
        is_readable = False
        read = TABLES.open(_TABLES[suffix_of(file.name)])
        try:
            data = self.holder.read(file.parts, _TABLE_MOST)
            for row in read(io.BytesIO(data), said.append):
                is_readable = True
                self._take_row(rows, row)
                if len(rows) >= _MOST_ROWS:
                    said.append(f"only its first {_MOST_ROWS:,} rows are read")
                    break
        except (GessoError, ValueError) as error:
            self._pass_over(file, error)
        if rows:
            self._tables.setdefault(folder, {}).update(rows)
        if rows or not is_readable:  # else it is a table of something else, and no business of ours
            for why in said:
                self._complain(file, why)

    def _take_row(self, rows: dict[str, Mapping[str, Any]], row: Row) -> None:
        for column, value in row.values.items():
            simple = "".join(filter(str.isalnum, str(column)[:80].lower()))
            if simple in _FILE_COLUMNS and isinstance(value, str) and value.strip():
                others = {name: one for name, one in row.values.items() if name != column}
                rows[_key(value.strip()[:4096])] = others
                return

    def _complain(self, file: File, why: str) -> None:
        self.complaints.add(f"'{self._place(file)}': {why}.")

    def _pass_over(self, file: File, error: Exception) -> None:
        why = error.message if isinstance(error, GessoError) else str(error)
        self.complaints.add(f"'{self._place(file)}' was not read: {why.rstrip('.')}.")

    def _place(self, file: File) -> str:
        inside = identifier_of(file.parts)
        return f"{self.called}!/{inside}" if self.called else inside


def _by_json(data: bytes) -> Told:
    """A JSON sidecar; of a recipe of ours the title stands with its prompt."""
    found = json_object_of(data)
    prompt = found.get("prompt")
    if isinstance(prompt, dict) and found.get("title") is None:
        found = {**found, "title": prompt.get("title")}
    return told_by(found)


def _by_text(data: bytes) -> Told:
    """A caption, or the settings that A1111 writes beside its pictures."""
    text = data.decode("utf-8-sig", "replace")
    return told_by_parameters(text) or Told(Facts(text=plain(text, _MOST_TEXT)))


def _key(path: str) -> str:
    """How a table's name of a file and the file's own come together: never as a path to open."""
    whole = unicodedata.normalize("NFC", path.replace("\\", "/"))
    return "/".join(part for part in whole.split("/") if part not in {"", "."})
