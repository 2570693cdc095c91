"""Taking the catalogue elsewhere, put together: warehouses, questions to one, other blob stores."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gesso.core.errors import InputError
from gesso.studio.adapters import filled

if TYPE_CHECKING:
    from gesso.collect.export.duck.query import Answer
    from gesso.collect.export.export import ExportReport
    from gesso.collect.export.warehouse import Warehouse
    from gesso.core.catalogue.blobs.blob import BlobStore
    from gesso.studio.ground import Ground

_SCHEMES = {"s3": "s3", "gs": "gcs"}


class Exporting:
    """Puts the ways out of the catalogue together from what the studio has.

    Args:
        ground: whose settings and catalogue are used.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def place_of(self, name: str, wish: Path | None = None) -> Path:
        """Where a warehouse of that name lies: as wished, or in the studio's exports."""
        file = "gesso.duckdb" if name == "duckdb" else name
        return wish or self._ground.folder / "exports" / file

    def warehouse(self, name: str, place: Path | None = None, **over: object) -> Warehouse:
        """Build a warehouse, its options from `[warehouse.NAME]`.

        Raises:
            SettingsError: there is no such warehouse, or an option that it refuses.
        """
        from gesso.collect.export.warehouse import WAREHOUSES

        maker = WAREHOUSES.open(name)
        wishes = self._ground.settings.warehouse.get(name, {}) | over
        options = filled(maker.Options, f"warehouse.{name}", wishes)
        return maker(options, self.place_of(name, place))

    def export(
        self,
        warehouse: Warehouse,
        *,
        full: bool = False,
        heard: Callable[[str, int], None] = lambda _table, _rows: None,
    ) -> ExportReport:
        """Take what changed to a warehouse.

        Raises:
            InputError: the warehouse holds the rows of another studio.
            Interrupted: the owner stopped.
            StorageError: it could not be written.
            OutsideError: it could not be sent.
        """
        from gesso.collect.export.export import export

        return export(
            self._ground.catalogue, warehouse, full=full, stop=self._ground.stop, heard=heard
        )

    def query(
        self, sql: str, *, refresh: bool = True, rows: int | None = None, seconds: float = 60.0
    ) -> Answer:
        """Ask the studio's DuckDB file, brought up to date first.

        Where that file may not be written, a passing one is made and asked instead.

        Args:
            sql: one statement that reads.
            refresh: False asks the file as it is.
            rows: hand over so many at most, None for as many as usual.
            seconds: break the question off after that long.

        Raises:
            InputError: it is no such statement, or there is no file and it may not be made.
            SettingsError: an option of `[warehouse.duckdb]` is refused.
        """
        from gesso.collect.export.duck.query import QueryOptions, query

        asked = QueryOptions(seconds=seconds)
        with self._file(refresh=refresh) as place:
            if not place.exists():
                raise InputError(f"There is no {place}.", "Make it with: gesso export duckdb")
            return query(place, sql, asked if rows is None else replace(asked, rows=rows))

    @contextmanager
    def _file(self, *, refresh: bool) -> Iterator[Path]:
        """The DuckDB file to ask, up to date if wished."""
        from gesso.collect.export.export import unchanged

        place, warehouse = self.place_of("duckdb"), self.warehouse("duckdb")
        is_new = place.exists() and unchanged(self._ground.catalogue, warehouse.mark())
        if is_new or not refresh:
            yield place
        elif self._ground.read_only:
            with TemporaryDirectory(prefix="gesso-") as nowhere:
                passing = Path(nowhere) / place.name
                self.export(self.warehouse("duckdb", passing))
                yield passing
        else:
            self.export(warehouse)
            yield place

    def store(self, target: str) -> BlobStore:
        """The blob store that a target names: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or a folder.

        Raises:
            InputError: it names neither.
            SettingsError: an option of `[blobs.NAME]` is refused, or its extra is missing.
        """
        from gesso.core.catalogue.blobs.blob import BLOBS
        from gesso.core.catalogue.store.disk import Disk

        scheme, separator, _ = target.partition("://")
        if not separator:
            return BLOBS.open("local")(Path(target), Disk())
        if scheme not in _SCHEMES:
            raise InputError(
                f"'{target}' is no place for blobs.",
                "Name a folder, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX.",
            )
        parts = urlsplit(target)
        name = _SCHEMES[scheme]
        over = {"bucket": parts.netloc, "prefix": parts.path.strip("/")}
        options = self._ground.blob_options(name, **over)
        return BLOBS.open(name)(Path(), Disk(), options)
