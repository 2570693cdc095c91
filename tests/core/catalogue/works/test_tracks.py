"""Sounds in the catalogue: kept whole, once, with what is heard in them."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.check import check
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.errors import DamageError, SoundError, UnknownItem

pytest.importorskip("av")

RATE = 16_000


def tune(hz: float = 440, seconds: float = 1.0) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        at = np.arange(round(seconds * RATE)) / RATE
        made.writeframes((16000 * np.sin(2 * np.pi * hz * at)).astype("<i2").tobytes())
    return file.getvalue()


def test_a_sound_is_kept_with_what_is_heard_in_it(catalogue: Catalogue) -> None:
    facts = TrackFacts(title="Tide", artist="N. N.", tags=("calm", " sea "), licence="CC-BY-4.0")
    taken = catalogue.tracks.accept(tune(), source="tide.wav", facts=facts)
    track = taken.track

    assert taken.is_new
    assert catalogue.tracks.get(track.id) == track
    assert catalogue.tracks.data(track) == tune()
    assert track.hearing.seconds == pytest.approx(1)
    assert (track.media_type, track.rate, track.channels) == ("audio/wav", RATE, 1)
    assert track.tags == ("calm", "sea")
    assert track.line == "Tide by N. N. (CC-BY-4.0)"
    assert max(np.frombuffer(track.waveform, np.int8)) == pytest.approx(62, abs=2)


def test_the_same_bytes_are_kept_once_and_its_owner_has_the_last_word(
    catalogue: Catalogue,
) -> None:
    first = catalogue.tracks.accept(tune(), source="a.wav", facts=TrackFacts(title="One"))
    again = catalogue.tracks.accept(tune(), source="b.wav", facts=TrackFacts(licence="CC0-1.0"))

    assert not again.is_new
    assert again.track.id == first.track.id
    assert (again.track.title, again.track.licence) == ("One", "CC0-1.0")
    assert catalogue.tracks.count() == 1


def test_what_a_track_is_called_is_one_line_of_text(catalogue: Catalogue) -> None:
    named = catalogue.tracks.accept(tune(), source="a\nb\udcff.wav").track
    facts = TrackFacts(title="one\ntwo\udcff", tags=("x\udcff",))
    told = catalogue.tracks.tell(named.id, facts)

    assert named.name == "a b .wav"
    assert (told.title, told.tags) == ("one two", ("x",))


def test_what_is_no_sound_leaves_nothing(catalogue: Catalogue) -> None:
    with pytest.raises(SoundError):
        catalogue.tracks.accept(b"no sound")

    assert catalogue.tracks.list() == []
    assert list(catalogue.blobs.keys()) == []


def test_a_track_that_is_not_there_is_named(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownItem, match="track number 7"):
        catalogue.tracks.get(7)


def test_a_sound_can_be_heard_again(catalogue: Catalogue) -> None:
    track = catalogue.tracks.accept(tune(), facts=TrackFacts(title="One")).track

    assert catalogue.tracks.hear_again(track) == track


def test_a_check_looks_at_sounds_too(catalogue: Catalogue) -> None:
    track = catalogue.tracks.accept(tune()).track
    sound = check(catalogue, read_data=True)

    assert sound.is_clean
    assert not sound.orphans
    assert sound.files_read == 1

    path = catalogue.tracks.path_of(track)
    assert isinstance(path, Path)
    path.chmod(0o600)
    path.unlink()
    assert [problem.kind for problem in check(catalogue).problems] == ["sound"]
    with pytest.raises(DamageError):
        catalogue.tracks.data(track)
