"""Which model the owner means, and what its vectors are known by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from gesso.core.encoders.clip.model.folder import ModelFolder, digest_of, read_folder
from gesso.core.errors import DamageError, SettingsError
from gesso.core.outside.models.shelf import ENCODER, Card, Kept, Shelf, stamp_of

VERSION = "1"
"""Of all that this code does to a picture or a text; another version is another space."""

_SHOWN = 12


@dataclass(frozen=True)
class Found:
    """A model, and what shaped its vectors.

    Attributes:
        folder: its files.
        space: 12 hex digits over every file that shapes a vector, and over this code's version.
    """

    folder: ModelFolder
    space: str


def find_model(wish: str, shelf: Shelf) -> Found:
    """Find the model that a wish means, and look it through; nothing is loaded.

    Args:
        wish: a folder, a name on the shelf, or "" for the only one there.
        shelf: the owner's models.

    Raises:
        SettingsError: there is no such model, or it is not whole.
        DamageError: its files are not those that were put on the shelf.
    """
    path, kept = locate(wish, shelf)
    folder = read_folder(path, kept.name if kept else "")
    digests = digests_of(folder) if kept is None else _held(folder, kept.card)
    return Found(folder, space_of(digests))


def locate(wish: str, shelf: Shelf) -> tuple[Path, Kept | None]:
    """Where a model lies, and its card where it stands on the shelf.

    Raises:
        SettingsError: there is no such model.
    """
    if not (wish and _is_path(wish)):
        kept = _kept(wish, shelf)
        return kept.path, kept
    path = Path(wish).expanduser().resolve()
    return path, next((one for one in shelf.list(ENCODER) if one.path.resolve() == path), None)


def digests_of(folder: ModelFolder) -> dict[str, str]:
    """Sha256 of each file that shapes a vector; reads all of them, about a second a gigabyte."""
    return {name: digest_of(folder.path / name) for name in folder.files}


def space_of(digests: Mapping[str, str]) -> str:
    """Twelve hex digits for all files that shape a vector, and for this code's version."""
    told = "".join(f"{name}\0{digests[name]}\n" for name in sorted(digests))
    return hashlib.sha256(f"clip/{VERSION}\n{told}".encode()).hexdigest()[:_SHOWN]


def _held(folder: ModelFolder, card: Card) -> dict[str, str]:
    """The digests that the card keeps; a file that was touched since is read again."""
    digests = {}
    for name in folder.files:
        path = folder.path / name
        known = card.files.get(name, "")
        is_as_it_was = bool(known) and card.stamps.get(name) == stamp_of(path)
        digests[name] = known if is_as_it_was else digest_of(path)
        if known and digests[name] != known:
            raise DamageError(
                f"The model '{card.name}' is not the one that was put on the shelf: {name} "
                "differs.",
                "Put it there again as it is now (gesso models add or pull); "
                "its vectors are of another space then.",
            )
    return digests


def _kept(wish: str, shelf: Shelf) -> Kept:
    encoders = shelf.list(ENCODER)
    if not wish and len(encoders) == 1:
        return encoders[0]
    names = [one.name for one in encoders]
    if not wish:
        raise SettingsError(
            f"There are {len(encoders)} encoders on this machine, and none was chosen."
            if encoders
            else "There is no encoder on this machine.",
            f"Name one by the option 'model' in [encoders.clip]: {', '.join(names)}."
            if encoders
            else "Put one there: gesso models add FOLDER, or gesso models pull OWNER/NAME.",
        )
    if wish in names:
        return encoders[names.index(wish)]
    near = get_close_matches(wish, names, n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    how = (
        f"Fetch it with: gesso models pull {wish}"
        if wish.count("/") == 1
        else "Give the model's folder, or a name that `gesso models list` shows."
    )
    raise SettingsError(f"There is no encoder '{wish}' on this machine.", f"{guess}{how}")


def _is_path(wish: str) -> bool:
    try:
        is_here = Path(wish).is_dir()
    except (OSError, ValueError):  # too long, or with signs that no folder has
        return False
    return is_here or wish.startswith((".", "/", "~", "\\")) or Path(wish).is_absolute()
