"""Calls of studio. Written by tools/client.py."""

from __future__ import annotations

from typing import Literal

from gesso.web.client.shapes.common import JobTold
from gesso.web.client.shapes.studio import (
    Alive,
    DeepTold,
    FiguresTold,
    HealthTold,
    SettingsTold,
    SpendingTold,
    StateTold,
)
from gesso.web.client.wire import Wire


class StudioCalls(Wire):
    """Calls of studio."""

    def health(self) -> HealthTold:
        """How the studio is."""
        told: HealthTold = self._json("GET", "/health")
        return told

    def health_live(self) -> Alive:
        """Whether the process answers."""
        told: Alive = self._json("GET", "/health/live")
        return told

    def health_ready(self) -> Alive:
        """Whether the studio can be asked."""
        told: Alive = self._json("GET", "/health/ready")
        return told

    def get_figures(
        self, *, of: Literal["all", "favourites"] | None = None, set: int | None = None
    ) -> FiguresTold:
        """The catalogue in figures."""
        told: FiguresTold = self._json("GET", "/api/figures", query={"of": of, "set": set})
        return told

    def get_spend(
        self,
        *,
        by: Literal["day", "provider", "run", "theme"] | None = None,
        since: str | None = None,
    ) -> SpendingTold:
        """What was spent."""
        told: SpendingTold = self._json("GET", "/api/spend", query={"by": by, "since": since})
        return told

    def get_state(self) -> StateTold:
        """How the studio is."""
        told: StateTold = self._json("GET", "/api/state")
        return told

    def check_studio(self, *, read: bool | None = None) -> JobTold:
        """Check the studio."""
        told: JobTold = self._json("POST", "/api/state/check", query={"read": read})
        return told

    def get_settings(self) -> SettingsTold:
        """What is in force."""
        told: SettingsTold = self._json("GET", "/api/settings")
        return told

    def metrics(self) -> str:
        """Figures for Prometheus."""
        return self._text("GET", "/metrics")

    def health_deep(self) -> DeepTold:
        """Whether everything works."""
        told: DeepTold = self._json("GET", "/health/deep")
        return told
