"""Licences by one name each, and what each lets a collection keep."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

Permission = Literal["free", "restricted", "unknown"]

PUBLIC_DOMAIN = "CC-PDM-1.0"

_CC_ADDRESS = re.compile(
    r"creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)(?:/(\d\.\d))?", re.IGNORECASE
)
_STATEMENT = re.compile(r"rightsstatements\.org/(?:vocab|page)/([A-Za-z-]+)", re.IGNORECASE)
_SPDX_CC = re.compile(r"CC-BY(-NC)?(-SA|-ND)?-([1-4]\.[05])(?:-[A-Z]{2,3})?", re.IGNORECASE)
_NAMED_CC = re.compile(
    r"(?:cc|creative commons)\W*(by(?:\W*(?:nc|nd|sa)\b){0,2})\W*v?([1-4]\.[05])"
)
_ZERO = re.compile(r"\bcc\W?0\b|\bcc\W?zero\b|creative commons zero|^zero$")
_MARK = re.compile(r"^(?:pd|pdm)(?:[\s_-].*)?$|public[\s_-]?domain|no rights reserved|gemeinfrei")
# "Not in the public domain" names what it is not.
_DENIED = re.compile(
    r"\b(?:not|no longer|never|isn\W?t)\b[^.;]{0,40}(?:public[\s_-]?domain|\bcc\W?(?:0|zero)\b)"
)
_RESERVED = re.compile(
    r"all rights reserved|rights[\s-]managed|in copyright|©|\(c\)|non-?commercial use only"
    r"|personal use|editorial use|no reproduction"
)
_LONG = (
    (re.compile(r"attribution"), "by"),
    (re.compile(r"non\W?commercial"), "nc"),
    (re.compile(r"no\W?deriv(?:ative)?s?(?:\W?works)?"), "nd"),
    (re.compile(r"share\W?alike"), "sa"),
)
_OTHERS = {
    "lal-1.3": "LAL-1.3",
    "free art license 1.3": "LAL-1.3",
    "fal 1.3": "LAL-1.3",
    "gfdl-1.2": "GFDL-1.2-or-later",
    "gfdl-1.3": "GFDL-1.3-or-later",
    "gfdl-1.2-or-later": "GFDL-1.2-or-later",
    "gfdl-1.3-or-later": "GFDL-1.3-or-later",
    "ogl-uk-3.0": "OGL-UK-3.0",
}
_FREE = frozenset({"CC0-1.0", PUBLIC_DOMAIN, *_OTHERS.values()})
_LONGEST = 500


def licence_id(statement: str) -> str:
    """The one name of a licence, however it is written.

    Args:
        statement: an SPDX id, an address, a code ("cc-by-sa-4.0", "PD-old") or words ("CC BY
            4.0", "Attribution-ShareAlike 3.0 Unported", "Public Domain Mark").

    Returns:
        An SPDX id; "CC-PDM-1.0" for everything in the public domain; "InC" and the other codes of
        rightsstatements.org; "reserved" for words that reserve all rights; "" where it cannot be
        told. A Creative Commons licence without its version stays unknown: terms differ.
    """
    text = " ".join(statement[:_LONGEST].split()).lower()
    if not text:
        return ""
    if found := _CC_ADDRESS.search(text):
        return _of_address(found[1], found[2], found[3] or "")
    if found := _STATEMENT.search(text):
        return _of_statement(found[1])
    if text in _OTHERS:
        return _OTHERS[text]
    if text in {"reserved", PUBLIC_DOMAIN.lower()}:
        return "reserved" if text == "reserved" else PUBLIC_DOMAIN
    return _of_statement(text) or _of_words(text)


def permission(statement: str, allowed: Collection[str] = ()) -> Permission:
    """What a licence lets a collection keep: "free" is the whole picture.

    Args:
        statement: the licence as the source tells it.
        allowed: what the owner allows beside the free licences, in any spelling.
    """
    named = licence_id(statement)
    if not named:
        return "unknown"
    if named in _FREE or re.fullmatch(r"CC-BY(-SA)?-\d\.\d", named):
        return "free"
    return "free" if named in {licence_id(one) for one in allowed} else "restricted"


def _of_address(shelf: str, name: str, version: str) -> str:
    if shelf == "publicdomain":
        return {"zero": "CC0-1.0", "mark": PUBLIC_DOMAIN}.get(name, PUBLIC_DOMAIN)
    return _creative(name, version)


def _of_statement(code: str) -> str:
    """The codes as the vocabulary writes them; its InC family reserves, NoC families restrict."""
    known = (
        *("InC", "InC-OW-EU", "InC-EDU", "InC-NC", "InC-RUU"),
        *("NoC-CR", "NoC-NC", "NoC-OKLR", "NoC-US", "CNE", "UND", "NKC"),
    )
    return next((one for one in known if one.lower() == code.lower()), "")


def _of_words(text: str) -> str:
    if found := _SPDX_CC.fullmatch(text):
        return _creative("by" + (found[1] or "") + (found[2] or ""), found[3])
    if _DENIED.search(text):
        return ""
    if _ZERO.search(text):
        return "CC0-1.0"
    short = text
    for words, brief in _LONG:
        short = words.sub(brief, short)
    if not short.startswith(("cc", "creative")) and re.match(r"by\b", short):
        short = f"cc {short}"
    if found := _NAMED_CC.search(re.sub(r"[()/_,]", " ", short)):
        return _creative(re.sub(r"\W+", "-", found[1]), found[2])
    if _RESERVED.search(text):
        return "reserved"
    return PUBLIC_DOMAIN if _MARK.search(text) else ""


def _creative(name: str, version: str) -> str:
    """SPDX orders the parts BY, NC, ND or SA; there is no SA with ND."""
    parts = set(name.lower().split("-"))
    if "by" not in parts or {"nd", "sa"} <= parts or not version:
        return ""
    order = [part.upper() for part in ("by", "nc", "nd", "sa") if part in parts]
    return f"CC-{'-'.join(order)}-{version}"
