"""Works and lists of them for viewers: IIIF Presentation API 3 manifests and collections.

Plain dictionaries, as https://iiif.io/api/presentation/3.0/ has them. What the viewer makes of a
word is its business: texts go as they are, without markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gesso.core.records.runs import Round
from gesso.core.records.works import Work
from gesso.show.abroad.addresses import web_address
from gesso.show.abroad.listing import Listing
from gesso.show.closeup.closeups import Closeup
from gesso.show.iiif.rights import rights_of

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
PAGE = 500
"""Works of one collection; of more, collections are nested."""
_THUMBNAIL = 400

Told = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """Where everything stands.

    Attributes:
        origin: `http://host:port`.
        images: of the Image API, without a slash at its end.
        presentation: of the Presentation API, without a slash at its end.
        name: of the studio.
        shared: the address of the page that a link shows; "" for a studio's own manifests. Then
            nothing is told that the link does not open.
    """

    origin: str
    images: str
    presentation: str
    name: str
    shared: str = ""

    def manifest(self, number: int) -> str:
        """The address of a work's manifest."""
        return f"{self.presentation}/{number}/manifest"

    def page(self, number: int) -> str:
        """The address of a work's page."""
        return self.shared or f"{self.origin}/works/{number}"


@dataclass(frozen=True)
class View:
    """A picture of a manifest: one canvas.

    Attributes:
        work: of which it is.
        label: under it.
        choices: addresses and names of other pictures of the same, the value plan for one.
    """

    work: Work
    label: str
    choices: Sequence[tuple[str, str, str]] = ()


def manifest(site: Site, shown: Closeup, others: Callable[[int], Work | None]) -> Told:
    """A work's manifest: its picture, then the pictures of its rounds.

    Args:
        site: where everything stands.
        shown: the work and what stands behind it.
        others: the work of a number, for the rounds; None for one that is gone.
    """
    work, address = shown.work, site.manifest(shown.work.id)
    views = [View(work, work.title, _choices(site, work))]
    if not site.shared:
        views += _rounds(work.id, shown.rounds, others)
    told: Told = {
        "@context": CONTEXT,
        "id": address,
        "type": "Manifest",
        "label": _plain(work.title or f"Work {work.id}"),
        "metadata": _metadata(shown),
        "provider": [_provider(site)],
        "homepage": [_link(site.page(work.id), "Text", "text/html", "Its page")],
        "items": [_canvas(site, address, number, view) for number, view in enumerate(views, 1)],
    }
    why = shown.recipe.prompt.reasoning if shown.recipe else ""
    summary = why or work.caption or work.text
    if summary:
        told["summary"] = _plain(summary)
    rights = rights_of(work.rights)
    if rights:
        told["rights"] = rights
    if work.rights.credit:
        told["requiredStatement"] = {"label": _en("Credit"), "value": _plain(work.rights.credit)}
    if work.thumbnails:
        told["thumbnail"] = [_thumbnail(site, work)]
    if not site.shared:
        told |= _beside(site, work)
    return told


def collection(site: Site, address: str, listing: Listing, works: Sequence[Work]) -> Told:
    """A list of works' manifests."""
    return _collection(site, address, listing.title) | {
        "items": [_manifest_of(site, work) for work in works]
    }


