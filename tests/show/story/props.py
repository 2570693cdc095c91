"""What the tests of stories are made with: pictures, tunes, masses, a look into films."""

from __future__ import annotations

import io
import wave
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import update

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights
from gesso.show.story.composing.composer import StoryWish
from gesso.show.story.film.reveal import Masses
from gesso.show.story.records import Frame
from gesso.show.story.sound.choosing import SoundWish

SMALL = Frame(160, 90, 12)
QUICK = StoryWish(hold=1.0, into_s=0.5, frame=SMALL, has_title=False, has_credits=False)
SCORED = replace(QUICK, sound=SoundWish("score"))
SILENT = replace(QUICK, sound=SoundWish("none"))

RATE = 48_000


def added(
    catalogue: Catalogue,
    rgb: NDArray[np.int_],
    title: str = "",
    creator: str = "",
    year: int | None = None,
) -> int:
    """The number of a work with these pixels."""
    data = encode(Picture(rgb.astype(np.uint8)))
    work = catalogue.accession.accept_bytes(
        data,
        name=f"{title or 'x'}.png",
        title=title,
        creator=creator,
        provenance=Provenance("brought", "test", f"{title}{rgb.shape}"),
        rights=Rights("CC0-1.0"),
    )
    values = {"year_from": year, "year_to": year}
    with catalogue.database.write() as connection:
        connection.execute(update(works).where(works.c.id == work.id).values(values))
    return work.id


def masses(picture: Picture) -> Masses:
    """Two: what is darker than the middle, and the rest."""
    gray = np.asarray(picture.rgb).mean(axis=2)
    return Masses((gray > gray.mean()).astype(np.int32), 2)


def tune(seconds: int, bpm: int = 120, hz: float = 220.0) -> bytes:
    """A WAV of plucked notes of a major chord."""
    sound = np.zeros(seconds * RATE)
    beat = round(60 * RATE / bpm)
    for number in range(seconds * RATE // beat):
        count = min(beat, len(sound) - number * beat)
        ring = np.arange(count)
        tone = hz * (1, 5 / 4, 3 / 2, 2)[number % 4]
        note = np.sin(2 * np.pi * tone * ring / RATE) * np.exp(-ring / (0.3 * beat))
        sound[number * beat : number * beat + count] += 0.4 * note * np.minimum(1, ring / 100)
    return wav(sound)


def wav(mono: NDArray[np.float64]) -> bytes:
    """A WAV file of (samples,) at 48 kHz."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(mono, -1, 1) * 32767).astype("<i2").tobytes())
    return held.getvalue()


def frames_of(path: Path) -> tuple[list[NDArray[np.uint8]], list[float]]:
    """The gray frames of a film, and when each is shown."""
    with av.open(str(path)) as container:
        shown = list(container.decode(video=0))
    grays = [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in shown]
    return grays, [float(frame.time or 0) for frame in shown]


def sound_of(path: Path) -> tuple[NDArray[np.float32], float]:
    """(2, samples) of a film, and when the first is heard."""
    with av.open(str(path)) as container:
        parts = list(container.decode(audio=0))
    joined = np.concatenate([part.to_ndarray() for part in parts], axis=1)
    return np.asarray(joined, np.float32), float(parts[0].time or 0)
