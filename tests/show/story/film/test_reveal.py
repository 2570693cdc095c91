"""The next picture is painted in, its darkest mass first."""

from __future__ import annotations

import numpy as np

from gesso.show.story.film.reveal import Masses, painted, painting_order, wall_share

HALVES = Masses(np.repeat([[0, 1, 2]], 60, axis=0).repeat(40, axis=1).astype(np.int32), 3)


def test_nothing_is_there_at_first_and_everything_at_last():
    order = painting_order(HALVES, 1)

    assert painted(order, 0.0).max() == 0
    assert painted(order, 1.0).min() == 1
    assert (wall_share(0.0), wall_share(1.0)) == (0.0, 1.0)


def test_a_darker_mass_is_there_before_a_lighter_one_begins():
    order = painting_order(HALVES, 1)
    amount = painted(order, 0.4)
    dark, middle, light = amount[:, :40].mean(), amount[:, 40:80].mean(), amount[:, 80:].mean()

    assert dark > 0.95
    assert light == 0
    assert dark > middle > light


def test_what_is_painted_stays():
    order = painting_order(HALVES, 1)
    before = np.zeros_like(order)
    for step in range(21):
        now = painted(order, step / 20)
        assert (now >= before).all()
        before = now


def test_a_mass_is_laid_in_strokes_not_at_once():
    amount = painted(painting_order(HALVES, 1), 0.17)[:, :40]

    assert 0.15 < (amount > 0.5).mean() < 0.85


def test_the_same_seed_is_the_same_hand():
    assert np.array_equal(painting_order(HALVES, 5), painting_order(HALVES, 5))
    assert not np.array_equal(painting_order(HALVES, 5), painting_order(HALVES, 6))


def test_a_picture_of_one_pixel_is_painted_too():
    one = Masses(np.zeros((1, 1), np.int32), 1)

    assert painted(painting_order(one, 0), 1.0).item() == 1
