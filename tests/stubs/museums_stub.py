"""Museums on the small web: replies in the shapes that their documentation gives, made up here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.stubs.stub import picture_bytes
from tests.stubs.web_stub import Page, Seen, WebStub


def answer_json(data: object, status: int = 200) -> Page:
    """JSON, as an API sends it."""
    return Page(status, json.dumps(data).encode(), {"Content-Type": "application/json"})


def picture(words: str, width: int = 60, height: int = 40) -> Page:
    """A picture with its validator."""
    data = picture_bytes(width, height, words, "JPEG")
    return Page(200, data, {"Content-Type": "image/jpeg", "ETag": f'"{words}"'})


def pictures(seen: Seen) -> Page:
    """A host of pictures: each path is one; who has it already gets nothing."""
    if seen.path == "/robots.txt":
        return Page(404)
    page = picture(seen.path)
    if seen.headers.get("if-none-match") == page.headers["ETag"]:
        return Page(304)
    return page


def met_object(number: int, **claims: Any) -> dict[str, Any]:
    """An object of the Met as its API tells it."""
    return {
        "objectID": number,
        "isHighlight": False,
        "accessionNumber": f"29.100.{number}",
        "isPublicDomain": True,
        "primaryImage": f"http://images.met.test/original/{number}.jpg",
        "primaryImageSmall": f"http://images.met.test/web/{number}.jpg",
        "additionalImages": [f"http://images.met.test/original/{number}b.jpg"],
        "constituents": None,
        "department": "European Paintings",
        "objectName": "Painting",
        "title": f"Picture <i>{number}</i>",
        "culture": "",
        "period": "",
        "artistDisplayName": "Vincent van Gogh",
        "artistNationality": "Dutch",
        "objectDate": "1889",
        "objectBeginDate": 1889,
        "objectEndDate": 1889,
        "medium": "Oil on canvas",
        "creditLine": "Purchase, 1993",
        "classification": "Paintings",
        "tags": [{"term": "Cypresses", "AAT_URL": "", "Wikidata_URL": ""}, {"term": "Fields"}],
        "objectURL": f"https://www.metmuseum.org/art/collection/search/{number}",
        "metadataDate": "2026-04-01T04:54:33.77Z",
        "GalleryNumber": "822",
        **claims,
    }


@dataclass
class Met:
    """The Met's API. Its search depends on the order of its parameters, as the real one's does."""

    objects: Mapping[int, dict[str, Any]]
    found: Sequence[int] = ()
    changed: Sequence[int] = ()
    queries: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Page:
        path, _, query = seen.path.partition("?")
        self.queries.append(query)
        if path.endswith("/search"):
            asked = parse_qsl(query)
            if not asked or asked[-1][0] != "q":
                return answer_json({"total": 0, "objectIDs": None})
            return answer_json({"total": len(self.found), "objectIDs": list(self.found) or None})
        if path.endswith("/objects"):
            return answer_json({"total": len(self.changed), "objectIDs": list(self.changed)})
        number = int(path.rpartition("/")[2])
        if number not in self.objects:
            return answer_json({"message": "ObjectID not found"}, 404)
        return answer_json(self.objects[number])


def aic_artwork(number: int, **claims: Any) -> dict[str, Any]:
    """An artwork of the Art Institute as its API tells it."""
    return {
        "id": number,
        "title": f"Artwork {number}",
        "main_reference_number": f"1933.{number}",
        "date_start": 1884,
        "date_end": 1886,
        "date_display": "1884–86",
        "artist_title": "Georges Seurat",
        "place_of_origin": "France",
        "medium_display": "Oil on canvas",
        "credit_line": "Helen Birch Bartlett Memorial Collection",
        "is_public_domain": True,
        "classification_title": "painting",
        "style_title": "Pointillism",
        "department_title": "Painting and Sculpture of Europe",
        "term_titles": ["parks", "leisure"],
        "image_id": f"2d484387-2509-5e8e-2c43-{number:012d}",
        "thumbnail": {"alt_text": "People in a park by the river.", "width": 8000},
        "updated_at": "2026-05-01T00:00:00-05:00",
        **claims,
    }


@dataclass
class Aic:
    """The Art Institute's API, paged as it is."""

    artworks: Sequence[dict[str, Any]]
    total: int | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return Page(404)
        path, _, query = seen.path.partition("?")
        wanted = {name: values[-1] for name, values in parse_qs(query).items()}
        if path.endswith("/search"):
            wanted = json.loads(wanted["params"])
        self.asked.append({"path": path, "agent": seen.headers.get("aic-user-agent"), **wanted})
        size, page = int(wanted.get("limit", 12)), int(wanted.get("page", 1))
        ids = {int(number) for number in str(wanted["ids"]).split(",")} if "ids" in wanted else None
        known = [one for one in self.artworks if ids is None or one.get("id") in ids]
        return answer_json(
            {
                "pagination": {"total": self.total or len(known), "limit": size},
                "data": known[(page - 1) * size : page * size],
                "info": {"license_text": "CC0"},
                "config": {"iiif_url": "http://pictures.aic.test/iiif/2"},
            }
        )


