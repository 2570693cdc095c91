"""Classifiers as they are kept: a head or words, with its report, as text and back."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.collect.curate.asking import Asking
from gesso.collect.curate.heads.logistic import Head
from gesso.collect.curate.heads.silence import Threshold
from gesso.collect.curate.heads.training import Report, Trained
from gesso.core.catalogue.works.findings.classifiers import ClassifierRow
from gesso.core.records.codec import to_json
from gesso.core.records.judgements import LabelSource

FEW_SHOT: LabelSource = "few-shot"
ZERO_SHOT: LabelSource = "zero-shot"


def head_row(
    label_set: str, space: str, names: Sequence[str], trained: Trained, report: Report
) -> ClassifierRow:
    """A trained head as it is kept; its version is the hash of all that shapes its answers."""
    body = json.dumps(
        {
            "labels": list(names),
            "centre": _packed(trained.head.centre),
            "scale": trained.head.scale,
            "weights": _packed(trained.head.weights),
            "bias": _packed(trained.head.bias),
            "ridge": trained.ridge,
            "thresholds": _plain(trained.thresholds),
        }
    )
    return ClassifierRow(label_set, FEW_SHOT, space, _version(space, body), body, to_json(report))


def head_of(row: ClassifierRow) -> tuple[tuple[str, ...], Trained]:
    """The labels and the head of a row."""
    body = json.loads(row.body)
    count = len(body["labels"])
    head = Head(
        _unpacked(body["centre"]),
        body["scale"],
        _unpacked(body["weights"]).reshape(-1, count),
        _unpacked(body["bias"]),
    )
    return tuple(body["labels"]), Trained(head, _thresholds(body["thresholds"]), body["ridge"])


def words_row(
    label_set: str, space: str, asking: Asking, wording: str, found: tuple[Threshold, ...] | None
) -> ClassifierRow:
    """What is asked by words, and the thresholds of this space, as they are kept."""
    body = json.dumps(
        {
            "labels": list(asking.labels),
            "is_choice": asking.is_choice,
            "wording": wording,
            "thresholds": None if found is None else _plain(found),
        }
    )
    report = json.dumps({"calibrated": found is not None})
    return ClassifierRow(label_set, ZERO_SHOT, space, _version(space, body), body, report)


def words_of(row: ClassifierRow) -> tuple[Asking, tuple[Threshold, ...] | None]:
    """What a row asks by words, and its thresholds."""
    body = json.loads(row.body)
    found = body["thresholds"]
    asking = Asking(tuple(body["labels"]), body["is_choice"])
    return asking, None if found is None else _thresholds(found)


def _version(space: str, body: str) -> str:
    return hashlib.sha256(f"{space}\n{body}".encode()).hexdigest()[:12]


def _plain(found: Sequence[Threshold]) -> list[dict[str, Any]]:
    return [{"belief": None if one.is_silent else one.belief, "needs": one.needs} for one in found]


def _thresholds(plain: Sequence[dict[str, Any]]) -> tuple[Threshold, ...]:
    return tuple(
        Threshold(math.inf if one["belief"] is None else one["belief"], one["needs"])
        for one in plain
    )


def _packed(numbers: NDArray[np.float64]) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode()


def _unpacked(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), dtype="<f8")
