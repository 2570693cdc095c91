"""Making over the web: what it would cost, a run that is ordered, gone on with, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gesso.core.errors import Interrupted
from gesso.core.llms.llm import LLMS
from gesso.core.outside.waiting.stop import Stop
from gesso.core.records.maker import Setting
from gesso.core.records.runs import Run
from gesso.core.registry import Registry
from gesso.make.bench.estimate import Charge, Estimate
from gesso.make.painters.painter import PAINTERS
from gesso.make.run.events import Event
from gesso.make.writers.writer import WRITERS
from gesso.studio import Studio
from gesso.web.answers.jobs.job import Job, Tell
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.server.problems import Halt

_NAMES = r"^[a-z0-9_.-]{1,40}(,[a-z0-9_.-]{1,40}){0,7}$"
_STOPPED = "Stopped as you asked; what was painted is kept."


class Means(BaseModel):
    """How pictures shall be made; what is left out is as the settings say."""

    model_config = ConfigDict(extra="forbid")

    works: int | None = Field(default=None, ge=1, le=1000, description="How many.")
    painter: str | None = Field(
        default=None, pattern=_NAMES, description="Who paints; with a comma, who stands by."
    )
    llm: str | None = Field(
        default=None, pattern=_NAMES, description="Who writes and judges; with a comma, stand-ins."
    )
    width: int | None = Field(default=None, ge=64, le=8192, description="Pixels.")
    height: int | None = Field(default=None, ge=64, le=8192, description="Pixels.")
    rounds: int | None = Field(default=None, ge=1, le=10, description="Of a work, at most.")
    seed: int | None = Field(default=None, ge=0, lt=2**63, description="The same seed, the same "
                             "pictures; left out, a new one.")  # fmt: skip
    budget_usd: float | None = Field(
        default=None, ge=0, le=1_000_000, allow_inf_nan=False, description="For the whole run."
    )

    def flags(self) -> dict[str, object]:
        """As wishes over the settings; None is no wish."""
        return {f"make.{name}": value for name, value in self.means().items()}

    def means(self) -> dict[str, Any]:
        """What of it is means, and no theme."""
        return self.model_dump(include=set(Means.model_fields))


class MakeWish(Means):
    """What shall be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"theme": "Nocturne & mechanism", "works": 4, "budget_usd": 0.5}]
        },
    )

    theme: str = Field(min_length=1, max_length=2000, description="Words that the works go from.")
    allow_repeat: bool = Field(
        default=False, description="A concept of an earlier work may come again."
    )


class ResumeWish(BaseModel):
    """How a run shall be gone on with."""

    model_config = ConfigDict(extra="forbid")

    failed: bool = Field(default=False, description="Try what failed once more, too.")
    budget_usd: float | None = Field(
        default=None, ge=0, le=1_000_000, allow_inf_nan=False, description="For the run in all; "
        "left out, as it was begun.",
    )  # fmt: skip