def commons_file(number: int, **info: Any) -> dict[str, Any]:
    """A page of Commons with its picture's claims (formatversion=2)."""
    name = f"File:Painting {number}.jpg"
    claims = {
        "ObjectName": f"Painting {number}",
        "Artist": '<a href="//commons.wikimedia.org/wiki/Creator:X" title="x">Claude Monet</a>',
        "ImageDescription": "<div class='description'>A <b>haystack</b> &amp; snow<br>1891</div>",
        "LicenseShortName": "CC BY-SA 4.0",
        "License": "cc-by-sa-4.0",
        "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0",
        "DateTimeOriginal": "between 1890 and 1891",
        "Categories": "Haystacks|Snow in art",
    }
    claims = {**claims, **info.pop("claims", {})}
    extmetadata = {name: {"value": value, "source": "x"} for name, value in claims.items()}
    return {
        "pageid": 1000 + number,
        "ns": 6,
        "title": name,
        "imagerepository": "local",
        "imageinfo": [
            {
                "timestamp": "2026-03-01T10:00:00Z",
                "user": "Uploader",
                "size": 5_000_000,
                "width": 6000,
                "height": 4000,
                "sha1": f"{number:040x}",
                "mime": "image/jpeg",
                "url": f"http://upload.commons.test/{number}.jpg",
                "thumburl": f"http://upload.commons.test/thumb/{number}.jpg/1920px-{number}.jpg",
                "descriptionurl": f"https://commons.wikimedia.org/wiki/{name.replace(' ', '_')}",
                "extmetadata": extmetadata,
                **info,
            }
        ],
    }


@dataclass
class Commons:
    """The Action API: batches, continuing, and lag where a test asks for it."""

    files: Mapping[str, Sequence[dict[str, Any]]]
    inside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    batch: int = 2
    lags: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Page:
        wanted = dict(parse_qsl(urlsplit(seen.path).query))
        self.asked.append(wanted)
        if self.lags:
            self.lags -= 1
            error = {"code": "maxlag", "info": "Waiting for a server: 6.2 s lagged", "lag": 6.2}
            return answer_json({"error": error})
        if wanted.get("list") == "categorymembers":
            members = [{"title": name} for name in self.inside.get(wanted["cmtitle"], ())]
            return answer_json({"batchcomplete": True, "query": {"categorymembers": members}})
        name = wanted.get("gcmtitle") or wanted.get("titles") or wanted.get("gsrsearch", "")
        known = self.files.get(name)
        if known is None:
            missing = {"title": name, "missing": True}
            pages = [missing] if wanted.get("titles") else []
            return answer_json({"batchcomplete": True, "query": {"pages": pages}})
        return answer_json(self._batch(known, int(wanted.get("gcmcontinue", "0"))))

    def _batch(self, known: Sequence[dict[str, Any]], start: int) -> dict[str, Any]:
        end = start + self.batch
        reply: dict[str, Any] = {"query": {"pages": list(known[start:end])}, "batchcomplete": True}
        if end < len(known):
            reply["continue"] = {"gcmcontinue": str(end), "continue": "gcmcontinue||"}
        return reply


