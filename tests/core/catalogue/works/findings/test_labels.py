"""Labels and scores: each source beside the others, the strongest counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.errors import UnknownItem
from gesso.core.records.judgements import Label, Score
from gesso.core.records.maker import PERSON, Maker

CLIP = Maker("clip", "b32")


def guess(work, label, score=0.7, decision="keep"):
    return Label(work.id, "style", label, "zero-shot", score, decision, CLIP)


def word(work, label):
    return Label(work.id, "style", label, "human", 1.0, "keep", Maker(PERSON))


def test_a_persons_label_counts_and_stays_when_a_machine_labels_again(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.labels.put([word(work, "Baroque")])
    catalogue.labels.put([guess(work, "Rococo")])

    assert [label.label for label in catalogue.labels.settled(work.id, "style")] == ["Baroque"]
    assert catalogue.labels.of(work.id) == [word(work, "Baroque"), guess(work, "Rococo")]


def test_a_source_that_labels_again_replaces_all_it_said_of_the_work(catalogue, make):
    work, other = make.bring(catalogue, 1), make.bring(catalogue, 2)
    catalogue.labels.put([guess(work, "Rococo"), guess(work, "Baroque"), guess(other, "Gothic")])
    catalogue.labels.put([guess(work, "Realism")])

    assert [label.label for label in catalogue.labels.said("style")] == ["Realism", "Gothic"]


def test_labels_are_counted_as_settled_without_abstentions(catalogue, make):
    works = [make.bring(catalogue, number) for number in range(4)]
    catalogue.labels.put([guess(work, "Rococo") for work in works[:3]])
    catalogue.labels.put([guess(works[3], "Rococo", 0.2, "abstain"), word(works[0], "Baroque")])

    assert catalogue.labels.counts("style") == {"Rococo": 2, "Baroque": 1}


def test_a_classifier_is_told_what_a_person_said_and_what_it_has_not_seen(catalogue, make):
    works = [make.bring(catalogue, number) for number in range(3)]
    catalogue.labels.put([word(works[0], "Baroque"), guess(works[0], "Rococo")])
    catalogue.labels.put([guess(works[2], "Rococo")])

    assert catalogue.labels.said("style", source="human") == [word(works[0], "Baroque")]
    assert catalogue.labels.missing("style", "zero-shot") == [works[1].id]


def test_a_label_can_be_withdrawn(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.labels.put([word(work, "Baroque")])

    assert catalogue.labels.withdraw(work.id, "style", "human")
    assert not catalogue.labels.withdraw(work.id, "style", "human")
    assert catalogue.labels.of(work.id) == []


def test_a_label_of_no_work_is_refused(catalogue, make):
    work = make.bring(catalogue, 1)

    with pytest.raises(UnknownItem, match="no work number 77"):
        catalogue.labels.put([guess(work, "Rococo"), replace(guess(work, "Rococo"), work=77)])

    assert catalogue.labels.of(work.id) == []


def test_a_score_is_kept_once_for_each_scorer_and_name(catalogue, make):
    work = make.bring(catalogue, 1)
    first = Score(work.id, "measured 1", "contrast", 0.2, CLIP)
    catalogue.scores.put([first, replace(first, name="complexity", value=0.9)])
    catalogue.scores.put([replace(first, value=0.4)])

    assert [(score.name, score.value) for score in catalogue.scores.of(work.id)] == [
        ("complexity", 0.9),
        ("contrast", 0.4),
    ]


def test_a_score_knows_its_place_among_the_others(catalogue, make):
    works = [make.bring(catalogue, number) for number in range(4)]
    scores = [
        Score(work.id, "measured 1", "contrast", value, CLIP)
        for work, value in zip(works, (0.1, 0.4, 0.4, 0.9), strict=True)
    ]
    catalogue.scores.put(scores)

    places = [catalogue.scores.percentile(score) for score in scores]

    assert places == [0.25, 0.75, 0.75, 1.0]
    ranked = catalogue.scores.ranked("measured 1", "contrast", limit=2)
    assert [score.work for score in ranked] == [works[3].id, works[2].id]
    assert catalogue.scores.missing("measured 1") == []
    assert catalogue.scores.missing("measured 2") == [work.id for work in works]


def test_a_score_outside_0_to_1_is_refused(catalogue, make):
    work = make.bring(catalogue, 1)

    with pytest.raises(ValueError, match=r"0 to 1, not 1\.5"):
        catalogue.scores.put([Score(work.id, "s", "contrast", 1.5, CLIP)])


def test_sets_are_listed_with_how_many_works_each_source_has_labelled(catalogue, make):
    works = [make.bring(catalogue, number) for number in range(3)]
    catalogue.labels.put([guess(works[0], "Rococo"), guess(works[0], "Baroque")])
    catalogue.labels.put([guess(works[1], "Rococo", 0.2, "abstain"), word(works[2], "Baroque")])

    assert catalogue.labels.sets() == {"style": {"human": 1, "zero-shot": 1}}
