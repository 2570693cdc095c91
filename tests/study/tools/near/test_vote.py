"""A vote: right where styles differ, humble where they do not, deaf to an artist's own hand."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.study.tools.near.vote import Jury, Labelled

SIZE = 64


def labelled(centres: np.ndarray, styles: list[str], artists: list[str], seed: int = 0) -> Labelled:
    rng = np.random.default_rng(seed)
    points = centres + rng.normal(0, 0.6, centres.shape)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    ids = np.arange(10, 10 + len(points), dtype=np.int64)
    return Labelled(ids, points.astype(np.float32), tuple(styles), tuple(artists))


def of_styles(each: int = 30) -> Labelled:
    """Three styles that lie apart, ten artists each."""
    rng = np.random.default_rng(3)
    middles = rng.normal(0, 1, (3, SIZE))
    styles = [style for style in "abc" for _ in range(each)]
    artists = [f"{style}{number % 10}" for style in "abc" for number in range(each)]
    return labelled(np.repeat(middles, each, axis=0), styles, artists)


def of_hands() -> Labelled:
    """Artists that lie apart, their styles given by chance: nearness tells the hand alone."""
    rng = np.random.default_rng(4)
    middles = np.repeat(rng.normal(0, 2, (24, SIZE)), 4, axis=0)
    styles = [style for style in rng.permutation(list("abc") * 8) for _ in range(4)]
    artists = [f"artist {number}" for number in range(24) for _ in range(4)]
    return labelled(middles, styles, artists)


def test_works_like_it_name_its_style_and_are_trusted() -> None:
    known = of_styles()
    jury = Jury(known)

    vote = jury.ask(known.vectors[0])

    assert vote.shares[0][0] == "a"
    assert sum(share for _, share in vote.shares) == pytest.approx(1)
    assert jury.trust(vote) > 0.8
    assert all(10 <= voter < 40 for voter in vote.voters)


def test_what_only_tells_the_hand_is_not_trusted() -> None:
    known = of_hands()
    jury = Jury(known)

    trusts = [jury.trust(jury.ask(vector)) for vector in known.vectors]

    # The nearest work is by the same artist, so of the same style: asked plainly it is right.
    alike = known.vectors @ known.vectors.T - 2 * np.eye(len(known))
    assert (
        np.mean([known.styles[at] == known.styles[to] for at, to in enumerate(alike.argmax(1))])
        > 0.9
    )
    assert np.mean(trusts) < 0.5


def test_a_clearer_vote_is_trusted_no_less() -> None:
    jury = Jury(of_styles())
    votes = sorted((jury.ask(vector) for vector in of_styles(12).vectors),
                   key=lambda vote: vote.shares[0][1])  # fmt: skip
    of_a = [jury.trust(vote) for vote in votes if vote.shares[0][0] == "a"]

    assert of_a == sorted(of_a)


def test_the_order_of_the_works_does_not_matter() -> None:
    known = of_styles()
    order = np.random.default_rng(1).permutation(len(known))
    other = Labelled(
        known.ids[order],
        known.vectors[order],
        tuple(known.styles[at] for at in order),
        tuple(known.creators[at] for at in order),
    )
    query = known.vectors[5]

    first, second = Jury(known), Jury(other)
    assert first.ask(query) == second.ask(query)
    assert first.trust(first.ask(query)) == second.trust(second.ask(query))


def test_many_works_of_one_artist_are_not_as_many_voices() -> None:
    rng = np.random.default_rng(5)
    middle = rng.normal(0, 1, SIZE)
    many = labelled(np.tile(middle, (40, 1)), ["a"] * 16 + ["b"] * 8 + ["c"] * 16,
                    ["one"] * 16 + [f"b{at}" for at in range(8)] + ["two"] * 16)  # fmt: skip
    near = Labelled(many.ids, np.tile(many.vectors[:1], (40, 1)), many.styles, many.creators)

    shares = dict(Jury(near).ask(near.vectors[0]).shares)

    assert shares["b"] > shares["a"]
