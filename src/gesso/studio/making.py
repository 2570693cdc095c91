"""The verb make, put together: who writes, who paints, who judges."""

# ruff: noqa: PLC0415 - opening a verb late is what this package is for
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gesso._version import __version__
from gesso.studio.adapters import built, lent, with_key

if TYPE_CHECKING:
    from gesso.core.outside.accounts.budget import Budget
    from gesso.core.outside.desk import Desk
    from gesso.make.atelier import Atelier
    from gesso.make.painters.painter import Painter
    from gesso.make.run.events import Asides
    from gesso.make.run.parts import Parts
    from gesso.studio.ground import Ground

SOFTWARE = f"gesso {__version__}"

_AT_A_DEVICE = 6
"""Items on their way to a device that paints one picture at a time: while one is painted, others
are evaluated and kept, and the next wait with their words ready."""


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
            budget_usd=asked.budget_usd,
        )
        return Atelier(self._ground.catalogue, options, self._parts, self._replayer)

    def _parts(self, run_id: str) -> Parts:
        from gesso.core.pixels.derived.develop import develop_picture
        from gesso.make.critics.measures import measure
        from gesso.make.run.events import Asides
        from gesso.make.run.parts import Hands, Parts
        from gesso.studio.parts.people import WordPeople

        desk, asides = self._ground.desk(run_id, self._budget(run_id)), Asides()
        painter = self._painters(self._settings.make.painter.split(","), desk, asides)
        people = WordPeople(self._settings, desk, asides)
        critic = people.critic(painter)
        asked = (develop_picture, measure) if critic.place == "cpu" else (develop_picture,)
        return Parts(
            writer=people.writer(),
            painter=painter,
            critic=critic,
            catalogue=self._ground.catalogue,
            spent=lambda _run: desk.budget.spent,
            stop=self._ground.stop,
            software=SOFTWARE,
            streams=self._settings.make.streams or self._streams(painter),
            asides=asides,
            hands=Hands(asked),
        )

    def _budget(self, run_id: str) -> Budget | None:
        """What a run may spend that is there already; None for what the settings say."""
        from gesso.core.errors import UnknownItem
        from gesso.core.outside.accounts.budget import Budget

        try:
            options = self._ground.catalogue.runs.get(run_id).options
        except UnknownItem:
            return None
        if "budget_usd" not in options:
            return None
        cap = options["budget_usd"]
        spent = self._ground.catalogue.calls.spent(run_id)
        return Budget(None if cap is None else float(cap), spent)

    def _painters(self, names: Sequence[str], desk: Desk, asides: Asides) -> Painter:
        """The painter of that name, or of several the first who is not out."""
        from gesso.make.run.standby import PainterInOrder, Standby

        if len(names) == 1:
            return self._painter(names[0], desk)
        painters = {name: self._painter(name, lent(desk, names, name)) for name in names}
        return PainterInOrder(Standby(painters, "paints", desk.troubles, asides))

    def _painter(self, name: str, desk: Desk) -> Painter:
        from gesso.core.pixels.derived.develop import develop_picture
        from gesso.make.critics.measures import measure
        from gesso.make.painters.painter import PAINTERS
        from gesso.make.painters.pooled import PooledPainter

        factory = PAINTERS.open(name)
        wishes = with_key(self._settings, name, self._settings.painters.get(name, {}), factory)
        painter = built(factory, f"painters.{name}", wishes, desk)
        pools = painter.place == "cpu" and self._ground.workers.count > 0
        if not pools:
            return painter
        # The catalogue and the critic will ask for these: the worker has the pixels at hand.
        return PooledPainter(painter, self._ground.workers, (develop_picture, measure))

    def _streams(self, painter: Painter) -> int:
        from gesso.make.run.parts import streams_outside

        # Enough prompts on their way that nobody waits for work: painters of place "outside"
        # keep their places busy while others evaluate; a core needs one picture behind the next.
        if painter.place == "outside":
            asked = self._settings.make
            return streams_outside(asked.in_flight, asked.width, asked.height)
        if painter.place == "local":
            return _AT_A_DEVICE
        return max(2, 2 * self._ground.workers.count)

    def _replayer(self, name: str) -> Painter:
        return self._painter(name, self._ground.desk(""))
