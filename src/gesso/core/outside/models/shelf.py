"""The shelf: the owner's models on this machine, each with a card that says where it is from."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from gesso.core.errors import InputError, StorageError

CARD = "gesso-model.json"
PART = ".part"
PIPELINE, ENCODER = "pipeline", "encoder"
"""What a model can be: it paints, or it turns pictures and words into vectors."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")


@dataclass(frozen=True)
class Card:
    """Where a model is from.

    Attributes:
        name: "owner/name", or what the owner called a folder.
        folder: where it lies when it was only registered; "" for beside the card.
        hub: whence it was pulled, "" for nowhere.
        revision: the hub's commit.
        licence: as the hub names it, "" for not known.
        size: bytes.
        files: sha256 of each file that is known, by its path.
        added_at: ISO 8601, UTC.
        kind: PIPELINE or ENCODER.
        stamps: of each file when it was last held against its hash (see `stamp_of`).
    """

    name: str
    folder: str = ""
    hub: str = ""
    revision: str = ""
    licence: str = ""
    size: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    added_at: str = ""
    kind: str = PIPELINE
    stamps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A model on the shelf: its card, and the folder of its files."""

    card: Card
    path: Path

    @property
    def name(self) -> str:
        """As its card says."""
        return self.card.name


class Shelf:
    """A folder of models, each in a folder of its own with a card.

    Args:
        folder: need not exist.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def at(cls, folder: str) -> Self:
        """The shelf in a folder; "" for none, which holds nothing."""
        return cls(Path(folder).expanduser() if folder else None)

    def list(self, kind: str = "") -> list[Kept]:
        """The models of a kind, or all, by name; folders without a card are passed over."""
        if self._folder is None or not self._folder.is_dir():
            return []
        cards = (path for path in self._folder.glob(f"*/{CARD}") if path.parent.suffix != PART)
        found = (_read(path) for path in cards)
        fitting = (kept for kept in found if kept is not None and kind in ("", kept.card.kind))
        return sorted(fitting, key=lambda kept: kept.name)

    def find(self, name: str, kind: str = "") -> Kept | None:
        """The model of that name and kind, None where there is none."""
        return next((kept for kept in self.list(kind) if kept.name == name), None)

    def place(self, name: str) -> Path:
        """The folder that a model of that name has or would have.

        Raises:
            InputError: it is no name.
        """
        if self._folder is None or not _NAME.fullmatch(name) or ".." in name:
            raise InputError(
                f"'{name[:100]}' is no name of a model.",
                "Write it as owner/name, of letters, digits, '.', '_' and '-'.",
            )
        return self._folder / name.replace("/", "--")

    def put(self, card: Card, made: Path | None = None) -> Kept:
        """Put a model on the shelf; it stands there whole or not at all.

        Args:
            card: where it is from.
            made: a folder of its files beside its place, which is moved there; None for files
                that stay where the card says.

        Raises:
            InputError: its name is none.
            StorageError: the shelf cannot be written.
        """
        place = self.place(card.name)
        try:
            _write(card, made or place)
            if made is not None:
                if place.exists():
                    shutil.rmtree(place)
                made.rename(place)
        except OSError as error:
            raise StorageError(
                f"'{place}' cannot be written: {error.strerror}.",
                "Make room, or choose another folder: [models] folder.",
            ) from error
        return Kept(card, _where(card, place / CARD))


def stamp_of(path: Path) -> str:
    """A file's size and time of change: as long as they stay, it need not be read again.

    Raises:
        OSError: it is not there.
    """
    told = path.stat()
    return f"{told.st_size}:{told.st_mtime_ns}"


def _write(card: Card, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{CARD}{PART}"
    half.write_text(json.dumps(asdict(card), indent=1) + "\n", "utf-8")
    half.replace(folder / CARD)


def _read(path: Path) -> Kept | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        texts = [told["name"], *(told.get(name, "") for name in ("folder", "hub", "revision"))]
        card = Card(**told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    is_card = all(isinstance(text, str) for text in texts) and bool(card.name)
    return Kept(card, _where(card, path)) if is_card else None


def _where(card: Card, path: Path) -> Path:
    return Path(card.folder) if card.folder else path.parent