class Makings:
    """Orders runs of making, and has them worked on in the background.

    Each run has a studio of its own, opened beside the server's: it has wishes and a stop of its
    own, and what happens to it happens to nothing else.

    Args:
        studio: the server's.
        jobs: where runs are worked on.
    """

    def __init__(self, studio: Studio, jobs: Jobs) -> None:
        self._studio = studio
        self._jobs = jobs

    def usual(self) -> dict[str, Any]:
        """What the settings say for a run."""
        asked = self._studio.settings.make
        return {name: getattr(asked, name) for name in Means.model_fields}

    @property
    def people(self) -> dict[str, list[dict[str, Any]]]:
        """Who can be asked to paint, and to write and judge."""
        return {
            "painters": [_told(PAINTERS, name) for name in PAINTERS.names()],
            "llms": [_told(shelf, name) for shelf in (WRITERS, LLMS) for name in shelf.names()],
        }

    def estimate(self, means: Means) -> Estimate:
        """What a run may cost at most; asks nobody.

        Raises:
            SettingsError: a wish cannot be met: no such painter, no key for one.
        """
        with self._studio.beside(means.flags()) as own:
            return own.make.estimate(works=own.settings.make.works)

    def begin(self, wish: MakeWish) -> tuple[Run, Job]:
        """Write a run down, and have it worked on.

        Raises:
            InputError: the theme cannot be used.
            SettingsError: a wish cannot be met.
            BudgetSpent: not even the first picture fits into the budget.
        """
        with self._studio.beside(wish.flags()) as own:
            works = own.settings.make.works
            run = own.make.order(wish.theme, works=works, allow_repeat=wish.allow_repeat)
        return run, self._work_on(run, {}, failed=False)

    def resume(self, run_id: str, wish: ResumeWish) -> Job:
        """Have a run gone on with.

        Raises:
            UnknownItem: there is no such run.
            Halt: it is at work already (409), or is over.
        """
        run = self._studio.catalogue.runs.get(run_id)
        self._refuse(run, failed=wish.failed)
        over = {"make.budget_usd": wish.budget_usd} if wish.budget_usd is not None else {}
        return self._work_on(run, over, failed=wish.failed)

    def stop(self, run_id: str) -> Job:
        """Have a run come to rest; it can be gone on with.

        Raises:
            UnknownItem: there is no such run.
            Halt: nobody here works on it (409).
        """
        self._studio.catalogue.runs.get(run_id)
        return stopped(self._jobs, run_id)

    def cancel(self, run_id: str) -> Run:
        """Stop a run for good; what it has kept stays.

        Raises:
            UnknownItem: there is no such run.
            InputError: it is done already.
        """
        run = self._studio.make.cancel(run_id)
        job = self._jobs.at(page_of(run_id))
        if job is not None:
            self._jobs.cancel(job.id)
        return run

    def _refuse(self, run: Run, *, failed: bool) -> None:
        job = self._jobs.at(page_of(run.id))
        if (job is not None and not job.is_over) or self._studio.make.is_at_work(run.id):
            raise Halt(409, "at-work", f"The run '{run.id}' is at work.", "Wait for it.")
        if run.state == "cancelled":
            raise Halt(409, "cancelled", f"The run '{run.id}' was cancelled, which is final.",
                       "Start a new one.")  # fmt: skip
        if run.state == "done" and not failed:
            raise Halt(409, "done", f"The run '{run.id}' is done.", "Start a new one.")

    def _work_on(self, run: Run, over: Mapping[str, object], *, failed: bool) -> Job:
        flags = {**begun_with(run.options), **over}

        def call(tell: Tell, stopping: Stop) -> Mapping[str, Any]:
            with self._studio.beside(flags, stop=stopping) as own:
                report = own.make.resume(
                    run.id,
                    failed=failed,
                    budget_usd=own.settings.make.budget_usd,
                    listen=lambda e: _pass_on(e, tell),
                )
            if report.waiting and stopping.is_set():
                raise Interrupted(_STOPPED, "Go on with it whenever you like.")
            return {
                "state": report.run.state,
                "reason": report.run.reason,
                "kept": [work.id for work in report.kept],
                "failed": report.failed,
                "waiting": report.waiting,
                "spent_usd": report.spent_usd,
                "seconds": round(report.seconds, 3),
            }

        return self._jobs.start("make", run.theme or run.id, call, page=page_of(run.id))


def page_of(run_id: str) -> str:
    """Where a person sees a run."""
    return f"/runs/{run_id}"


def stopped(jobs: Jobs, run_id: str) -> Job:
    """Have the job that works on a run end.

    Raises:
        Halt: nobody here works on it (409).
    """
    job = jobs.at(page_of(run_id))
    if job is None or job.is_over:
        raise Halt(
            409,
            "not-at-work",
            f"This server does not work on the run '{run_id}'.",
            "Where another process does, stop it there.",
        )
    return jobs.cancel(job.id)


def begun_with(options: Mapping[str, Setting]) -> dict[str, object]:
    """The wishes that a run was begun with, so that the same people go on with it."""
    cap = options.get("budget_usd")
    return {
        "make.painter": options.get("painter"),
        "make.llm": options.get("llm"),
        "make.budget_usd": "none" if cap is None and "budget_usd" in options else cap,
    }


def plain_estimate(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain values; a price that nobody knows is None."""
    return {
        "works": estimate.works,
        "is_free": estimate.is_free,
        "most_usd": estimate.most_usd,
        "known_usd": estimate.known_usd,
        "reserved_usd": estimate.reserved_usd,
        "budget_usd": estimate.budget_usd,
        "fits": estimate.fits,
        "charges": [_plain_charge(charge) for charge in estimate.charges],
    }


def _plain_charge(charge: Charge) -> dict[str, Any]:
    return dict(vars(charge))


def _pass_on(event: Event, tell: Tell) -> None:
    told: dict[str, Any] = {"item": event.item, "round": event.round, "line": event.line}
    if event.share is not None:
        told["share"] = round(event.share, 3)
    if event.spent_usd:
        told["spent_usd"] = event.spent_usd
    if event.total:
        told["total"] = event.total
    if event.item_record is not None and event.item_record.kept is not None:
        told["work"] = event.item_record.kept
    mark = f"painting/{event.item}/{event.round}" if event.kind == "painting" else ""
    tell(_KINDS.get(event.kind, event.kind), mark=mark, **told)


# A job says "begun" and "ended" of itself.
_KINDS = {"begin": "run-begun", "end": "run-ended"}


def _told(shelf: Registry[Any], name: str) -> dict[str, Any]:
    # Nobody is opened for this, for some load a gigabyte of packages; whether what they need is
    # here is told by the estimate of a run that names them.
    entry = shelf.entry(name)
    return {"name": name, "summary": entry.summary, "extra": entry.extra}
