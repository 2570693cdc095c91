"""Classifiers: the newest of a set and kind counts, some before it stay."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from gesso.core.catalogue.store.tables import classifiers
from gesso.core.catalogue.works.findings.classifiers import ClassifierRow

ROW = ClassifierRow("style", "few-shot", "look-1", "v1", "{}", '{"works": 8}')


def test_the_newest_of_a_set_and_kind_counts(catalogue):
    catalogue.classifiers.put(ROW)
    catalogue.classifiers.put(replace(ROW, version="v2"))
    catalogue.classifiers.put(replace(ROW, label_set="keep"))
    catalogue.classifiers.put(replace(ROW, kind="zero-shot"))

    latest = catalogue.classifiers.latest("style", "few-shot")
    assert (latest.version, latest.report) == ("v2", '{"works": 8}')
    assert latest.created_at is not None
    assert catalogue.classifiers.latest("style", "other") is None
    assert [(row.label_set, row.kind) for row in catalogue.classifiers.list()] == [
        ("keep", "few-shot"), ("style", "few-shot"), ("style", "zero-shot"),
    ]  # fmt: skip


def test_ten_of_a_kind_are_kept(catalogue):
    catalogue.classifiers.put(replace(ROW, label_set="keep"))
    for number in range(15):
        catalogue.classifiers.put(replace(ROW, version=f"v{number}"))

    with catalogue.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(classifiers)) == 11
    assert catalogue.classifiers.latest("style", "few-shot").version == "v14"
