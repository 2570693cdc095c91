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
    studies,
)
from gesso.core.catalogue.store.tables.finds import acquisitions, finds
from gesso.core.catalogue.store.tables.logs import (
    api_calls,
    audits,
    error_logs,
    sessions,
    tokens,
    version_info,
)
from gesso.core.catalogue.store.tables.outbox import outbox
from gesso.core.catalogue.store.tables.runs import (
    evaluations,
    iterations,
    prompts,
    refined_prompts,
    runs,
)
from gesso.core.catalogue.store.tables.stories import set_works, sets, stories, story_versions
from gesso.core.catalogue.store.tables.tracks import matcher_turns, matchers, pairings, tracks
from gesso.core.catalogue.store.tables.works import (
    blobs,
    facet_counts,
    shares,
    work_counts,
    works,
)

__all__ = [
    "UtcTime",
    "acquisitions",
    "api_calls",
    "audits",
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
    "matcher_turns",
    "matchers",
    "metadata",
    "not_duplicates",
    "outbox",
    "pairings",
    "prompts",
    "refined_prompts",
    "runs",
    "scores",
    "sessions",
    "set_works",
    "sets",
    "shares",
    "stories",
    "story_versions",
    "studies",
    "tokens",
    "tracks",
    "version_info",
    "work_counts",
    "works",
]
