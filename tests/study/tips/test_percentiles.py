"""Where a measurement stands among paintings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gesso.study.tips.percentiles import PLACES, percentile_of, table


def test_a_value_between_two_of_the_table_stands_between_their_places() -> None:
    for metric, values in table().items():
        pairs = pairwise(values)
        for value in [(low + high) / 2 for low, high in pairs if low < high]:
            between = float(np.interp(value, values, PLACES))
            assert percentile_of(metric, value) == pytest.approx(between, abs=1e-12)


def test_beyond_the_table_is_its_end() -> None:
    metric, values = next(iter(table().items()))

    assert percentile_of(metric, values[0] - 1) == PLACES[0]
    assert percentile_of(metric, values[-1] + 1) == PLACES[-1]


def test_what_many_paintings_share_stands_in_the_middle_of_its_run() -> None:
    shared = [(m, v) for m, v in table().items() if v[0] == v[1]]
    assert shared, "the table has a metric that many paintings share"

    for metric, values in shared:
        last = max(place for place, held in zip(PLACES, values, strict=True) if held == values[0])
        assert percentile_of(metric, values[0]) == pytest.approx((PLACES[0] + last) / 2)


def test_a_metric_without_a_table_has_no_place() -> None:
    assert percentile_of("nothing like it", 1.0) is None
