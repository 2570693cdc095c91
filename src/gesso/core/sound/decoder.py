"""The shelf of decoders: bytes to blocks of samples, sniffed and capped before any codec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import SoundError
from gesso.core.registry import Entry, Registry
from gesso.core.sound.records import Tags

Block = NDArray[np.float32]

RATE = 48_000
"""Samples a second of what is decoded: the rate that BS.1770 gives its filter for."""
READS = "gesso reads MP3, Ogg Vorbis, Opus, FLAC, WAV and M4A."


@dataclass(frozen=True)
class SoundLimits:
    """How much a sound may ask for.

    Attributes:
        max_bytes: of the file as it came.
        max_seconds: of what is decoded, whatever its header claims.
        max_channels: as in the file.
        min_rate, max_rate: samples a second, as in the file.
    """

    max_bytes: int = 512 << 20
    max_seconds: float = 7200.0
    max_channels: int = 8
    min_rate: int = 4_000
    max_rate: int = 192_000


@dataclass(frozen=True)
class Kind:
    """A format that is read.

    Attributes:
        container: as FFmpeg names its reader; nothing else may read the bytes, so that a playlist
            that names other files is never followed.
        media_type: by content.
    """

    container: str
    media_type: str


MP3 = Kind("mp3", "audio/mpeg")
OGG = Kind("ogg", "audio/ogg")
FLAC = Kind("flac", "audio/flac")
WAV = Kind("wav", "audio/wav")
M4A = Kind("mov", "audio/mp4")

_HEAD = 16
_MP3_SYNC, _MP3_LAYER = 0xE0, 0x06


@dataclass
class Opened:
    """A sound whose header has been read.

    Attributes:
        codec: what it is encoded with.
        rate, channels: as in the file.
        tags: what it says of itself.
        blocks: (channels, samples) float32 at `RATE`, one or two channels, -1 to 1 and now and
            then beyond; read once, as long as the sound is open.
        damaged: pieces that could not be decoded, so far.
    """

    codec: str
    rate: int
    channels: int
    tags: Tags
    blocks: Iterator[Block]
    damaged: int = 0


class Decoder(Protocol):
    """A decoder opens bytes whose kind is known.

    What every decoder owes: it reads no other file and no network, whatever the bytes ask for; it
    keeps no more in memory than the bytes and a block; its foreign errors come out as SoundError.
    """

    def __call__(
        self, data: bytes, kind: Kind, limits: SoundLimits, called: str
    ) -> AbstractContextManager[Opened]:
        """Open it.

        Raises:
            SoundError: it is damaged, holds no sound or asks for too much; also while blocks are
                read.
        """
        ...


DECODERS: Registry[Decoder] = Registry(
    "sound decoder",
    "decoders",
    {
        "pyav": Entry(
            "gesso.core.sound.pyav",
            "open_sound",
            extra="sound",
            summary="FFmpeg's codecs, in a wheel",
        ),
    },
)


def open_sound(
    data: bytes,
    limits: SoundLimits = SoundLimits(),
    name: str = "",
) -> AbstractContextManager[Opened]:
    """Open a sound's bytes, whoever sent them.

    Args:
        data: the whole file.
        limits: how much it may ask for.
        name: the file's name, for errors.

    Raises:
        SoundError: it is no sound that we accept, too large, damaged or empty.
        MissingExtra: nothing that decodes is installed.
    """
    called = f"'{name}'" if name else "The sound"
    kind = kind_of(data, limits, called)
    return DECODERS.open("pyav")(data, kind, limits, called)


def kind_of(data: bytes, limits: SoundLimits, called: str) -> Kind:
    """The kind of a file by its first bytes, whatever it is called.

    Raises:
        SoundError: it is empty, too large, or nothing that is read here.
    """
    if not data:
        raise SoundError(f"{called} is empty.", "Look at where it came from.")
    if len(data) > limits.max_bytes:
        raise SoundError(
            f"{called} has {len(data) / 1e6:,.0f} MB; {limits.max_bytes / 1e6:,.0f} are the most.",
            "Encode it smaller, as Opus or MP3.",
        )
    kind = _sniffed(data[:_HEAD])
    if kind is None:
        raise SoundError(f"{called} is no sound that gesso reads.", READS)
    return kind


def _sniffed(head: bytes) -> Kind | None:
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(b"fLaC"):
        return FLAC
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return WAV
    if head[4:8] == b"ftyp":
        return M4A
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return MP3
    return None


def _is_mp3_frame(head: bytes) -> bool:
    """Eleven bits set, then a layer; bare AAC has none and is not taken."""
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & _MP3_SYNC == _MP3_SYNC
    return is_frame and bool(head[1] & _MP3_LAYER)
