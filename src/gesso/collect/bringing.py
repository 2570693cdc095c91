"""A picture that a person brings in by hand: developed already, it becomes a work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.arrivals import Arrival
from gesso.core.pixels.derived.develop import Developed
from gesso.core.records.works import Provenance, Rights, Work

_MOST_PROMPT = 20_000
_LONGEST = 250


@dataclass(frozen=True)
class Said:
    """What a person says of a picture that they bring.

    Attributes:
        name: what its file was called, "" for nobody knows.
        title: "" for the name without its suffix.
        creator: the artist, "" for unknown.
        licence, credit: whose it is, "" for unknown.
    """

    name: str = ""
    title: str = ""
    creator: str = ""
    licence: str = ""
    credit: str = ""


def bring(catalogue: Catalogue, developed: Developed, said: Said) -> Work:
    """Keep a picture that was brought in; one that is here already is not kept twice.

    Args:
        catalogue: where it is kept.
        developed: its file and all that follows from it.
        said: what a person says of it.

    Raises:
        StorageError: the disk would not keep it; the catalogue is as before.
    """
    found = developed.found
    name = PurePath(said.name.replace("\\", "/")).name[:_LONGEST]
    arrival = Arrival(
        developed,
        Provenance(
            "brought", name or "a picture", source_type=(found.source_type if found else "")[:80]
        ),
        title=said.title or PurePath(name).stem or "Untitled",
        creator=said.creator,
        rights=Rights(licence=said.licence, credit=said.credit),
        prompt=(found.text if found else "")[:_MOST_PROMPT],
        is_apart=False,
    )
    return catalogue.accession.keep(arrival)
