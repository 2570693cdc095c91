"""What a writer is: it finds a concept for a theme, writes its prompt, and refines it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Evaluation
from gesso.core.records.prompts import Concept, Prompt, Theme
from gesso.core.registry import Entry, Factory, Registry


@dataclass(frozen=True)
class Attempt:
    """A prompt that was painted, and what was found in the better picture of its pair."""

    prompt: Prompt
    evaluation: Evaluation


class Writer(Protocol):
    """A writer puts words to what shall be painted.

    What every writer owes the run: its methods may be called from several threads at once; the
    same arguments give the same words where the writer is offline; a writer of place "outside"
    sends every request over its desk. A writer knows no painter and no critic: it sees their
    work only as an `Attempt`.

    What the run will never ask: to remember earlier concepts (it is told), to store, to retry.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    @property
    def place(self) -> Literal["cpu", "outside"]:
        """Where its time goes."""
        ...

    def find_concept(
        self, theme: Theme, is_taken: Callable[[str], bool], seed: int, errand: Errand
    ) -> Concept:
        """Find two words for `theme` and the turn that makes them one picture.

        Args:
            theme: any words; a theme of words that nobody knows still gets a concept.
            is_taken: answers for "Two Words", whatever their case; a taken concept is not given.
            seed: another seed, another concept.
            errand: on whose behalf, for the ledger.

        Raises:
            InputError: every concept that the writer can find is taken.
        """
        ...

    def write_prompt(self, concept: Concept, seed: int, errand: Errand) -> Prompt:
        """Write the structured prompt of a concept; its text names the concept's two words."""
        ...

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        """Make a structured prompt of a text written by hand.

        `text` is kept to the letter at the head of the prompt's text; its subjects become
        questions, and only what it asks for becomes an aim.
        """
        ...

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        """Write a better prompt, knowing the whole history.

        Args:
            attempts: oldest first, at least one. The last is not always the best.
            errand: on whose behalf, for the ledger.

        Returns:
            A prompt of the same intent (title, aims, questions) with another `text`. Where
            nothing in the text could mend what was found, the best attempt's prompt as it is.
        """
        ...


WRITERS: Registry[Factory[Writer]] = Registry(
    "writer",
    "writers",
    {
        "offline": Entry(
            "gesso.make.writers.offline",
            "OfflineWriter",
            summary="lexicon, grammar and measurements: no key, no weights, no network",
        ),
    },
)
