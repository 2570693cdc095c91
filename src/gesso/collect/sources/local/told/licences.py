"""A licence as people write it -> its SPDX id or its statement's address."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)/(\d\.\d)",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"https?://rightsstatements\.org/(?:vocab|page)/([A-Za-z-]+)/1\.0", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?:cc|creative commons)[ -]*(by(?:[ -](?:nc|nd|sa)){0,2})[ -]*"
    r"(?:licen[cs]e[ -]*)?v?(\d\.\d)?",
    re.IGNORECASE,
)
_LONG = (
    ("attribution", "by"),
    ("noncommercial", "nc"),
    ("non commercial", "nc"),
    ("noderivatives", "nd"),
    ("noderivs", "nd"),
    ("no derivatives", "nd"),
    ("sharealike", "sa"),
    ("share alike", "sa"),
)
_ZERO = re.compile(r"\bcc[ -]?0\b|\bcc zero\b|creative commons zero", re.IGNORECASE)
_MARK = re.compile(
    r"^(?:public domain(?: mark)?(?: 1\.0)?|pdm?(?:[ -]1\.0)?|pd[ -].{1,40})$", re.IGNORECASE
)
_PUBLIC_DOMAIN = "https://creativecommons.org/publicdomain/mark/1.0/"


def licence_of(text: str) -> str:
    """Recognise the licences under which art is given away; "" for any other words.

    "All rights reserved", "personal use", a name: these are no licence that one may rely on, so
    they stay unknown. A version that is not told makes the licence unknown too, for its terms
    differ.
    """
    text = " ".join(text[:300].split())
    if found := _ADDRESS.search(text):
        return _by_address(found[1].lower(), found[2].lower(), found[3])
    if found := _STATEMENT.search(text):
        return f"http://rightsstatements.org/vocab/{found[1]}/1.0/"
    if _ZERO.search(text):
        return "CC0-1.0"
    if _MARK.match(text):
        return _PUBLIC_DOMAIN
    short = text.lower()
    for long, brief in _LONG:
        short = short.replace(long, brief)
    found = _NAMED.search(re.sub(r"[()/]", " ", short))
    if found and found[2]:
        return _spdx(found[1].replace(" ", "-"), found[2])
    return ""


def _by_address(shelf: str, name: str, version: str) -> str:
    if shelf == "licenses":
        return _spdx(name, version)
    return "CC0-1.0" if name == "zero" else _PUBLIC_DOMAIN if name == "mark" else ""


def _spdx(name: str, version: str) -> str:
    """SPDX orders the parts NC, ND, SA; there is no NC-SA-ND."""
    parts = name.lower().split("-")
    order = [part for part in ("by", "nc", "nd", "sa") if part in parts]
    if not order or order[0] != "by" or {"nd", "sa"} <= set(order):
        return ""
    return f"CC-{'-'.join(order).upper()}-{version}"
