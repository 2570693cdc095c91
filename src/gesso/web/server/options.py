"""How the server is run."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from gesso.core.errors import SettingsError


@dataclass(frozen=True)
class ServerOptions:
    """How the server is run.

    Attributes:
        host: the address to listen on; others than this machine's own need a token.
        port: 0 for any that is free.
        token: who asks has to bring it as `Authorization: Bearer ...`, or one of those that the
            studio keeps; None for those alone, and for nobody's where only this machine can ask.
        hosts: names under which the server is known beside those of this machine; requests under
            other names are refused, so that no page elsewhere can reach in by DNS rebinding.
        proxies: addresses of proxies whose word is taken on where a request comes from.
        session_days: for which who signs in with a browser stays signed in.
        max_body_bytes: of one request.
        max_json_bytes: of one that is JSON.
        body_s: seconds in which a body has to arrive.
        calls_per_minute: of one address, and with one token, for calls that work; 0 for no limit.
        burst: calls that may be made at once.
        guesses_per_minute: tokens that are none, of one address; 0 for no limit.
        at_once: requests that are answered at once; more are told to come back.
        at_once_each: of one address, of those that send something.
        tips_cost: a model words the tips of studies, so that to study may cost money.
        cors: pages of every site may read IIIF, feeds, cards and what links show, where no token is
            asked for.
        access_log: every request is noted in the studio's logs.
        workers: pictures that are worked on at once.
        waiting: requests that may wait for them; more are told to come back.
        answers_kept: of searches, the last ones.
        studies_kept: whose sheets can be asked for, the last ones.
        pictures_kept_bytes: of pictures that were sent, so that they can be looked at again.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    session_days: float = 30.0
    max_body_bytes: int = 64_000_000
    max_json_bytes: int = 2_000_000
    body_s: float = 60.0
    calls_per_minute: int = 600
    burst: int = 60
    guesses_per_minute: int = 12
    at_once: int = 256
    at_once_each: int = 32
    tips_cost: bool = False
    cors: bool = True
    access_log: bool = True
    workers: int = 2
    waiting: int = 64
    answers_kept: int = 1000
    studies_kept: int = 12
    pictures_kept_bytes: int = 256_000_000

    @property
    def is_guarded(self) -> bool:
        """Whether others can reach the studio, so that everybody has to bring a token."""
        return not is_loopback(self.host)

    def check(self, *, has_tokens: bool = False) -> None:
        """Refuse what would open the studio to strangers.

        Args:
            has_tokens: the studio keeps a token that is good.

        Raises:
            SettingsError: another address than this machine's own, and no token.
        """
        if self.is_guarded and not (self.token or has_tokens):
            raise SettingsError(
                f"'{self.host}' can be reached by others, and no token guards the studio.",
                "Make one with `gesso tokens new NAME --scope spend`, or serve on 127.0.0.1.",
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
