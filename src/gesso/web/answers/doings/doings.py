"""What routes of doings share: runs that are begun, and runs that are told."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.web.answers.doings.collecting import Collectings
from gesso.web.answers.doings.making import Makings
from gesso.web.answers.doings.runs import Runs
from gesso.web.answers.house import House
from gesso.web.server.options import is_loopback


@dataclass(frozen=True)
class Doings:
    """What a person can have done, and how it goes.

    Attributes:
        makings: runs of making.
        collectings: runs of collecting.
        runs: how both stand.
        is_private: only this machine can ask.
    """

    makings: Makings
    collectings: Collectings
    runs: Runs
    is_private: bool

    @classmethod
    def of(cls, house: House) -> Doings:
        """Those of a house."""
        # Under another name the server may be asked by way of a proxy, from anywhere.
        is_private = is_loopback(house.options.host) and not house.options.hosts
        return cls(
            Makings(house.studio, house.jobs),
            Collectings(house.studio, house.jobs, is_private=is_private),
            Runs(house.studio, house.jobs),
            is_private,
        )
