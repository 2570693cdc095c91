"""Orders: by likeness, arc, light, years, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.show.story.props import added

from gesso.core.errors import InputError
from gesso.show.story.orders.looks import distances, look_at
from gesso.show.story.orders.orders import by_arc, by_flow, by_light, by_years, permuted


@pytest.fixture
def looks(catalogue, works):
    return [look_at(catalogue, catalogue.works.get(number)) for number in works]


def named(looks, order):
    return [looks[place].work.title for place in order]


def test_light_goes_from_the_darkest_to_the_lightest(looks):
    assert named(looks, by_light(looks))[0] == "Night"
    assert named(looks, by_light(looks))[-1] == "Pale"


def test_years_go_from_the_oldest_and_unknown_ones_come_last(looks):
    assert named(looks, by_years(looks)) == ["Pale", "Blue", "Red", "Night", "Gray"]


def test_flow_puts_like_beside_like(catalogue):
    grays = [added(catalogue, np.full((40, 40, 3), g), f"{g}") for g in (10, 240, 90, 170, 50)]
    seen = [look_at(catalogue, catalogue.works.get(number)) for number in grays]

    assert named(seen, by_flow(seen)) == ["10", "50", "90", "170", "240"]


def test_an_arc_is_highest_when_two_thirds_are_over(catalogue):
    rng = np.random.default_rng(1)
    numbers = []
    for step in range(9):
        noise = rng.integers(0, 2, (64, 64, 1)) * np.array([[[200 - 60, -30, 40 - 90]]])
        rgb = np.clip(110 + noise * step / 9, 0, 255)
        numbers.append(added(catalogue, rgb, f"{step}"))
    seen = [look_at(catalogue, catalogue.works.get(number)) for number in numbers]
    order = [seen[place].arousal for place in by_arc(seen)]

    assert 4 <= int(np.argmax(order)) <= 7
    assert order[0] < np.median(order)
    assert order[-1] < max(order)


def test_pictures_are_no_distance_from_themselves_and_as_far_both_ways(looks):
    apart = distances(looks)

    assert np.array_equal(apart, apart.T)
    assert not np.diag(apart).any()
    assert (apart + np.eye(len(looks)) > 0).all()


@pytest.mark.parametrize(
    ("wished", "said"),
    [([1, 2], "leaves work 3 out"), ([1, 2, 2], "names work 2 twice"), ([1, 2, 9], "Work 9")],
)
def test_an_order_that_is_no_order_is_refused(wished, said):
    with pytest.raises(InputError, match=said):
        permuted(wished, [1, 2, 3])


def test_an_order_by_hand_is_taken_as_it_is():
    assert permuted([7, 5, 6], [5, 6, 7]) == (2, 0, 1)
