"""The shortest way: exact for a few, near it for many, the same each time."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from gesso.show.story.orders.paths import EXACT, _improved, length_of, shortest_path


def points(count: int, seed: int = 0) -> np.ndarray:
    places = np.random.default_rng(seed).random((count, 3))
    return np.asarray(np.linalg.norm(places[:, None] - places[None], axis=2))


@pytest.mark.parametrize("count", [3, 5, 7])
def test_few_points_are_joined_by_the_shortest_way_of_all(count):
    apart = points(count)
    best = min(length_of(order, apart) for order in permutations(range(count)))

    assert length_of(shortest_path(apart), apart) == pytest.approx(best)


def test_from_a_given_place_the_way_is_the_shortest_from_there():
    apart = points(6, 3)
    best = min(length_of(o, apart) for o in permutations(range(6)) if o[0] == 4)

    order = shortest_path(apart, first=4)
    assert order[0] == 4
    assert length_of(order, apart) == pytest.approx(best)


def test_improved_ways_are_hardly_longer_than_the_shortest():
    ratios = []
    for seed in range(8):
        apart = points(EXACT - 2, seed)
        ratios.append(
            length_of(_improved(apart, None), apart) / length_of(shortest_path(apart), apart)
        )

    assert np.mean(ratios) < 1.03


def test_two_hundred_points_are_each_visited_once_and_a_third_is_saved():
    apart = points(200)
    order = shortest_path(apart)

    assert sorted(order) == list(range(200))
    assert length_of(order, apart) < 0.4 * length_of(range(200), apart)
    assert order == shortest_path(apart)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_way_through_hardly_anything(count):
    assert sorted(shortest_path(points(count) if count else np.zeros((0, 0)))) == list(range(count))
