"""What each source of art takes, as a form asks for it, and what it needs before it can start."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.collect.sources.source import SOURCES
from gesso.core.errors import GessoError
from gesso.studio import Studio


@dataclass(frozen=True)
class SourceTold:
    """A source as a person chooses it.

    Attributes:
        name: as the registry calls it.
        title: as a person calls it.
        summary: what it brings.
        takes: what its places are, in words.
        example: of one.
        is_local: it reads this machine's own files.
        ready: it can start as it is set.
        needs: what is missing, and what to do; "" where nothing is.
    """

    name: str
    title: str
    summary: str
    takes: str
    example: str
    is_local: bool
    ready: bool
    needs: str


@dataclass(frozen=True)
class _Form:
    title: str
    takes: str
    example: str
    is_local: bool = False


_FORMS = {
    "folder": _Form(
        "Folders", "Folders or archives on this machine", "/home/you/Pictures", is_local=True
    ),
    "urls": _Form("Addresses", "Addresses of pictures", "https://example.org/picture.jpg"),
    "results": _Form(
        "A pipeline's results", "Folders of a picture pipeline", "/home/you/results", is_local=True
    ),
    "records": _Form(
        "Registers", "Registers: CSV, JSON lines, Parquet", "/home/you/works.csv", is_local=True
    ),
    "met": _Form("The Met", "Words, object ids, or addresses of object pages", "sunflowers"),
    "aic": _Form(
        "Art Institute of Chicago",
        "Words, artwork ids, or addresses of artwork pages",
        "water lilies",
    ),
    "wikimedia": _Form(
        "Wikimedia Commons", "Categories, files, their addresses, or words", "Category:Claude Monet"
    ),
    "iiif": _Form(
        "IIIF", "Addresses of manifests or collections", "https://example.org/manifest.json"
    ),
    "reddit": _Form("Reddit", "Communities, users, or their addresses", "r/museum"),
    "deviantart": _Form("DeviantArt", "Artists, tags, or their addresses", "#landscape"),
    "artstation": _Form("ArtStation", "Artists, or their addresses", "an-artist"),
}


def sources(studio: Studio, *, is_private: bool) -> list[SourceTold]:
    """Every source, with what it needs.

    Args:
        studio: with whose settings they would be opened.
        is_private: only this machine can ask, so that its own files may be named.
    """
    return [_told(studio, name, is_private=is_private) for name in SOURCES.names()]


def is_local(source: str) -> bool:
    """Whether a source reads this machine's own files, as far as its name tells."""
    return _form(source).is_local


def called(source: str) -> str:
    """What a person calls a source."""
    return _form(source).title


def _told(studio: Studio, name: str, *, is_private: bool) -> SourceTold:
    form, needs = _form(name), ""
    if form.is_local and not is_private:
        needs = "Only where the studio is on this machine alone: it reads this machine's files."
    else:
        try:
            studio.collecting.source(name)
        except GessoError as error:
            needs = str(error)
    summary = SOURCES.entry(name).summary
    return SourceTold(
        name,
        form.title,
        summary,
        form.takes,
        form.example,
        form.is_local,
        ready=not needs,
        needs=needs,
    )


def _form(name: str) -> _Form:
    # Of somebody else's source nobody here knows what it reads: so it counts as local.
    return _FORMS.get(name, _Form(name, "What it takes", "", is_local=True))
