"""What is done to works once they are here, put together: captions, curation."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gesso.studio.adapters import built, with_key

if TYPE_CHECKING:
    from gesso.collect.caption.captioner import Captioner
    from gesso.collect.caption.room import Asked, CaptionRoom, Measuring
    from gesso.collect.curate.room import CurateRoom
    from gesso.collect.curate.vectors import KeptVectors
    from gesso.core.encoders.encoder import Encoder, Space
    from gesso.core.indexes.space_index import SpaceIndex
    from gesso.studio.ground import Ground

OFFLINE = "offline"

_LIGHT = ("look",)
"""Encoders without weights: each worker may have its own. Others stay in this process."""

_MOST_MEMORY = 2 << 30
_MOST_CPU_S = 60.0


class Tending:
    """Puts together what looks after works, from what the studio has.

    Args:
        ground: whose settings, catalogue and workers are used.
        index_of: the index of a space, for the vectors that are there already.
    """

    def __init__(self, ground: Ground, index_of: Callable[[Space], SpaceIndex]) -> None:
        self._ground = ground
        self._index_of = index_of
        self._opened: list[KeptVectors] = []

    def captions(self) -> CaptionRoom:
        """The room in which works get their words."""
        from gesso.collect.caption.room import CaptionRoom

        asks = self._ground.settings.caption.llm != OFFLINE
        count = self._ground.workers.count
        return CaptionRoom(
            self._ground.catalogue,
            self._asked,
            self._captioner(OFFLINE, {}, None),
            self._measuring(),
            streams=self._ground.settings.make.in_flight if asks else max(1, 2 * count),
            stop=self._ground.stop,
        )

    def curation(self) -> CurateRoom:
        """The room in which works are sorted.

        Raises:
            SettingsError: how sure answers have to be cannot be.
        """
        from gesso.collect.curate.heads.silence import Sureness
        from gesso.collect.curate.room import CurateRoom

        asked = self._ground.settings.curate
        return CurateRoom(
            self._ground.catalogue,
            lambda: self._vectors(asked.encoder)[1],
            lambda: self._vectors(asked.words),
            Sureness(asked.sure, asked.doubt),
            stop=self._ground.stop,
        )

    def close(self) -> None:
        """Let go of files."""
        for vectors in self._opened:
            vectors.close()

    def _vectors(self, name: str) -> tuple[Encoder, KeptVectors]:
        """An encoder by its name, an adapter's or a section [encoders.NAME], and its vectors."""
        from gesso.collect.curate.vectors import Encoding, KeptVectors
        from gesso.core.encoders.encoder import ENCODERS

        settings, workers = self._ground.settings, self._ground.workers
        wishes = dict(settings.encoders.get(name, {}))
        adapter = str(wishes.pop("adapter", name))
        factory = ENCODERS.open(adapter)
        wishes = dict(with_key(settings, adapter, wishes, factory))
        encoder = built(factory, f"encoders.{name}", wishes, None)
        encode, is_pooled = Encoding(encoder), adapter in _LIGHT and workers.count > 0
        vectors = KeptVectors(
            self._ground.catalogue,
            encoder.space,
            (lambda files: workers.call(encode, files)) if is_pooled else encode,
            self._ground.folder / "cache" / f"vectors-{encoder.space.id}.db",
            streams=2 * workers.count if is_pooled else 1,
            index=self._index_of(encoder.space),
        )
        self._opened.append(vectors)
        return encoder, vectors

    def _asked(self, run: str) -> Asked:
        """Who captions in a run; what it spends is counted for that run alone."""
        from gesso.collect.caption.room import Asked
        from gesso.core.llms.llm import LLMS
        from gesso.core.outside.accounts.budget import Budget

        asked = self._ground.settings.caption
        if asked.llm == OFFLINE:
            return Asked(self._captioner(OFFLINE, {}, None))
        settings, factory = self._ground.settings, LLMS.open(asked.llm)
        wishes = with_key(settings, asked.llm, settings.llms.get(asked.llm, {}), factory)
        spent = self._ground.catalogue.calls.spent(run)
        desk = self._ground.desk(run, Budget(asked.budget_usd, spent))
        llm = built(factory, f"llms.{asked.llm}", wishes, desk)
        llm.check_key()  # before any work is looked at
        captioner = self._captioner("llm", {"side_px": asked.side}, llm)
        return Asked(captioner, lambda: desk.budget.spent)

    def _captioner(self, name: str, wishes: dict[str, object], llm: object) -> Captioner:
        from gesso.collect.caption.captioner import CAPTIONERS

        return built(CAPTIONERS.open(name), "caption", wishes, llm)

    def _measuring(self) -> Measuring:
        """Looking at files in the workers, where one that takes too much harms nobody else."""
        from gesso.collect.caption.captioner import Look
        from gesso.collect.caption.measured.looking import Job, look_at_file
        from gesso.core.runner.limits import Limited, Limits

        workers = self._ground.workers
        if workers.count == 0:
            return look_at_file
        limited = Limited(look_at_file, Limits(_MOST_MEMORY, _MOST_CPU_S, is_quiet=True))

        def measure(job: Job) -> Look:
            return workers.call(limited, job)

        return measure
