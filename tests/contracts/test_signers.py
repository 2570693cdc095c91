"""What every signer owes (core/pixels/metadata/provenance/signer.py), held against each of them."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gesso.core.errors import GessoError, MissingExtra
from gesso.core.pixels.decode import decode
from gesso.core.pixels.encode import MediaType, encode
from gesso.core.pixels.metadata.provenance.signer import SIGNERS, Signer, Statement
from gesso.core.pixels.picture import Picture

KINDS: tuple[MediaType, ...] = ("image/png", "image/jpeg", "image/webp", "image/avif")
SAID = Statement("algorithmicMedia", "gesso 0.1.0", agent="procedural", title="Tide")


@pytest.fixture(params=SIGNERS.names())
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    try:
        factory = SIGNERS.open(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))  # its package is an extra that may be absent here
    names = getattr(factory.Options, "__dataclass_fields__", {})
    wishes = {"folder": tmp_path / "signing"} if "folder" in names else {}
    return factory(factory.Options(**wishes), None)


@pytest.fixture(params=KINDS)
def file(request: pytest.FixtureRequest) -> tuple[bytes, MediaType]:
    down, across = np.mgrid[:40, :60]
    rgb = np.stack([across * 4, down * 6, 255 - across], axis=-1).astype(np.uint8)
    return encode(Picture(rgb), request.param), request.param


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the world outside fails."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a signer asked the world outside")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_its_name_is_that_of_its_row(signer: Signer) -> None:
    assert signer.name in SIGNERS.names()


def test_no_pixel_changes_and_nobody_is_asked(
    signer: Signer, file: tuple[bytes, MediaType], deaf: None
) -> None:
    data, kind = file
    sealed = signer.sign(data, kind, SAID)

    assert np.array_equal(decode(sealed).picture.rgb, decode(data).picture.rgb)
    assert decode(sealed).media_type == kind


def test_what_it_sealed_it_reads_and_a_file_without_a_seal_has_none(
    signer: Signer, file: tuple[bytes, MediaType], deaf: None
) -> None:
    data, kind = file
    sealed = signer.sign(data, kind, SAID)
    root = signer.root()
    found = signer.read(sealed, kind, () if root is None else (root,))

    assert signer.read(data, kind) is None
    assert (found is None) == (sealed == data) == (root is None)
    if found is not None:
        told = found.state, found.title, found.source_type
        assert told == ("trusted", "Tide", "algorithmicMedia")


def test_a_stranger_sees_a_valid_seal_and_a_change_breaks_it(
    signer: Signer, file: tuple[bytes, MediaType]
) -> None:
    data, kind = file
    sealed = bytearray(signer.sign(data, kind, SAID))
    plain = signer.read(bytes(sealed), kind)
    if plain is None:
        assert sealed == data
        return

    assert plain.state == "valid"
    at = _in_the_picture(bytes(sealed), kind)
    sealed[at] ^= 0x10
    changed = signer.read(bytes(sealed), kind)
    assert changed is not None
    assert changed.state == "broken"


@pytest.mark.parametrize("data", [b"", b"no picture" * 50])
def test_what_is_no_picture_is_refused_or_left_as_it_is(signer: Signer, data: bytes) -> None:
    if signer.root_path is None:
        assert signer.sign(data, "image/png", SAID) == data
        return
    with pytest.raises(GessoError) as refused:
        signer.sign(data, "image/png", SAID)

    assert refused.value.advice


def _in_the_picture(data: bytes, kind: MediaType) -> int:
    """Where a byte of the pixels lies."""
    marks = {"image/png": b"IDAT", "image/jpeg": b"\xff\xda", "image/webp": b"VP8"}
    if kind in marks:
        return data.rindex(marks[kind]) + 24
    return data.rindex(b"mdat") + 40
