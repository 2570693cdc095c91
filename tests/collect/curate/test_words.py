"""Labels by words: ensembles, backgrounds, margins that are calibrated in their space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gesso.collect.curate.asking import Asking, WordsInSpace, calibrated, certainty, holds
from gesso.collect.curate.heads.silence import Sureness
from gesso.core.encoders.encoder import Vectors
from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture

from .conftest import COLOURS, ColourEncoder, painted

CHOICE = Asking(tuple(COLOURS), is_choice=True)
GRAY = (120, 120, 120)


class Listening(ColourEncoder):
    """Remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def words(self, texts: Sequence[str]) -> Vectors:
        self.told += texts
        return super().words(texts)


def vectors(*colours: tuple[int, int, int], many: int = 5) -> np.ndarray:
    pictures: list[Picture] = [painted(c, 7 * n) for c in colours for n in range(many)]
    return ColourEncoder().pictures(pictures)


def test_the_word_that_fits_is_chosen() -> None:
    guess = WordsInSpace(ColourEncoder(), CHOICE).guess(vectors(*COLOURS.values()))

    assert guess.answers.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    assert (guess.margins > 0).all()


def test_a_picture_that_is_none_of_the_labels_is_behind_the_background() -> None:
    guess = WordsInSpace(ColourEncoder(), CHOICE).guess(vectors(GRAY))

    assert (guess.margins < 0).all()
    assert not holds(guess, None).any()


def test_any_of_the_words_is_a_yes_and_the_background_is_a_no() -> None:
    words = WordsInSpace(ColourEncoder(), Asking(("red", "blue"), is_choice=False))

    guess = words.guess(vectors(COLOURS["red"], COLOURS["blue"], GRAY))

    assert words.asking.answers == ("yes", "no")
    assert guess.answers.tolist() == [0] * 10 + [1] * 5


def test_a_label_is_the_mean_of_its_wordings_at_length_one() -> None:
    encoder = Listening()
    words = WordsInSpace(encoder, Asking(("red", "blue"), is_choice=True))

    red = [text for text in encoder.told if "red" in text.replace(",", " ").split()]
    mean = encoder.words(red).mean(axis=0)

    assert len(red) >= 8
    assert words._labels[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_margins_are_calibrated_where_enough_is_labelled() -> None:
    words = WordsInSpace(ColourEncoder(), CHOICE)
    guess = words.guess(vectors(*COLOURS.values(), many=10))
    truth = np.repeat([0, 1, 2], 10)

    assert (
        calibrated(words.guess(vectors(COLOURS["red"], many=7)), truth[:7], 3, Sureness()) is None
    )

    right = calibrated(guess, truth, 3, Sureness())
    wrong = calibrated(guess, np.roll(truth, 10), 3, Sureness())

    assert right is not None
    assert holds(guess, right).all()
    assert wrong is not None
    assert not holds(guess, wrong).any()


def test_uncalibrated_a_lead_within_the_noise_of_wording_is_no_answer() -> None:
    words = WordsInSpace(ColourEncoder(), Asking(("red", "blue"), is_choice=True))

    between = words.guess(vectors((150, 40, 151), many=3))
    clear = words.guess(vectors(COLOURS["red"], many=3))

    assert holds(clear, None).all()
    assert certainty(clear).min() > certainty(between).max()


def test_a_space_without_words_cannot_be_asked() -> None:
    with pytest.raises(InputError, match="reads no words"):
        WordsInSpace(ColourEncoder(reads_words=False), CHOICE)
