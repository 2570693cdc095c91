"""Reading IIIF Presentation 3 and 2: one form for both, whatever a manifest leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from gesso.collect.sources.remote import plain

_LANGUAGES = ("en", "en-US", "en-GB", "none", "@none", "und")
_LEVEL = re.compile(r"level([012])")
_DEEPEST = 6


@dataclass(frozen=True)
class Service:
    """Where an image server makes sizes of a picture.

    Attributes:
        url: without a slash at its end.
        version: of the Image API, 1 to 3.
        level: what it can do, 0 to 2; 0 where it does not say.
    """

    url: str
    version: int
    level: int


@dataclass(frozen=True)
class Scan:
    """One picture of a manifest.

    Attributes:
        identifier: of its canvas, "" where it has none.
        label: of its canvas.
        body: the address of the picture itself, "" for none.
        width: pixels as the manifest claims, 0 for unknown.
        service: its image server, None for none.
        rights: the address of a rights statement of its own, "" for none.
    """

    identifier: str
    label: str
    body: str
    width: int
    service: Service | None
    rights: str = ""


@dataclass(frozen=True)
class Paper:
    """A manifest or a collection, read.

    Attributes:
        kind: what it is.
        identifier: as it calls itself.
        label, summary: plain text.
        claims: label -> value of its metadata.
        rights: the address of its rights statement, "" for none.
        credit: the statement that must be shown.
        page: where a person can look at it.
        scans: of a manifest.
        parts: the addresses of a collection's manifests and collections.
        following: the addresses of a paged collection's other pages.
    """

    kind: Literal["manifest", "collection"]
    identifier: str
    label: str = ""
    summary: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)
    rights: str = ""
    credit: str = ""
    page: str = ""
    scans: tuple[Scan, ...] = ()
    parts: tuple[str, ...] = ()
    following: tuple[str, ...] = ()


def read(data: object) -> Paper:
    """Read a manifest or a collection of either version.

    Raises:
        ValueError: it is neither.
    """
    if not isinstance(data, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - it is a wrong value of ours
    kind = str(data.get("type") or data.get("@type") or "").rpartition(":")[2].lower()
    if kind not in {"manifest", "collection"}:
        raise ValueError(f"it is no manifest and no collection but '{plain(kind)[:60]}'")
    is_manifest = kind == "manifest"
    return Paper(
        kind="manifest" if is_manifest else "collection",
        identifier=_address(data),
        label=text(data.get("label")),
        summary=text(data.get("summary") or data.get("description")),
        claims=_claims(data.get("metadata")),
        rights=_rights(data),
        credit=_credit(data),
        page=_page(data),
        scans=tuple(_scans(data)) if is_manifest else (),
        parts=() if is_manifest else tuple(_parts(data)),
        following=() if is_manifest else tuple(_following(data)),
    )


def text(value: object) -> str:
    """One line of plain text from a language map (3), a language value (2) or a string.

    English is preferred, then what has no language, then what comes first.
    """
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict):
        return plain(value)
    if "@value" in value:
        return plain(value["@value"])
    for language in (*_LANGUAGES, *value):
        said = value.get(language)
        joined = "; ".join(filter(None, map(plain, said if isinstance(said, list) else [said])))
        if joined:
            return joined
    return ""


def _of_list(values: list[Any]) -> str:
    """A list of strings, or of one value in several languages."""
    by_language: dict[str, list[Any]] = {}
    for one in values[:50]:
        language = str(one.get("@language", "none")) if isinstance(one, dict) else "none"
        by_language.setdefault(language, []).append(text(one))
    return text(by_language)


def _claims(metadata: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in metadata if isinstance(metadata, list) else []:
        if isinstance(pair, dict):
            label, value = text(pair.get("label")), text(pair.get("value"))
            if label and value:
                found.setdefault(label, value)
    return found


def _credit(data: Mapping[str, Any]) -> str:
    statement = data.get("requiredStatement")
    if isinstance(statement, dict):
        return text(statement.get("value"))
    return text(data.get("attribution"))


def _rights(data: Mapping[str, Any]) -> str:
    said = data.get("rights") or data.get("license") or ""
    said = said[0] if isinstance(said, list) and said else said
    said = said.get("@id", "") if isinstance(said, dict) else said
    return said if isinstance(said, str) and said.startswith("http") else ""


def _page(data: Mapping[str, Any]) -> str:
    for name in ("homepage", "related"):
        for one in _listed(data.get(name)):
            address = one if isinstance(one, str) else _address(one)
            if address.startswith("http"):
                return address
    return ""


def _parts(data: Mapping[str, Any]) -> Iterator[str]:
    for name in ("items", "members", "collections", "manifests"):
        for part in _listed(data.get(name)):
            kind = _kind(part)
            address = part if isinstance(part, str) else _address(part)
            if address and kind in {"", "manifest", "collection"}:
                yield address


def _following(data: Mapping[str, Any]) -> Iterator[str]:
    for name in ("first", "next"):  # a paged collection of version 2
        following = data.get(name)
        address = following if isinstance(following, str) else _address(following)
        if address:
            yield address


def _scans(data: Mapping[str, Any]) -> Iterator[Scan]:
    canvases = list(_listed(data.get("items")))
    for sequence in _listed(data.get("sequences"))[:1]:  # others are the same in another order
        canvases += _listed(_get(sequence, "canvases"))
    for canvas in canvases:
        if isinstance(canvas, dict):
            yield from _of_canvas(canvas)


def _of_canvas(canvas: Mapping[str, Any]) -> Iterator[Scan]:
    annotations = [
        annotation
        for page in _listed(canvas.get("items"))
        for annotation in _listed(_get(page, "items"))
        if _get(annotation, "motivation") in ("painting", ["painting"], None)
    ]
    bodies = [body for one in annotations for body in _bodies(_get(one, "body"))]
    bodies += [
        body for one in _listed(canvas.get("images")) for body in _bodies(_get(one, "resource"))
    ]
    for number, body in enumerate(bodies):
        service = _service(body)
        address = _address(body)
        if not address and service is None:
            continue
        name = _address(canvas)
        yield Scan(
            identifier=f"{name}#{number}" if name and number else name,
            label=text(canvas.get("label")),
            body=address,
            width=_whole(body.get("width")) or _whole(canvas.get("width")),
            service=service,
            rights=_rights(canvas) or _rights(body),
        )


def _bodies(body: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The pictures that an annotation paints; of a choice, the first."""
    if depth > _DEEPEST:
        return
    if isinstance(body, list):
        for one in body:
            yield from _bodies(one, depth + 1)
    elif isinstance(body, str):
        yield {"id": body}
    elif isinstance(body, dict):
        kind = _kind(body)
        if kind == "choice":
            first = _listed(body.get("default")) or _listed(body.get("items"))
            yield from _bodies(first[:1], depth + 1)
        elif kind == "specificresource":
            yield from _bodies(body.get("source") or body.get("full"), depth + 1)
        elif kind in {"", "image"}:
            yield body


def _service(body: Mapping[str, Any]) -> Service | None:
    for one in _listed(body.get("service")):
        address = _address(one).rstrip("/")
        if not address.startswith("http"):
            continue
        about = " ".join(map(str, (_get(one, "type"), _get(one, "@type"), _get(one, "@context"))))
        profile = _get(one, "profile")
        profile = profile[0] if isinstance(profile, list) and profile else profile
        level = _LEVEL.search(str(profile))
        is_image = "ImageService" in about or "/image/" in f"{about}{profile}" or level
        if is_image:
            return Service(address, _version(f"{about} {profile}"), int(level[1]) if level else 0)
    return None


def _version(about: str) -> int:
    if "ImageService3" in about or "/image/3" in about:
        return 3
    return 1 if "ImageService1" in about or "image-api/1" in about else 2


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _get(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _kind(value: object) -> str:
    said = str(_get(value, "type") or _get(value, "@type") or "")
    return said.rpartition(":")[2].lower()


def _address(value: object) -> str:
    said = _get(value, "id") or _get(value, "@id")
    return said if isinstance(said, str) and urlsplit(said[:4096]).scheme else ""


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 < value < 10**7 else 0
