"""Towers find what pictures and tracks have in common."""

import numpy as np
import pytest

from gesso.show.music.learning.towers import by_contrast, by_correlation


def world(count, seed=0):
    chance = np.random.default_rng(seed)
    hidden = chance.normal(size=(count, 3))
    maps = np.random.default_rng(99)
    pictures = hidden @ maps.normal(size=(3, 12)) + 0.3 * chance.normal(size=(count, 12))
    tracks = hidden @ maps.normal(size=(3, 8)) + 0.3 * chance.normal(size=(count, 8))
    return pictures, tracks, hidden[:, :2]


def share_in_ten(towers, pictures, tracks):
    scores = towers.alike(pictures, tracks)
    return ((scores > np.diag(scores)[:, None]).sum(axis=1) < 10).mean()


@pytest.mark.parametrize("count", [20, 60, 300])
def test_correlation_finds_the_bond_from_few_pairs(count):
    pictures, tracks, _ = world(count)
    others, music, _ = world(200, seed=1)

    assert share_in_ten(by_correlation(pictures, tracks), others, music) > 0.3


def test_contrast_finds_the_bond_from_many_pairs():
    pictures, tracks, moods = world(1200)
    others, music, _ = world(200, seed=1)

    assert share_in_ten(by_contrast(pictures, tracks, moods), others, music) > 0.4


def test_the_same_pairs_give_the_same_towers():
    pictures, tracks, moods = world(80)

    one, two = (by_contrast(pictures, tracks, moods) for _ in range(2))
    assert np.array_equal(one.picture_map, two.picture_map)


def test_pairs_without_any_difference_break_nothing():
    pictures, tracks = np.ones((20, 5)), np.ones((20, 4))

    alike = by_correlation(pictures, tracks).alike(pictures, tracks)
    assert np.isfinite(alike).all()
    assert (alike >= 0).all()
    assert (alike <= 1).all()
