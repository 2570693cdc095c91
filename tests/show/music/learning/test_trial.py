"""A trial tells what is better beyond doubt, and holds out what hangs together."""

from dataclasses import replace

import numpy as np
import pytest

from gesso.show.music.learning.towers import by_correlation
from gesso.show.music.learning.trial import Ground, _folds, tried


def cca(pictures, tracks, _moods):
    return by_correlation(pictures, tracks)


def ground(count=90, music=120, noise=0.5, seed=0):
    chance = np.random.default_rng(seed)
    hidden = chance.normal(size=(music, 3))
    pictures = hidden @ chance.normal(size=(3, 12)) + noise * chance.normal(size=(music, 12))
    tracks = hidden @ chance.normal(size=(3, 8)) + noise * chance.normal(size=(music, 8))
    rows = chance.permutation(music)[:count]
    return Ground(
        works=rows,
        tracks=rows,
        groups=np.arange(music),
        pictures=pictures[rows],
        music=tracks,
        moods=chance.random((music, 2)),
        usual=chance.random((count, music)),
    )


def test_what_is_learnt_beats_a_matching_that_knows_nothing():
    report = tried(ground(), cca, "cca")

    assert report.is_better
    assert report.learnt.mrr > 2 * report.usual.mrr
    assert report.shuffled.mrr < report.learnt.mrr / 2
    assert report.least < report.gain < report.most


@pytest.mark.parametrize("seed", range(6))
def test_pairs_put_together_by_chance_are_never_better(seed):
    known = ground(seed=seed)
    mixed = replace(known, tracks=np.random.default_rng(seed).permutation(known.tracks))

    assert not tried(mixed, cca, "cca").is_better


def test_a_matching_that_would_spoil_a_perfect_one_is_not_better():
    known = ground(noise=5.0)
    perfect = np.zeros_like(known.usual)
    perfect[np.arange(len(perfect)), known.tracks] = 1.0

    report = tried(replace(known, usual=perfect), cca, "cca")
    assert report.usual.mrr == 1.0
    assert not report.is_better


@pytest.mark.parametrize("islands", [True, False])
def test_each_pair_is_held_out_once_without_its_picture_and_its_album(islands):
    chance = np.random.default_rng(3)
    works = np.arange(60) if islands else chance.integers(0, 25, 60)
    tracks = np.arange(60) if islands else chance.integers(0, 60, 60)
    groups = np.arange(60) // 2
    known = replace(ground(60, 60), works=works, tracks=tracks, groups=groups)

    held_before = []
    for taught, held in _folds(known, np.random.default_rng(0)):
        held_before += held.tolist()
        assert not set(works[taught]) & set(works[held])
        assert not set(groups[tracks[taught]]) & set(groups[tracks[held]])
    assert sorted(held_before) == list(range(60))


def test_a_pair_that_is_told_twice_is_learnt_twice_and_tried_once():
    known = ground(20, 30)
    told = []

    def listening(pictures, tracks, moods):
        told.append(len(pictures))
        return by_correlation(pictures, tracks)

    report = tried(replace(known, times=np.array([2] * 5 + [1] * 15)), listening, "cca")

    assert report.pairs == 20
    # Of five folds each is taught without its own: all 25 tellings are heard four times, and then
    # once more with the tracks in another order.
    assert sum(told) == 2 * 4 * 25


def test_what_is_told_more_often_draws_the_towers_its_way():
    known = ground(40, 60)
    rows = np.arange(40)
    often = replace(known, times=np.where(rows < 5, 30, 1)).learn(cca, rows)
    alone = known.learn(cca, rows)

    def loved(towers):
        alike = towers.alike(known.pictures[:5], known.music[known.tracks[:5]])
        return float(np.diag(alike).mean())

    assert loved(often) > loved(alone)


def test_other_tracks_of_the_same_picture_are_no_rivals():
    known = ground(40, 60)
    twice = replace(
        known,
        works=np.repeat(np.arange(20), 2),
        usual=np.zeros_like(known.usual),
    )
    usual = twice.usual
    for row, track in enumerate(twice.tracks):
        usual[row, track] = 1.0
        usual[row ^ 1, track] = 2.0

    assert tried(twice, cca, "cca").usual.mrr == 1.0
