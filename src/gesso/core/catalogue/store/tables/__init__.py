"""The tables, in types that every SQL database has; what only SQLite has is in `sqlite.py`."""

from gesso.core.catalogue.store.tables.base import UtcTime, metadata
from gesso.core.catalogue.store.tables.findings import (
    captions,
    classifiers,
    duplicates,
    labels,
    marks,
    not_duplicates,
    scores,
)
from gesso.core.catalogue.store.tables.finds import acquisitions, finds
from gesso.core.catalogue.store.tables.lessons import studies
from gesso.core.catalogue.store.tables.logs import api_calls, error_logs, version_info
from gesso.core.catalogue.store.tables.outbox import outbox
from gesso.core.catalogue.store.tables.runs import (
    evaluations,
    iterations,
    prompts,
    refined_prompts,
    runs,
)
from gesso.core.catalogue.store.tables.stories import stories, story_versions
from gesso.core.catalogue.store.tables.tracks import tracks
from gesso.core.catalogue.store.tables.works import blobs, facet_counts, work_counts, works

__all__ = [
    "UtcTime",
    "acquisitions",
    "api_calls",
    "blobs",
    "captions",
    "classifiers",
    "duplicates",
    "error_logs",
    "evaluations",
    "facet_counts",
    "finds",
    "iterations",
    "labels",
    "marks",
    "metadata",
    "not_duplicates",
    "outbox",
    "prompts",
    "refined_prompts",
    "runs",
    "scores",
    "stories",
    "story_versions",
    "studies",
    "tracks",
    "version_info",
    "work_counts",
    "works",
]
