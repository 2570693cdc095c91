"""Who goes on when a provider is out: painters, writers and critics in the owner's order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Generic, Literal, Protocol, TypeVar

from gesso.core.errors import AuthError, GessoError, ModelEnded, QuotaSpent, SettingsError
from gesso.core.outside.accounts.ledger import TroubleLog
from gesso.core.outside.models.prices import Quote, quotes_of
from gesso.core.records.calls import Errand, Trouble
from gesso.core.records.judgements import Comparison, Evaluation
from gesso.core.records.prompts import Concept, Prompt, Theme
from gesso.make.critics.critic import Critic, View
from gesso.make.painters.painter import Order, Painter, Painting, Tell, silent
from gesso.make.run.events import Asides
from gesso.make.writers.writer import Attempt, Writer

Place = Literal["cpu", "outside"]


class _Placed(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str: ...


Member = TypeVar("Member", bound=_Placed)
Made = TypeVar("Made")

OUT = (AuthError, QuotaSpent, ModelEnded)
"""What says that a provider is out for the whole run: no valid key, nothing left to spend, a model
past its last day."""


class FallingLog:
    """A trouble log for one who has somebody behind: being out stops nothing.

    Args:
        log: where the rows are kept.
        after: who goes on.
    """

    def __init__(self, log: TroubleLog, after: str) -> None:
        self._log = log
        self._after = after

    def add(self, trouble: Trouble) -> None:
        """Keep one failure; that a provider is out is kept as what it is here, a step aside."""
        if trouble.action == "failed" and trouble.kind in {error.kind for error in OUT}:
            said = f"{trouble.message} So '{self._after}' goes on."
            trouble = replace(trouble, message=said, action="fell back", recovered=True)
        self._log.add(trouble)


class Standby(Generic[Member]):
    """Those who can do one thing, in the owner's order.

    A provider that is out is not asked again in this run, and the next takes over whatever it
    was asked. The last is never given up: its error reaches the run, which pauses and can be
    resumed; a resumed run begins with the first again.

    Args:
        members: by name, in order; at least one.
        does: "paints", "writes" or "judges".
        troubles: where it is written down that one is out who was not even asked.
        asides: where the owner is told.
    """

    def __init__(
        self, members: Mapping[str, Member], does: str, troubles: TroubleLog, asides: Asides
    ) -> None:
        self.members = dict(members)
        self._standing = list(members)
        self._does = does
        self._troubles = troubles
        self._asides = asides
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """All of them, as the settings name them: "gemini,fal"."""
        return ",".join(self.members)

    @property
    def place(self) -> Place:
        """Where their time goes: outside as soon as one does not work on this machine's cores."""
        are_near = all(member.place == "cpu" for member in self.members.values())
        return "cpu" if are_near else "outside"

    def ask(self, errand: Errand, do: Callable[[Member], Made]) -> Made:
        """Have the first who is not out do it.

        Raises:
            GessoError: whatever it meets; of being out only the last one's.
        """
        while True:
            name = self._standing[0]
            try:
                return do(self.members[name])
            except OUT as error:
                if not self._falls(name, error, errand):
                    raise

    def quotes(self, wanted: object) -> tuple[Quote, ...]:
        """What something may cost at most, by each who may be asked it.

        Raises:
            SettingsError: the first is not out, and cannot work; or none can.
        """
        found: list[Quote] = []
        met: SettingsError | None = None
        for place, member in enumerate(self.members.values()):
            try:
                found += quotes_of(member, wanted)
            except SettingsError as error:
                if place == 0 and not isinstance(error, OUT):
                    raise
                met = error  # it stands by, or is followed by the next
        if met is not None and not found:
            raise met
        return tuple(found)

    def _falls(self, name: str, error: GessoError, errand: Errand) -> bool:
        """Whether somebody else goes on; the first who meets it says so for all."""
        with self._lock:
            if name not in self._standing:
                return True
            if len(self._standing) == 1:
                return False
            self._standing.remove(name)
            after = self._standing[0]
        if not getattr(error, "is_noted", False):
            row = Trouble(errand.run, errand.item, error.kind, str(error), "failed", False)
            FallingLog(self._troubles, after).add(row)
        self._asides.hear(f"'{name}' is out, so '{after}' {self._does}: {error.message}")
        return True


