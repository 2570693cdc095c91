"""Sounds of a folder into the catalogue: one that cannot be read is told of and passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.errors import InputError
from gesso.core.outside.waiting.stop import Stop
from gesso.core.sound.decoder import READS, SoundLimits
from gesso.core.sound.records import Track

_ENDINGS = frozenset({".mp3", ".ogg", ".oga", ".opus", ".flac", ".wav", ".m4a", ".mp4"})


@dataclass(frozen=True)
class Added:
    """What became of one file.

    Attributes:
        path: the file.
        track: its record, None where it was passed over.
        is_new: it was not in the catalogue before.
        why: why it was passed over; "" otherwise.
    """

    path: Path
    track: Track | None = None
    is_new: bool = False
    why: str = ""


def sounds_in(place: Path) -> list[Path]:
    """The files of sound in a folder and below it, in order; a file itself is the only one.

    Raises:
        InputError: there is nothing of that name, or no sound in it.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise InputError(f"There is no '{place}'.", "Name a folder with music, or a file.")
    found = [path for path in place.rglob("*") if path.suffix.lower() in _ENDINGS]
    if not found:
        raise InputError(f"There is no sound in '{place}'.", READS)
    return sorted(path for path in found if path.is_file())


def add_all(
    catalogue: Catalogue,
    paths: list[Path],
    facts: TrackFacts,
    stop: Stop,
    limits: SoundLimits,
) -> Iterator[Added]:
    """Take files in, one after the other, until all are in or `stop` is set.

    Raises:
        MissingExtra: nothing that decodes is installed.
        StorageError: the disk would not keep one; those before it are kept.
    """
    for path in paths:
        if stop.is_set():
            return
        yield _added(catalogue, path, facts, limits)


def _added(catalogue: Catalogue, path: Path, facts: TrackFacts, limits: SoundLimits) -> Added:
    try:
        with path.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
        taken = catalogue.tracks.accept(data, source=path.name, facts=facts, limits=limits)
    except InputError as error:
        return Added(path, why=str(error))
    except OSError as error:
        return Added(path, why=f"It cannot be read: {(error.strerror or str(error)).lower()}.")
    return Added(path, taken.track, taken.is_new)
