"""Whether what is seen and what is heard stay together: flashes and clicks, decoded again.

    python benchmarks/story_sync.py [--seconds 60]

A real story of black and white pictures that change by cuts, under a track with a click at each
change, goes through the whole way: mixing, mastering, encoding, and is decoded again. Bars: a click
is at most 1 ms from its change in all three formats, and both streams are as long as the story to
within a frame.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import threading
import wave
from pathlib import Path

import av
import numpy as np

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Provenance, Rights
from gesso.show.story.film.formats import FORMAT_NAMES, FORMATS
from gesso.show.story.film.painter import Hands
from gesso.show.story.filming import FilmDesk
from gesso.show.story.records import TICKS, Cue, Frame, Scene, Soundtrack, Story, Transition

EVERY_S = 2
CLICK = 96


def main() -> None:
    """Print the offsets of every change, and the lengths."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--seconds", type=int, default=60)
    count = wishes.parse_args().seconds // EVERY_S
    with tempfile.TemporaryDirectory() as folder, Catalogue.open(Path(folder) / "s") as catalogue:
        story = planted(catalogue, count)
        hands = Hands(lambda number: catalogue.picture(catalogue.works.get(number)))
        desk = FilmDesk(catalogue, hands, threading.Event())
        print(f"{count - 1} changes, {story.seconds:g} s, 24 frames a second; bars 1 ms, 41.7 ms")
        print(f"  {'':<6}{'mean ms':>9}{'worst ms':>10}{'video s':>10}{'sound s':>10}{'file s':>9}")
        for form in FORMAT_NAMES:
            path = Path(folder) / f"film{FORMATS[form].suffix}"
            desk.render(story, path, form)
            report(form, path, count)


def planted(catalogue: Catalogue, count: int) -> Story:
    """A story of cuts with a click at each."""
    works = []
    for gray in (20, 235):
        data = encode(Picture.from_array(np.full((90, 160), gray, np.uint8)))
        work = catalogue.accession.accept_bytes(
            data, name=f"{gray}.png", provenance=Provenance("brought", f"{gray}"), rights=Rights()
        )
        works.append(work.id)
    sound = np.random.default_rng(0).normal(0, 0.002, count * EVERY_S * TICKS)
    for change in range(1, count):
        at = change * EVERY_S * TICKS
        sound[at : at + CLICK] += click()
    track = catalogue.tracks.accept(wav(sound), source="clicks.wav", facts=TrackFacts()).track
    hold = EVERY_S * TICKS
    scenes = tuple(
        Scene(works[i % 2], hold, hold, Transition("cut", 0), move="still") for i in range(count)
    )
    cue = Cue(track.id, 0, count * hold)
    return Story(
        "Clicks",
        scenes,
        soundtrack=Soundtrack("tracks", (track.id,), (cue,)),
        frame=Frame(480, 270, captions="none"),
        opening=0,
        closing=0,
    )


def report(name: str, path: Path, count: int) -> None:
    """Print how far clicks are from changes."""
    light, times, frame_s = seen(path)
    sound, start = heard(path)
    offsets = []
    for change in range(1, count):
        near = [i for i in range(1, len(light)) if abs(times[i] - change * EVERY_S) < 0.5]
        at = max(near, key=lambda i: abs(light[i] - light[i - 1]))
        first = round((change * EVERY_S - 0.3 - start) * TICKS)
        part = sound[first : first + round(0.6 * TICKS)]
        # Where the click's own shape fits best: codecs blur its edges both ways.
        place = first + int(np.abs(np.correlate(part, click(), "valid")).argmax())
        offsets.append(1000 * (start + place / TICKS - times[at]))
    with av.open(str(path)) as container:
        whole = (container.duration or 0) / 1e6
    video = times[-1] + frame_s - times[0]
    print(
        f"  {name:<6}{np.mean(offsets):>9.3f}{max(map(abs, offsets)):>10.3f}"
        f"{video:>10.4f}{len(sound) / TICKS:>10.4f}{whole:>9.3f}"
    )


def seen(path: Path) -> tuple[list[float], list[float], float]:
    """The brightness of the middle of every frame, when it is shown, and for how long."""
    with av.open(str(path)) as container:
        frames = [(float(f.to_ndarray(format="gray")[120:150].mean()), float(f.time or 0))
                  for f in container.decode(video=0)]  # fmt: skip
    return [light for light, _ in frames], [at for _, at in frames], 1 / 24


def heard(path: Path) -> tuple[np.ndarray, float]:
    """The samples, and when the first is heard."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    joined = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    return joined.mean(axis=0), float(frames[0].time or 0)


def click() -> np.ndarray:
    """Two milliseconds that rise in pitch, so that they fit at one place alone."""
    at = np.arange(CLICK)
    return np.asarray(0.6 * np.sin(at * (0.2 + 0.006 * at)))


def wav(mono: np.ndarray) -> bytes:
    """A WAV file."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(TICKS)
        file.writeframes((np.clip(mono, -1, 1) * 32767).astype("<i2").tobytes())
    return held.getvalue()


if __name__ == "__main__":
    main()
