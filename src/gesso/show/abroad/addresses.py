"""Addresses that others wrote: which of them a page may lead to."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)


def web_address(words: str) -> str:
    """An address on the web as it stands, "" for anything else."""
    return words if _ADDRESS.fullmatch(words) else ""
