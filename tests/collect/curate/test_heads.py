"""Heads: what they learn, when they are silent, and whether what they say of themselves is true."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.collect.curate.heads.chances import interval, least_share
from gesso.collect.curate.heads.folds import folds
from gesso.collect.curate.heads.logistic import fit, softmax
from gesso.collect.curate.heads.silence import Sureness, thresholds
from gesso.collect.curate.heads.training import Report, Trained, train
from gesso.core.errors import InputError

SURE = Sureness(0.8, 0.2)


def clouds(each: int, apart: float, labels: int = 2, size: int = 40, seed: int = 0):
    """Clouds of vectors of spread 1, whose middles are so far apart; and which each is of."""
    rng = np.random.default_rng(seed)
    middles = np.zeros((labels, size))
    middles[np.arange(labels), np.arange(labels)] = apart / np.sqrt(2)
    targets = np.repeat(np.arange(labels), each)
    return middles[targets] + rng.normal(size=(each * labels, size)), targets


def learnt(vectors, targets, **options) -> tuple[Trained, Report]:
    names = [chr(97 + n) for n in range(int(targets.max()) + 1)]
    return train(vectors, targets, names, options.pop("sure", SURE), **options)


# How sure one may be --------------------------------------------------------------------------


def test_the_exact_bound_of_all_right_is_the_root_of_the_doubt() -> None:
    assert least_share(8, 8, 0.2) == pytest.approx(0.2 ** (1 / 8))
    assert least_share(0, 5, 0.2) == 0


def test_the_exact_bound_is_that_of_the_tables() -> None:
    # Clopper and Pearson, one-sided 95 %, 8 of 10.
    assert least_share(8, 10, 0.05) == pytest.approx(0.4931, abs=1e-4)


def test_the_bound_fails_as_often_as_its_doubt_allows() -> None:
    right = np.random.default_rng(0).binomial(30, 0.8, 4000)

    above = np.mean([least_share(int(k), 30, 0.2) > 0.8 for k in right])

    assert 0.08 < above <= 0.21


def test_the_interval_is_wilsons() -> None:
    assert interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert interval(0, 0) == (0.0, 1.0)


# The head -------------------------------------------------------------------------------------


def test_a_head_tells_clouds_apart_in_any_scale_and_place() -> None:
    vectors, targets = clouds(30, 8.0, labels=3)

    for moved in (vectors, 0.001 * vectors + 5.0):
        (head,) = fit(moved, targets, 3, (0.03,))
        beliefs = head.beliefs(moved)
        assert (beliefs.argmax(axis=1) == targets).mean() > 0.98
        assert beliefs.sum(axis=1) == pytest.approx(1.0)


def test_the_fit_is_where_the_slope_of_the_loss_is_none() -> None:
    vectors, targets = clouds(20, 2.0)
    (head,) = fit(vectors, targets, 2, (0.1,))
    points = (vectors - head.centre) / head.scale
    miss = softmax(points @ head.weights + head.bias)
    miss[np.arange(len(targets)), targets] -= 1

    slope = points.T @ miss / len(targets) + 0.1 * head.weights

    assert np.abs(slope).max() < 1e-3


def test_labels_count_alike_however_many_examples_they_have() -> None:
    vectors, targets = clouds(60, 3.0)
    few = np.concatenate([np.flatnonzero(targets == 0), np.flatnonzero(targets == 1)[:10]])
    (head,) = fit(vectors[few], targets[few], 2, (0.1,))

    fresh, truth = clouds(400, 3.0, seed=1)
    answers = head.beliefs(fresh).argmax(axis=1)

    by_label = [(answers[truth == label] == label).mean() for label in (0, 1)]
    assert min(by_label) > 0.75


def test_one_vector_many_times_over_breaks_nothing() -> None:
    (head,) = fit(np.ones((8, 5)), np.array([0, 1] * 4), 2, (0.1,))

    assert head.beliefs(np.ones((1, 5)))[0] == pytest.approx([0.5, 0.5])


# Silence --------------------------------------------------------------------------------------


def test_a_label_speaks_from_where_its_answers_are_right_often_enough() -> None:
    beliefs = np.array([0.9] * 10 + [0.6] * 10)
    targets = np.array([0] * 10 + [1] * 10)

    first, second = thresholds(beliefs, np.zeros(20, dtype=np.int64), targets, 2, SURE, chance=0.5)

    assert first.belief == pytest.approx(0.75)
    assert first.needs == 0
    assert second.is_silent


def test_too_few_right_answers_are_no_reason_to_speak_and_it_says_how_many_are() -> None:
    beliefs, right = np.linspace(0.9, 0.6, 5), np.zeros(5, dtype=np.int64)

    (only,) = thresholds(beliefs, right, right, 1, SURE, chance=0.5)

    assert only.is_silent
    assert only.needs == SURE.least_examples == 8


def test_what_is_right_half_the_time_needs_something_else_than_more() -> None:
    beliefs = np.linspace(0.9, 0.6, 20)
    targets = np.array([0, 1] * 10)

    first, _ = thresholds(beliefs, np.zeros(20, dtype=np.int64), targets, 2, SURE, chance=0.5)

    assert first.is_silent
    assert first.needs is None


@pytest.mark.parametrize(("share", "doubt"), [(0.0, 0.2), (1.0, 0.2), (0.8, 0.0), (0.8, 1.0)])
def test_no_one_is_sure_beyond_bounds(share, doubt) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Sureness(share, doubt)


# Folds ----------------------------------------------------------------------------------------


def test_every_fold_has_its_share_of_every_label() -> None:
    targets = np.array([0] * 20 + [1] * 10)

    dealt = folds(targets, np.arange(30), 5, seed=3)

    assert [np.bincount(targets[dealt == fold]).tolist() for fold in range(5)] == [[4, 2]] * 5


def test_scans_of_one_picture_come_into_one_fold() -> None:
    targets, groups = np.array([0, 1] * 12), np.repeat(np.arange(12), 2)

    dealt = folds(targets, groups, 4, seed=0)

    assert all(len(set(dealt[groups == group])) == 1 for group in range(12))


# Training -------------------------------------------------------------------------------------


def test_what_is_far_apart_is_learnt_from_sixteen_and_what_is_not_is_left_alone() -> None:
    clear, _ = learnt(*clouds(16, 9.0, size=12))
    vague, report = learnt(*clouds(8, 0.0, size=12))
    fresh, truth = clouds(200, 9.0, size=12, seed=9)

    answers, _, given = clear.decide(fresh)

    assert given.mean() > 0.8
    assert (answers[given] == truth[given]).mean() > 0.97
    assert vague.decide(fresh)[2].mean() < 0.35
    assert report.answered < report.examples / 2


def test_what_it_says_of_itself_is_what_it_does_to_works_that_it_never_met() -> None:
    """Over several draws: the shares that it tells, and those that fresh works show."""
    said, done, answered, right = [], [], 0, 0
    for seed in range(4):
        trained, report = learnt(*clouds(24, 2.6, size=8, seed=seed), seed=seed)
        fresh, truth = clouds(400, 2.6, size=8, seed=100 + seed)
        answers, _, given = trained.decide(fresh)
        said.append(report.forced)
        done.append((answers == truth).mean())
        answered += int(given.sum())
        right += int((answers == truth)[given].sum())

    assert np.mean(said) == pytest.approx(np.mean(done), abs=0.07)
    assert answered > 800
    assert right / answered > SURE.share


def test_noise_is_no_knowledge() -> None:
    rng = np.random.default_rng(5)
    _, report = learnt(rng.normal(size=(40, 60)), np.repeat([0, 1], 20))

    low, high = report.forced_interval
    assert low < 0.5 < high
    assert report.answered < 20


def test_a_copy_in_another_fold_would_flatter_and_groups_keep_it_out() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(size=(20, 60))
    vectors = np.repeat(one, 2, axis=0) + rng.normal(size=(40, 60)) * 0.01
    targets = np.repeat(np.tile([0, 1], 10), 2)

    _, flattered = learnt(vectors, targets)
    _, honest = learnt(vectors, targets, groups=np.repeat(np.arange(20), 2))

    assert flattered.forced > 0.85
    assert honest.forced < 0.75


def test_the_same_seed_learns_the_same() -> None:
    first, second = (learnt(*clouds(10, 2.0), seed=4) for _ in range(2))

    assert first[1] == second[1]
    assert np.array_equal(first[0].head.weights, second[0].head.weights)


def test_too_few_examples_are_told_with_how_many_are_missing() -> None:
    vectors, targets = clouds(6, 2.0)

    with pytest.raises(InputError, match="2 more of 'b'"):
        learnt(vectors[:8], targets[:8])
    with pytest.raises(InputError, match="One label alone"):
        train(vectors, np.zeros(12, dtype=np.int64), ["a"], SURE)
