"""Finding a model on this machine by what the owner calls it; nobody else is asked."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import HFValidationError

from gesso.core.errors import SettingsError
from gesso.core.outside.models.models import ModelBook
from gesso.core.outside.models.shelf import PIPELINE, Shelf
from gesso.make.painters.diffusers.folder import INDEX, ModelFolder, read_folder

PROVIDER = "diffusers"


def find_model(
    wish: str, shelf: Shelf, book: ModelBook, *, allow_pickle: bool = False
) -> ModelFolder:
    """Find the model that a wish means.

    A folder is taken as it is; a name is looked for on the shelf, then among what other
    programs of the owner's keep in the hub's usual cache.

    Args:
        wish: a folder, a name, or "" for the usual one.
        shelf: the owner's models.
        book: knows the usual one, and those that have ended.
        allow_pickle: see `read_folder`.

    Raises:
        SettingsError: it is not on this machine, or it is not whole.
    """
    if wish and _is_path(wish):
        return read_folder(Path(wish).expanduser(), allow_pickle=allow_pickle)
    name = wish or _usual(shelf, book)
    book.find(PROVIDER, "image", name)
    kept = shelf.find(name, PIPELINE)
    if kept is not None:
        return read_folder(
            kept.path, kept.name, revision=kept.card.revision, allow_pickle=allow_pickle
        )
    cached = _in_cache(name)
    if cached is not None:
        return read_folder(cached, name, revision=cached.name, allow_pickle=allow_pickle)
    raise _missing(name, shelf)


def _is_path(wish: str) -> bool:
    try:
        is_here = Path(wish).is_dir()
    except (OSError, ValueError):  # too long, or with signs that no folder has
        return False
    return is_here or wish.startswith((".", "/", "~", "\\")) or Path(wish).is_absolute()


def _usual(shelf: Shelf, book: ModelBook) -> str:
    kept = shelf.list(PIPELINE)
    if len(kept) == 1:
        return kept[0].name
    usual = book.find(PROVIDER, "image").id
    if kept and shelf.find(usual, PIPELINE) is None:
        raise SettingsError(
            f"There are {len(kept)} models on this machine, and none of them is the usual one.",
            "Name one by the option 'model' in [painters.diffusers]: "
            f"{', '.join(one.name for one in kept)}.",
        )
    return usual


def _in_cache(name: str) -> Path | None:
    try:
        found = huggingface_hub.try_to_load_from_cache(name, INDEX)
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


def _missing(name: str, shelf: Shelf) -> SettingsError:
    names = [one.name for one in shelf.list(PIPELINE)]
    near = get_close_matches(name, names, n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    how = (
        f"Fetch it with: gesso models pull {name}"
        if name.count("/") == 1
        else "Give the model's folder, or a name that `gesso models list` shows."
    )
    return SettingsError(f"There is no model '{name}' on this machine.", f"{guess}{how}")