@dataclass
class Images:
    """A IIIF image server: one picture of a true size; what it cannot do it refuses."""

    width: int = 1000
    height: int = 700
    level: int = 2
    version: int = 3
    largest: int | None = None

    def __call__(self, seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return Page(404)
        if seen.path.endswith("/info.json"):
            return answer_json(self.about())
        parts = seen.path.split("/")
        size = parts[-3]
        if size in {"max", "full"} and size == ("max" if self.version == 3 else "full"):
            return picture(seen.path, self.width // 10, self.height // 10)
        ready = f"{self.width // 2},{self.height // 2 if self.version == 3 else ''}"
        if self.level == 0:
            return picture(seen.path, 50, 35) if size == ready else Page(501)
        wanted = int(size.partition(",")[0] or 0)
        if not 0 < wanted <= (self.largest or self.width):
            return Page(400, b"size")
        return picture(seen.path, wanted // 10, wanted // 14)

    def about(self) -> dict[str, Any]:
        """Its info.json."""
        half = {"width": self.width // 2, "height": self.height // 2}
        limit = {"maxWidth": self.largest} if self.largest else {}
        return {"width": self.width, "height": self.height, "sizes": [half], **limit}


def manifest_3(base: str, number: int, service: Mapping[str, Any] | None, **more: Any) -> Any:
    """A manifest of Presentation 3 with two pictures."""

    def canvas(page: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": f"{base}/raw/{number}-{page}.jpg",
            "type": "Image",
            "format": "image/jpeg",
            "width": 4000,
            "height": 3000,
        }
        if service:
            body["service"] = [dict(service)]
        annotation = {"type": "Annotation", "motivation": "painting", "body": body}
        return {
            "id": f"{base}/canvas/{number}-{page}",
            "type": "Canvas",
            "label": {"en": [f"Folio {page}"]},
            "items": [{"type": "AnnotationPage", "items": [annotation]}],
        }

    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{base}/manifest/{number}",
        "type": "Manifest",
        "label": {"fr": ["Le livre"], "en": ["The book", "of hours"]},
        "summary": {"none": ["<p>A <b>prayer</b> book</p>"]},
        "metadata": [
            {"label": {"en": ["Artist"]}, "value": {"none": ["Jean Fouquet"]}},
            {"label": {"en": ["Date"]}, "value": {"en": ["c. 1455"]}},
            {"label": {"en": ["Shelfmark"]}, "value": {"en": ["MS 71"]}},
        ],
        "rights": "http://creativecommons.org/publicdomain/mark/1.0/",
        "requiredStatement": {
            "label": {"en": ["Attribution"]}, "value": {"en": ["Provided by <a>the library</a>"]},
        },
        "homepage": [{"id": f"https://library.test/{number}", "type": "Text"}],
        "items": [canvas(1), canvas(2)],
        **more,
    }  # fmt: skip


def manifest_2(base: str, number: int, service: Mapping[str, Any] | None) -> Any:
    """A manifest of Presentation 2 with one picture."""
    resource: dict[str, Any] = {"@id": f"{base}/raw/{number}.jpg", "@type": "dctypes:Image",
                                "width": 4000}  # fmt: skip
    if service:
        resource["service"] = dict(service)
    return {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": f"{base}/manifest/{number}",
        "@type": "sc:Manifest",
        "label": [{"@value": "Der Garten", "@language": "de"},
                  {"@value": "The garden", "@language": "en"}],
        "metadata": [{"label": "Creator", "value": ["<span>Bosch</span>"]}],
        "license": "http://rightsstatements.org/vocab/NoC-US/1.0/",
        "attribution": "The museum",
        "sequences": [{"canvases": [{"@id": f"{base}/canvas/{number}", "@type": "sc:Canvas",
                                     "label": "1r", "images": [{"resource": resource}]}]}],
    }  # fmt: skip


def papers(web: WebStub, host: str, known: Mapping[str, Any]) -> Callable[[Seen], Page]:
    """A host of manifests: path -> document, a function of the host's address where it needs it."""
    base = web.url(host, "").rstrip("/")

    def answer(seen: Seen) -> Page:
        found = known.get(seen.path)
        if found is None:
            return Page(404)
        if isinstance(found, bytes):
            return Page(200, found)
        return answer_json(found(base) if callable(found) else found)

    return answer
