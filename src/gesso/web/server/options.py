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
        token: who asks has to bring it as `Authorization: Bearer ...`; None where only this
            machine can ask.
        hosts: names under which the server is known beside those of this machine; requests under
            other names are refused, so that no page elsewhere can reach in by DNS rebinding.
        max_body_bytes: of one request.
        body_s: seconds in which a body has to arrive.
        calls_per_minute: of one address, for calls that work; 0 for no limit.
        burst: calls that one address may make at once.
        workers: pictures that are worked on at once.
        waiting: requests that may wait for them; more are told to come back.
        answers_kept: of searches, the last ones.
        studies_kept: whose sheets can be asked for, the last ones.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    hosts: tuple[str, ...] = ()
    max_body_bytes: int = 64_000_000
    body_s: float = 60.0
    calls_per_minute: int = 600
    burst: int = 60
    workers: int = 2
    waiting: int = 64
    answers_kept: int = 1000
    studies_kept: int = 12

    def check(self) -> None:
        """Refuse what would open the studio to strangers.

        Raises:
            SettingsError: another address than this machine's own, and no token.
        """
        if not is_loopback(self.host) and not self.token:
            raise SettingsError(
                f"'{self.host}' can be reached by others, and no token guards the studio.",
                "Set GESSO_WEB__TOKEN to a long random word, or serve on 127.0.0.1.",
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
