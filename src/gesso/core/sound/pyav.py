"""The decoder of PyAV: FFmpeg's codecs for the six formats that are read, and no others."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from gesso.core.errors import SoundError
from gesso.core.sound.decoder import RATE, READS, Block, Kind, Opened, SoundLimits
from gesso.core.sound.records import tags_of

_CODECS = frozenset({"mp3", "mp3float", "vorbis", "opus", "libopus", "flac", "aac", "alac"})
_PCM = "pcm_"
_MOST_DAMAGED = 1000
"""A file of so many broken pieces is given up: each costs time, and no music is left."""


@contextmanager
def open_sound(data: bytes, kind: Kind, limits: SoundLimits, called: str) -> Iterator[Opened]:
    """Open bytes of a known kind; see `Decoder`."""
    try:
        container = av.open(
            io.BytesIO(data), mode="r", format=kind.container, metadata_errors="replace"
        )
    except (FFmpegError, OSError, ValueError, IndexError) as error:
        raise _damaged(called) from error
    with container:
        stream = _stream(container, limits, called)
        told = {**container.metadata, **stream.metadata}
        opened = Opened(
            codec=stream.codec_context.name,
            rate=stream.codec_context.sample_rate,
            channels=stream.codec_context.channels,
            tags=tags_of({str(key): str(value) for key, value in told.items()}),
            blocks=iter(()),
        )
        opened.blocks = _blocks(container, stream, opened, limits, called)
        yield opened


def _stream(container: InputContainer, limits: SoundLimits, called: str) -> AudioStream:
    if not container.streams.audio:
        raise SoundError(f"{called} holds no sound.", READS)
    stream = container.streams.audio[0]
    codec = stream.codec_context
    if not (codec.name in _CODECS or codec.name.startswith(_PCM)):
        raise SoundError(f"{called} is encoded with '{codec.name}'.", READS)
    if not 1 <= codec.channels <= limits.max_channels:
        raise SoundError(
            f"{called} has {codec.channels} channels; {limits.max_channels} are the most.",
            "Mix it down to two.",
        )
    if not limits.min_rate <= codec.sample_rate <= limits.max_rate:
        raise SoundError(
            f"{called} has {codec.sample_rate:,} samples a second; "
            f"{limits.min_rate:,} to {limits.max_rate:,} are read.",
            "Convert it to 48,000.",
        )
    return stream


def _blocks(
    container: InputContainer,
    stream: AudioStream,
    opened: Opened,
    limits: SoundLimits,
    called: str,
) -> Iterator[Block]:
    layout = "mono" if opened.channels == 1 else "stereo"
    resampler = AudioResampler(format="fltp", layout=layout, rate=RATE)
    most, seen = round(limits.max_seconds * RATE), 0
    for frame in _frames(container, stream, opened):
        with _forgiving(opened):
            for block in _resampled(resampler, frame):
                seen += block.shape[1]
                yield block
        if seen > most:
            raise SoundError(
                f"{called} is longer than {limits.max_seconds / 60:,.0f} minutes.",
                "Cut it into pieces.",
            )
    if not seen:
        raise _damaged(called)


def _resampled(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Block]:
    for part in resampler.resample(frame):
        block = part.to_ndarray()
        # A float file may hold anything; what is no number is silence, what is huge is full scale.
        yield np.clip(np.nan_to_num(block, copy=False, posinf=8.0, neginf=-8.0), -8.0, 8.0)


def _frames(
    container: InputContainer, stream: AudioStream, opened: Opened
) -> Iterator[AudioFrame | None]:
    """Every frame that can be decoded, then None to drain the resampler."""
    packets = container.demux(stream)
    while opened.damaged < _MOST_DAMAGED:
        try:
            packet = next(packets, None)
        except FFmpegError:
            # The container itself broke off: what came before stays.
            opened.damaged += 1
            break
        if packet is None:
            break
        with _forgiving(opened):
            yield from packet.decode()
    yield None


@contextmanager
def _forgiving(opened: Opened) -> Iterator[None]:
    """Pass over one broken piece, and count it."""
    try:
        yield
    except (FFmpegError, ValueError):
        opened.damaged += 1


def _damaged(called: str) -> SoundError:
    return SoundError(f"{called} is damaged or cut off: no sound could be read.", READS)
