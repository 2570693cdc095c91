"""What an llm is, and who can be one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from gesso.core.outside.models.prices import Quote
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.registry import Entry, Factory, Registry

# A pydantic model, or a frozen dataclass that pydantic can fill.
Shape = TypeVar("Shape")


@dataclass(frozen=True)
class Question:
    """What is asked of an llm.

    Attributes:
        instructions: our own words: who it is and what it shall do. Nothing that came from
            outside stands here.
        material: what it shall work on; words of strangers are here and nowhere else.
        pictures: what it shall look at, in the order in which the material speaks of them.
        temperature: 0 for the likeliest words, None for the model's own choice; dropped where
            a model takes none.
        seed: for answers that repeat, where the model can; None for none.
        operation: what the ledger calls it: "answer", "judge", ...
        errand: on whose behalf, for the ledger.
    """

    instructions: str
    material: str
    pictures: tuple[Picture, ...] = ()
    temperature: float | None = None
    seed: int | None = None
    operation: str = "answer"
    errand: Errand = field(default=Errand())


class Llm(Protocol):
    """An llm answers a question in the shape that is asked for.

    What every llm owes its askers: `answer` may be called from several threads at once, sends
    every request over its desk, and returns a whole, validated answer or raises one of our
    errors. An answer of another shape is sent back once, with what was wrong; how a server takes
    a schema is the llm's own business.

    What no asker will do: keep a conversation, retry, read an answer as text.
    """

    @property
    def name(self) -> str:
        """As the registry calls it."""
        ...

    @property
    def vendor(self) -> str:
        """Who made the model: "google", "openai", or the host that answers for another.

        A judge of another vendor than the painter's is the fairer one.
        """
        ...

    @property
    def model(self) -> str:
        """The model id, as the provider writes it."""
        ...

    def check_key(self) -> None:
        """Refuse to go on without a key where one is needed; asks nobody.

        Raises:
            AuthError: there is none.
        """
        ...

    def quote(self, question: Question) -> Quote:
        """What an answer may cost at most; asks nobody."""
        ...

    def answer(self, question: Question, shape: type[Shape]) -> Shape:
        """Answer in the form of `shape`.

        Args:
            question: what is asked.
            shape: a pydantic model or a frozen dataclass; its docstring and its fields'
                descriptions are told to the model.

        Raises:
            Refused: the provider will not answer this.
            BadOutput: what came is cut short, empty, no JSON or of another shape, also after
                it was sent back.
            OutsideError: by its kind.
            BudgetSpent: the owner's cap would be passed.
        """
        ...


LLMS: Registry[Factory[Llm]] = Registry(
    "llm",
    "llms",
    {
        "gemini": Entry(
            "gesso.core.llms.gemini",
            "GeminiLlm",
            extra="gemini",
            summary="Google's Gemini: needs GEMINI_API_KEY",
        ),
        "openai": Entry(
            "gesso.core.llms.openai",
            "OpenAILlm",
            extra="openai",
            summary="OpenAI, or any server that speaks as it does: Ollama, vLLM, LM Studio",
        ),
    },
)
