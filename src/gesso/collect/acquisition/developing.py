"""Developing by an engine of bulk work: a hostile picture costs its worker, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gesso.core.errors import WorkerLost
from gesso.core.pixels.darkroom import Job, develop_job
from gesso.core.pixels.decode import DecodeLimits
from gesso.core.pixels.derived.develop import Developed
from gesso.core.runner.engine import Engine


class Developing:
    """Develops each picture by an engine.

    Args:
        engine: which; it also says what one picture may use.
        pictures: what a picture may ask for.
        develop: what the engine is given to do; it stands in a module.
    """

    def __init__(
        self,
        engine: Engine,
        pictures: DecodeLimits,
        develop: Callable[[Job], Developed] = develop_job,
    ) -> None:
        self._engine = engine
        self._pictures = pictures
        self._develop = develop

    def __call__(self, data: bytes, name: str) -> Developed:
        """Develop a picture's file; many threads may ask at once.

        Raises:
            PictureError: it is no picture that we accept.
            MemoryError: it takes more memory than it may have.
            WorkerLost: its worker died or hung.
        """
        for done in self._engine.run(self._develop, [Job(data, name, self._pictures)]):
            if done.error is not None:
                raise done.error
            if done.result is not None:
                return replace(done.result, data=data)
        raise WorkerLost(f"The engine gave nothing back for {name}.", "Try it again.")
