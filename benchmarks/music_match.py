"""Do matches keep the moods together?

    python benchmarks/music_match.py [--each 6] [--seeds 6]

First synthesised music (major or minor, fast or slow, bright or dull) and painted palettes (light
or dark, loud or quiet in colour): how often the first match lies in the right one of four
quadrants.
Then the sample music, whose moods were given by titles and games, not by listening: its quadrant
against chance, against the commonest quadrant, and against the same moods shuffled. Where a mood
word stands on the two axes is said below; it follows Russell's circumplex (1980) and is ours.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import wave
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.pixels.colour import oklab_to_bytes
from gesso.core.pixels.derived.mood import MOOD_SCORER, mood_of_picture
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.judgements import Score
from gesso.core.records.maker import Maker
from gesso.core.records.works import Provenance, Rights
from gesso.show.music.room import MusicRoom

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT / "../shared/data"))
RATE = 24_000
Quadrant = tuple[int, int]
QUADRANTS: tuple[Quadrant, ...] = ((1, 1), (1, -1), (-1, 1), (-1, -1))

MOODS: dict[str, tuple[float, float]] = {
    "adventurous": (0.6, 0.6), "calm": (0.4, -0.8), "cheerful": (0.9, 0.3), "cold": (-0.5, -0.4),
    "dark": (-0.7, 0.0), "dramatic": (-0.3, 0.7), "energetic": (0.3, 0.9), "gentle": (0.5, -0.6),
    "heroic": (0.5, 0.6), "mechanical": (-0.2, 0.2), "melancholic": (-0.7, -0.5),
    "mysterious": (-0.4, -0.3), "playful": (0.7, 0.5), "relaxed": (0.6, -0.7), "sad": (-0.8, -0.4),
    "solemn": (-0.3, -0.6), "stately": (0.2, -0.3), "tense": (-0.6, 0.7), "triumphant": (0.7, 0.7),
}  # fmt: skip


def main() -> None:
    """Print both tables."""
    wishes = argparse.ArgumentParser(description=__doc__)
    wishes.add_argument("--each", type=int, default=6, help="tracks of each kind")
    wishes.add_argument("--seeds", type=int, default=6, help="catalogues of them")
    asked = wishes.parse_args()
    synthesised(asked.each, asked.seeds)
    sampled()


def synthesised(each: int, seeds: int) -> None:
    """Quadrants of music that is made here."""
    bright, dull, back = list[bool](), list[bool](), list[bool]()
    for seed in range(1, seeds + 1):
        rng = np.random.default_rng(seed)
        with TemporaryDirectory() as place, Catalogue.open(Path(place) / "studio") as catalogue:
            tracks = {
                catalogue.tracks.accept(
                    tune(rng, major=valence > 0, fast=arousal > 0, bright=is_bright)
                ).track.id: ((valence, arousal), is_bright)
                for _ in range(each)
                for valence, arousal in QUADRANTS
                for is_bright in (True, False)
            }
            works = hang(catalogue, rng, each)
            room = MusicRoom(catalogue)
            for number, (quadrant, is_bright) in tracks.items():
                found = works[room.for_track(number, 1)[0].work.id] == quadrant
                (bright if is_bright else dull).append(found)
            back += [tracks[room.for_work(n, 1)[0].track.id][0] == q for n, q in works.items()]
    print(f"{seeds} catalogues of {8 * each} synthesised tracks and {4 * each} palettes each;")
    print("first match in the right quadrant; bar 95 %, chance 25 %")
    print(f"  track -> picture   {np.mean(bright + dull):.1%}")
    print(f"    bright           {np.mean(bright):.1%}")
    print(f"    dull             {np.mean(dull):.1%}")
    print(f"  picture -> track   {np.mean(back):.1%}")


def sampled() -> None:
    """Quadrants of the sample music."""
    if not (DATA / "manifest.jsonl").is_file():
        print("no sample data here")
        return
    lines = (DATA / "manifest.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    music = [one for one in told if one["file"].startswith("music/") and one.get("mood")]
    with TemporaryDirectory() as place, Catalogue.open(Path(place) / "studio") as catalogue:
        moods: list[tuple[float, float]] = []
        numbers = []
        for one in music:
            data = (DATA / one["file"]).read_bytes()
            track = catalogue.tracks.accept(data, facts=TrackFacts(title=one["title"])).track
            if track.hearing.is_music:
                numbers.append(track.id)
                moods.append(tuple(np.mean([MOODS[word] for word in one["mood"]], axis=0)))
        works = hang(catalogue, np.random.default_rng(2), 6)
        room = MusicRoom(catalogue)
        found = [works[room.for_track(number, 1)[0].work.id] for number in numbers]
        heard = np.array(
            [(t.mood.valence, t.mood.arousal) for t in map(catalogue.tracks.get, numbers)]
        )
    report(np.array(moods), found, heard)
    graded(np.array(moods), heard)


def report(moods: NDArray[np.float64], found: list[Quadrant], heard: NDArray[np.float64]) -> None:
    """Accuracy with its interval beside chance, popularity and shuffled moods."""
    rng = np.random.default_rng(3)
    wanted = [(1 if v >= 0 else -1, 1 if a >= 0 else -1) for v, a in moods]
    right = np.array([one == other for one, other in zip(found, wanted, strict=True)], float)
    commonest = Counter(wanted).most_common(1)[0][1] / len(wanted)
    draws = right[rng.integers(0, len(right), (10_000, len(right)))].mean(axis=1)
    low, high = np.percentile(draws, (2.5, 97.5))
    order = [rng.permutation(len(wanted)) for _ in range(10_000)]
    shuffled = np.array(
        [np.mean([found[i] == wanted[j] for i, j in enumerate(p)]) for p in order[:2000]]
    )
    print(f"\n{len(right)} sample tracks with moods, first match in the right quadrant")
    print(f"  ours               {right.mean():.1%}   95 % interval {low:.1%} to {high:.1%}")
    print("  chance             25.0%")
    print(f"  commonest quadrant {commonest:.1%}")
    print(
        f"  shuffled moods     {shuffled.mean():.1%}   at least as good in "
        f"{(shuffled >= right.mean()).mean():.1%} of 2,000"
    )
    for at, name in enumerate(("valence", "arousal")):
        ours = spearman(heard[:, at], moods[:, at])
        others = [spearman(heard[:, at], moods[p, at]) for p in order[:2000]]
        high = float((np.array(others) >= ours).mean())
        print(f"  rank correlation of {name}: {ours:+.2f}; shuffled as high in {high:.1%}")


def graded(moods: NDArray[np.float64], heard: NDArray[np.float64]) -> None:
    """For the mood of each track as a wish: the tracks by what is heard, judged by their moods."""
    rng = np.random.default_rng(4)
    wanted, known = shares(moods), shares(heard)
    worth = np.exp(-((wanted[:, None] - wanted[None]) ** 2).sum(axis=2) / (2 * 0.25**2))
    far = ((wanted[:, None] - known[None]) ** 2).sum(axis=2)
    ours = ndcg(worth, np.argsort(far, axis=1))
    count = len(wanted)
    popular = ndcg(worth, np.tile(np.argsort(-worth.mean(axis=0)), (count, 1)))
    luck = np.mean(
        [ndcg(worth, np.array([rng.permutation(count) for _ in wanted])) for _ in range(200)],
        axis=0,
    )
    mixed = [
        ndcg(worth, np.argsort(far[:, rng.permutation(count)], axis=1)).mean() for _ in range(2000)
    ]
    print("\nnDCG@10 of tracks for a wished mood, worth falling with the distance of moods")
    print(f"  ours               {ours.mean():.3f}")
    for name, other in (("chance", luck), ("best fixed list", popular)):
        draws = (ours - other)[rng.integers(0, count, (10_000, count))].mean(axis=1)
        low, high = np.percentile(draws, (2.5, 97.5))
        print(
            f"  {name:<18} {other.mean():.3f}   ours is better by {low:+.3f} to {high:+.3f} (95 %)"
        )
    print(
        f"  shuffled           {np.mean(mixed):.3f}   at least as good in "
        f"{(np.array(mixed) >= ours.mean()).mean():.1%} of 2,000"
    )


def ndcg(worth: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """(wishes,) what the first ten of an order are worth, of what ten could be."""
    discount = 1 / np.log2(2 + np.arange(10))
    got = np.take_along_axis(worth, order, axis=1)[:, :10] @ discount
    return np.asarray(got / (-np.sort(-worth, axis=1)[:, :10] @ discount))


def shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks of each column, 0 to 1, equal values at their mean rank."""
    columns = []
    for column in values.T:
        _, at, counts = np.unique(column, return_inverse=True, return_counts=True)
        columns.append(((np.cumsum(counts) - (counts - 1) / 2)[at] - 0.5) / len(column))
    return np.stack(columns, axis=1)


def spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's rank correlation, equal values at their mean rank."""
    ranks = []
    for values in (one, other):
        _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
        ranks.append((np.cumsum(counts) - (counts - 1) / 2)[at])
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def hang(catalogue: Catalogue, rng: np.random.Generator, each: int) -> dict[int, Quadrant]:
    """Palettes in the four quadrants, with their moods measured."""
    works: dict[int, Quadrant] = {}
    for number in range(each):
        for valence, arousal in QUADRANTS:
            picture = palette(rng, light=valence > 0, loud=arousal > 0)
            name = f"{number}{valence}{arousal}.png"
            work = catalogue.accession.accept_bytes(
                encode(picture), name=name, provenance=Provenance("brought", name), rights=Rights()
            )
            works[work.id] = (valence, arousal)
            moods = mood_of_picture(picture).items()
            maker = Maker("offline", offline=True)
            catalogue.scores.put(Score(work.id, MOOD_SCORER, n, v, maker) for n, v in moods)
    return works


def palette(rng: np.random.Generator, *, light: bool, loud: bool, side: int = 256) -> Picture:
    """Patches of colour as far from the usual painting as paintings go, of many hues."""
    cells = rng.uniform(-1, 1, (9, 9)) if loud else rng.uniform(-1, 1, (3, 3))
    how = cv2.INTER_NEAREST if loud else cv2.INTER_CUBIC
    field = cv2.resize(cells, (side, side), interpolation=how)
    lightness = (rng.uniform(0.70, 0.86) if light else rng.uniform(0.26, 0.42)) + field * (
        rng.uniform(0.10, 0.14) if loud else rng.uniform(0.03, 0.06)
    )
    chroma = rng.uniform(0.055, 0.080) if loud else rng.uniform(0.012, 0.030)
    hue = cv2.resize(rng.uniform(0, 2 * np.pi, (9, 9)), (side, side), interpolation=how)
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=2)
    return Picture(oklab_to_bytes(lab.astype(np.float32)))


