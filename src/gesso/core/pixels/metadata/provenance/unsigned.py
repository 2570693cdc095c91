"""The signer of a studio that seals nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gesso.core.pixels.metadata.provenance.signer import Seal, Statement


@dataclass(frozen=True)
class NoOptions:
    """There is nothing to choose."""


class NoSigner:
    """Leaves every file as it is.

    Args:
        options: none.
        desk: not used.
    """

    Options = NoOptions
    name = "none"
    root_path = None

    def __init__(self, options: NoOptions, desk: Any = None) -> None:
        del options, desk

    def root(self) -> bytes | None:
        """There is none."""
        return None

    def sign(self, data: bytes, _media_type: str, _statement: Statement) -> bytes:
        """The same bytes."""
        return data

    def read(self, _data: bytes, _media_type: str, _trusted: Sequence[bytes] = ()) -> Seal | None:
        """No seal: nobody here can read one."""
        return None
