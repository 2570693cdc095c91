"""Calls of doings. Written by tools/client.py."""

from __future__ import annotations

from collections.abc import Iterator

from gesso.web.client.shapes.common import JobTold
from gesso.web.client.shapes.doings import (
    Begun,
    CollectWish,
    EstimateTold,
    ItemsTold,
    JobsTold,
    JobWithEvents,
    MakeTold,
    MakeWish,
    PreviewTold,
    ResumeWish,
    RunsTold,
    RunTold,
    RunWhole,
    SourcesTold,
    TroublesTold,
)
from gesso.web.client.wire import Event, Wire, quoted


class DoingsCalls(Wire):
    """Calls of doings."""

    def list_jobs(self) -> JobsTold:
        """What the server does."""
        told: JobsTold = self._json("GET", "/api/jobs")
        return told

    def get_job(self, job: str, *, after: int | None = None) -> JobWithEvents:
        """One job, with what it told."""
        told: JobWithEvents = self._json("GET", f"/api/jobs/{quoted(job)}", query={"after": after})
        return told

    def cancel_job(self, job: str) -> JobTold:
        """Have a job end."""
        told: JobTold = self._json("DELETE", f"/api/jobs/{quoted(job)}")
        return told

    def listen_to_job(self, job: str, *, last_event_id: str | None = None) -> Iterator[Event]:
        """A job's events as they happen."""
        return self._events(
            "GET", f"/api/jobs/{quoted(job)}/events", headers={"last-event-id": last_event_id}
        )

    def what_can_be_made(self) -> MakeTold:
        """Who paints and writes."""
        told: MakeTold = self._json("GET", "/api/make")
        return told

    def make(self, body: MakeWish) -> Begun:
        """Make pictures on a theme."""
        told: Begun = self._json("POST", "/api/make", json=body)
        return told

    def estimate_run(
        self,
        *,
        works: int | None = None,
        painter: str | None = None,
        llm: str | None = None,
        width: int | None = None,
        height: int | None = None,
        rounds: int | None = None,
        seed: int | None = None,
        budget_usd: float | None = None,
    ) -> EstimateTold:
        """What a run would cost."""
        told: EstimateTold = self._json(
            "GET",
            "/api/make/estimate",
            query={
                "works": works,
                "painter": painter,
                "llm": llm,
                "width": width,
                "height": height,
                "rounds": rounds,
                "seed": seed,
                "budget_usd": budget_usd,
            },
        )
        return told

    def list_sources(self) -> SourcesTold:
        """Where art can be brought in from."""
        told: SourcesTold = self._json("GET", "/api/collect")
        return told

    def collect(self, body: CollectWish) -> Begun:
        """Bring art in."""
        told: Begun = self._json("POST", "/api/collect", json=body)
        return told

    def preview_collect(self, body: CollectWish) -> PreviewTold:
        """What would come."""
        told: PreviewTold = self._json("POST", "/api/collect/preview", json=body)
        return told

    def list_runs(self, *, after: str | None = None, limit: int | None = None) -> RunsTold:
        """All runs."""
        told: RunsTold = self._json("GET", "/api/runs", query={"after": after, "limit": limit})
        return told

    def get_run(self, run: str) -> RunWhole:
        """One run."""
        told: RunWhole = self._json("GET", f"/api/runs/{quoted(run)}")
        return told

    def list_items(
        self, run: str, *, page: int | None = None, item: str | None = None
    ) -> ItemsTold:
        """A run's works on their way."""
        told: ItemsTold = self._json(
            "GET", f"/api/runs/{quoted(run)}/items", query={"page": page, "item": item}
        )
        return told

    def resume_run(self, run: str, body: ResumeWish | None | None = None) -> JobTold:
        """Go on with a run."""
        told: JobTold = self._json("POST", f"/api/runs/{quoted(run)}/resume", json=body)
        return told

    def stop_run(self, run: str) -> JobTold:
        """Have a run come to rest."""
        told: JobTold = self._json("POST", f"/api/runs/{quoted(run)}/stop")
        return told

    def cancel_run(self, run: str) -> RunTold:
        """Stop a run of making for good."""
        told: RunTold = self._json("POST", f"/api/runs/{quoted(run)}/cancel")
        return told

    def list_errors(self, *, limit: int | None = None, left: bool | None = None) -> TroublesTold:
        """What went wrong."""
        told: TroublesTold = self._json("GET", "/api/errors", query={"limit": limit, "left": left})
        return told