class PainterInOrder:
    """Paints with the first painter who is not out; itself a painter.

    Each painting names its own maker, so that every recipe of a mixed run is true and replays.
    """

    def __init__(self, painters: Standby[Painter]) -> None:
        self._painters = painters
        self.name = painters.name

    @property
    def place(self) -> Place:
        """Where their time goes."""
        return self._painters.place

    @property
    def goes_on(self) -> bool:
        """Whether whoever paints can go on from a picture: then all of them can."""
        return all(getattr(painter, "goes_on", False) for painter in self.painters)

    @property
    def painters(self) -> tuple[Painter, ...]:
        """All of them, in order."""
        return tuple(self._painters.members.values())

    def quotes(self, order: Order) -> tuple[Quote, ...]:
        """What a picture may cost at most, by each who may paint it."""
        return self._painters.quotes(order)

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture; see `Painter.paint`."""
        return self._painters.ask(order.errand, lambda painter: painter.paint(order, tell))


class WriterInOrder:
    """Writes with the first writer who is not out; itself a writer."""

    def __init__(self, writers: Standby[Writer]) -> None:
        self._writers = writers
        self.name = writers.name

    @property
    def place(self) -> Place:
        """Where their time goes."""
        return self._writers.place

    @property
    def writers(self) -> tuple[Writer, ...]:
        """All of them, in order."""
        return tuple(self._writers.members.values())

    def quotes(self, letters: int) -> tuple[Quote, ...]:
        """What a question may cost at most, by each who may be asked it."""
        return self._writers.quotes(letters)

    def find_concept(
        self, theme: Theme, is_taken: Callable[[str], bool], seed: int, errand: Errand
    ) -> Concept:
        """Find two words for `theme`; see `Writer.find_concept`."""
        return self._writers.ask(
            errand, lambda writer: writer.find_concept(theme, is_taken, seed, errand)
        )

    def write_prompt(self, concept: Concept, seed: int, errand: Errand) -> Prompt:
        """Write the prompt of a concept; see `Writer.write_prompt`."""
        return self._writers.ask(errand, lambda writer: writer.write_prompt(concept, seed, errand))

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        """Make a prompt of a text written by hand; see `Writer.expand`."""
        return self._writers.ask(errand, lambda writer: writer.expand(text, title, avoid, errand))

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        """Write a better prompt; see `Writer.refine`."""
        return self._writers.ask(errand, lambda writer: writer.refine(attempts, errand))


class CriticInOrder:
    """Judges with the first critic who is not out; itself a critic.

    A pair is judged by one critic in both orders: one that goes out in between is followed by
    the next from the beginning.
    """

    def __init__(self, critics: Standby[Critic]) -> None:
        self._critics = critics
        self.name = critics.name

    @property
    def place(self) -> Place:
        """Where their time goes."""
        return self._critics.place

    @property
    def critics(self) -> tuple[Critic, ...]:
        """All of them, in order."""
        return tuple(self._critics.members.values())

    def quotes(self, letters: int) -> tuple[Quote, ...]:
        """What a question may cost at most, by each who may be asked it."""
        return self._critics.quotes(letters)

    def evaluate(self, view: View, prompt: Prompt, errand: Errand) -> Evaluation:
        """Hold a picture against its prompt; see `Critic.evaluate`."""
        return self._critics.ask(errand, lambda critic: critic.evaluate(view, prompt, errand))

    def compare(
        self,
        views: tuple[View, View],
        evaluations: tuple[Evaluation, Evaluation],
        prompt: Prompt,
        errand: Errand,
    ) -> Comparison:
        """Name the better of a pair; see `Critic.compare`."""
        return self._critics.ask(
            errand, lambda critic: critic.compare(views, evaluations, prompt, errand)
        )
