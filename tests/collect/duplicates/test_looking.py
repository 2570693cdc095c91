"""Looking works up: near hashes, shared words, near vectors; none of them misses what it should."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gesso.collect.duplicates.checks.laying import fit
from gesso.collect.duplicates.checks.points import Points, points_of
from gesso.collect.duplicates.looking.hashes import (
    HashIndex,
    hash_of,
    mirrored_dhash,
    mirrored_phash,
)
from gesso.collect.duplicates.looking.looks import LookIndex
from gesso.collect.duplicates.looking.words import WordIndex, entries_of
from gesso.core.pixels.derived.fingerprint import fingerprint
from gesso.core.pixels.picture import Picture

from .conftest import paint


def planted(count, seed=3):
    """Random hashes, some of them a few bits from another."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(1, 2**63, count, dtype=np.uint64)
    for row in range(0, count, 7):
        flips = sum(1 << int(bit) for bit in rng.choice(64, rng.integers(0, 13), replace=False))
        hashes[row] = hashes[rng.integers(count)] ^ np.uint64(flips)
    return hashes


def by_hand(hashes, queries, most):
    bits = np.bitwise_count(queries[:, None] ^ hashes[None, :])
    return set(zip(*(at.tolist() for at in np.nonzero(bits <= most)), strict=True))


@pytest.mark.parametrize("most", [0, 3, 4, 7, 8, 10, 11])
def test_every_hash_within_so_many_bits_is_found(most):
    hashes = planted(3000)

    pairs = HashIndex(hashes).near(hashes[:500], most)

    assert set(zip(pairs.queries.tolist(), pairs.rows.tolist(), strict=True)) == by_hand(
        hashes, hashes[:500], most
    )
    assert (pairs.bits <= most).all()


def test_hashes_that_are_all_alike_are_compared_too():
    hashes = np.full(400, 0x0F0F0F0F0F0F0F0F, dtype=np.uint64)

    assert len(HashIndex(hashes).near(hashes, 10).bits) == 400 * 400


def test_a_hash_without_structure_is_near_nothing():
    hashes = np.array([0, 0, 5], dtype=np.uint64)

    pairs = HashIndex(hashes).near(hashes, 11)

    assert (pairs.queries.tolist(), pairs.rows.tolist()) == ([2], [2])
    assert len(HashIndex(hashes[:0]).near(hashes, 5).bits) == 0
    with pytest.raises(ValueError, match="0 to 11 bits, not 12"):
        HashIndex(hashes).near(hashes, 12)


def test_the_hashes_of_a_mirrored_picture_follow_from_those_of_the_picture():
    rgb = paint(4)
    here, there = (
        fingerprint(b"", Picture(np.ascontiguousarray(one))) for one in (rgb, rgb[:, ::-1])
    )

    def of(digits):
        return np.array([hash_of(digits)], dtype=np.uint64)

    assert np.bitwise_count(mirrored_dhash(of(here.dhash)) ^ of(there.dhash))[0] <= 4
    assert np.bitwise_count(mirrored_phash(of(here.phash)) ^ of(there.phash))[0] <= 4
    assert mirrored_dhash(of(""))[0] == mirrored_phash(of(""))[0] == 0


def test_points_are_kept_in_twenty_bytes_each_and_come_back():
    points = points_of(paint(4))
    back = Points.from_bytes(points.to_bytes())

    assert len(points) == 320
    assert len(points.to_bytes()) == 6 + 20 * 320
    assert (back.codes == points.codes).all()
    assert np.abs(back.places - points.places).max() <= 1 / 64 + 1e-6
    with pytest.raises(ValueError, match="not the marks of"):
        Points.from_bytes(points.to_bytes()[:-1])


def test_the_points_of_a_mirrored_picture_follow_from_those_of_the_picture():
    rgb = paint(4)
    mirrored = points_of(np.ascontiguousarray(rgb[:, ::-1]))

    found = fit(points_of(rgb).mirrored, mirrored)

    assert found is not None
    assert found.points > 200
    assert found.affine == pytest.approx(np.array([[1, 0, 0], [0, 1, 0]]), abs=0.01)
    assert fit(points_of(rgb), mirrored) is None


def test_a_picture_without_structure_has_no_points():
    points = points_of(np.full((300, 200, 3), 128, np.uint8))

    assert len(points) == len(points.words()) == 0
    assert len(Points.from_bytes(points.to_bytes())) == 0
    assert len(points.mirrored) == 0
    assert fit(points, points) is None


def indexed(words):
    half = len(words) // 2
    parts = [entries_of(0, words[:half]), entries_of(half, words[half:])]
    return WordIndex(parts, len(words))


def test_a_detail_shares_words_with_its_whole_among_thousands():
    rng = np.random.default_rng(9)
    crowd = [np.unique(rng.integers(0, 2**25, 300)).astype(np.uint32) for _ in range(3000)]
    whole = points_of(paint(6)).words()
    close = cv2.resize(paint(6)[60:360, 100:500], (1200, 900), interpolation=cv2.INTER_CUBIC)

    near = indexed([*crowd, whole]).nearest(points_of(np.asarray(close, np.uint8)).words(), 5, 3)

    assert near[0][0] == 3000


def test_words_that_all_works_have_say_nothing():
    common, own = np.arange(5, dtype=np.uint32), np.array([70, 71, 72], dtype=np.uint32)
    words = [common] * 200 + [np.concatenate([common, own])] * 2

    index = indexed(words)

    assert [row for row, _ in index.nearest(words[-1], 10, 3)] == [200, 201]
    assert index.nearest(common, 10, 1) == []
    assert indexed([]).nearest(common, 10, 1) == []


def test_the_nearest_vectors_are_found_across_blocks():
    rng = np.random.default_rng(2)
    vectors = rng.standard_normal((40_000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = LookIndex(vectors.astype(np.float16))

    (found, few) = index.nearest([3, 39_999], 5, 0.2)

    near = vectors.astype(np.float16).astype(np.float32) @ vectors[3].astype(np.float16)
    near[3] = -2
    assert found == np.argsort(-near, kind="stable")[:5].tolist()
    assert 39_999 not in few
    assert LookIndex(vectors[:1].astype(np.float16)).nearest([0], 5, -1.5) == [[]]
