"""Links by which one work, or one set, may be looked at from outside until a day."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlalchemy import RowMapping, insert, select, update

from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.store.tables import shares
from gesso.core.errors import InputError, UnknownItem

Kind = Literal["work", "set"]

LONGEST = timedelta(days=366)
_TOKEN_BYTES = 24
_MOST_NOTE = 200
_MOST_OPEN = 100
"""Links of one work that may be open at once: more are a mistake of a program."""


@dataclass(frozen=True)
class Share:
    """A link; its token is known only to who has it.

    Attributes:
        id: the catalogue's number.
        kind: what is shown: "work" or "set".
        subject: the number of the work or the set.
        note: for whom it is, as the owner wrote it; "" for nobody in particular.
        created_at, expires_at: UTC.
        revoked_at: when the owner took it back, None while it holds.
    """

    id: int
    kind: Kind
    subject: int
    note: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it shows anything at a time."""
        return self.revoked_at is None and now < self.expires_at


def lasting(days: int) -> timedelta:
    """So many days, as a link may last.

    Raises:
        InputError: it would last no time or too long.
    """
    if not 1 <= days <= LONGEST.days:
        raise _refused(days)
    return timedelta(days=days)


class Shares:
    """All links. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        clock: tells the time, UTC.
    """

    def __init__(
        self, catalogue: Callable[[], Catalogue], clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock

    def open(self, kind: Kind, subject: int, lasts: timedelta, note: str = "") -> tuple[str, Share]:
        """Make a link.

        Args:
            kind: of the subject; whoever calls has seen that there is one.
            subject: the number of the work or the set.
            lasts: until it shows nothing any more, at most a year.
            note: for whom it is, 200 letters at most.

        Returns:
            (the token, which is told this once and never kept; the link).

        Raises:
            InputError: it would last no time or too long, its note is too long, or a hundred
                links of this subject are open.
        """
        if not timedelta(0) < lasts <= LONGEST:
            raise _refused(lasts.days)
        if len(note) > _MOST_NOTE:
            raise InputError(
                f"A note of {len(note)} letters is too long.", f"{_MOST_NOTE} at most."
            )
        now = self._clock()
        if sum(share.is_open(now) for share in self.of(kind, subject)) >= _MOST_OPEN:
            raise InputError(
                f"{_MOST_OPEN} links of this {kind} are open already.", "Take some of them back."
            )
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        row = {
            "digest": _digest(token),
            "kind": kind,
            "subject": subject,
            "note": note.strip(),
            "created_at": now,
            "expires_at": now + lasts,
        }
        with self._catalogue().database.write() as connection:
            (number,) = connection.execute(insert(shares), row).inserted_primary_key or (0,)
            kept = connection.execute(select(shares).where(shares.c.id == number)).mappings()
            return token, _share(kept.one())

    def of(self, kind: Kind, subject: int) -> list[Share]:
        """The links of a subject, the newest first, those that show nothing any more too."""
        wanted = select(shares).where(shares.c.kind == kind, shares.c.subject == subject)
        with self._catalogue().database.read() as connection:
            rows = connection.execute(wanted.order_by(shares.c.id.desc())).mappings()
            return [_share(row) for row in rows]

    def find(self, token: str) -> Share | None:
        """The link of a token, open or not; None where there never was one."""
        wanted = select(shares).where(shares.c.digest == _digest(token))
        with self._catalogue().database.read() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else _share(row)

    def is_open(self, share: Share) -> bool:
        """Whether a link shows anything now."""
        return share.is_open(self._clock())

    def revoke(self, kind: Kind, subject: int, share_id: int) -> Share:
        """Take a link back; one that was taken back stays as it was.

        Raises:
            UnknownItem: the subject has no such link.
        """
        here = (shares.c.id == share_id, shares.c.kind == kind, shares.c.subject == subject)
        now = self._clock()
        with self._catalogue().database.write() as connection:
            still = update(shares).where(*here, shares.c.revoked_at.is_(None))
            connection.execute(still.values(revoked_at=now))
            row = connection.execute(select(shares).where(*here)).mappings().first()
        if row is None:
            raise UnknownItem(f"The {kind} {subject} has no link number {share_id}.")
        return _share(row)


def _refused(days: int) -> InputError:
    return InputError(f"A link cannot last {days:,} days.", f"Ask for 1 to {LONGEST.days} days.")


def _digest(token: str) -> str:
    # A token of 192 random bits cannot be guessed, so a plain hash keeps it as well as a slow one.
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _share(row: RowMapping) -> Share:
    return Share(
        row["id"],
        row["kind"],
        row["subject"],
        row["note"],
        row["created_at"],
        row["expires_at"],
        row["revoked_at"],
    )
