"""Big shapes: few, whole, with the accents that matter."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.regions.merging import MergeOptions, merge_small
from gesso.study.regions.patches import patches_of

from ..conftest import gray, set_up


def test_a_map_covers_the_picture_with_levels_from_dark_to_light(scene: Picture) -> None:
    blocks = set_up(scene).blocks()

    assert blocks.labels.shape == (240, 320)
    assert sorted(np.unique(blocks.labels)) == list(range(blocks.used))
    assert (np.diff(blocks.levels) > 0).all()
    assert blocks.shares.sum() == pytest.approx(1)


def test_a_level_is_the_mean_of_what_it_covers(scene: Picture) -> None:
    easel = set_up(scene)
    blocks = easel.blocks()

    for level in range(blocks.used):
        covered = easel.values[blocks.labels == level]
        assert covered.mean() == pytest.approx(float(blocks.levels[level]), abs=0.01)


def test_no_mass_is_small_but_for_accents(scene: Picture) -> None:
    easel = set_up(scene)
    blocks = easel.blocks()
    patches = blocks.patches
    borders = patches.borders()

    for patch in np.flatnonzero(patches.areas < 0.0022 * blocks.labels.size).tolist():
        level = blocks.levels[patches.labels[patch]]
        apart = [abs(blocks.levels[patches.labels[other]] - level) for other in borders[patch]]
        assert min(apart) > 20


def test_an_eye_stays_where_a_speck_goes() -> None:
    plane = np.full((200, 200), 120.0)
    plane[100:105, 100:105] = 250  # 25 pixels, far lighter: an accent
    plane[40:45, 40:45] = 138  # 25 pixels, a little lighter: a speck
    easel = set_up(gray(plane), coherence=0.0)

    blocks = easel.blocks()

    assert blocks.flat[102, 102] > blocks.flat[150, 150] + 25
    assert blocks.flat[42, 42] == blocks.flat[150, 150]


def test_without_accents_everything_small_joins() -> None:
    plane = np.full((200, 200), 120.0)
    plane[100:105, 100:105] = 250
    easel = set_up(gray(plane), coherence=0.0, merging=MergeOptions(accent=None))

    assert len(easel.blocks().patches) == 1


def test_the_same_picture_gives_the_same_map_on_any_number_of_threads(scene: Picture) -> None:
    before = cv2.getNumThreads()
    try:
        digests = set()
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            digests.add(set_up(scene).blocks().sha256)
    finally:
        cv2.setNumThreads(before)

    assert len(digests) == 1


def test_a_little_noise_moves_few_pixels(scene: Picture) -> None:
    noise = np.random.default_rng(5).normal(0, 4, scene.rgb.shape)
    noisy = Picture(np.clip(np.rint(scene.rgb + noise), 0, 255).astype(np.uint8))

    same = set_up(scene).blocks().labels == set_up(noisy).blocks().labels

    assert same.mean() > 0.96


def test_a_picture_of_one_colour_has_one_block() -> None:
    blocks = set_up(gray(np.full((30, 40), 99.0))).blocks()

    assert (blocks.used, blocks.asked) == (1, 5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 20000), (20000, 1), (3, 2)])
def test_odd_sizes_have_blocks_too(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(1).uniform(0, 255, shape)

    blocks = set_up(gray(plane)).blocks()

    assert blocks.labels.size >= 1
    assert max(blocks.labels.shape) <= 360
    assert np.isfinite(blocks.levels).all()


def test_patches_touch_along_their_borders() -> None:
    labels = np.array([[0, 0, 1], [0, 2, 1], [0, 2, 1]], dtype=np.int32)
    patches = patches_of(labels)

    assert patches.areas.tolist() == [4, 3, 2]
    assert patches.borders() == [{1: 1, 2: 3}, {0: 1, 2: 2}, {0: 3, 1: 2}]


def test_diagonal_neighbours_are_not_one_patch() -> None:
    assert len(patches_of(np.array([[0, 1], [1, 0]], dtype=np.int32))) == 4


def test_merging_leaves_a_map_of_large_patches_alone() -> None:
    labels = np.repeat(np.array([[0, 1]], dtype=np.int32), 10, axis=0).repeat(10, axis=1)
    values = labels.astype(np.float32) * 50

    assert np.array_equal(merge_small(values, labels, MergeOptions()), labels)
