"""Rows out of the catalogue: what changed after a mark, a batch at a time, in the order of change.

The outbox names every row that ever changed, once, under the number of its last change. So a first
export and a later one are the same reading from another mark, and a row that is named but is not
there any more is a deletion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gesso.collect.export.tables.column import Row, Table
from gesso.collect.export.tables.rows import READERS
from gesso.collect.export.tables.tables import DELETIONS, TABLES
from gesso.core.catalogue.store.tables import outbox

_BATCH = 500
_BY_KIND = {table.kind: table for table in TABLES}


@dataclass(frozen=True)
class Reading:
    """The catalogue at one moment.

    Args:
        connection: one reading transaction, open as long as rows are taken.
    """

    connection: Connection

    def newest(self) -> int:
        """The number of the last change, 0 for a catalogue without any."""
        return int(self.connection.scalar(select(func.max(outbox.c.seq))) or 0)

    def rows(self, table: Table, after: int) -> Iterator[Row]:
        """The rows of a table that changed after a mark, each as it is now."""
        for changed in self._changed(table.kind, after):
            found = READERS[table.kind](self.connection, list(changed))
            for key, seq in changed.items():
                if key in found:
                    yield {"uid": key, "updated_seq": seq, **found[key]}

    def deletions(self, after: int) -> Iterator[Row]:
        """The rows that are gone and changed after a mark, their going being the last change."""
        for kind, table in _BY_KIND.items():
            for changed in self._changed(kind, after):
                there = READERS[kind](self.connection, list(changed))
                for key, seq in changed.items():
                    if key not in there:
                        yield {"uid": key, "updated_seq": seq, "table": table.name}

    def of(self, table: Table, after: int) -> Iterator[Row]:
        """The rows of any table that leaves."""
        return self.deletions(after) if table is DELETIONS else self.rows(table, after)

    def _changed(self, kind: str, after: int) -> Iterator[dict[str, int]]:
        while True:
            wanted = (
                select(outbox.c.key, outbox.c.seq)
                .where(outbox.c.kind == kind, outbox.c.seq > after)
                .order_by(outbox.c.seq)
                .limit(_BATCH)
            )
            batch = {row.key: row.seq for row in self.connection.execute(wanted)}
            if not batch:
                return
            after = max(batch.values())
            yield batch
