"""The shelf of sources: what a source owes the acquisition, and who stands on the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gesso.core.records.finds import Find, UnknownLicence
from gesso.core.registry import Entry, Factory, Registry


@dataclass(frozen=True)
class Wish:
    """What is wanted of a source.

    Attributes:
        places: what the command line names after the source: folders, archives, addresses,
            search words, ids; each source says in its own words what it takes.
        limit: finds at most, None for all.
        since: only what the source calls changed since then, UTC; None for all.
        unknown_licence: of pictures whose licence is unknown; None for what the run's options
            say. It is the gate's to heed, not the source's.
    """

    places: tuple[str, ...] = ()
    limit: int | None = None
    since: datetime | None = None
    unknown_licence: UnknownLicence | None = None


@dataclass(frozen=True)
class Delivery:
    """The bytes of one find.

    Attributes:
        data: the whole file, to the byte as it came.
        name: the name a person would know it by, for errors.
        validator: an ETag or Last-Modified for the next conditional fetch, "" for none.
        find: the find with what the delivery taught about it (facts from the file's own metadata,
            a licence from its page), None where nothing changed.
    """

    data: bytes
    name: str
    validator: str = ""
    find: Find | None = None


class Source(Protocol):
    """A source offers finds, and brings the bytes of one when asked.

    What every source owes the acquisition: `finds` fetches no picture bytes and may be broken off
    and started again at any time, giving the same identifiers; `fetch` may be called from several
    threads at once, and returns a whole file or raises one of our errors; everything over the
    network goes through the polite fetcher it was built with. A bad find (a broken record, an
    unreadable sidecar) is passed over with a line in `complaints`, never an end of the list.

    What it will never be asked: to decode, to store, to retry, to decide on a licence.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether it goes over the network: then a contact must be set before it may start."""
        ...

    def finds(self, wish: Wish) -> Iterator[Find]:
        """Everything that is wanted, in a stable order, without a byte of a picture.

        What can be told of the places without asking anybody is told at once, before the first
        find is asked for: so a run that cannot be is never begun.

        Raises:
            InputError: a place that this source cannot use, named.
            OutsideError: the list itself cannot be had.
        """
        ...

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """The bytes of a find; None where they are still what `validator` stood for.

        Raises:
            Blocked: the host, its robots.txt or a challenge page says no.
            Gone: it is there no more.
            OutsideError: by its kind.
            InputError: a file that cannot be read (a path that leaves its folder, a damaged
                archive member).
        """
        ...

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far, one sentence each, at most a hundred."""
        ...


SOURCES: Registry[Factory[Source]] = Registry(
    "source",
    "sources",
    {
        "folder": Entry(
            "gesso.collect.sources.local.folder",
            "FolderSource",
            summary="folders, ZIP and tar archives on this machine",
        ),
        "urls": Entry(
            "gesso.collect.sources.local.urls",
            "UrlsSource",
            summary="a list of addresses: text, CSV, JSON lines or Parquet",
        ),
        "results": Entry(
            "gesso.collect.sources.local.results",
            "ResultsSource",
            summary="the output folder of a picture pipeline, this one's or another's",
        ),
        "records": Entry(
            "gesso.collect.sources.records",
            "RecordsSource",
            summary="a museum's register: CSV, JSON lines or Parquet, without pictures",
        ),
        "met": Entry(
            "gesso.collect.sources.met",
            "MetSource",
            summary="the Metropolitan Museum of Art: its open-access CSV or its search",
        ),
        "aic": Entry(
            "gesso.collect.sources.aic",
            "AicSource",
            summary="the Art Institute of Chicago: its data dump or its search",
        ),
        "wikimedia": Entry(
            "gesso.collect.sources.wikimedia",
            "WikimediaSource",
            summary="Wikimedia Commons: categories, files, searches",
        ),
        "iiif": Entry(
            "gesso.collect.sources.iiif.source",
            "IiifSource",
            summary="any IIIF manifest or collection",
        ),
        "reddit": Entry(
            "gesso.collect.sources.sites.reddit",
            "RedditSource",
            summary="Reddit, through your own gallery-dl; off until you switch it on",
        ),
        "deviantart": Entry(
            "gesso.collect.sources.sites.deviantart",
            "DeviantArtSource",
            summary="DeviantArt, through your own gallery-dl; off until you switch it on",
        ),
        "artstation": Entry(
            "gesso.collect.sources.sites.artstation",
            "ArtStationSource",
            summary="ArtStation, through your own gallery-dl; off until you switch it on",
        ),
    },
)
