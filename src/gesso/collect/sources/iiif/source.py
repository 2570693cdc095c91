"""Any IIIF manifest or collection, of Presentation 3 or 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from gesso.collect.sources.iiif.reading import Paper, Scan, Service, read
from gesso.collect.sources.local.complaints import Complaints
from gesso.collect.sources.remote import bring, licence, limited, plain, refuse_place
from gesso.collect.sources.source import Delivery, Wish
from gesso.core.errors import BadOutput, BadRequest, Gone, InputError, OutsideError, Transient
from gesso.core.outside.polite.fetcher import Fetcher
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

_TAKES = "the address of a IIIF manifest or collection"
# What museums call the same things in their free-form metadata.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "object title", "work title"),
    "creator": ("artist", "creator", "author", "maker", "painter", "artist/maker", "attribution"),
    "date": ("date", "date created", "creation date", "dated", "object date", "period"),
    "medium": ("medium", "material", "materials", "technique", "materials and techniques"),
    "kind": ("classification", "object type", "type", "genre", "work type"),
    "style": ("style", "movement"),
    "place": ("culture", "school", "place", "origin", "nationality", "place of origin"),
}


@dataclass(frozen=True)
class IiifOptions:
    """How IIIF servers are asked.

    Attributes:
        width: of the pictures at most, pixels.
        depth: how many collections inside each other are read.
        papers: manifests and collections read for one wish at most.
    """

    width: int = 2048
    depth: int = 8
    papers: int = 10_000

    def __post_init__(self) -> None:
        if not (64 <= self.width <= 20_000 and 0 <= self.depth <= 64 and self.papers >= 1):
            raise ValueError("width is 64 to 20000, depth 0 to 64, papers 1 or more")


class IiifSource:
    """IIIF. A manifest's claims are taken as its own; what its server says of a size counts more.

    Args:
        options: how servers are asked.
        fetcher: over which everything goes.
    """

    Options: ClassVar[type] = IiifOptions
    name = "iiif"
    is_remote = True

    def __init__(self, options: IiifOptions, fetcher: Fetcher) -> None:
        self._options = options
        self._fetcher = fetcher
        self._complaints = Complaints()

    def finds(self, wish: Wish) -> Iterator[Find]:
        """Every picture of the wanted manifests and collections, in their order.

        Raises:
            InputError: no place is named, or one that is no address.
            OutsideError: a place that was named cannot be had.
        """
        if not wish.places:
            raise refuse_place("IIIF", "", _TAKES)
        for place in wish.places:
            if not place.startswith(("http://", "https://")):
                raise refuse_place("IIIF", place, _TAKES)
        papers = (paper for place in wish.places for paper in self._papers(place))
        return limited((find for paper in papers for find in self._of(paper)), wish.limit)

    def fetch(self, find: Find, validator: str = "") -> Delivery | None:
        """The picture, at the wished width where its server makes sizes.

        A server that does not make the size that was computed from the manifest is asked what it
        can do; then for all that it has; then the picture itself is asked for.
        """
        ways = self._ways(find)
        for way in ways:
            try:
                return bring(self._fetcher, find, way, validator)
            except (BadRequest, Gone, BadOutput) as error:
                last: OutsideError = error
            except Transient as error:
                if error.status not in {500, 501}:  # what servers say of sizes that they lack
                    raise
                last = error
        raise last

    def complaints(self) -> tuple[str, ...]:
        """What was passed over so far."""
        return self._complaints.lines()

    # Lists ---------------------------------------------------------------------------------

    def _papers(self, place: str) -> Iterator[Paper]:
        """The manifests at a place, however deep; each address once, so circles end."""
        waiting, seen, count = [(place, 0)], {_bare(place)}, 0
        while waiting:
            if count >= self._options.papers:
                self._complaints.add(f"Only the first {count:,} manifests of {place} are read.")
                return
            address, depth = waiting.pop(0)
            paper = self._paper(address, is_named=count == 0)
            count += 1
            if paper is None:
                continue
            if paper.kind == "manifest":
                yield paper
                continue
            if depth >= self._options.depth and paper.parts:
                self._complaints.add(f"What lies in the collection {address} lies too deep.")
            inside = paper.parts if depth < self._options.depth else ()
            ahead = [(part, depth + 1) for part in inside] + [(at, depth) for at in paper.following]
            fresh = {_bare(part): (part, deep) for part, deep in reversed(ahead)}
            # Depth first, so that what belongs together comes together.
            waiting[:0] = [way for bare, way in reversed(fresh.items()) if bare not in seen]
            seen.update(fresh)

    def _paper(self, address: str, *, is_named: bool) -> Paper | None:
        try:
            return read(self._fetcher.json(address))
        except (OutsideError, InputError) as error:
            # A part of a collection that cannot be had ends no list; what a person named does.
            if is_named or not isinstance(error, BadOutput | BadRequest | Gone | InputError):
                raise
            self._complaints.add(f"{address} is passed over: {error.message}")
        except ValueError as error:
            if is_named:
                raise BadOutput(
                    f"{plain(address)} is nothing of IIIF: {error}.", f"Give {_TAKES}."
                ) from error
            self._complaints.add(f"{address} is passed over: {error}.")
        return None

    def _of(self, paper: Paper) -> Iterator[Find]:
        if not paper.scans:
            self._complaints.add(f"The manifest {paper.identifier} has no picture.")
        for number, scan in enumerate(paper.scans):
            name = scan.identifier or f"{paper.identifier}#{number}"
            if not name.partition("#")[0]:
                self._complaints.add(f"A picture of '{paper.label}' has no identifier.")
                continue
            yield self._find_of(paper, scan, name)

    def _find_of(self, paper: Paper, scan: Scan, name: str) -> Find:
        url = self._sized(scan.service, scan.width) if scan.service else scan.body
        statement = scan.rights or paper.rights
        facts = _facts(paper, scan)
        if scan.service:
            facts = replace(facts, extra={**facts.extra, **_kept(scan.service, scan.body)})
        return Find(
            source=self.name,
            identifier=name,
            url=url,
            page=paper.page or paper.identifier,
            facts=facts,
            rights=Rights(licence(statement), paper.credit, statement),
        )

    # Sizes ---------------------------------------------------------------------------------

    def _ways(self, find: Find) -> Iterator[str]:
        """The addresses at which a picture may be had, the best first."""
        tried = {find.url}
        yield find.url
        for way in self._other_ways(find.facts.extra):
            if way and way not in tried:
                tried.add(way)
                yield way

    def _other_ways(self, kept: Mapping[str, Any]) -> Iterator[str]:
        service = _service_in(kept)
        if service is not None:
            about = self._about(service)
            if about is not None:
                yield self._by_its_word(service, about)
            yield _whole(service)
        yield str(kept.get("iiif_body") or "")

    def _about(self, service: Service) -> Mapping[str, Any] | None:
        try:
            about = self._fetcher.json(f"{service.url}/info.json")
        except (BadOutput, BadRequest, Gone):
            return None
        return about if isinstance(about, dict) else None

    def _by_its_word(self, service: Service, about: Mapping[str, Any]) -> str:
        """The largest size up to the wished width that the server says it has."""
        width = _number(about.get("width"))
        most = min(filter(None, (self._options.width, width, _number(about.get("maxWidth")))))
        ready = [size for size in about.get("sizes") or [] if isinstance(size, dict)]
        fitting = [
            (_number(size.get("width")), _number(size.get("height")))
            for size in ready
            if 0 < _number(size.get("width")) <= most
        ]
        if service.level == 0 and fitting:
            best = max(fitting)
            height = best[1] if service.version == 3 else ""
            return f"{service.url}/full/{best[0]},{height}/0/{_quality(service)}.jpg"
        return f"{service.url}/full/{most},/0/{_quality(service)}.jpg"

    def _sized(self, service: Service, claimed: int) -> str:
        if service.level == 0:
            return _whole(service)
        if claimed and claimed <= self._options.width:
            return _whole(service)  # a claim that is too large by one pixel would be refused
        return f"{service.url}/full/{self._options.width},/0/{_quality(service)}.jpg"


def _whole(service: Service) -> str:
    size = "max" if service.version == 3 else "full"
    return f"{service.url}/full/{size}/0/{_quality(service)}.jpg"


def _quality(service: Service) -> str:
    return "native" if service.version == 1 else "default"


def _kept(service: Service, body: str) -> dict[str, str | int]:
    """What `fetch` needs to know again when the size that was computed is not to be had."""
    return {
        "iiif_service": service.url,
        "iiif_version": service.version,
        "iiif_level": service.level,
        "iiif_body": body,
    }


def _service_in(kept: Mapping[str, Any]) -> Service | None:
    url = kept.get("iiif_service")
    if not url:
        return None
    return Service(str(url), _number(kept.get("iiif_version")), _number(kept.get("iiif_level")))


def _facts(paper: Paper, scan: Scan) -> Facts:
    by_name = {label.strip(" :").lower(): value for label, value in paper.claims.items()}
    found = {
        name: next((by_name[label] for label in labels if label in by_name), "")
        for name, labels in _FIELDS.items()
    }
    title = found["title"] or paper.label
    if len(paper.scans) > 1 and scan.label:
        title = f"{title}, {scan.label}" if title else scan.label
    known = {label for labels in _FIELDS.values() for label in labels}
    rest = {label: value for label, value in by_name.items() if label not in known}
    return Facts(
        title=title,
        creator=found["creator"],
        date=found["date"],
        medium=found["medium"],
        kind=found["kind"],
        style=found["style"],
        place=found["place"],
        text=paper.summary,
        extra=dict(list(rest.items())[:30]),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _bare(address: str) -> str:
    return address.partition("#")[0]
