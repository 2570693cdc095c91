"""Shards in a folder, and the manifest that names them: a shard without a name there is nothing.

Beside `manifest.json` stand `schemas/works.schema.json` and so on, and a folder for each table:
`works/works-000000000001-000000001234.ndjson`.

A shard bears the first and the last change that it holds. It is written beside its place, flushed
and renamed; the manifest comes last, in one step. So a kill leaves the folder as it was, and what
it left behind is written over by the next export.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from gesso.collect.export.tables.column import Row, Table
from gesso.collect.export.tables.published import VERSION, published
from gesso.collect.export.warehouse import Delivery, Loaded, Mark
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error, write_whole
from gesso.core.errors import DamageError, InputError
from gesso.core.records.codec import from_plain, to_plain

MANIFEST = "manifest.json"
FORMAT = "gesso-export"


@dataclass(frozen=True)
class Shard:
    """One file.

    Attributes:
        table: whose rows it holds.
        file: its name below the folder.
        rows: how many.
        first_seq, last_seq: the changes that it holds.
        bytes: its size.
        sha256: of all of it, hex.
    """

    table: str
    file: str
    rows: int
    first_seq: int
    last_seq: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an export's folder holds.

    Attributes:
        format, version: "gesso-export" and the version of its tables.
        kind: "ndjson" or "parquet".
        studio: whose rows.
        seq: the last change that it holds.
        shards: in the order in which they were written: a later row takes an earlier one's place.
    """

    format: str
    version: int
    kind: str
    studio: str
    seq: int
    shards: tuple[Shard, ...] = ()


class ShardWriter(Protocol):
    """Writes the rows of one shard into a file of its own."""

    def write(self, row: Row) -> None:
        """Take a row in."""
        ...

    def close(self) -> None:
        """Put everything into the file."""
        ...


class Format(Protocol):
    """One form of a shard."""

    @property
    def name(self) -> str:
        """What it is called, and the end of its files' names."""
        ...

    def open(self, path: Path, table: Table) -> ShardWriter:
        """Begin a shard."""
        ...


@dataclass(frozen=True)
class ShardOptions:
    """How shards are cut.

    Attributes:
        rows: in a shard at most.
    """

    rows: int = 100_000

    def __post_init__(self) -> None:
        if self.rows < 1:
            raise ValueError(f"a shard holds at least one row, not {self.rows}")


