"""What a hub of models is, and which there are: asked only when the owner says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gesso.core.registry import Entry, Factory, Registry


@dataclass(frozen=True)
class HubFile:
    """One file of a model.

    Attributes:
        path: inside the model, with forward slashes.
        size: bytes.
        sha256: of the content, "" for a small file that the hub keeps in git.
        git_sha1: of git's blob.
    """

    path: str
    size: int
    sha256: str = ""
    git_sha1: str = ""


@dataclass(frozen=True)
class Listing:
    """What a hub has of one model.

    Attributes:
        hub: as the registry names it.
        name: "owner/name".
        revision: the commit that everything below is of.
        licence: as the hub names it, "" where it names none.
        is_gated: its owner asks for an agreement first.
        files: all of them.
    """

    hub: str
    name: str
    revision: str
    licence: str
    is_gated: bool
    files: tuple[HubFile, ...]

    def file(self, path: str) -> HubFile | None:
        """The file of that path, None where there is none."""
        return next((file for file in self.files if file.path == path), None)


class Hub(Protocol):
    """Where models can be had.

    What every hub owes: each request goes over its desk; a fetched file is what its listing says,
    to the last bit, or it is not there; a fetch that was broken off goes on where it stopped.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    def look(self, name: str, revision: str = "") -> Listing:
        """List a model's files; a few kilobytes.

        Args:
            name: "owner/name".
            revision: a branch, a tag or a commit; "" for the newest.

        Raises:
            OutsideError: by its kind.
        """
        ...

    def fetch(
        self, listing: Listing, file: HubFile, into: Path, tell: Callable[[int], None]
    ) -> Path:
        """Fetch one file into a folder, under its path.

        Args:
            listing: of the model.
            file: one of its files.
            into: the folder of the model.
            tell: told how many bytes of the file are here.

        Raises:
            BadOutput: what came is not what was listed.
            StorageError: there is no room.
            Interrupted: the owner stopped; what came so far is kept.
            OutsideError: by its kind.
        """
        ...


HUBS: Registry[Factory[Hub]] = Registry(
    "hub",
    "hubs",
    {
        "huggingface": Entry(
            "gesso.core.outside.models.huggingface",
            "HuggingFaceHub",
            extra="clip",
            summary="models that people share; a gated one needs HF_TOKEN",
        ),
    },
)
