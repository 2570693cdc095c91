"""Pulling a pipeline from a hub: what of it is needed, and putting it on the shelf when whole."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gesso.core.errors import BadRequest
from gesso.core.outside.models.fetching import Offer, TellPull, fetch, now
from gesso.core.outside.models.hub import Hub, HubFile, Listing
from gesso.core.outside.models.shelf import Card, Kept, Shelf
from gesso.make.painters.diffusers.folder import INDEX, read_folder

# Of a component: its configuration and its words; never code, never a pickle.
_TEXTS = (".json", ".txt", ".model")
_WEIGHTS = re.compile(
    r"(?:diffusion_pytorch_model|model)"
    r"(?:\.(?P<variant>[a-z]\w*))?(?:-\d{5}-of-\d{5})?\.safetensors"
)
_INDEX = re.compile(r".+\.safetensors\.index(?:\.(?P<variant>[a-z]\w*))?\.json")
_PART = re.compile(r"[A-Za-z]\w*")
_PAPERS = re.compile(r"(?:LICEN[SC]E|NOTICE|README)[\w.-]*", re.IGNORECASE)
_HALF = "fp16"


def offer(hub: Hub, name: str, *, revision: str = "", variant: str = _HALF) -> Offer:
    """Look what would be pulled; nothing but a list and the pipeline's index is fetched.

    Args:
        hub: who has it.
        name: "owner/name".
        revision: a branch, a tag or a commit; "" for the newest.
        variant: of the weights, taken where a component has it: half the bytes for "fp16";
            "" for the plain ones.

    Raises:
        BadRequest: it is no pipeline, or a component has no safetensors.
        OutsideError: by its kind.
    """
    return offer_of(hub, hub.look(name, revision), variant=variant)


def offer_of(hub: Hub, listing: Listing, *, variant: str = _HALF) -> Offer:
    """What of a listed pipeline would be pulled; see `offer`."""
    index = listing.file(INDEX)
    if index is None:
        raise _unfit(listing, f"it has no {INDEX}, so it is no pipeline")
    with tempfile.TemporaryDirectory(prefix="gesso-") as folder:
        path = hub.fetch(listing, index, Path(folder), lambda _: None)
        parts = _parts(listing, path)
    files = [index, *(file for file in listing.files if _PAPERS.fullmatch(file.path))]
    for part, kind in parts.items():
        files += _of_part(listing, part, kind, variant)
    return Offer(listing, tuple(files))


def pull(hub: Hub, wanted: Offer, shelf: Shelf, tell: TellPull) -> Kept:
    """Fetch a pipeline and put it on the shelf.

    Args:
        hub: who has it.
        wanted: what is fetched.
        shelf: where it is put; a model of that name is replaced.
        tell: told how it goes.

    Raises:
        OutsideError: by its kind.
        StorageError: there is no room.
        SettingsError: what the hub has is not whole.
    """
    return fetch(hub, wanted, shelf, tell, lambda part: _card(wanted, part))


def _card(wanted: Offer, part: Path) -> Card:
    listing = wanted.listing
    read_folder(part, listing.name)
    return Card(
        listing.name,
        hub=listing.hub,
        revision=listing.revision,
        licence=listing.licence,
        size=wanted.size,
        files={file.path: file.sha256 for file in wanted.files if file.sha256},
        added_at=now(),
    )


def looks_like_pipeline(path: Path) -> bool:
    """Whether a folder is meant to be a pipeline or a part of one, whole or not."""
    return (path / INDEX).exists() or any(path.glob("*.safetensors"))


def register(folder: Path, shelf: Shelf, name: str = "", licence: str = "") -> Kept:
    """Put a card on the shelf for a pipeline that stays where it is.

    Raises:
        SettingsError: it is no pipeline, or not whole.
        InputError: the name is none.
        StorageError: the shelf cannot be written.
    """
    path = folder.expanduser().resolve()
    model = read_folder(path, name)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return shelf.put(Card(model.name, str(path), licence=licence, size=size, added_at=now()))


def _parts(listing: Listing, path: Path) -> dict[str, str]:
    """The components that a pipeline's index names, each with its class."""
    try:
        index: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        rows = list(index.items())
    except (ValueError, AttributeError) as error:
        raise _unfit(listing, f"its {INDEX} is unreadable") from error
    if not isinstance(index.get("_class_name"), str):
        raise _unfit(listing, "it brings code of its own")
    return {
        name: row[1]
        for name, row in rows
        if _PART.fullmatch(name)
        and isinstance(row, list)
        and len(row) == 2
        and isinstance(row[1], str)
    }


def _of_part(listing: Listing, part: str, kind: str, variant: str) -> Iterator[HubFile]:
    files = {
        file.path.removeprefix(f"{part}/"): file
        for file in listing.files
        if file.path.startswith(f"{part}/")
    }
    weights = {name: match for name in files if (match := _WEIGHTS.fullmatch(name))}
    variants = {match["variant"] or "" for match in weights.values()}
    taken = variant if variant in variants else "" if "" in variants else min(variants, default="")
    if not weights and any(name.endswith(".bin") for name in files):
        raise _unfit(listing, f"the weights of its {part} ({kind}) are a pickle")
    for name, file in files.items():
        index = _INDEX.fullmatch(name)
        if index is not None:
            if (index["variant"] or "") == taken:
                yield file
        elif name in weights:
            if (weights[name]["variant"] or "") == taken:
                yield file
        elif "/" not in name and name.endswith(_TEXTS):
            yield file


def _unfit(listing: Listing, why: str) -> BadRequest:
    return BadRequest(
        f"The model '{listing.name}' cannot be used: {why}.",
        "Take one that diffusers loads from safetensors.",
        provider=listing.hub,
    )
