"""Who made a finding, so that it can be made again and never passes for a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Setting = str | int | float | bool | None

PERSON = "person"
"""The name of the maker of what a person said; no machine overwrites it."""


@dataclass(frozen=True)
class Maker:
    """The tool or model behind a finding.

    Attributes:
        name: as the registry or the provider names it: "procedural", "offline", "gemini".
        version: engine version or model id.
        offline: made by measurement and rules alone, with no model; faces say so.
        settings: what it was told beside the material, enough to do it again.
    """

    name: str
    version: str = ""
    offline: bool = False
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def is_person(self) -> bool:
        """A person said it."""
        return self.name == PERSON
