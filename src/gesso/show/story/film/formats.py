"""The formats that a film is written in, with everything their encoders are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gesso.core.registry import Entry, Registry

ENCODERS: Registry[Any] = Registry(
    "film encoder",
    "film_encoders",
    {
        "pyav": Entry(
            "gesso.show.story.film.encoder",
            "Encoder",
            extra="sound",
            summary="FFmpeg's encoders, in a wheel",
        ),
    },
)

FormatName = Literal["mp4", "webm", "av1"]
Pace = Literal["film", "preview"]

FORMAT_NAMES: tuple[FormatName, ...] = ("mp4", "webm", "av1")


@dataclass(frozen=True)
class Format:
    """How a film is encoded.

    The same frames give the same bytes on every machine: one thread each, and no choice by the
    processor. With two, x264 writes now and then another byte under load.

    Attributes:
        name: what it is called.
        container: as FFmpeg names its writer.
        suffix: of the file.
        media_type: of the file.
        video: the video encoder.
        options: what it is told.
        audio: the sound encoder.
        bit_rate: of the sound, bits a second.
        ceiling: the highest true peak that is encoded, dBTP; codecs go a little above.
        muxing: what the container's writer is told.
    """

    name: FormatName
    container: str
    suffix: str
    media_type: str
    video: str
    options: Mapping[str, str]
    audio: str
    bit_rate: int
    ceiling: float
    muxing: Mapping[str, str] = field(default_factory=dict)


_MP4 = {"movflags": "+faststart", "fflags": "+bitexact"}
_WEBM = {"fflags": "+bitexact"}

FORMATS: Mapping[FormatName, Format] = {
    "mp4": Format(
        "mp4", "mp4", ".mp4", "video/mp4",
        "libx264",
        {"preset": "veryfast", "crf": "19", "threads": "1", "g": "96",
         "x264-params": "cpu-independent=1"},
        "aac", 256_000, -2.0, _MP4,
    ),
    "webm": Format(
        "webm", "webm", ".webm", "video/webm",
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "6", "crf": "28", "b": "0", "threads": "1",
         "row-mt": "0", "g": "96", "lag-in-frames": "0"},
        "libopus", 160_000, -2.0, _WEBM,
    ),
    "av1": Format(
        "av1", "mp4", ".av1.mp4", "video/mp4",
        "libsvtav1", {"preset": "10", "crf": "32", "svtav1-params": "lp=1", "g": "96"},
        "libopus", 160_000, -2.0, _MP4,
    ),
}  # fmt: skip

_QUICK: Mapping[str, Mapping[str, str]] = {
    "libx264": {"preset": "ultrafast", "crf": "26"},
    "libvpx-vp9": {"cpu-used": "8", "crf": "36"},
    "libsvtav1": {"preset": "12", "crf": "42"},
}


def options_of(form: Format, pace: Pace) -> dict[str, str]:
    """What the video encoder is told, for the film itself or for a quick look at it."""
    return {**form.options, **(_QUICK[form.video] if pace == "preview" else {})}
