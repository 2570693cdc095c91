"""The arithmetic of refinement, against painters made of arithmetic."""

from __future__ import annotations

import random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.make.aims import SCALES
from gesso.make.writers.offline.control import Trial, next_asks

TARGETS = {
    "key": 34.0,
    "contrast": 50.0,
    "chroma": 0.07,
    "hue_dark": 270.0,
    "hue_light": 70.0,
    "symmetry": 0.35,
    "density": 0.2,
    "light_x": 0.3,
}


def error_of(measured, targets):
    return sum(SCALES[n].error(measured[n], targets[n]) for n in targets) / len(targets)


def rounds(plant, targets, count):
    """Ask, measure and ask again; the trials in order."""
    asked, trials = dict(targets), []
    for _ in range(count):
        measured = plant(asked)
        trials.append(Trial(dict(asked), measured, error_of(measured, targets)))
        best = min(trials, key=lambda trial: trial.error)
        asked = {**best.asked, **next_asks(trials, targets, 0.03)}
    return trials


def kept(trials, count):
    return min(trial.error for trial in trials[:count])


def linear_plant(gains, offsets, coupling=0.0, noise=0.0, seed=0):
    """Answers gain × ask + offset (in full errors), key and contrast moving each other."""
    rng = random.Random(seed)

    def answer(asked):
        found = {}
        for name, value in asked.items():
            scale = SCALES[name]
            middle = 180.0 if scale.circular else (scale.low + scale.high) / 2
            gain = 1.0 if scale.circular else gains[name]
            miss = (offsets[name] + rng.gauss(0, noise)) * scale.full_error
            found[name] = middle + gain * (value - middle) + miss
        pushed = coupling * (asked["contrast"] - 50), coupling * (asked["key"] - 50)
        found["key"] += pushed[0]
        found["contrast"] += pushed[1]
        return {name: SCALES[name].clamp(value) for name, value in found.items()}

    return answer


def per_scale(low, high):
    return st.fixed_dictionaries({name: st.floats(low, high) for name in TARGETS})


@settings(max_examples=200, deadline=None)
@given(gains=per_scale(0.5, 1.5), offsets=per_scale(-0.5, 0.5), coupling=st.floats(-0.2, 0.2))
def test_any_linear_painter_is_brought_nearer_in_three_rounds(gains, offsets, coupling):
    trials = rounds(linear_plant(gains, offsets, coupling), TARGETS, 3)

    first = trials[0].error
    assert kept(trials, 3) <= max(0.6 * first, 0.1)


def test_the_median_painter_loses_most_of_its_error_in_three_rounds_even_with_noise():
    drops = []
    for seed in range(80):
        rng = random.Random(seed)
        gains = {name: rng.uniform(0.5, 1.5) for name in TARGETS}
        offsets = {name: rng.uniform(-0.5, 0.5) for name in TARGETS}
        plant = linear_plant(gains, offsets, rng.uniform(-0.35, 0.35), 0.05, seed)
        trials = rounds(plant, TARGETS, 3)
        drops.append(1 - kept(trials, 3) / trials[0].error)

    assert median(drops) >= 0.6


def test_a_painter_that_answers_too_strongly_is_not_overshot_for_ever():
    gains = dict.fromkeys(TARGETS, 1.5)
    offsets = dict.fromkeys(TARGETS, 0.4)
    trials = rounds(linear_plant(gains, offsets), TARGETS, 6)

    assert kept(trials, 6) < 0.02


def test_a_scale_that_is_met_is_left_alone():
    measured = dict(TARGETS) | {"key": 50.0}

    assert set(next_asks([Trial(TARGETS, measured, 0.1)], TARGETS, 0.05)) == {"key"}


def test_asking_lower_is_the_answer_to_measuring_higher():
    asks = next_asks([Trial(TARGETS, {**TARGETS, "key": 44.0}, 0.1)], TARGETS, 0.05)

    assert asks["key"] == pytest.approx(24, abs=1)


def test_a_hue_is_turned_the_short_way_round():
    targets = {"hue_dark": 10.0}
    asks = next_asks([Trial({"hue_dark": 10.0}, {"hue_dark": 340.0}, 0.3)], targets, 0.05)

    assert asks["hue_dark"] == pytest.approx(40, abs=3)


def test_a_scale_that_was_not_measured_is_left_alone():
    assert next_asks([Trial({"hue_dark": 10.0}, {}, 0.0)], {"hue_dark": 10.0}, 0.05) == {}


def test_what_already_asks_for_the_utmost_is_not_asked_for_more():
    trial = Trial({"key": 0.0, "contrast": 50.0}, {"key": 30.0, "contrast": 50.0}, 0.4)

    assert next_asks([trial], {"key": 20.0, "contrast": 50.0}, 0.05) == {}


def test_a_floor_that_does_not_give_way_is_given_up():
    targets = {"mist": 0.1}
    trials = [
        Trial({"mist": 0.5}, {"mist": 0.45}, 0.4),
        Trial({"mist": 0.3}, {"mist": 0.45}, 0.41),
    ]

    assert next_asks(trials, targets, 0.05) == {}


def test_it_learns_a_weak_answer_from_two_trials():
    targets = {"density": 0.3}
    trials = [
        Trial({"density": 0.3}, {"density": 0.1}, 0.8),
        Trial({"density": 0.5}, {"density": 0.2}, 0.4),
    ]

    learnt = next_asks(trials, targets, 0.05)["density"] - 0.5
    naive = next_asks(trials[1:], targets, 0.05)["density"] - 0.5
    assert learnt > 1.2 * naive or learnt == pytest.approx(0.1)


def test_after_a_worse_trial_the_step_from_the_best_is_shorter():
    good = Trial({"key": 34.0}, {"key": 44.0}, 0.4)
    bad = Trial({"key": 24.0}, {"key": 20.0}, 0.56)

    step = next_asks([good], {"key": 34.0}, 0.05)["key"] - 34
    after = next_asks([good, bad], {"key": 34.0}, 0.05)["key"] - 34
    assert -abs(step) < after < 0


@settings(max_examples=100, deadline=None)
@given(measured=per_scale(-1.5, 1.5))
def test_what_is_asked_for_can_always_be_written(measured):
    values = {
        name: SCALES[name].clamp(TARGETS[name] + measured[name] * SCALES[name].full_error)
        for name in TARGETS
    }
    for name, asked in next_asks([Trial(TARGETS, values, 0.5)], TARGETS, 0.05).items():
        scale = SCALES[name]
        assert scale.low <= asked <= scale.high
        assert round(asked, scale.decimals) == asked


def test_neighbouring_hues_are_not_driven_past_each_others_opposite():
    asked = {"hue_mid": 284.0, "hue_light": 50.0}
    measured = {"hue_mid": 316.0, "hue_light": 18.0}
    asks = asked | next_asks([Trial(asked, measured, 0.4)], asked, 0.05)

    assert asks["hue_mid"] < 284
    assert asks["hue_light"] > 50
    assert abs(SCALES["hue_mid"].miss(asks["hue_mid"], asks["hue_light"])) <= 141
