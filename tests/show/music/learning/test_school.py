"""The school learns from a person's pairs; nothing worse than the usual ever comes in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from gesso.core.catalogue.store.tables import blobs, tracks
from gesso.core.errors import InputError, UnknownItem
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_json
from gesso.core.records.works import Provenance, Rights
from gesso.core.sound.records import Hearing
from gesso.studio import Studio

NOW = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 40


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Studio.open(tmp_path / "studio") as opened:
        yield opened


def works(studio: Studio, turns: np.ndarray) -> list[int]:
    """Plain pictures, the brighter the higher the turn."""
    found = []
    for number, turn in enumerate(turns):
        rng = np.random.default_rng(number)
        level = 40 + 180 * turn
        rgb = np.clip(np.array([level, level, level]) + rng.integers(-9, 10, (48, 48, 1)), 0, 255)
        data = encode(Picture(np.ascontiguousarray(rgb.astype(np.uint8))), "image/png")
        work = studio.catalogue.accession.accept_bytes(
            data,
            name=f"{number}.png",
            provenance=Provenance("brought", f"{number}.png"),
            rights=Rights(),
        )
        found.append(work.id)
    return found


def music(studio: Studio, turns: np.ndarray) -> list[int]:
    """Tracks that are higher the higher the turn, all of one mood."""
    found = []
    with studio.catalogue.database.write() as connection:
        for number, turn in enumerate(turns):
            key = f"{number:02x}/{number:02x}{'0' * 62}"
            hearing = Hearing(
                10.0, -16.0, -1.0, 120.0, 0.9, 0.7, "C", 0.2, 3.0, 2000.0, 40.0 + 50 * turn, True
            )
            row = {
                "blob": key, "size_bytes": 1, "media_type": "audio/wav", "codec": "pcm_s16le",
                "rate": 48000, "channels": 1, "is_damaged": False, "hearing": to_json(hearing),
                "valence": 0.1, "arousal": 0.1, "heard_by": "measured-1", "waveform": b"",
                "added_at": NOW,
            }  # fmt: skip
            blob = {"key": key, "size_bytes": 1, "media_type": "audio/wav", "added_at": NOW}
            connection.execute(insert(blobs), blob)
            done = connection.execute(insert(tracks), row)
            found.append(int((done.inserted_primary_key or (0,))[0]))
    return found


def paired(studio: Studio, count: int = COUNT, *, by_chance: bool = False) -> None:
    turns = np.random.default_rng(0).permutation(COUNT) / COUNT
    order = np.random.default_rng(1).permutation(COUNT) if by_chance else np.arange(COUNT)
    known, heard = works(studio, turns), music(studio, turns)
    for work, at in list(zip(known, order, strict=True))[:count]:
        studio.music.pair(work, heard[at])


def test_what_is_learnt_and_promoted_changes_matches_and_can_be_undone(studio: Studio) -> None:
    paired(studio)
    dark, light = (Picture(np.full((48, 48, 3), level, np.uint8)) for level in (45, 215))

    learnt = studio.music.school.learn()
    assert learnt.report.is_better
    assert not learnt.is_in_force
    assert studio.music.school.promote().is_in_force
    low = studio.music.for_picture(dark)[0].track.hearing.register
    high = studio.music.for_picture(light)[0].track.hearing.register
    assert low is not None
    assert high is not None
    assert high > low + 15

    assert studio.music.school.roll_back() is None
    assert studio.music.school.in_force() is None
    same = [studio.music.for_picture(one)[0].track.id for one in (dark, light)]
    assert same[0] == same[1]


def test_pairs_of_favourites_teach_more(studio: Studio) -> None:
    paired(studio)
    plain = studio.music.school.learn()
    for work in range(1, 6):
        studio.catalogue.works.set_favourite(work, True)

    loved = studio.music.school.learn()

    bodies = [studio.catalogue.pairings.body(one.version) for one in (plain, loved)]
    assert bodies[0] != bodies[1]
    assert plain.report.pairs == loved.report.pairs == COUNT
    assert loved.report.is_better


def test_pairs_by_chance_are_learnt_but_not_promoted(studio: Studio) -> None:
    paired(studio, by_chance=True)

    studio.music.school.learn()
    with pytest.raises(InputError, match="not better beyond doubt"):
        studio.music.school.promote()


def test_too_few_pairs_teach_nothing(studio: Studio) -> None:
    paired(studio, count=7)

    with pytest.raises(InputError, match="7 pairs to learn from, and 20"):
        studio.music.school.learn()
    with pytest.raises(UnknownItem, match="Nothing was learnt yet"):
        studio.music.school.promote()


def test_a_persons_word_comes_first_and_what_does_not_fit_never(studio: Studio) -> None:
    paired(studio, count=0)
    work = 1
    usual = [match.track.id for match in studio.music.for_work(work, 40)]

    studio.music.pair(work, usual[-1])
    studio.music.pair(work, usual[0], fits=False)
    told = [match.track.id for match in studio.music.for_work(work, 40)]
    assert told[0] == usual[-1]
    assert usual[0] not in told

    assert studio.music.unpair(work, usual[-1])
    assert studio.music.for_work(work, 40)[0].track.id != usual[-1]


def test_a_pair_of_what_is_not_there_is_refused(studio: Studio) -> None:
    with pytest.raises(UnknownItem, match="no work number 5"):
        studio.music.pair(5, 1)