class ShardFolder:
    """A warehouse of files in one folder.

    Args:
        folder: made when it is missing.
        form: what a shard looks like.
        options: how shards are cut.
        disk: what to write on.
    """

    def __init__(
        self, folder: Path, form: Format, options: ShardOptions, disk: Disk | None = None
    ) -> None:
        self._folder = folder
        self._form = form
        self._options = options
        self._disk = disk or Disk()

    def mark(self) -> Mark:
        """How far the folder has come."""
        manifest = self.manifest()
        return Mark(manifest.studio, manifest.seq) if manifest else Mark()

    def manifest(self) -> Manifest | None:
        """What it holds, None for a folder that is new or empty.

        Raises:
            InputError: it holds something else.
            StorageError: it cannot be read.
        """
        path = self._folder / MANIFEST
        try:
            if not self._folder.exists() or not any(self._folder.iterdir()):
                return None
            text = path.read_text("utf-8")
        except FileNotFoundError as error:
            if self._only_leftovers():
                return None
            raise InputError(
                f"{self._folder} holds other things and no {MANIFEST}.",
                "Name an empty or a new folder with --to.",
            ) from error
        except OSError as error:
            raise storage_error(error, path, "read") from error
        return self._read(path, text)

    def load(self, delivery: Delivery) -> Loaded:
        """Write new shards, then the manifest that names them."""
        before = self.manifest()
        kept = before.shards if before and not delivery.is_full else ()
        written: list[Shard] = []
        for table in delivery.tables:
            written += self._shards(table, delivery)
        manifest = Manifest(
            FORMAT,
            VERSION,
            self._form.name,
            delivery.studio,
            delivery.upto,
            (*kept, *written),
        )
        self._publish(manifest)
        self._sweep(manifest)
        counts = {table.name: 0 for table in delivery.tables}
        for shard in written:
            counts[shard.table] += shard.rows
        return Loaded(counts, str(self._folder), sum(shard.bytes for shard in written))

    def verify(self) -> list[str]:
        """Hold every shard against the manifest: a sentence for each that is not as it was."""
        manifest = self.manifest()
        wrong = []
        for shard in manifest.shards if manifest else ():
            path = self._folder / shard.file
            try:
                found = _digest(path)
            except FileNotFoundError:
                wrong.append(f"{shard.file} is missing.")
                continue
            if found != (shard.bytes, shard.sha256):
                wrong.append(f"{shard.file} holds other bytes than the manifest says.")
        return wrong

    # Writing -------------------------------------------------------------------------------

    def _shards(self, table: Table, delivery: Delivery) -> Iterator[Shard]:
        rows = delivery.rows(table)
        row = next(rows, None)
        while row is not None:
            shard, row = self._shard(table, row, rows)
            yield shard

    def _shard(self, table: Table, first: Row, rows: Iterator[Row]) -> tuple[Shard, Row | None]:
        """Write one shard, and return it with the row that begins the next."""
        folder = self._folder / table.name
        make_folder(self._disk, folder)
        passing = folder / f".{table.name}.part"
        count, last, row = 0, first, first
        more: Row | None = first
        try:
            writer = self._form.open(passing, table)
            try:
                while more is not None and count < self._options.rows:
                    row = more
                    writer.write(row)
                    count, last = count + 1, row
                    more = next(rows, None)
            finally:
                writer.close()
            return self._settled(table, passing, count, first, last), more
        except OSError as error:
            raise storage_error(error, passing, "write") from error
        finally:
            with suppress(OSError):
                passing.unlink(missing_ok=True)

    def _settled(self, table: Table, passing: Path, count: int, first: Row, last: Row) -> Shard:
        seqs = first["updated_seq"], last["updated_seq"]
        low, high = min(seqs), max(seqs)
        with passing.open("rb") as file:
            self._disk.fsync(file.fileno())
        size, digest = _digest(passing)
        name = f"{table.name}/{table.name}-{low:012d}-{high:012d}.{self._form.name}"
        self._disk.rename(passing, self._folder / name)
        self._disk.fsync_folder(self._folder / table.name)
        return Shard(table.name, name, count, low, high, size, digest)

    def _publish(self, manifest: Manifest) -> None:
        schemas = self._folder / "schemas"
        make_folder(self._disk, schemas)
        for name, text in published().items():
            write_whole(self._disk, schemas / name, text.encode())
        told = json.dumps(to_plain(manifest), indent=1).encode() + b"\n"
        write_whole(self._disk, self._folder / MANIFEST, told)

    def _sweep(self, manifest: Manifest) -> None:
        """Remove shards that no manifest names any more; one that stays harms nobody."""
        named = {shard.file for shard in manifest.shards}
        for path in self._folder.glob(f"*/*-*.{self._form.name}"):
            if f"{path.parent.name}/{path.name}" not in named:
                with suppress(OSError):
                    path.unlink()

    # Reading -------------------------------------------------------------------------------

    def _only_leftovers(self) -> bool:
        """Whether nothing lies there but what a killed first export leaves."""
        tables = {*(name.removesuffix(".schema.json") for name in published()), "schemas"}
        return all(path.is_dir() and path.name in tables for path in self._folder.iterdir())

    def _read(self, path: Path, text: str) -> Manifest:
        try:
            told: Any = json.loads(text)
            manifest = from_plain(Manifest, told)
        except (ValueError, InputError) as error:
            raise DamageError(
                f"{path} is damaged, so nobody can say what that folder holds.",
                "Name another folder with --to, or remove this one.",
            ) from error
        if manifest.format != FORMAT or manifest.version != VERSION:
            raise InputError(
                f"{path} is of {manifest.format} {manifest.version}, not of {FORMAT} {VERSION}.",
                "Name another folder with --to.",
            )
        if manifest.kind != self._form.name:
            raise InputError(
                f"{self._folder} holds {manifest.kind} files, not {self._form.name}.",
                "Name another folder with --to.",
            )
        return manifest


def _digest(path: Path) -> tuple[int, str]:
    """The size of a file and its sha256."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()
