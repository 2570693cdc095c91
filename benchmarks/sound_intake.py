"""What it costs to listen, and what hostile sounds do.

    python benchmarks/sound_intake.py [--minutes 3]

CPU seconds a minute of music in each format, decoding alone beside all of listening; the bar is
one. Then the hostile files of the sample data, and sample tracks broken at random: each has to end
in sound or in our own error.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from gesso.core.errors import SoundError
from gesso.core.sound.decoder import open_sound
from gesso.core.sound.ear import listen

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT / "../shared/data"))
RATE = 48_000
FORMS = (
    ("MP3", "mp3", "libmp3lame"),
    ("Opus", "ogg", "libopus"),
    ("FLAC", "flac", "flac"),
    ("WAV", "wav", "pcm_s16le"),
    ("M4A", "ipod", "aac"),
)
SOUNDS = {".mp3", ".ogg", ".opus", ".flac", ".wav", ".m4a"}


def main() -> None:
    """Print both."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--minutes", type=float, default=3.0)
    minutes = wishes.parse_args().minutes
    samples = music(60 * minutes)
    print(f"CPU s a minute, of {minutes:g} minutes in stereo at 48 kHz; bar 1.00")
    print(f"  {'':<6}{'decoding':>10}{'all':>8}{'a tenth of it':>16}")
    for name, form, codec in FORMS:
        data = encoded(samples, form, codec)
        alone, whole = (spent(work, data) / minutes for work in (decoded, listen))
        short = spent(listen, encoded(samples[:, : samples.shape[1] // 10], form, codec))
        print(f"  {name:<6}{alone:>10.3f}{whole:>8.3f}{10 * short / minutes:>16.3f}")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    if (DATA / "music").is_dir():
        hostile()


def hostile() -> None:
    """Count how broken sounds end."""
    files = [path for path in sorted((DATA / "bad/audio").iterdir()) if path.suffix in SOUNDS]
    told = [ended(path.read_bytes()) for path in files]
    print(f"\n{len(files)} hostile files: {told.count(True)} heard, {told.count(False)} refused")
    rng, told = random.Random(7), []
    for path in sorted((DATA / "music").iterdir()):
        whole = path.read_bytes()
        for _ in range(5):
            data = bytearray(whole[: rng.randrange(len(whole) // 4, len(whole))])
            for _ in range(rng.choice((1, 20, 400))):
                data[rng.randrange(len(data))] = rng.randrange(256)
            told.append(ended(bytes(data)))
    print(f"{len(told)} broken at random: {told.count(True)} heard, {told.count(False)} refused")


def ended(data: bytes) -> bool:
    """Whether it was heard; any error but ours ends the benchmark."""
    try:
        listen(data)
    except SoundError:
        return False
    return True


def decoded(data: bytes) -> None:
    """Decode and forget."""
    with open_sound(data) as opened:
        for _ in opened.blocks:
            pass


def spent(work: Callable[[bytes], object], data: bytes) -> float:
    """CPU seconds of this process, the better of two."""
    times = []
    for _ in range(2):
        began = time.process_time()
        work(data)
        times.append(time.process_time() - began)
    return min(times)


def music(seconds: float) -> np.ndarray:
    """(2, samples) chords with a beat and some noise."""
    at = np.arange(round(seconds * RATE)) / RATE
    since = at % 0.5
    made = 0.02 * np.random.default_rng(0).normal(size=(2, len(at)))
    for note in (57, 60, 64, 72):
        made += 0.1 * np.exp(-4 * since) * np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * at)
    return made.astype(np.float32)


def encoded(samples: np.ndarray, form: str, codec: str) -> bytes:
    """A whole file."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(codec, rate=RATE, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        context = stream.codec_context
        fit = av.AudioResampler(context.format.name, "stereo", RATE, context.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        for part in [*fit.resample(frame), *fit.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


if __name__ == "__main__":
    main()
