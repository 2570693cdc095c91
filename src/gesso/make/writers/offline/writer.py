"""The offline writer: its four deeds, each by the part that knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gesso.core.outside.desk import Desk
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt, Theme
from gesso.make.writers.offline.composing import Composer
from gesso.make.writers.offline.concepts import ConceptFinder
from gesso.make.writers.offline.expanding import expanded
from gesso.make.writers.offline.refining import Refiner
from gesso.make.writers.offline.vocabulary.lexicon import load_lexicon
from gesso.make.writers.offline.vocabulary.thesaurus import load_thesaurus
from gesso.make.writers.writer import Attempt

VERSION = "1"


@dataclass(frozen=True)
class OfflineOptions:
    """What the owner can set of the offline writer.

    Attributes:
        medium: named in every prompt's text.
        leave_alone: an aim missed by less than this share of its full error is not refined.
    """

    medium: str = "oil on canvas, visible brushwork"
    leave_alone: float = 0.05


class OfflineWriter:
    """Writes from a lexicon, and refines by the numbers that a critic measured.

    The same arguments always give the same words. It holds no state and sends nothing anywhere.
    """

    Options: ClassVar[type] = OfflineOptions
    name: ClassVar[str] = "offline"
    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self, options: OfflineOptions, _desk: Desk) -> None:
        self._maker = Maker(self.name, VERSION, offline=True)
        lexicon, thesaurus = load_lexicon(), load_thesaurus()
        self._finder = ConceptFinder(lexicon, thesaurus, self._maker)
        self._composer = Composer(lexicon, thesaurus, self._maker, options.medium)
        self._refiner = Refiner(self._maker, options.leave_alone)

    def find_concept(
        self, theme: Theme, is_taken: Callable[[str], bool], seed: int, errand: Errand
    ) -> Concept:
        """Find two words for `theme`; see `Writer.find_concept`."""
        del errand
        return self._finder.find(theme, is_taken, seed)

    def write_prompt(self, concept: Concept, seed: int, errand: Errand) -> Prompt:
        """Write the prompt of a concept; see `Writer.write_prompt`."""
        del errand
        return self._composer.compose(concept, seed)

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        """Make a prompt of a text written by hand; see `Writer.expand`."""
        del errand
        return expanded(text, title, avoid, self._maker)

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        """Write a better prompt; see `Writer.refine`."""
        del errand
        return self._refiner.refine(attempts)
