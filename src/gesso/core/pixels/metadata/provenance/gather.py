"""All that a file says about its making, gathered from wherever it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gesso.core.pixels.decode import Decoded
from gesso.core.pixels.metadata.containers import TooManyParts
from gesso.core.pixels.metadata.provenance.belief import Evidence, Kept
from gesso.core.pixels.metadata.provenance.signer import Seal, Signer
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.pixels.metadata.read import read_recipe
from gesso.core.pixels.metadata.readers.xmp import read_xmp
from gesso.core.pixels.metadata.texts import Texts, texts_in

# Formats that give back every pixel as it was painted.
_EXACT = frozenset({"image/png", "image/tiff", "image/gif"})


def gather(
    data: bytes,
    decoded: Decoded,
    *,
    signer: Signer | None = None,
    unread: str = "nobody here can read it.",
    trusted: Sequence[bytes] = (),
    kept: Kept | None = None,
) -> Evidence:
    """Gather what a file says: its recipe, XMP and IPTC, and its seal, checked.

    Args:
        data: the file.
        decoded: the same, decoded.
        signer: who reads seals, None where nobody can.
        unread: why nobody can, a sentence's end.
        trusted: root certificates (PEM) that the owner trusts.
        kept: how the studio knows these pixels.
    """
    return replace(
        gather_texts(data, decoded.media_type, signer, unread=unread, trusted=trusted),
        pixels=decoded.picture.pixels_sha256,
        is_exact=decoded.media_type in _EXACT,
        kept=kept,
    )


def gather_texts(
    data: bytes,
    media_type: str,
    signer: Signer | None = None,
    *,
    unread: str = "nobody here can read it.",
    trusted: Sequence[bytes] = (),
) -> Evidence:
    """Gather what a file says without looking at its pixels (arguments as for `gather`)."""
    texts = _texts(data)
    seal = signer.read(data, media_type, trusted) if signer else None
    return Evidence(
        found=read_recipe(data),
        xmp=read_xmp(texts.xmp),
        seal=seal,
        unread=_why_unread(texts, seal, signer, unread),
    )


def _texts(data: bytes) -> Texts:
    try:
        with hushed():
            return texts_in(data)
    except TooManyParts:
        return Texts()


def _why_unread(texts: Texts, seal: Seal | None, signer: Signer | None, unread: str) -> str:
    if not texts.c2pa or seal is not None:
        return ""
    return "it is not one that can be found from its beginning." if signer else unread
