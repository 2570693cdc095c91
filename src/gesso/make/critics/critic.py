"""What a critic is: it evaluates one picture and compares two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Comparison, Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.registry import Entry, Factory, Registry


@dataclass(frozen=True)
class View:
    """What a critic is shown of one picture.

    Attributes:
        picture: the pixels.
        shows: subjects that its painter knows to be in it, () where the painter cannot say.
        omits: subjects that its painter says it could not paint.
        repertoire: one line of what that painter can paint, "" where it did not say.
    """

    picture: Picture
    shows: tuple[str, ...] = ()
    omits: tuple[str, ...] = ()
    repertoire: str = ""


class Critic(Protocol):
    """A critic says what is there, against what was asked for.

    What every critic owes the run: its methods may be called from several threads at once;
    "yes" is never said without evidence; a critic of place "outside" sends every request over
    its desk; `compare` judges in both orders.

    What the run will never ask: to know the painter, to change a prompt, to store.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    @property
    def place(self) -> Literal["cpu", "outside"]:
        """Where its time goes."""
        ...

    def evaluate(self, view: View, prompt: Prompt, errand: Errand) -> Evaluation:
        """Hold one picture against its prompt's aims and questions."""
        ...

    def compare(
        self,
        views: tuple[View, View],
        evaluations: tuple[Evaluation, Evaluation],
        prompt: Prompt,
        errand: Errand,
    ) -> Comparison:
        """Name the better picture of a pair, asked in both orders."""
        ...


# Which of two is better, the first shown or the second, and why.
Judge = Callable[[int, int], tuple[Literal["first", "second"], str]]


def in_both_orders(judge: Judge, scores: tuple[float, float], maker: Maker) -> Comparison:
    """Ask `judge` about (0, 1) and about (1, 0); where it contradicts itself, scores decide.

    A judge that favours a place, not a picture, contradicts itself here and so decides nothing
    (position bias: arXiv 2402.04788).

    Args:
        judge: takes the indices in the order in which the pictures are shown.
        scores: of picture 0 and picture 1; the first picture wins a draw.
        maker: who judges.
    """
    forward, reason = judge(0, 1)
    backward, _ = judge(1, 0)
    choices = (0 if forward == "first" else 1, 1 if backward == "first" else 0)
    if choices[0] == choices[1]:
        return Comparison(1 if choices[0] else 0, True, reason, maker)
    winner: Literal[0, 1] = 1 if scores[1] > scores[0] else 0
    return Comparison(
        winner,
        False,
        "The two orders disagreed, so the scores decided: "
        f"{scores[winner]:.2f} against {scores[1 - winner]:.2f}.",
        maker,
    )


CRITICS: Registry[Factory[Critic]] = Registry(
    "critic",
    "critics",
    {
        "measured": Entry(
            "gesso.make.critics.measured",
            "MeasuredCritic",
            summary="measures the picture; knows no subjects beyond the painter's own account",
        ),
    },
)
