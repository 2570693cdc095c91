"""Labels by words alone: works held against words, and against what they should not be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from gesso.collect.curate.heads.silence import Sureness, Threshold, thresholds
from gesso.core.encoders.encoder import Encoder
from gesso.core.errors import InputError

YES, NO = "yes", "no"
_LEAST_TO_CALIBRATE = 8
_NOISE = 2.0
"""Uncalibrated, a margin has to be so many times the noise of wording."""
_LEAST_NOISE = 1e-4

Floats = NDArray[np.float32]
Targets = NDArray[np.int64]


@dataclass(frozen=True)
class Asking:
    """What is asked of a space that reads words.

    Attributes:
        labels: the words, one label each.
        is_choice: which of them it is; False asks whether it is any of them, yes or no.
    """

    labels: tuple[str, ...]
    is_choice: bool

    @property
    def answers(self) -> tuple[str, ...]:
        """What may be answered."""
        return self.labels if self.is_choice else (YES, NO)


@dataclass(frozen=True)
class Guess:
    """What words say of some works.

    Attributes:
        answers: (works,) numbers of `Asking.answers`, the likeliest.
        margins: (works,) cosine by which it leads its strongest rival; below 0 where, in a choice,
            the background is nearer than any label.
        noise: (works,) how much that margin changes from one wording to the next, as its standard
            error over the templates.
    """

    answers: Targets
    margins: NDArray[np.float64]
    noise: NDArray[np.float64]


class WordsInSpace:
    """Words that stand in a space: each label an ensemble of templates, beside backgrounds.

    The mean of a label's vectors over all templates, brought back to length 1, is better than any
    one wording (Radford et al., "Learning transferable visual models", 2021, section 3.1.4).
    Backgrounds are what comes with art and is none: screenshots, pages of text, photographs of
    things. A work is not of a label only because the other labels fit it less.

    Args:
        encoder: whose space reads words.
        asking: what is asked.

    Raises:
        InputError: the space reads no words, or a label has none.
    """

    def __init__(self, encoder: Encoder, asking: Asking) -> None:
        if not encoder.space.reads_words:
            raise InputError(
                f"The space '{encoder.space.id}' reads no words.",
                "Label some works and train on them, or choose an encoder that reads words.",
            )
        self.asking = asking
        texts = [
            template.replace("{}", label)
            for label in asking.labels
            for template in _lines("templates")
        ]
        size = encoder.space.size
        words = encoder.words(texts).reshape(len(asking.labels), -1, size)
        self._by_wording = _unit(words.astype(np.float32))
        self._labels = _unit(self._by_wording.mean(axis=1))
        self._backgrounds = _unit(encoder.words(_lines("backgrounds")).astype(np.float32))

    @property
    def version(self) -> str:
        """Changes with the words of our own."""
        told = "\n".join((*_lines("templates"), *_lines("backgrounds")))
        return hashlib.sha256(told.encode()).hexdigest()[:8]

    def guess(self, vectors: Floats) -> Guess:
        """What the words say of (works, size) vectors."""
        likeness = vectors @ self._labels.T
        ground = (vectors @ self._backgrounds.T).max(axis=1)
        best = likeness.argmax(axis=1)
        rows = np.arange(len(vectors))
        lead = likeness[rows, best]
        by_wording = np.einsum("wd,wtd->wt", vectors, self._by_wording[best])
        noise = by_wording.std(axis=1) / np.sqrt(by_wording.shape[1])
        if not self.asking.is_choice:
            margins = (lead - ground).astype(np.float64)
            return Guess((margins < 0).astype(np.int64), np.abs(margins), noise.astype(np.float64))
        rivals = likeness.copy()
        rivals[rows, best] = -np.inf
        rival = np.maximum(rivals.max(axis=1), ground)
        return Guess(best, (lead - rival).astype(np.float64), noise.astype(np.float64))


def calibrated(
    guess: Guess, targets: Targets, count: int, sureness: Sureness
) -> tuple[Threshold, ...] | None:
    """The margin from which each answer is right often enough in this space.

    Args:
        guess: what the words say of works that a person has labelled.
        targets: (works,) what the person said.
        count: how many answers there are.
        sureness: how sure answers have to be.

    Returns:
        One threshold an answer; None where too few works are labelled.
    """
    if len(targets) < _LEAST_TO_CALIBRATE:
        return None
    leads = guess.margins > 0
    answered = (guess.margins[leads], guess.answers[leads], targets[leads])
    return thresholds(*answered, count, sureness, chance=0.0)


def holds(guess: Guess, found: tuple[Threshold, ...] | None) -> NDArray[np.bool_]:
    """(works,) which answers may be given.

    Uncalibrated, only those whose lead is more than the noise of wording: twice its standard
    error over the templates. That says that the space means it, not that it is right.
    """
    if found is None:
        return guess.margins > _NOISE * np.maximum(guess.noise, _LEAST_NOISE)
    least = np.array([threshold.belief for threshold in found])
    return (guess.margins > 0) & (guess.margins >= least[guess.answers])


def certainty(guess: Guess) -> NDArray[np.float64]:
    """(works,) the score of a label by words, 0 to 1: how the margin stands to its noise."""
    return np.asarray(
        np.clip(guess.margins, 0, None)
        / (np.clip(guess.margins, 0, None) + np.maximum(guess.noise, _LEAST_NOISE))
    )


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


@cache
def _lines(name: str) -> Sequence[str]:
    text = files("gesso.collect.curate").joinpath("words", f"{name}.txt").read_text("utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip())
