"""The arithmetic of refinement: what to ask for next, so that a target is measured.

A painter is a plant that answers the number asked for with another one: too little or too much,
never beyond its floor and its ceiling, and one scale moves another. All that is known of it is
what was asked and what was measured, a handful of times, with noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.make.aims import SCALES

Matrix = NDArray[np.float64]

# What a painter is taken to answer to a unit asked for, before anything is known of it.
_FIRST_GUESS = 1.0

# A change asked for that is smaller than about this (in full errors) tells more of the noise
# between two pictures than of the painter.
_NOISE = 0.25

_SLOPES = (0.4, 2.0)
_MOST_COUPLING = 0.8
_LARGEST_STEP = 1.2
_CAUTION = 0.6
_DAMPING = 0.02


@dataclass(frozen=True)
class Trial:
    """What was asked for and what was measured, by scale name; `error` as the critic weighed it."""

    asked: Mapping[str, float]
    measured: Mapping[str, float]
    error: float


def next_asks(
    trials: Sequence[Trial], targets: Mapping[str, float], leave_alone: float, effort: float = 1.0
) -> dict[str, float]:
    """What to ask for next, only for the scales that shall change.

    It starts from the best trial and takes the step that a linear model of the painter says
    should close the gap. The model is learnt from the other trials (a damped Broyden update for
    each); after a worse trial the step is shortened.

    Args:
        trials: oldest first, at least one.
        targets: what shall be measured.
        leave_alone: a miss of less than this share of a full error is no miss.
        effort: the share of the step that is taken.
    """
    best = min(range(len(trials)), key=lambda place: trials[place].error)
    start = trials[best]
    model = _Model(tuple(name for name in targets if name in start.measured), start)
    for trial in trials:
        if trial is not start:
            model.learn(trial)
    active = [
        name
        for name in model.names
        if SCALES[name].error(start.measured[name], targets[name]) > leave_alone
        and not _at_its_limit(name, start, targets[name])
        and not _deaf(name, trials, start, targets[name])
    ]
    effort *= _CAUTION ** (len(trials) - 1 - best)
    return _moved(start, model.steps(active, targets), effort)


class _Model:
    """A linear guess at how a painter answers, in full errors, around the best trial."""

    def __init__(self, names: tuple[str, ...], start: Trial) -> None:
        self.names = names
        self._start = start
        self._slopes: Matrix = np.eye(len(names)) * _FIRST_GUESS

    def learn(self, trial: Trial) -> None:
        """Let the model agree with what `trial` shows, as far as it stands out of the noise."""
        both = np.array([name in trial.measured for name in self.names])
        asked = self._apart(trial.asked, self._start.asked)
        answer = self._apart(trial.measured, self._start.measured)
        surprise = np.where(both, answer - self._slopes @ asked, 0.0)
        self._slopes += np.outer(surprise, asked) / (asked @ asked + _NOISE**2)
        diagonal = np.clip(np.diag(self._slopes), *_SLOPES)
        self._slopes = np.clip(self._slopes, -_MOST_COUPLING, _MOST_COUPLING)
        np.fill_diagonal(self._slopes, diagonal)

    def steps(self, active: list[str], targets: Mapping[str, float]) -> dict[str, float]:
        """The change to ask for, in full errors, for each active scale."""
        if not active:
            return {}
        places = [self.names.index(name) for name in active]
        slopes = self._slopes[np.ix_(places, places)]
        gaps = np.array(
            [
                SCALES[name].miss(targets[name], self._start.measured[name])
                / SCALES[name].full_error
                for name in active
            ]
        )
        damped = slopes.T @ slopes + _DAMPING * np.eye(len(active))
        steps = np.linalg.solve(damped, slopes.T @ gaps)
        return {
            name: float(np.clip(step, -_LARGEST_STEP, _LARGEST_STEP))
            for name, step in zip(active, steps, strict=True)
        }

    def _apart(self, these: Mapping[str, float], those: Mapping[str, float]) -> Matrix:
        return np.array(
            [
                SCALES[name].miss(these[name], those[name]) / SCALES[name].full_error
                if name in these and name in those
                else 0.0
                for name in self.names
            ]
        )


def _moved(start: Trial, steps: Mapping[str, float], effort: float) -> dict[str, float]:
    moved = {}
    for name, step in steps.items():
        scale = SCALES[name]
        wished = scale.clamp(start.asked[name] + step * effort * scale.full_error)
        held = scale.clamp(round(wished, scale.decimals))
        if held != round(start.asked[name], scale.decimals):
            moved[name] = held
    return moved


def _at_its_limit(name: str, start: Trial, target: float) -> bool:
    """Whether the text already asks for the utmost in the direction that is wanted."""
    scale = SCALES[name]
    if scale.circular:
        return False
    wanted = scale.miss(target, start.measured[name])
    utmost = scale.high if wanted > 0 else scale.low
    return abs(start.asked[name] - utmost) < 10.0**-scale.decimals


def _deaf(name: str, trials: Sequence[Trial], start: Trial, target: float) -> bool:
    """Whether asking for more in the wanted direction was tried, and nothing moved."""
    scale = SCALES[name]
    wanted = scale.miss(target, start.measured[name])
    for trial in trials:
        if trial is start or name not in trial.measured:
            continue
        pushed = scale.miss(trial.asked[name], start.asked[name])
        moved = scale.miss(trial.measured[name], start.measured[name])
        if pushed * wanted > 0 and abs(pushed) > _NOISE * scale.full_error:
            return abs(moved) < 0.1 * abs(pushed)
    return False
