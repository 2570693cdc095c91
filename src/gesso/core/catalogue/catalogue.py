"""The catalogue: everything that a studio keeps, opened from its folder."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import cv2
import numpy as np
import PIL

from gesso._version import __version__
from gesso.core.catalogue.blobs.blob import BLOBS, BlobStore
from gesso.core.catalogue.calls.audits import AuditBook
from gesso.core.catalogue.calls.ledger import CallLedger
from gesso.core.catalogue.calls.tokens import TokenShelf
from gesso.core.catalogue.runs.acquisitions import AcquisitionBook
from gesso.core.catalogue.runs.book import RunBook
from gesso.core.catalogue.runs.claims import Claims
from gesso.core.catalogue.runs.finds import FindShelf
from gesso.core.catalogue.store import folder as studio_folder
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.databases import open_database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations.schema import HEAD, revision_of, upgrade
from gesso.core.catalogue.store.versions import VersionBook
from gesso.core.catalogue.troubles import TroubleBook
from gesso.core.catalogue.works.accession import Accession, AccessionOptions
from gesso.core.catalogue.works.facets import FacetShelf
from gesso.core.catalogue.works.findings.captions import CaptionShelf
from gesso.core.catalogue.works.findings.classifiers import ClassifierShelf
from gesso.core.catalogue.works.findings.duplicates import DuplicateShelf
from gesso.core.catalogue.works.findings.labels import LabelShelf
from gesso.core.catalogue.works.findings.marks import MarkShelf
from gesso.core.catalogue.works.findings.pairings import PairingShelf
from gesso.core.catalogue.works.findings.scores import ScoreShelf
from gesso.core.catalogue.works.findings.stories import StoryShelf
from gesso.core.catalogue.works.findings.studies import StudyShelf
from gesso.core.catalogue.works.originals import original_key, picture_of, without_picture
from gesso.core.catalogue.works.records import Register
from gesso.core.catalogue.works.tracks import TrackShelf
from gesso.core.catalogue.works.works import WorkShelf
from gesso.core.errors import DamageError, StorageError
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Work

Found = TypeVar("Found")

_DAY_S = 86_400


def utc_now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class CatalogueOptions:
    """How a catalogue works.

    Attributes:
        accession: how pictures come in.
        blobs: the name of the blob store.
        blob_options: where that is, None for a store that needs none.
        url: of the database server, "" for a file in the studio.
        busy_timeout_s: how long a writer waits for another process.
    """

    accession: AccessionOptions = field(default=AccessionOptions())
    blobs: str = "local"
    blob_options: object | None = None
    url: str = field(default="", repr=False)
    busy_timeout_s: float = 5.0


_DEFAULT = CatalogueOptions()


class Catalogue:
    """What a studio keeps. Every method of every part may be called from many threads.

    Attributes:
        folder: the studio's folder.
        works: the works.
        facets: how many works there are of what.
        captions: what is said about works.
        labels: what works were found to be.
        classifiers: what was learnt from labels.
        scores: how works were scored.
        duplicates: which works show one picture.
        marks: by what a work is recognised in another scan.
        studies: what was read in works.
        stories: works in order as films, in all their versions.
        tracks: the sounds, and the door in for them.
        pairings: which picture and track belong together.
        runs: the runs, their items and rounds.
        acquisitions: the collect runs.
        finds: what sources offered, and how far each came.
        calls: the ledger of calls to the world outside.
        tokens: who may ask over the web.
        audits: what was changed over the web, and by whom.
        troubles: what went wrong.
        versions: what has worked here.
        blobs: the bytes of pictures.
        register: the door in for records without pictures.
        accession: the door in for pictures.
        claims: who works on what at this moment.
        database: what all but the bytes is written on.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        blobs: BlobStore,
        clock: Callable[[], datetime],
        options: CatalogueOptions,
    ) -> None:
        self.folder = folder
        self.database = database
        self.blobs = blobs
        self.works = WorkShelf(database)
        self.facets = FacetShelf(database)
        self.captions = CaptionShelf(database, clock)
        self.labels = LabelShelf(database, clock)
        self.classifiers = ClassifierShelf(database, clock)
        self.scores = ScoreShelf(database, clock)
        self.duplicates = DuplicateShelf(database, clock)
        self.marks = MarkShelf(database, clock)
        self.studies = StudyShelf(database, clock)
        self.stories = StoryShelf(database, clock)
        self.tracks = TrackShelf(database, blobs, clock)
        self.pairings = PairingShelf(database, clock)
        self.claims = Claims(folder / "locks", database)
        self.runs = RunBook(database, clock)
        self.acquisitions = AcquisitionBook(database, clock)
        self.finds = FindShelf(database, clock)
        self.calls = CallLedger(database, clock)
        self.tokens = TokenShelf(database, clock)
        self.audits = AuditBook(database, clock)
        self.troubles = TroubleBook(database, clock)
        self.versions = VersionBook(database, clock)
        self.register = Register(database, clock)
        self.accession = Accession(database, blobs, clock, options.accession)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        create: bool = True,
        read_only: bool = False,
        clock: Callable[[], datetime] = utc_now,
        options: CatalogueOptions = _DEFAULT,
        disk: Disk | None = None,
    ) -> Catalogue:
        """Open a studio's catalogue, made or brought up to date where it has to be.

        Args:
            folder: the studio's folder.
            create: make a studio where there is none.
            read_only: only look at it; nothing is made, swept or noted. One that an older gesso
                made is brought up to date first all the same.
            clock: tells the time, UTC.
            options: how it works.
            disk: what to write on, None for the real disk.

        Raises:
            NewerStudio: a newer gesso made it.
            StudioError: the folder is no studio and cannot become one; or StudioBusy,
                StorageError, DamageError by the cause.
        """
        disk = disk or Disk()
        folder = Path(folder).absolute()
        if read_only:
            looked = cls._look(folder, clock, options, disk)
            if looked is not None:
                return looked
            create = False
        studio_folder.prepare(folder, disk, create=create)
        if not options.url:
            studio_folder.refuse_server(folder)
            studio_folder.refuse_lost(folder)
        blobs = BLOBS.open(options.blobs)(folder / studio_folder.BLOBS, disk, options.blob_options)
        blobs.sweep(older_than_s=_DAY_S)
        try:
            database = _database(folder, disk, options)
        except StorageError as error:
            if not read_only:
                raise
            raise StorageError(
                f"{folder} was made by an older gesso and must be brought up to date before it "
                f"can be looked at. {error.message}",
                "Copy it to a disk that can be written.",
            ) from error
        try:
            upgrade(database)
            if database.is_server:
                studio_folder.note_server(folder, database.name, disk)
            catalogue = cls(folder, database, blobs, clock, options)
            catalogue.versions.record_all(_what_works_here())
        except BaseException:
            database.close()
            raise
        return catalogue

    @classmethod
    def _look(
        cls, folder: Path, clock: Callable[[], datetime], options: CatalogueOptions, disk: Disk
    ) -> Catalogue | None:
        """The catalogue as it lies there; None where it is not of this gesso."""
        if not (options.url or studio_folder.holds_studio(folder)):
            return None
        database = _database(folder, disk, options, read_only=True)
        try:
            with database.read() as connection:
                is_ours = revision_of(connection) == HEAD
            if is_ours:
                blobs = BLOBS.open(options.blobs)(
                    folder / studio_folder.BLOBS, disk, options.blob_options
                )
                return cls(folder, database, blobs, clock, options)
        except BaseException:
            database.close()
            raise
        database.close()
        return None

    def picture(self, work: Work) -> Picture:
        """The pixels of a work, from a file that is held against its hash.

        Of a work that may only be linked to it is the largest thumbnail: as much as is kept.

        Raises:
            UnknownItem: it is a record without a picture.
            DamageError: the file is missing or is not what was kept.
            StorageError: the disk would not read it.
        """
        return self._as_it_is_now(lambda now: picture_of(self.blobs, now), work)

    def data(self, work: Work) -> bytes:
        """The file of a work as it lies there.

        Raises:
            UnknownItem: its original is not kept here.
            DamageError: it is missing.
            StorageError: the disk would not read it.
        """
        return self._as_it_is_now(lambda now: self.blobs.get(original_key(now)), work)

    def thumbnail(self, work: Work, side_px: int = 512) -> bytes:
        """A work's thumbnail (JPEG or WebP): the smallest that is not smaller, else the largest.

        Raises:
            UnknownItem: it is a record without a picture.
            DamageError: it is missing.
            StorageError: the disk would not read it.
        """
        if not work.thumbnails:
            raise without_picture(work)
        fitting = [key for side, key in work.thumbnails if side >= side_px]
        return self.blobs.get(fitting[-1] if fitting else work.thumbnails[0][1])

    def path_of(self, work: Work) -> Path | None:
        """Where a person can open the file of a work, None where there is no such file."""
        return self.blobs.path(work.blob) if work.has_original else None

    def _as_it_is_now(self, look: Callable[[Work], Found], work: Work) -> Found:
        """Look at a work's file; a record from before a sealing names a file that is gone."""
        try:
            return look(work)
        except DamageError:
            now = self.works.get(work.id)
            if now.blob == work.blob:
                raise
            return look(now)

    def close(self) -> None:
        """Let go of everything; what was kept is kept without it as well."""
        self.calls.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _database(
    folder: Path, disk: Disk, options: CatalogueOptions, *, read_only: bool = False
) -> Database:
    if not options.url:
        studio_folder.refuse_server(folder)
    return open_database(
        folder / studio_folder.DATABASE,
        options.url,
        disk,
        options.busy_timeout_s,
        read_only=read_only,
    )


def _what_works_here() -> dict[str, str]:
    return {
        "gesso": __version__,
        "schema": HEAD,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "pillow": PIL.__version__,
    }
