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

# What a painter is taken to answer to a unit asked for, before anything is known of it; 1 where
# nothing is said. Strokes hold edges of their own, a motif some air, pigment less colour than
# was mixed: measured over 48 texts of random aims and twelve motifs.
_FIRST_GUESS = {"density": 0.4, "mist": 0.6, "chroma": 0.55, "hue_light": 0.8, "key": 1.1}

# How far that guess may be wrong: much on a scale itself, little across scales, but key and
# contrast are known to move each other. Standard deviations of a slope.
_OWN_DOUBT, _CROSS_DOUBT, _KIN_DOUBT = 0.5, 0.08, 0.3
_KIN = ({"key", "contrast"}, {"key", "mist"}, {"contrast", "mist"})

# Two pictures of one text differ by about this much on a scale, in full errors.
_NOISE = 0.08

# A change asked for must be at least this large to tell whether the painter follows.
_TELLING = 0.25

# A painter that answers with less than this share of the change does not follow at all.
_FOLLOWS = 0.1

_SLOPES = (0.3, 2.0)
_LARGEST_STEP = 1.2
_LARGEST_TURN = 0.45
_WIDEST_GAP_DEGREES = 140.0
_NEIGHBOURS = (("hue_dark", "hue_mid"), ("hue_mid", "hue_light"))
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
    should close the gap. The model is learnt from the other trials, by Bayes' rule from a first
    guess; after a worse trial the step is shortened.

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
        and not _deaf(name, trials, start)
    ]
    effort *= _CAUTION ** (len(trials) - 1 - best)
    return _moved(start, model.steps(active, targets), effort)


class _Model:
    """A linear guess at how a painter answers, in full errors, around the best trial."""

    def __init__(self, names: tuple[str, ...], start: Trial) -> None:
        self.names = names
        self._start = start
        self._slopes: Matrix = np.diag([_FIRST_GUESS.get(name, 1.0) for name in names])
        self._doubts = [np.diag([_doubt(row, name) ** 2 for name in names]) for row in names]

    def learn(self, trial: Trial) -> None:
        """Let the model agree with what `trial` shows, as far as it stands out of the noise."""
        asked = self._apart(trial.asked, self._start.asked)
        answer = self._apart(trial.measured, self._start.measured)
        for row, name in enumerate(self.names):
            if name not in trial.measured:
                continue
            # Recursive least squares: what is in doubt takes up the surprise.
            swayed = self._doubts[row] @ asked
            weight = swayed / (asked @ swayed + 2 * _NOISE**2)
            self._slopes[row] += weight * (answer[row] - self._slopes[row] @ asked)
            self._doubts[row] -= np.outer(weight, swayed)
            self._slopes[row, row] = np.clip(self._slopes[row, row], *_SLOPES)

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
        held = {}
        for name, step in zip(active, steps, strict=True):
            most = _LARGEST_TURN if SCALES[name].circular else _LARGEST_STEP
            held[name] = float(np.clip(step, -most, most))
        return _turned_together(self._start, held)

    def _apart(self, these: Mapping[str, float], those: Mapping[str, float]) -> Matrix:
        return np.array(
            [
                SCALES[name].miss(these[name], those[name]) / SCALES[name].full_error
                if name in these and name in those
                else 0.0
                for name in self.names
            ]
        )


def _doubt(row: str, column: str) -> float:
    if row == column:
        return _OWN_DOUBT
    return _KIN_DOUBT if {row, column} in _KIN else _CROSS_DOUBT


def _turned_together(start: Trial, steps: Mapping[str, float]) -> dict[str, float]:
    """The steps, with those of hues shortened where they would drive neighbours too far apart.

    Values between two zones get hues between theirs, by the short way round: where two hues pass
    each other's opposite, all that lies between would jump to the other side of the circle.
    """
    turned = dict(steps)
    for name, other in _NEIGHBOURS:
        if name not in start.asked or other not in start.asked:
            continue
        gap = SCALES[name].miss(start.asked[name], start.asked[other])
        wider = (turned.get(name, 0.0) - turned.get(other, 0.0)) * SCALES[name].full_error
        if abs(gap + wider) > max(_WIDEST_GAP_DEGREES, abs(gap)):
            room = max(0.0, _WIDEST_GAP_DEGREES - abs(gap))
            for one in {name, other} & set(turned):
                turned[one] *= room / abs(wider)
    return turned


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


def _deaf(name: str, trials: Sequence[Trial], start: Trial) -> bool:
    """Whether the painter does not follow: it was asked for another value and did not go that way.

    Colourless zones have hues that jump about, and a motif has a symmetry of its own: to push on
    there only disturbs what can still be mended.
    """
    scale = SCALES[name]
    for trial in trials:
        if trial is start or name not in trial.measured:
            continue
        pushed = scale.miss(trial.asked[name], start.asked[name])
        moved = scale.miss(trial.measured[name], start.measured[name])
        if abs(pushed) > _TELLING * scale.full_error:
            return moved * pushed < _FOLLOWS * pushed**2
    return False
