"""What a film costs, whether it is the same twice, and how it sounds when it is decoded again.

    python benchmarks/story_render.py [--works 12] [--hold 5] [--all]

Pictures of the sample data, or painted ones where there are none, under two synthesised tracks that
have to be joined. Bars: 12 works of 5 seconds at 960x540 within 40 seconds on two cores and 25 CPU
milliseconds a frame, the encoder alone beside it; the same bytes twice; within 0.5 LU of the target
and -1 dBTP after decoding; clicks at joins no more than 3 times the usual. With --all also 1080p,
and four times as many works, for memory.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import resource
import tempfile
import threading
import time
import wave
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights
from gesso.core.sound.measured.loudness import LoudnessMeter
from gesso.show.story.composing.composer import Eyes, StoryWish
from gesso.show.story.film.encoder import Encoder
from gesso.show.story.film.formats import FORMAT_NAMES, FORMATS, FormatName
from gesso.show.story.film.painter import Hands
from gesso.show.story.film.reveal import Masses
from gesso.show.story.records import TICKS, Frame, Story
from gesso.show.story.room import StoryRoom
from gesso.show.story.sound.choosing import SoundWish
from gesso.study.easel import Easel, EaselOptions

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT / "../shared/data"))


def main() -> None:
    """Print the figures."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--works", type=int, default=12)
    wishes.add_argument("--hold", type=float, default=5.0)
    wishes.add_argument("--all", action="store_true")
    wished = wishes.parse_args()
    with tempfile.TemporaryDirectory() as folder, Catalogue.open(Path(folder) / "s") as catalogue:
        works = filled(catalogue, wished.works * (4 if wished.all else 1))
        room = opened(catalogue, Path(folder))
        tracks = tuple(
            catalogue.tracks.accept(tune(hz, bpm), source=f"{bpm}.wav").track.id
            for hz, bpm in ((220.0, 120), (330.0, 118))
        )
        wish = StoryWish(hold=wished.hold, sound=SoundWish("auto", tracks))
        story = room.new(works[: wished.works], wish)
        print(f"{wished.works} works, {story.seconds:.1f} s, {len(story.soundtrack.cues)} cues")
        head = f"  {'':<6}{'size':>10}{'frames':>8}{'wall s':>8}{'CPU s':>7}{'CPU ms/frame':>14}"
        print(f"{head}{'encoder alone':>15}{'RSS MB':>8}  again")
        for form in FORMAT_NAMES:
            costs(room, story, form, Path(folder))
        for form in FORMAT_NAMES:
            sounds(story, form, Path(folder) / f"1{FORMATS[form].suffix}")
        if wished.all:
            many = room.new(works, replace(wish, frame=Frame(960, 540)))
            costs(room, many, "mp4", Path(folder), again=False)
            large = replace(story, frame=replace(story.frame, width=1920, height=1080))
            costs(room, large, "mp4", Path(folder), again=False)


def opened(catalogue: Catalogue, folder: Path) -> StoryRoom:
    """A room of stories as the studio has it."""

    def masses(picture: Picture) -> Masses:
        blocks = Easel(picture, EaselOptions()).blocks()
        return Masses(blocks.labels, blocks.used)

    def picture(number: int) -> Picture:
        return catalogue.picture(catalogue.works.get(number))

    return StoryRoom(catalogue, Hands(picture, masses), Eyes(), threading.Event(), folder)


def costs(
    room: StoryRoom, story: Story, form: FormatName, folder: Path, *, again: bool = True
) -> None:
    """Render, and print what it took."""
    path = folder / f"1{FORMATS[form].suffix}"
    began, spent = time.monotonic(), time.process_time()
    done = room.render(story, path, form)
    wall, cpu = time.monotonic() - began, time.process_time() - spent
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alone = encoder_alone(path, story, form, folder)
    same = ""
    if again:
        other = room.render(story, folder / f"2{FORMATS[form].suffix}", form).film.path
        same = (
            "same bytes" if digest(path) == digest(other) else f"OTHER BYTES: {where(path, other)}"
        )
    frames, frame = done.film.frames, story.frame
    print(
        f"  {form:<6}{f'{frame.width}x{frame.height}':>10}{frames:>8}{wall:>8.1f}{cpu:>7.1f}"
        f"{1000 * cpu / frames:>14.1f}{1000 * alone / frames:>15.1f}{memory:>8.0f}  {same}"
    )


