"""The shelf of tokens: who may ask this studio, and for what; the secrets themselves are not kept.

A token is shown once, when it is made; what stays is its digest. It is 256 random bits, so the
digest needs no salt and no slow hash: nobody guesses it, and it opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Literal

from sqlalchemy import RowMapping, delete, insert, or_, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import sessions, tokens
from gesso.core.errors import InputError, UnknownItem

TokenScope = Literal["read", "write", "spend"]
"""What a token allows; each allows what stands before it."""

_PREFIX = "gesso_"
"""By which a secret is recognised where it has been left lying about."""
_LONGEST_NAME = 100
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Token:
    """A token as it is kept.

    Attributes:
        id: the catalogue's number.
        name: what the owner calls it.
        digest: sha256 of the secret, hex.
        scope: what it allows.
        created_at, expires_at, revoked_at, used_at: UTC; None for never.
    """

    id: int
    name: str
    digest: str
    scope: TokenScope
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class TokenShelf:
    """All tokens and the sessions that they opened.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def new(
        self, name: str, scope: TokenScope, expires_in: timedelta | None = None
    ) -> tuple[Token, str]:
        """Make a token; the secret that comes with it is told this once.

        Raises:
            InputError: the name is empty, too long, or of a token that is good; or it would be
                over before it began.
        """
        name, now = " ".join(name.split()), self._clock()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InputError(
                f"A token's name has 1 to {_LONGEST_NAME} letters.", "Say who will use it: phone."
            )
        if expires_in is not None and expires_in <= timedelta(0):
            raise InputError("That token would be over before it began.", "Give it days: 30d.")
        secret = _PREFIX + token_urlsafe(32)
        row = {
            "name": name,
            "digest": digest_of(secret),
            "scope": scope,
            "created_at": now,
            "expires_at": None if expires_in is None else now + expires_in,
        }
        with self._database.write() as connection:
            alike = connection.execute(select(tokens).where(tokens.c.name == name)).mappings()
            if any(_token(one).is_good(now) for one in alike):
                raise InputError(
                    f"There is a token called '{name}' already.",
                    "Take another name, or revoke that one first: gesso tokens revoke NAME",
                )
            connection.execute(insert(tokens), row)
            made = select(tokens).where(tokens.c.digest == row["digest"])
            return _token(connection.execute(made).mappings().one()), secret

    def every(self) -> list[Token]:
        """All of them, the newest first; those that are over too."""
        with self._database.read() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.id.desc())).mappings()
            return [_token(row) for row in rows]

    def revoke(self, name: str) -> Token:
        """End a token at once, and every session that it opened.

        Args:
            name: or its number.

        Raises:
            UnknownItem: no good token is called so.
        """
        now = self._clock()
        is_it = tokens.c.name == name
        if name.isdecimal() and len(name) < 10:
            is_it = or_(is_it, tokens.c.id == int(name))
        with self._database.write() as connection:
            rows = connection.execute(select(tokens).where(is_it)).mappings().all()
            good = [token for token in map(_token, rows) if token.is_good(now)]
            if not good:
                raise UnknownItem(
                    f"There is no token called '{name[:_LONGEST_NAME]}' that could be revoked.",
                    "gesso tokens list shows them.",
                )
            found = good[0]
            connection.execute(update(tokens).where(tokens.c.id == found.id).values(revoked_at=now))
            connection.execute(delete(sessions).where(sessions.c.opened_by == found.digest))
            again = select(tokens).where(tokens.c.id == found.id)
            return _token(connection.execute(again).mappings().one())

    def has_any(self) -> bool:
        """Whether there is one that is good."""
        return any(token.is_good(self._clock()) for token in self.every())

    def by_digest(self, digest: str) -> Token | None:
        """The token of a digest while it is good."""
        wanted = select(tokens).where(tokens.c.digest == digest)
        with self._database.read() as connection:
            row = connection.execute(wanted).mappings().first()
        found = None if row is None else _token(row)
        return found if found is not None and found.is_good(self._clock()) else None

    def note_use(self, token: Token) -> None:
        """Note that a token was used, once a minute at most."""
        now = self._clock()
        if token.used_at is not None and now - token.used_at < _NOTED_EVERY:
            return
        with self._database.write() as connection:
            connection.execute(update(tokens).where(tokens.c.id == token.id).values(used_at=now))

    def open_session(self, opened_by: str, lasts: timedelta) -> str:
        """Open a session for who brought a token; returns its secret, which is not kept.

        Args:
            opened_by: the token's digest.
            lasts: how long, from now.
        """
        secret, now = token_urlsafe(32), self._clock()
        row = {
            "digest": digest_of(secret),
            "opened_by": opened_by,
            "created_at": now,
            "expires_at": now + lasts,
        }
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(insert(sessions), row)
        return secret

    def opener_of(self, session: str) -> str | None:
        """The digest of the token that opened a session, None where there is no such session."""
        wanted = select(sessions.c.opened_by).where(
            sessions.c.digest == digest_of(session), sessions.c.expires_at > self._clock()
        )
        with self._database.read() as connection:
            found: str | None = connection.scalar(wanted)
        return found

    def close_session(self, session: str) -> None:
        """End a session; one that is over already stays over."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest_of(session)))


def digest_of(secret: str) -> str:
    """What is kept of a secret: its sha256, hex."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(row: RowMapping) -> Token:
    return Token(
        row["id"],
        row["name"],
        row["digest"],
        row["scope"],
        row["created_at"],
        row["expires_at"],
        row["revoked_at"],
        row["used_at"],
    )
