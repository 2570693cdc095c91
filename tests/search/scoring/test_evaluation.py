"""Searches are measured on judged queries."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.search.scoring.measures import over_differences, over_queries, scored


def test_all_that_is_relevant_first_is_perfect():
    scores = scored([1, 2, 9, 8], frozenset({1, 2}), 4)

    assert (scores.ndcg, scores.recall, scores.precision) == (1.0, 1.0, 0.5)


def test_a_hit_counts_for_less_the_later_it_comes():
    second = scored([9, 1], frozenset({1}), 10)

    assert second.ndcg == pytest.approx(1 / np.log2(3))
    assert second.recall == 1
    assert second.precision == pytest.approx(0.1)


def test_more_relevant_works_than_the_depth_can_still_be_perfect():
    assert scored([1, 2], frozenset({1, 2, 3, 4}), 2).ndcg == 1


def test_an_interval_holds_the_mean_and_is_the_same_each_time():
    figure = over_queries([0.2, 0.4, 0.9, 0.5, 0.1])

    assert figure.mean == pytest.approx(0.42)
    assert figure.low < figure.mean < figure.high
    assert figure == over_queries([0.2, 0.4, 0.9, 0.5, 0.1])


def test_the_same_searches_do_not_differ():
    figure = over_differences([0.2, 0.4], [0.2, 0.4])

    assert (figure.low, figure.mean, figure.high) == (0, 0, 0)


@pytest.fixture
def queries(hung, tmp_path):
    def write(*lines: object):
        path = tmp_path / "queries.jsonl"
        path.write_text(
            "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
        )
        return hung.studio.searching.evaluator(), path

    return write


def test_works_are_named_by_number_or_by_what_their_source_calls_them(hung, queries):
    night = hung.works["Night"].id
    evaluator, path = queries(
        {"query": "night", "relevant": ["Night.png", "gone.png"], "ignore": [1]},
        {"like": night, "relevant": ["somewhere/River in Winter.png"]},
        {"colour": "#c9a227", "relevant": ["Wheat Field.png"]},
    )

    judged = evaluator.read(path)

    assert judged[0].relevant == {night}
    assert judged[0].ignored == {1}
    assert judged[0].missing == ("gone.png",)
    assert judged[1].relevant == {hung.works["River in Winter"].id}


def test_a_perfect_search_scores_one(queries):
    evaluator, path = queries({"query": "wheat field", "relevant": ["Wheat Field.png"]})

    report = evaluator.compare(evaluator.read(path), ["look"], 10)[0]

    assert report.ndcg.mean == 1
    assert report.recall.mean == 1
    assert report.space.startswith("look-")


def test_spaces_are_compared_on_the_same_queries(queries):
    evaluator, path = queries({"query": "woman", "relevant": ["Portrait of a Woman.png"]})

    one, two = evaluator.compare(evaluator.read(path), ["look", "look"], 5)

    assert one.gain is None
    assert two.gain.mean == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{not json", "line 1 is no JSON"),
        ('{"query": "x"}', "says not what is asked"),
        ('{"relevant": [1]}', "says not what is asked"),
        ('{"like": "nobody.png", "relevant": [1]}', "not in the catalogue"),
        ("", "no query"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(queries, line, says):
    evaluator, path = queries(line)

    with pytest.raises(InputError, match=says):
        evaluator.read(path)


def test_judgements_of_works_that_are_not_here_measure_nothing(queries):
    evaluator, path = queries({"query": "x", "relevant": ["gone.png"]})

    with pytest.raises(InputError, match="Of no query anything relevant"):
        evaluator.compare(evaluator.read(path), ["look"], 10)