def encoder_alone(path: Path, story: Story, form: FormatName, folder: Path) -> float:
    """CPU seconds to encode the same frames, read back from the film."""

    def frames() -> list[float]:
        spent = []
        for encodes in (False, True):
            began = time.process_time()
            place = folder / f"alone{FORMATS[form].suffix}"
            with (
                av.open(str(path)) as container,
                Encoder(place, FORMATS[form], story.frame, has_sound=False) as encoder,
            ):
                for number, shown in enumerate(container.decode(video=0)):
                    rgb = np.asarray(shown.to_ndarray(format="rgb24"), np.uint8)
                    if encodes or number < 2:
                        encoder.picture(rgb)
            spent.append(time.process_time() - began)
        return spent

    read, both = frames()
    return both - read


def sounds(story: Story, form: FormatName, path: Path) -> None:
    """Print how loud a film is when it is decoded, and whether its joins click."""
    with av.open(str(path)) as container:
        sound = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    meter = LoudnessMeter()
    meter.feed(sound)
    bends = np.abs(np.diff(sound, 2, axis=1)).max(axis=0)
    worst = 0.0
    for cue in story.soundtrack.cues:
        for at in (cue.at, cue.at + cue.fade_in, cue.at + cue.ticks - cue.fade_out):
            if TICKS < at < len(bends) - TICKS:
                usual = np.percentile(bends[at - TICKS : at + TICKS], 99)
                worst = max(worst, float(bends[at - 240 : at + 240].max() / max(usual, 1e-9)))
    print(
        f"  {form:<6}{meter.loudness() or 0:>8.2f} LUFS (wished {story.soundtrack.loudness:g})"
        f"{meter.peak() or 0:>8.2f} dBTP   clicks at joins {worst:.2f}"
    )


def filled(catalogue: Catalogue, count: int) -> list[int]:
    """The numbers of works of the sample data, or of painted pictures."""
    found = sorted((DATA / "images").glob("*.jpg"))[:: max(1, 400 // count)][:count]
    numbers = []
    for number in range(count):
        data = found[number].read_bytes() if number < len(found) else painted(number)
        work = catalogue.accession.accept_bytes(
            data,
            name=f"{number}",
            provenance=Provenance("brought", f"{number}"),
            rights=Rights("CC0-1.0"),
        )
        numbers.append(work.id)
    return list(dict.fromkeys(numbers))


def painted(seed: int) -> bytes:
    """A soft picture of a few colours."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (7, 10, 3), dtype=np.uint8)
    return encode(
        Picture.adopt(
            np.ascontiguousarray(cv2.resize(small, (1200, 840), interpolation=cv2.INTER_CUBIC))
        )
    )


def tune(hz: float, bpm: int, seconds: int = 45) -> bytes:
    """A WAV of soft plucked notes in one key."""
    at = np.arange(seconds * TICKS)
    sound = np.zeros(len(at))
    beat = round(60 * TICKS / bpm)
    for number in range(seconds * bpm // 60 - 2):
        tone = hz * (1, 5 / 4, 3 / 2, 2)[number % 4]
        ring = np.arange(min(2 * beat, len(at) - number * beat))
        note = np.sin(2 * np.pi * tone * ring / TICKS) * np.exp(-ring / (0.4 * beat))
        note *= np.minimum(1, ring / 240)
        sound[number * beat : number * beat + len(ring)] += 0.3 * note
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(TICKS)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return held.getvalue()


def where(one: Path, other: Path) -> str:
    """The first packet in which two films differ."""
    packets = []
    for path in (one, other):
        with av.open(str(path)) as container:
            packets.append([(p.stream.type, p.pts, bytes(p)) for p in container.demux() if p.size])
    unlike = [(a[:2], b[:2]) for a, b in zip(*packets, strict=False) if a != b]
    return f"{len(unlike)} packets, first {unlike[0]}" if unlike else "none of the packets"


def digest(path: Path) -> str:
    """Of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
