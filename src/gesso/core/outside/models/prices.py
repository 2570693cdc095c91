"""What a call costs: by list price and tokens, by billed units, or nothing; the source is named."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from gesso.core.outside.models.models import Kind, Model, ModelBook
from gesso.core.registry import late

# As the price list calls the providers.
_LISTED: Mapping[str, str] = {"gemini": "google", "openai": "openai"}
_LIST = "gesso.core.outside.accounts.listed"


@dataclass(frozen=True)
class Usage:
    """What a provider says that a call used.

    Attributes:
        input_tokens, output_tokens: all of them, those of pictures and thoughts included.
        cached_tokens: of the input, those that the provider had kept.
        input_image_tokens, output_image_tokens: of the above, those of pictures.
        units: the provider's own billing units, 0 where it counts tokens.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    input_image_tokens: int = 0
    output_image_tokens: int = 0
    units: float = 0.0


@dataclass(frozen=True)
class Price:
    """What it costs, and who says so.

    Attributes:
        usd: US dollars; None where nobody knows.
        source: "genai-prices 0.2.3", "billed units", "free", or "estimate" where nobody knows
            and what was set aside counts.
    """

    usd: float | None
    source: str


@dataclass(frozen=True)
class Quote:
    """What one call may cost at most, before it is made.

    Attributes:
        provider: as the registries name it.
        model: the model id.
        price: of the call; its `usd` is None where nobody knows.
        reserved_usd: what the budget sets aside for it, a guess included.
    """

    provider: str
    model: str
    price: Price
    reserved_usd: float


UNKNOWN = Price(None, "estimate")
FREE = Price(0.0, "free")


@runtime_checkable
class Quoting(Protocol):
    """Whoever can say beforehand what one call may cost."""

    def quotes(self, wanted: Any) -> tuple[Quote, ...]:
        """What it may cost at most, by each who may be asked it; the first is asked first."""
        ...


class _Placed(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str: ...


def quotes_of(who: _Placed, wanted: object) -> tuple[Quote, ...]:
    """What `who` quotes for something.

    Who works on this machine costs nothing; who works outside and quotes nothing, nobody knows.
    """
    if isinstance(who, Quoting):
        return who.quotes(wanted)
    known = UNKNOWN if who.place == "outside" else FREE
    return (Quote(who.name, "", known, 0.0),)


@lru_cache(maxsize=1)
def _book() -> ModelBook:
    return ModelBook.open()


def price(provider: str, model: str, usage: Usage, *, base_url: str = "") -> Price:
    """Say what a call cost.

    Args:
        provider: as the registries name it.
        model: the model id, as the book or the answer names it.
        usage: what the provider counted.
        base_url: the address of a provider that is not the one the registry's name stands for;
            the price list knows many by their address, and one of our own costs nothing.
    """
    if base_url:
        return FREE if is_local(base_url) else _by_address(base_url, model, usage)
    row = _row(provider, model)
    if row.price == "free":
        return FREE
    if row.price == "billed units":
        return _by_units(row, usage.units)
    return _by_tokens(_LISTED.get(provider, ""), row.priced_as or model, usage)


def estimate(
    provider: str,
    model: str,
    kind: Kind,
    size: str = "",
    *,
    megapixels: float = 1.0,
    input_tokens: int = 1000,
    output_tokens: int = 2000,
    base_url: str = "",
) -> Price:
    """Say what a call may cost at most, before it is made.

    Args:
        provider: as the registries name it.
        model: the model id.
        kind: "text" for an answer, "image" for one picture.
        size: for pictures: the size ("1K") or quality ("medium") that will be asked for; one
            that the book does not know counts as the dearest.
        megapixels: of the picture, where quality is asked for or units are billed.
        input_tokens: of the question, pictures included.
        output_tokens: the limit of an answer.
        base_url: as for `price`.
    """
    if base_url and is_local(base_url):
        return FREE
    row = _row(provider, model)
    if kind != "image":
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
        return price(provider, model, usage, base_url=base_url)
    if row.price == "billed units":
        return _by_units(row, math.ceil(megapixels) if row.unit == "megapixel" else 1.0)
    if not row.image_tokens:
        return FREE if row.price == "free" else UNKNOWN
    tokens = _picture_tokens(row, size, megapixels)
    usage = Usage(input_tokens=input_tokens, output_tokens=tokens, output_image_tokens=tokens)
    return price(provider, model, usage, base_url=base_url)


def _row(provider: str, model: str) -> Model:
    """The row of a model, also of one that has ended: what was called is paid for."""
    return _book().row(provider, model)


def _picture_tokens(row: Model, size: str, megapixels: float) -> int:
    tokens = row.image_tokens.get(size, max(row.image_tokens.values()))
    # Sizes ("2K") already say how large; a quality ("high") is for one megapixel.
    is_quality = row.pixels is not None
    return math.ceil(tokens * max(1.0, megapixels)) if is_quality else tokens


def _by_units(row: Model, units: float) -> Price:
    known = units > 0 and row.unit_usd > 0
    return Price(units * row.unit_usd, "billed units") if known else UNKNOWN


def is_local(base_url: str) -> bool:
    """Whether an address is this machine or its own network, where nobody sends a bill."""
    host = (urlsplit(base_url).hostname or "").lower()
    if host == "localhost" or host.endswith((".localhost", ".local", ".lan", ".internal")):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local


def _by_tokens(listed: str, model: str, usage: Usage) -> Price:
    return _by_list(usage, model, provider=listed)


def _by_address(base_url: str, model: str, usage: Usage) -> Price:
    return _by_list(usage, model, address=base_url)


def _by_list(usage: Usage, model: str, **where: str) -> Price:
    counted = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cached_tokens,
        "input_image_tokens": usage.input_image_tokens,
        "output_image_tokens": usage.output_image_tokens,
    }
    cost_usd: Callable[..., tuple[float | None, str]] = late(_LIST, "cost_usd")
    usd, source = cost_usd({name: n for name, n in counted.items() if n}, model, **where)
    return UNKNOWN if usd is None else Price(usd, source)
