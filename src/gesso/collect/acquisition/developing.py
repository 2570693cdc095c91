"""Developing in worker processes: a hostile picture costs its worker, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import Developed, develop_file
from gesso.core.runner.limits import Limited, Limits
from gesso.core.runner.workers import Workers


@dataclass(frozen=True)
class Job:
    """A picture to be developed: its bytes, its name for errors, and what it may ask for."""

    data: bytes
    name: str
    limits: DecodeLimits


class Developing:
    """Develops each picture in one of the workers.

    Args:
        workers: where; without any it is done in the calling thread, where no limits hold.
        pictures: what a picture may ask for.
        limits: what a worker may use for one.
    """

    def __init__(self, workers: Workers, pictures: DecodeLimits, limits: Limits) -> None:
        self._workers = workers
        self._pictures = pictures
        self._develop = develop_job if workers.count == 0 else Limited(develop_job, limits)

    def __call__(self, data: bytes, name: str) -> Developed:
        """Develop a picture's file.

        Raises:
            PictureError: it is no picture that we accept.
            MemoryError: it takes more memory than it may have.
            WorkerLost: its worker died or hung.
        """
        developed = self._workers.call(self._develop, Job(data, name, self._pictures))
        return replace(developed, data=data)


def develop_job(job: Job) -> Developed:
    """Develop one picture; its bytes are left out of what travels back."""
    return replace(develop_file(job.data, job.limits, job.name), data=b"")
