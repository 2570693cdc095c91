"""Pages by keyset: a cursor says where a page ended, so deep pages cost what the first costs."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Select, or_

from gesso.core.errors import InputError

_LONGEST = 400
Mark = tuple[datetime, str]
"""Where a page of runs ended: when its last one was begun, UTC, and its id."""


def write_cursor(added_at: datetime, row: int, question: str) -> str:
    """The place after a row, for the same question only.

    Args:
        added_at: of the last row of the page, UTC.
        row: its id.
        question: what was asked for (filters and order), in any fixed form.
    """
    place = json.dumps([added_at.isoformat(), row, _mark(question)], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str, question: str) -> tuple[datetime, int]:
    """The place that a cursor means.

    Raises:
        InputError: it was never written by us, or for another question.
    """
    try:
        added_at, row, mark = json.loads(_unpack(cursor))
        moment = datetime.fromisoformat(added_at)
        is_ours = moment.tzinfo is not None and type(row) is int and abs(row) < 2**63
        place = moment.astimezone(UTC), row
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise _unusable(cursor) from error
    if not is_ours or mark != _mark(question):
        raise _unusable(cursor)
    return place


def begun_before(
    wanted: Select[Any], began: ColumnElement[Any], name: ColumnElement[str], mark: Mark | None
) -> Select[Any]:
    """Rows from a mark on, newest first, of one moment those with a later name first.

    Args:
        wanted: of which rows.
        began: the column of their moments; an index of it finds the mark.
        name: the column of their names.
        mark: None for the newest.
    """
    if mark is not None:
        moment, last = mark
        wanted = wanted.where(began <= moment, or_(began < moment, name < last))
    return wanted.order_by(began.desc(), name.desc())


def _unpack(cursor: str) -> bytes:
    if len(cursor) > _LONGEST:
        raise ValueError("too long")
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _mark(question: str) -> str:
    return blake2b(question.encode(), digest_size=6).hexdigest()


def _unusable(cursor: str) -> InputError:
    shown = cursor if len(cursor) <= 40 else f"{cursor[:40]}…"
    return InputError(
        f"The page mark {shown!r} belongs to no page of this list.",
        "Begin again with the first page.",
    )
