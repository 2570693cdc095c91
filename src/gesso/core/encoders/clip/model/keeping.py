"""Putting a model on the shelf: pulled from a hub, or left where it lies; its files hashed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gesso.core.encoders.clip.model.folder import (
    CONFIG,
    GRAPH,
    PICTURES,
    WORDS,
    ModelFolder,
    digest_of,
    read_folder,
)
from gesso.core.errors import BadRequest
from gesso.core.outside.models.fetching import Offer, TellPull, fetch, now
from gesso.core.outside.models.hub import Hub, HubFile, Listing
from gesso.core.outside.models.shelf import ENCODER, Card, Kept, Shelf, stamp_of

# Graphs for chips that nobody here runs, and what could run code when it is read.
_OF_OTHERS = (".armnn", ".rknn")
_NOT_TAKEN = (".py", ".pkl", ".pt", ".pth", ".ckpt", ".bin", ".h5", ".safetensors", ".msgpack")
_PAPERS = re.compile(r"(?:LICEN[SC]E|NOTICE|README)[\w.-]*", re.IGNORECASE)


# Runs a model once, so that one that cannot be used is not kept.
TryOut = Callable[[ModelFolder], None]


@dataclass(frozen=True)
class Held:
    """One file of a model, held against its card.

    Attributes:
        path: relative, with forward slashes.
        state: "whole", "changed" or "missing".
    """

    path: str
    state: str


def has_encoder(listing: Listing) -> bool:
    """Whether what a hub lists is a model of pictures and words in this layout."""
    return listing.file(f"{PICTURES}/{GRAPH}") is not None


def offer(listing: Listing) -> Offer:
    """What of a hub's model would be pulled: all of both towers, whatever its files are called.

    Large models keep each weight in a file of its own beside the graph, under any name, so no list
    of names would be whole.

    Raises:
        BadRequest: it has no config.json, or no picture tower.
    """
    for needed in (CONFIG, f"{PICTURES}/{GRAPH}"):
        if listing.file(needed) is None:
            raise BadRequest(
                f"The model '{listing.name}' cannot be used: it has no {needed}.",
                "Take one in the layout of Immich: visual/model.onnx and textual/model.onnx.",
                provider=listing.hub,
            )
    return Offer(listing, tuple(file for file in listing.files if _is_needed(file)))


def pull(hub: Hub, wanted: Offer, shelf: Shelf, tell: TellPull, try_out: TryOut) -> Kept:
    """Fetch a model and put it on the shelf once it has been tried; see `fetch`.

    Raises:
        OutsideError: by its kind.
        StorageError: there is no room.
        SettingsError: what the hub has is not whole.
    """
    listing = wanted.listing

    def card(part: Path) -> Card:
        try_out(read_folder(part, listing.name))
        files = [part / file.path for file in wanted.files]
        return _card(
            listing.name,
            part,
            files,
            hub=listing.hub,
            revision=listing.revision,
            licence=listing.licence,
        )

    return fetch(hub, wanted, shelf, tell, card)


def register(
    folder: Path, shelf: Shelf, try_out: TryOut, *, name: str = "", licence: str = ""
) -> Kept:
    """Put a card on the shelf for a model that stays where it is; its files are hashed.

    Args:
        folder: the model.
        shelf: where the card is put; one of that name is replaced.
        try_out: runs it once.
        name: what it is called, "" for the folder's name.
        licence: as its owner names it, "" for not known.

    Raises:
        SettingsError: it is no such model, or not whole.
        InputError: the name is none.
        StorageError: the shelf cannot be written.
    """
    model = read_folder(folder.expanduser().resolve(), name)
    try_out(model)
    return shelf.put(_of_folder(model, folder=str(model.path), licence=licence))


def put_made(model: ModelFolder, shelf: Shelf, name: str, licence: str = "") -> Kept:
    """Put a model that was made beside its place on the shelf, and move its files there."""
    return shelf.put(_of_folder(replace(model, name=name), licence=licence), model.path)


def verify(kept: Kept) -> list[Held]:
    """Hold every file of a model against the hash on its card; all of them are read."""
    return [Held(name, _state(kept.path / name, kept.card.files[name])) for name in kept.card.files]


def _of_folder(model: ModelFolder, *, folder: str = "", licence: str = "") -> Card:
    files = [model.path / name for name in model.files]
    return _card(model.name, model.path, files, folder=folder, licence=licence)


def _card(
    name: str,
    path: Path,
    files: list[Path],
    *,
    folder: str = "",
    hub: str = "",
    revision: str = "",
    licence: str = "",
) -> Card:
    names = [file.relative_to(path).as_posix() for file in files]
    return Card(
        name,
        folder=folder,
        hub=hub,
        revision=revision,
        licence=licence,
        size=sum(file.stat().st_size for file in files),
        files={name: digest_of(file) for name, file in zip(names, files, strict=True)},
        added_at=now(),
        kind=ENCODER,
        stamps={name: stamp_of(file) for name, file in zip(names, files, strict=True)},
    )


def _state(path: Path, digest: str) -> str:
    try:
        return "whole" if digest_of(path) == digest else "changed"
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"unreadable: {error.strerror}"


def _is_needed(file: HubFile) -> bool:
    top, _, rest = file.path.partition("/")
    if top in (PICTURES, WORDS):
        parts = rest.split("/")
        is_hidden = any(part.startswith(".") for part in parts)
        return not is_hidden and not rest.endswith((*_OF_OTHERS, *_NOT_TAKEN))
    return file.path == CONFIG or _PAPERS.fullmatch(file.path) is not None