def tune(
    rng: np.random.Generator, *, major: bool, fast: bool, bright: bool, seconds: float = 24.0
) -> bytes:
    """A WAV of chords and a melody over them; key, tempo and notes are drawn."""
    bpm = rng.uniform(132, 168) if fast else rng.uniform(58, 80)
    tonic = 57 + int(rng.integers(0, 8))
    scale = (0, 2, 4, 5, 7, 9, 11) if major else (0, 2, 3, 5, 7, 8, 10)
    beat, made = 60 / bpm, np.zeros(round(seconds * RATE))
    for number in range(int(seconds / beat)):
        root = (0, 3, 4, 0)[number // 4 % 4]
        chord = [scale[(root + step) % 7] + 12 * ((root + step) // 7) for step in (0, 2, 4)]
        notes = [(number * beat, note - 12) for note in chord] if number % 4 == 0 else []
        notes += [
            (number * beat + half * beat / 2, chord[int(rng.integers(3))] + 12)
            for half in range(2 if fast else 1)
        ]
        for start, note in notes:
            add_note(made, start, tonic + note, bright)
    made *= 10 ** ((-14 if fast else -20) / 20) / np.sqrt(np.mean(made**2))
    return as_wav(made)


def add_note(made: NDArray[np.float64], start: float, note: int, bright: bool) -> None:
    """One plucked note of many or few harmonics."""
    at = np.arange(round(1.2 * RATE)) / RATE
    hz = 440 * 2 ** ((note - 69) / 12)
    sound = np.zeros(len(at))
    for harmonic in range(1, 13 if bright else 3):
        if hz * harmonic < RATE / 2:
            strength = harmonic ** (-0.6 if bright else -1.5)
            sound += strength * np.sin(2 * np.pi * hz * harmonic * at)
    sound *= np.exp(-4 * at) * np.minimum(1, at / 0.005)
    begin = round(start * RATE)
    part = made[begin : begin + len(sound)]
    part += sound[: len(part)]


def as_wav(samples: NDArray[np.float64]) -> bytes:
    """16 bits, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


if __name__ == "__main__":
    main()
