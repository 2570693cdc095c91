"""A model of the owner's hears sounds and reads words, or says why it cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.stubs.tiny_clap import write_clap
from tests.stubs.tiny_clip import change_json

from gesso.core.encoders.clap.clap import Clap, ClapOptions
from gesso.core.encoders.clap.mel import Ear, log_mels, pieces_of
from gesso.core.encoders.sound import SOUND_ENCODERS, Wave
from gesso.core.errors import InputError, SettingsError

RATE = 48_000


def tone(hz: float, seconds: float = 1.0, rate: int = RATE) -> Wave:
    at = np.arange(round(seconds * rate)) / rate
    return Wave((0.5 * np.sin(2 * np.pi * hz * at)).astype(np.float32), rate)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_clap(tmp_path / "hears")


def clap(model: Path) -> Clap:
    return Clap(ClapOptions(model=str(model)))


def test_bands_are_those_of_transformers() -> None:
    source = pytest.importorskip(
        "transformers.models.clap.feature_extraction_clap", reason="transformers is not installed"
    )
    theirs = source.ClapFeatureExtractor(frequency_min=50, truncation="rand_trunc")
    rng = np.random.default_rng(0)
    sound = (rng.normal(size=480_000) * 0.1).astype(np.float32) + tone(440, 10).samples

    ours = log_mels(sound, Ear())
    wanted = theirs._np_extract_fbank_features(sound, theirs.mel_filters_slaney)
    assert ours.shape == (1001, 64)
    assert np.abs(ours - wanted).max() < 1e-3


def test_short_sounds_are_repeated_and_long_ones_read_in_three_places() -> None:
    ear = Ear(window_s=1.0)

    (short,) = pieces_of(np.ones(20_000, np.float32), ear)
    assert short.sum() == 40_000
    assert len(short) == ear.samples
    pieces = pieces_of(np.arange(480_000, dtype=np.float32), ear)
    assert [piece[0] for piece in pieces] == [0, 216_000, 432_000]


def test_a_sound_has_one_vector_at_any_rate_and_length(model: Path) -> None:
    found = clap(model).sounds([tone(440), tone(440, 3.0), tone(440, 1.0, 24_000), tone(3000)])

    assert found.shape == (4, 16)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert found[0] @ found[1] > 0.99
    assert found[0] @ found[2] > 0.9
    assert found[0] @ found[3] < found[0] @ found[1]


def test_towers_load_when_they_are_needed_and_go_when_they_are_not(model: Path) -> None:
    now = [0.0]
    hears = Clap(ClapOptions(model=str(model), idle_s=10), clock=lambda: now[0])

    assert hears.space.reads_words
    assert not hears.loaded
    hears.words(["the sea"])
    before = hears.loaded
    now[0] = 11
    hears.unload_idle()
    assert (before, hears.loaded) == (True, False)


def test_another_weight_is_another_space(tmp_path: Path) -> None:
    one, other = (clap(write_clap(tmp_path / str(seed), seed=seed)).space for seed in (0, 1))

    assert one.id != other.id
    assert one.id.startswith("clap-")


def test_a_model_without_words_says_so(tmp_path: Path) -> None:
    hears = clap(write_clap(tmp_path / "deaf", has_words=False))

    assert not hears.space.reads_words
    with pytest.raises(InputError, match="knows no words"):
        hears.words(["sea"])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda model: (model / "audial" / "model.onnx").unlink(), "audial/model.onnx: it is miss"),
        (lambda model: change_json(model / "config.json", embed_dim="many"), "embed_dim"),
        (lambda model: change_json(model / "config.json", embed_dim=8), "vectors of 16 numbers"),
        (lambda model: change_json(model / "audial/preprocess_cfg.json", mels=32), "32"),
        (lambda model: change_json(model / "audial/preprocess_cfg.json", mels=-1), "out of reach"),
        (lambda model: (model / "config.json").write_text("[]"), "no JSON object"),
    ],
)
def test_a_model_that_cannot_be_used_says_why(model: Path, spoil, says: str) -> None:
    spoil(model)

    with pytest.raises(SettingsError, match=says):
        clap(model).sounds([tone(440)])


def test_no_model_is_one_clear_sentence() -> None:
    with pytest.raises(SettingsError, match="No sound model was chosen"):
        _ = Clap(ClapOptions()).space
    assert SOUND_ENCODERS.open("clap") is Clap
