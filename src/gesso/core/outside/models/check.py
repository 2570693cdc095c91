"""The book of models held against what a provider lists today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from gesso.core.outside.models.models import Model, ModelBook

Sighting = Literal["listed", "ending", "ended", "missing"]


@runtime_checkable
class ListsModels(Protocol):
    """Whoever can be asked which models answer today."""

    def models(self) -> list[str]:
        """List the ids; costs nothing.

        Raises:
            OutsideError: by its kind.
        """
        ...


@dataclass(frozen=True)
class Seen:
    """One model of the book, and whether its provider still has it.

    Attributes:
        model: its row.
        state: "listed"; "ending" with a sunset to come; "ended" past its sunset, listed or not;
            "missing" where the book expects it and the provider does not list it.
        is_listed: the provider lists it.
        line: one sentence, "" where there is nothing to say.
    """

    model: Model
    state: Sighting
    is_listed: bool
    line: str = ""


@dataclass(frozen=True)
class ModelCheck:
    """What a provider's list says about the book.

    Attributes:
        provider: as the registries name it.
        seen: every model of the book, those that need a look first.
        others: what the provider lists and the book does not know, by name.
    """

    provider: str
    seen: tuple[Seen, ...]
    others: tuple[str, ...]

    @property
    def missing(self) -> tuple[Seen, ...]:
        """Those that the book expects and the provider does not list."""
        return tuple(one for one in self.seen if one.state == "missing")


def check(book: ModelBook, provider: str, listed: Iterable[str]) -> ModelCheck:
    """Hold the book against a provider's own list.

    Args:
        book: the models that we know.
        provider: whose list it is.
        listed: the ids that it answers for today; a dated snapshot stands for its family too.
    """
    ids = set(listed)
    families = {family.id for id_ in ids if (family := book.family(provider, id_))}
    seen = [_seen(book, model, model.id in families) for model in book.list(provider)]
    ordered = sorted(seen, key=lambda one: (_URGENCY.index(one.state), not one.model.is_default))
    others = sorted(id_ for id_ in ids if book.family(provider, id_) is None)
    return ModelCheck(provider, tuple(ordered), tuple(others))


_URGENCY: tuple[Sighting, ...] = ("missing", "ending", "listed", "ended")


def _seen(book: ModelBook, model: Model, is_listed: bool) -> Seen:
    successor = book.successor(model)
    then = f" Its successor is '{successor}'." if successor else ""
    if book.has_ended(model):
        still = ", though it is still listed" if is_listed else ""
        return Seen(model, "ended", is_listed, f"It ended on {model.sunset}{still}.{then}")
    if not is_listed:
        usual = " It is the usual one here: name another by the option 'model'."
        more = then or (usual if model.is_default else "")
        return Seen(model, "missing", False, f"{model.provider} does not list it.{more}")
    if model.sunset is not None:
        return Seen(model, "ending", True, f"It ends on {model.sunset}.{then}")
    return Seen(model, "listed", True)
