"""A find as a row of `finds`, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from gesso.core.catalogue.store.tables import finds
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.finds import Facts, Find, FindRow
from gesso.core.records.works import Rights

FIND_COLUMNS = list(finds.c)


def find_row(row: Mapping[str, Any] | RowMapping) -> FindRow:
    """The record of a row that has all `FIND_COLUMNS`."""
    find = Find(
        source=row["source"],
        identifier=row["identifier"],
        url=row["url"],
        page=row["page"],
        facts=from_json(Facts, row["facts"]) if row["facts"] else Facts(),
        rights=Rights(row["licence"], row["credit"], row["rights_url"]),
        revision=row["revision"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
    )
    return FindRow(
        find=find,
        state=row["state"],
        work=row["work"],
        tries=row["tries"],
        next_try=row["next_try"],
        reason=row["reason"],
        validator=row["validator"],
        updated_at=row["updated_at"],
    )


def find_values(find: Find) -> dict[str, Any]:
    """The columns that a find itself fills."""
    return {
        "source": find.source,
        "identifier": find.identifier,
        "url": find.url,
        "page": find.page,
        "facts": to_json(find.facts) if find.facts != Facts() else "",
        "licence": find.rights.licence,
        "credit": find.rights.credit,
        "rights_url": find.rights.url,
        "revision": find.revision,
        "media_type": find.media_type[:255],
        "size_bytes": find.size_bytes,
    }
