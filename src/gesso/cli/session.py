"""What one call of the command line knows of itself; kept free of imports that cost time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


class Session:
    """One call of the command line.

    Attributes:
        folder: the studio's folder as wished for; after opening, as found.
        as_json: one JSON document on stdout instead of words.
        hide: takes the owner's secrets out of a text; knows them once a studio is open.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.as_json = False
        self.hide: Callable[[str], str] = str


pass_session = click.make_pass_decorator(Session)
