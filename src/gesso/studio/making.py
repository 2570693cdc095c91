"""The verb make, put together: who writes, who paints, who judges."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from typing import TYPE_CHECKING

from gesso import __version__
from gesso.core.errors import UnknownAdapter
from gesso.studio.adapters import built, with_key

if TYPE_CHECKING:
    from gesso.core.llms.llm import Llm
    from gesso.core.outside.desk import Desk
    from gesso.make.atelier import Atelier
    from gesso.make.critics.critic import Critic
    from gesso.make.painters.painter import Painter
    from gesso.make.run.parts import Parts
    from gesso.make.writers.writer import Writer
    from gesso.studio.ground import Ground

SOFTWARE = f"gesso {__version__}"


class Making:
    """Puts the verb make together from what the studio has.

    Args:
        ground: whose settings, catalogue, desk and workers are used.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._settings = ground.settings

    def atelier(self) -> Atelier:
        """The verb make."""
        from gesso.make.atelier import Atelier
        from gesso.make.bench.workbench import AtelierOptions
        from gesso.make.run.parts import RunOptions

        asked = self._settings.make
        options = AtelierOptions(
            run=RunOptions(
                rounds=asked.rounds,
                width=asked.width,
                height=asked.height,
                epsilon=asked.epsilon,
            ),
            seed=asked.seed,
            painter=asked.painter,
            llm=asked.llm,
            exports=self._ground.folder / "exports",
            locks=self._ground.folder / "locks",
            software=SOFTWARE,
        )
        return Atelier(self._ground.catalogue, options, self._parts, self._replayer)

    def _parts(self, run_id: str) -> Parts:
        from gesso.make.run.parts import Parts

        desk = self._ground.desk(run_id)
        writer, critic = self._people_of_words(desk)
        painter = self._painter(self._settings.make.painter, desk)
        return Parts(
            writer=writer,
            painter=painter,
            critic=critic,
            catalogue=self._ground.catalogue,
            spent=lambda _run: desk.budget.spent,
            stop=self._ground.stop,
            software=SOFTWARE,
            streams=self._settings.make.streams or self._streams(painter),
        )

    def _people_of_words(self, desk: Desk) -> tuple[Writer, Critic]:
        """Who writes and who judges: the embedded ones, or those who ask the owner's llm."""
        from gesso.make.critics.critic import CRITICS
        from gesso.make.writers.writer import WRITERS

        name = self._settings.make.llm
        measured = built(CRITICS.open("measured"), "critic", {}, desk)
        if name in WRITERS.names():
            return built(WRITERS.open(name), "llm", {}, desk), measured
        from gesso.make.critics.llm.critic import LlmCritic
        from gesso.make.writers.llm.writer import LlmWriter

        llm, judge = self._llm(name, desk), self._llm(self._judge(name), desk)
        return LlmWriter(llm), LlmCritic(judge, measured)

    def _llm(self, name: str, desk: Desk) -> Llm:
        from gesso.core.llms.llm import LLMS
        from gesso.make.writers.writer import WRITERS

        try:
            factory = LLMS.open(name)
        except UnknownAdapter as unknown:
            offline = ", ".join(WRITERS.names())
            raise UnknownAdapter(
                unknown.message, f"{unknown.advice} Without a key: {offline}."
            ) from unknown
        wishes = with_key(self._settings, name, self._settings.llms.get(name, {}), factory)
        return built(factory, f"llms.{name}", wishes, desk)

    def _judge(self, name: str) -> str:
        """Who judges: rather not the painter's own house, where the owner has another key.

        Judges favour their own family (arXiv 2604.11589).
        """
        from gesso.core.llms.llm import LLMS

        if name != self._settings.make.painter:
            return name
        keys = self._settings.keys
        return next((o for o in LLMS.names() if o != name and getattr(keys, o, None)), name)

    def _painter(self, name: str, desk: Desk) -> Painter:
        from gesso.make.painters.painter import PAINTERS
        from gesso.make.painters.pooled import PooledPainter

        factory = PAINTERS.open(name)
        wishes = with_key(self._settings, name, self._settings.painters.get(name, {}), factory)
        painter = built(factory, f"painters.{name}", wishes, desk)
        pools = painter.place == "cpu" and self._ground.workers.count > 0
        return PooledPainter(painter, self._ground.workers) if pools else painter

    def _streams(self, painter: Painter) -> int:
        # Enough prompts on their way that nobody waits for work: painters of place "outside"
        # keep their places busy while others evaluate; a core needs one picture behind the next.
        if painter.place == "outside":
            return 2 * self._settings.make.in_flight
        return max(2, 2 * self._ground.workers.count)

    def _replayer(self, name: str) -> Painter:
        return self._painter(name, self._ground.desk(""))
