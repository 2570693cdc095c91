"""The music that fits a picture, and the pictures that fit a track."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import blobs, tracks
from gesso.core.errors import InputError, UnknownItem
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_json
from gesso.core.records.judgements import Score
from gesso.core.records.maker import Maker
from gesso.core.records.works import Provenance, Rights
from gesso.core.sound.records import Hearing
from gesso.show.music.places import diversified, shares_below
from gesso.show.music.room import MatchOptions, MusicRoom
from gesso.show.music.words import WordMatcher

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "studio") as opened:
        yield opened


def heard(mode: float = 0.2, tempo: float = 120.0, *, is_music: bool = True) -> Hearing:
    return Hearing(10.0, -16.0, -1.0, tempo, 0.9, 0.7, "C", mode, 3.0, 2000.0, 66.0, is_music)


def track(
    catalogue: Catalogue,
    valence: float,
    arousal: float,
    hearing: Hearing | None = None,
    **told: str,
) -> int:
    """A track with a mood that is given, so that the right match is plain to see."""
    number = catalogue.tracks.count() + 1
    key = f"{number:02x}/{number:02x}{'0' * 62}"
    row = {
        "blob": key,
        "size_bytes": 1,
        "media_type": "audio/wav",
        "codec": "pcm_s16le",
        "rate": 48000,
        "channels": 1,
        "is_damaged": False,
        "hearing": to_json(hearing or heard()),
        "valence": valence,
        "arousal": arousal,
        "heard_by": "measured-1",
        "waveform": b"",
        "added_at": NOW,
    }
    with catalogue.database.write() as connection:
        blob = {"key": key, "size_bytes": 1, "media_type": "audio/wav", "added_at": NOW}
        connection.execute(insert(blobs), blob)
        done = connection.execute(insert(tracks), row | told)
        return int((done.inserted_primary_key or (0,))[0])


def flat(red: int, green: int, blue: int, side: int = 32) -> Picture:
    rng = np.random.default_rng(red)
    rgb = np.clip(np.array([red, green, blue]) + rng.integers(-6, 7, (side, side, 1)), 0, 255)
    return Picture(np.ascontiguousarray(rgb.astype(np.uint8)))


def corners(catalogue: Catalogue) -> dict[tuple[int, int], int]:
    return {
        (v, a): track(catalogue, 0.4 * v, 0.4 * a, heard(0.2 * v, 110 + 40 * a), artist=f"{v}{a}")
        for v in (-1, 1)
        for a in (-1, 1)
    }


def test_a_light_and_saturated_picture_gets_the_glad_and_stirring_track(
    catalogue: Catalogue,
) -> None:
    there = corners(catalogue)
    best = MusicRoom(catalogue).for_picture(flat(255, 200, 40))[0]

    assert best.track.id == there[1, 1]
    assert best.reason == "major, 150 bpm; light, saturated"
    assert 0 < best.score <= 1


def test_a_dark_and_gray_picture_gets_the_sad_and_calm_track(catalogue: Catalogue) -> None:
    there = corners(catalogue)
    best = MusicRoom(catalogue).for_picture(flat(40, 42, 46))[0]

    assert best.track.id == there[-1, -1]
    assert best.reason == "minor, 70 bpm; dark, muted"


def test_only_the_order_of_moods_counts_and_not_their_scale(catalogue: Catalogue) -> None:
    there = [track(catalogue, 0.001 * i, 0.001 * i, artist=str(i)) for i in range(60)]

    assert MusicRoom(catalogue).for_picture(flat(255, 200, 40))[0].track.id > there[40]
    assert MusicRoom(catalogue).for_picture(flat(40, 42, 46))[0].track.id < there[20]


def test_words_in_common_decide_between_equal_moods(catalogue: Catalogue) -> None:
    for title in ("Mountain", "Harbour at night", "Forest"):
        track(catalogue, 0.0, 0.0, title=title)
    best = MusicRoom(catalogue).for_picture(flat(120, 120, 120), "Boats in a harbour")[0]

    assert best.track.title == "Harbour at night"
    assert best.words == ("harbour",)
    assert best.reason.endswith('both: "harbour"')


def test_one_artist_does_not_fill_the_list(catalogue: Catalogue) -> None:
    for _ in range(5):
        track(catalogue, 0.5, 0.5, artist="Everywhere")
    other = track(catalogue, 0.5, 0.5, artist="Once")
    picture = flat(255, 200, 40)
    varied = MusicRoom(catalogue).for_picture(picture, count=2)
    greedy = MusicRoom(catalogue, options=MatchOptions(keen=1.0)).for_picture(picture, count=2)

    assert [match.track.id for match in varied][1] == other
    assert other not in [match.track.id for match in greedy]


def test_what_is_not_music_is_never_offered(catalogue: Catalogue) -> None:
    talk = track(catalogue, 0.0, 0.0, heard(is_music=False))

    with pytest.raises(InputError, match="no music here"):
        MusicRoom(catalogue).for_picture(flat(1, 2, 3))
    tune = track(catalogue, -0.9, -0.9)
    found = MusicRoom(catalogue).for_picture(flat(255, 200, 40))
    assert [match.track.id for match in found] == [tune]
    with pytest.raises(InputError, match="neither a pulse"):
        MusicRoom(catalogue).for_track(talk)


def test_a_track_gets_its_pictures_by_the_scores_that_are_kept(catalogue: Catalogue) -> None:
    there = corners(catalogue)
    room = MusicRoom(catalogue)
    with pytest.raises(InputError, match="gesso caption"):
        room.for_track(there[1, 1])
    works = {}
    for number, (v, a) in enumerate(there):
        works[v, a] = catalogue.accession.accept_bytes(
            encode(flat(40 + 50 * number, 90, 90)),
            name=f"{number}.png",
            title=f"Work {number}",
            provenance=Provenance("brought", f"{number}.png"),
            rights=Rights(),
        ).id
        catalogue.scores.put(
            Score(works[v, a], "measured-1", name, 0.5 + 0.4 * value, Maker("offline"))
            for name, value in (("valence", v), ("arousal", a))
        )

    for corner, number in there.items():
        assert room.for_track(number)[0].work.id == works[corner]
        assert room.for_work(works[corner])[0].track.id == number
    with pytest.raises(UnknownItem):
        room.for_track(99)


def test_places_are_shares_and_few_neighbours_are_not_believed() -> None:
    many = np.linspace(-1, 1, 1001)

    assert shares_below(np.array([0.5]), many, np.array([0.5]))[0] == pytest.approx(0.75, abs=0.01)
    assert shares_below(np.array([0.5]), np.zeros(0), np.array([0.6]))[0] == pytest.approx(0.6)


def test_of_two_equal_ones_in_unlike_places_both_come_before_a_twin() -> None:
    places = np.array([[0.9, 0.9], [0.9, 0.9], [0.1, 0.1]])

    assert diversified(np.array([1.0, 1.0, 0.9]), places, ["", "", ""], 2) == [0, 2]


def test_rare_words_count_for_more_than_common_ones() -> None:
    matcher = WordMatcher(["sea storm", "sea calm", "sea"])
    (storm, _), (calm, _), (sea, shared) = matcher.match("A storm on the sea")

    assert storm > calm
    assert shared == ("sea",)
    assert 0 < sea < 1
    assert matcher.match("nothing of it")[0] == (0.0, ())
