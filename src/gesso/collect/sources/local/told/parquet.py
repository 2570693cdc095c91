"""Parquet lists, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from gesso.collect.sources.local.told.tables import Complain, Row
from gesso.core.errors import InputError

_BATCH = 1024


def read_parquet(file: BinaryIO, complain: Complain) -> Iterator[Row]:
    """The rows of a Parquet file; columns that hold no plain values are left out."""
    number = 0
    try:
        table: Any = pq.ParquetFile(file)
        kept = [field.name for field in table.schema_arrow if _is_plain(field.type)]
        for batch in table.iter_batches(_BATCH, columns=kept, use_threads=False):
            names = batch.schema.names
            # Column by column: Arrow's own way to rows takes twice as long.
            for values in zip(*[column.to_pylist() for column in batch.columns], strict=True):
                number += 1
                yield Row(number, dict(zip(names, values, strict=True)))
    except (pa.ArrowException, OSError, ValueError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        if not number:
            raise InputError(
                f"This is no Parquet file that can be read: {why[:200]}.",
                "Write it anew, or as CSV.",
            ) from error
        complain(f"row {number + 1}: it breaks off ({why[:200]})")


def _is_plain(kind: Any) -> bool:
    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind):
        return _is_plain(kind.value_type)
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
    )