def collection_of_pages(site: Site, address: str, listing: Listing, count: int) -> Told:
    """A list of collections of `PAGE` works each, for lists that are longer than one."""
    pages = range(1, -(-count // PAGE) + 1)
    items = [
        {
            "id": page_address(address, page),
            "type": "Collection",
            "label": _en(f"Works {(page - 1) * PAGE + 1:,} to {min(page * PAGE, count):,}"),
        }
        for page in pages
    ]
    return _collection(site, address, f"{listing.title}: {count:,}") | {"items": items}


def page_address(address: str, page: int) -> str:
    """The address of one page of a collection."""
    path, mark, query = address.partition("?")
    return f"{path}/pages/{page}{mark}{query}"


def _collection(site: Site, address: str, title: str) -> Told:
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "Collection",
        "label": _plain(f"{title} · {site.name}"),
        "provider": [_provider(site)],
    }


def _manifest_of(site: Site, work: Work) -> Told:
    told: Told = {
        "id": site.manifest(work.id),
        "type": "Manifest",
        "label": _plain(work.title or f"Work {work.id}"),
    }
    return told | ({"thumbnail": [_thumbnail(site, work)]} if work.thumbnails else {})


def _rounds(
    number: int, rounds: Sequence[Round], others: Callable[[int], Work | None]
) -> list[View]:
    found = []
    for one in rounds:
        for take in one.takes:
            work = others(take.work) if take.work != number else None
            if work is not None and work.width:
                verdict = take.evaluation.verdict if take.evaluation else ""
                label = f"Round {one.number}, picture {take.slot + 1}"
                found.append(View(work, f"{label}. {verdict}".rstrip(". ")))
    return found


def _choices(site: Site, work: Work) -> list[tuple[str, str, str]]:
    if site.shared or not work.has_original:
        return []
    return [(f"{site.origin}/works/{work.id}/values.png", "image/png", "In five values")]


def _canvas(site: Site, address: str, number: int, view: View) -> Told:
    canvas = f"{address}/canvas/{number}"
    width, height = max(1, view.work.width), max(1, view.work.height)
    body: Told = _picture(site, view.work) | {"label": _en("The picture")}
    if view.choices:
        others = [
            {"id": href, "type": "Image", "format": kind, "label": _en(name),
             "width": width, "height": height}
            for href, kind, name in view.choices
        ]  # fmt: skip
        body = {"type": "Choice", "items": [body, *others]}
    return {
        "id": canvas,
        "type": "Canvas",
        "label": _plain(view.label),
        "width": width,
        "height": height,
        "items": [
            {
                "id": f"{canvas}/page",
                "type": "AnnotationPage",
                "items": [
                    {
                        "id": f"{canvas}/painting",
                        "type": "Annotation",
                        "motivation": "painting",
                        "target": canvas,
                        "body": body,
                    }
                ],
            }
        ],
    }


def _picture(site: Site, work: Work) -> Told:
    service = f"{site.images}/{work.id}"
    return {
        "id": f"{service}/full/max/0/default.jpg",
        "type": "Image",
        "format": "image/jpeg",
        "width": max(1, work.width),
        "height": max(1, work.height),
        "service": [{"id": service, "type": "ImageService3", "profile": "level2"}],
    }


def _thumbnail(site: Site, work: Work) -> Told:
    scale = min(1.0, _THUMBNAIL / max(work.width, work.height, 1))
    wide, high = max(1, round(work.width * scale)), max(1, round(work.height * scale))
    service = f"{site.images}/{work.id}"
    return _picture(site, work) | {
        "id": f"{service}/full/{wide},{high}/0/default.jpg",
        "width": wide,
        "height": high,
    }


def _metadata(shown: Closeup) -> list[Told]:
    work, recipe = shown.work, shown.recipe
    pairs = [
        ("Creator", work.creator),
        ("Date", work.date),
        ("Medium", work.medium),
        ("Place", work.place),
        ("Style", work.style),
        ("Kind", work.kind),
        ("Size in pixels", f"{work.width} × {work.height}" if work.width else ""),
        ("Source", work.provenance.source),
        ("Rights", work.rights.licence),
        ("Tags", ", ".join(shown.tags)),
    ]
    if recipe is not None:
        prompt = recipe.prompt
        pairs += [
            ("Painter", f"{recipe.painter.name}, seed {recipe.seed}"),
            ("Concept", prompt.concept),
            ("Subject", prompt.subject),
            ("Mood", prompt.mood),
            ("Light", prompt.light),
            ("Palette", prompt.palette),
        ]
    return [{"label": _en(name), "value": _plain(value)} for name, value in pairs if value]


def _beside(site: Site, work: Work) -> Told:
    """What can be read or taken away beside the pictures."""
    told: Told = {
        "seeAlso": [
            _link(f"{site.origin}/api/works/{work.id}", "Dataset", "application/json", "Its data")
        ]
    }
    if work.has_original:
        sidecar = f"{site.origin}/api/works/{work.id}/sidecar"
        told["seeAlso"].append(_link(sidecar, "Dataset", "application/rdf+xml", "XMP"))
        file = f"{site.origin}/api/works/{work.id}/file"
        told["rendering"] = [_link(file, "Image", work.media_type, "The file, without its words")]
    if web_address(work.page):
        told["homepage"] = [
            _link(site.page(work.id), "Text", "text/html", "Its page"),
            _link(work.page, "Text", "text/html", "At its source"),
        ]
    return told


def _provider(site: Site) -> Told:
    home = site.shared or f"{site.origin}/"
    return {
        "id": home,
        "type": "Agent",
        "label": _plain(site.name),
        "homepage": [_link(home, "Text", "text/html", site.name)],
    }


def _link(address: str, kind: str, media_type: str, label: str) -> Told:
    return {"id": address, "type": kind, "format": media_type, "label": _plain(label)}


def _en(words: str) -> Told:
    return {"en": [words]}


def _plain(words: str) -> Told:
    """Words of a language that nobody told us."""
    return {"none": [words]}
