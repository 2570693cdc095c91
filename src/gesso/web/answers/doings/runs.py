"""Runs as they are told: of making and of collecting, while they go and long after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gesso.core.catalogue.runs.book import RunSummary
from gesso.core.catalogue.store.pages import Mark
from gesso.core.errors import UnknownItem
from gesso.core.records.codec import to_plain
from gesso.core.records.finds import Acquisition
from gesso.core.records.runs import Item, Round, Take
from gesso.studio import Studio
from gesso.web.answers.doings.collecting import title_of
from gesso.web.answers.doings.making import page_of
from gesso.web.answers.jobs.job import Job
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.answers.jobs.telling import told_of

PAGE = 50
ITEMS = 24
"""Items that are told at once: each has rounds, and each round a pair of pictures."""
MOST_TROUBLES = 20


class Runs:
    """Tells how runs stand.

    Args:
        studio: whose catalogue keeps them.
        jobs: which of them are at work here.
    """

    def __init__(self, studio: Studio, jobs: Jobs) -> None:
        self._studio = studio
        self._jobs = jobs

    def page(self, after: str | None = None, limit: int = PAGE) -> dict[str, Any]:
        """Runs of both kinds, the newest first.

        Args:
            after: the `next` of the page before, None for the first page.
            limit: runs on the page.

        Raises:
            UnknownItem: `after` is no run.
        """
        made, collected = self._studio.catalogue.runs, self._studio.catalogue.acquisitions
        mark = None if after is None else self._mark(after)
        begun: list[tuple[datetime, str, RunSummary | Acquisition]] = [
            *((one.run.created_at, one.run.id, one) for one in made.page(mark, limit + 1)),
            *((run.began_at, run.id, run) for run in collected.page(mark, limit + 1)),
        ]
        begun.sort(key=lambda one: one[:2], reverse=True)
        rows = [
            self._row(one) if isinstance(one, RunSummary) else self._gathered(one)
            for _, _, one in begun[:limit]
        ]
        return {
            "runs": rows,
            "next": rows[-1]["id"] if len(begun) > limit else None,
            "total": made.count() + collected.count(),
        }

    def one(self, run_id: str) -> dict[str, Any]:
        """One run with its job and its troubles; items and finds are told apart.

        Raises:
            UnknownItem: there is none of that id, of neither kind.
        """
        catalogue = self._studio.catalogue
        if self.is_making(run_id):
            told = self._row(catalogue.runs.summary(run_id))
        else:
            told = self._gathered(catalogue.acquisitions.get(run_id)) | self._finds(run_id)
        return told | self._troubles(run_id) | {"waits": self._waits(told)}

    def items(self, run_id: str, page: int = 1, item: str = "") -> dict[str, Any]:
        """Items of a run of making with their rounds.

        Args:
            run_id: of the run.
            page: of `ITEMS` items, 1 for the first.
            item: only this one.

        Raises:
            UnknownItem: there is no such run, or no such item.
        """
        runs = self._studio.catalogue.runs
        runs.get(run_id)
        found = [runs.item(run_id, item)] if item else runs.items(run_id)
        start = 0 if item else (page - 1) * ITEMS
        doing = _doing(self._jobs.at(page_of(run_id)))
        shown = found[start : start + ITEMS]
        if doing and (waits := self._waits(self._row(runs.summary(run_id)))):
            waiting = _waiting(waits)
            doing = {name: waiting if words in _OUTSIDE else words for name, words in doing.items()}
        return {
            "items": [self._item(one, doing) for one in shown],
            "page": page,
            "pages": max(1, -(-len(found) // ITEMS)),
        }

    def is_making(self, run_id: str) -> bool:
        """Whether a run is one of making.

        Raises:
            UnknownItem: there is none of that id, of neither kind.
        """
        try:
            self._studio.catalogue.runs.get(run_id)
        except UnknownItem as unknown:
            try:
                self._studio.catalogue.acquisitions.get(run_id)
            except UnknownItem:
                raise unknown from None
            return False
        return True

    def state_of(self, run_id: str, state: str) -> str:
        """How a run stands, as a person would say it.

        A run that says "running" with nobody at work was killed, and waits to be gone on with.
        """
        job = self._jobs.at(page_of(run_id))
        if job is not None and not job.is_over:
            if job.state == "queued":
                return "queued"
            return "stopping" if job.stopping.is_set() and state == "running" else "running"
        is_at_work = state == "running" and self._studio.catalogue.claims.is_held(run_id)
        return "broken off" if state == "running" and not is_at_work else state

    def _mark(self, run_id: str) -> Mark:
        """Where a page that ended with a run goes on.

        Raises:
            UnknownItem: there is no such run, of neither kind.
        """
        catalogue = self._studio.catalogue
        try:
            if self.is_making(run_id):
                return catalogue.runs.get(run_id).created_at, run_id
            return catalogue.acquisitions.get(run_id).began_at, run_id
        except UnknownItem as unknown:
            told = f"There is no run '{run_id[:100]}'."
            raise UnknownItem(told, "Begin with the first page.") from unknown

    def _row(self, summary: RunSummary) -> dict[str, Any]:
        run = summary.run
        cap = run.options.get("budget_usd")
        budget = float(cap) if isinstance(cap, int | float) else None
        return {
            "id": run.id,
            "kind": "make",
            "title": run.theme or run.id,
            "state": self.state_of(run.id, run.state),
            "reason": run.reason,
            "began_at": run.created_at,
            "updated_at": run.updated_at,
            "total": summary.items,
            "done": summary.done,
            "failed": summary.failed,
            "waiting": summary.waiting + summary.working,
            "kept": summary.kept,
            "calls": summary.calls,
            "spent_usd": summary.spent_usd,
            "budget_usd": budget,
            "left_usd": None if budget is None else max(0.0, budget - summary.spent_usd),
            "options": dict(run.options),
            "counts": {},
            "job": self._job(run.id),
        }

    def _gathered(self, run: Acquisition) -> dict[str, Any]:
        pace = _pace(self._jobs.at(page_of(run.id)))
        counts = {**run.counts, **(pace["counts"] if pace else {})}  # the book is a little behind
        came = sum(counts.get(name, 0) for name in ("stored", "thumbed", "linked", "recorded"))
        return {
            "id": run.id,
            "kind": "collect",
            "title": title_of(run),
            "state": self.state_of(run.id, run.state),
            "reason": run.reason,
            "began_at": run.began_at,
            "updated_at": run.updated_at,
            "total": counts.get("offered", 0),
            "done": came,
            "failed": counts.get("failed", 0),
            "waiting": self._studio.catalogue.finds.waiting(run.id),
            "kept": came,
            "calls": 0,
            "spent_usd": 0.0,
            "budget_usd": None,
            "left_usd": None,
            "options": {
                "source": run.source,
                "places": list(run.places),
                "limit": run.limit,
                "since": run.since.date().isoformat() if run.since else None,
            },
            "counts": counts,
            "listed": run.listed,
            "job": self._job(run.id),
        }

    def _finds(self, run_id: str) -> dict[str, Any]:
        finds = self._studio.catalogue.finds
        job = self._jobs.at(page_of(run_id))
        return {
            "states": dict(finds.counts(run_id)),
            "reasons": [
                {"state": state, "reason": why, "count": count}
                for state, why, count in finds.reasons(run_id)
            ],
            "newest": finds.newest_works(run_id),
            "pace": _pace(job),
            "complaints": list(job.result.get("complaints", ())) if job else [],
        }

    def _job(self, run_id: str) -> dict[str, Any] | None:
        job = self._jobs.at(page_of(run_id))
        return None if job is None else told_of(self._jobs, job)

    def _waits(self, told: Mapping[str, Any]) -> dict[str, Any] | None:
        """The provider that a run has to wait for, as it asked for quiet; None where none did."""
        if told["kind"] != "make" or told["state"] != "running":
            return None
        quiet = self._studio.quiet()
        for deed in ("painter", "llm"):
            names = str(told["options"].get(deed) or "").split(",")
            # Where one of several is out another stands by, so nobody waits.
            if names[0] and all(name in quiet for name in names):
                name = min(names, key=lambda one: quiet[one].left_s)
                left_s, whole_s = quiet[name].left_s, quiet[name].whole_s
                paints = deed == "painter"
                return {"provider": name, "paints": paints, "left_s": left_s, "whole_s": whole_s}
        return None

    def _troubles(self, run_id: str) -> dict[str, Any]:
        troubles = self._studio.catalogue.troubles
        return {
            "kinds": [to_plain(kind) | {"left": kind.left} for kind in troubles.summary(run_id)],
            "troubles": [
                {"at": one.at.isoformat(), **to_plain(one.trouble)}
                for one in troubles.list(run_id, limit=MOST_TROUBLES)
            ],
        }

    def _item(self, item: Item, doing: Mapping[str, str]) -> dict[str, Any]:
        rounds = self._studio.catalogue.runs.rounds(item.run, item.id)
        return {
            "id": item.id,
            "position": item.position,
            "state": item.state,
            "title": item.prompt.title if item.prompt else "",
            "concept": item.concept.words if item.concept else "",
            "reason": item.reason,
            "kept": item.kept,
            "doing": doing.get(item.id, ""),
            "width": item.settings.get("width"),
            "height": item.settings.get("height"),
            "rounds": [_round(one) for one in rounds],
        }


def _round(one: Round) -> dict[str, Any]:
    return {
        "number": one.number,
        "prompt": one.prompt.text,
        "why": one.prompt.reasoning if one.number > 1 else "",
        "takes": [_take(take, one) for take in one.takes],
        "reason": one.comparison.reason if one.comparison else "",
        "is_judged": one.comparison is not None,
    }


def _take(take: Take, played: Round) -> dict[str, Any]:
    found = take.evaluation
    return {
        "slot": take.slot,
        "work": take.work,
        "seed": take.seed,
        "score": found.score if found else None,
        "verdict": found.verdict if found else "",
        "won": played.comparison is not None and played.comparison.winner == take.slot,
    }


def _doing(job: Job | None) -> dict[str, str]:
    """What is being done to each item now, by the last thing that was told of it."""
    if job is None or job.is_over:
        return {}
    told: dict[str, str] = {}
    events, _ = job.journal.since(0)
    for event in events:
        item = str(event.told.get("item", ""))
        if item:
            told[item] = _words(event.kind, event.told)
    return told


def _words(kind: str, told: Mapping[str, Any]) -> str:
    share = told.get("share")
    if kind == "painting" and share is not None:
        return f"Painting, {round(100 * float(share))} %"
    return _NOW.get(kind, "")


_NOW = {
    "item": "Looking for a concept",
    "concept": "Writing the prompt",
    "prompt": "Painting the pair",
    "painting": "Painting",
    "painted": "One of the pair is painted",
    "evaluated": "Judging the pair",
    "round": "Writing a better prompt",
    "refined": "Painting the pair",
}


_OUTSIDE = {*_NOW.values()} - {"One of the pair is painted"}


def _waiting(waits: Mapping[str, Any]) -> str:
    return f"Waiting {max(1, round(waits['left_s']))} s for {waits['provider']}"


def _pace(job: Job | None) -> Mapping[str, Any] | None:
    """How fast a collect run goes, as last told; None where it does not go here."""
    if job is None or job.is_over:
        return None
    events, _ = job.journal.since(0)
    tallies: Sequence[Mapping[str, Any]] = [e.told for e in events if e.kind == "tally"]
    return tallies[-1] if tallies else None
