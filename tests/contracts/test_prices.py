"""What a painter settles for a picture is never more than what it quoted for it before.

The stubs bill by tables of their own, over real HTTP, as the providers do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.stubs.fal_stub import FalStub
from tests.stubs.gemini_stub import GeminiStub
from tests.stubs.openai_stub import OpenAIStub
from tests.stubs.stub import KEY

from gesso.core.errors import MissingExtra
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.models import ModelBook
from gesso.core.outside.models.prices import Quote, quotes_of
from gesso.core.outside.waiting.limits import Limits
from gesso.core.records.calls import Errand
from gesso.make.painters.painter import PAINTERS, Order

STUBS: dict[str, Any] = {"gemini": GeminiStub, "openai": OpenAIStub, "fal": FalStub}
SIZES = [(256, 256), (1024, 1024), (1536, 1024), (640, 1600), (2048, 2048)]
TEXTS = {"short": "A bridge.", "long": "A lighthouse in the fog, a boat. " * 300}


def models() -> list[tuple[str, str]]:
    """Every painter outside with each model of the book that still answers."""
    book = ModelBook.open()
    known = [
        (name, model.id)
        for name in STUBS
        for model in book.list(name, "image")
        if not book.has_ended(model)
    ]
    assert {name for name, _ in known} == set(STUBS)
    return known


@contextmanager
def painter_at_stub(name: str, model: str, ledger: MemoryLedger) -> Iterator[Any]:
    try:
        factory = PAINTERS.open(name)
    except MissingExtra as error:
        pytest.skip(str(error))
    with STUBS[name]() as stub:
        wishes: dict[str, Any] = {"model": model, "api_key": KEY, "base_url": stub.base_url}
        if name == "fal":
            wishes |= {"platform_url": stub.platform_url, "poll_s": 0.01, "unit_usd": 0.03}
        desk = Desk(ledger, MemoryTroubles(), Budget(None), Limits())
        yield factory(factory.Options(**wishes), desk)


@pytest.mark.parametrize(("name", "model"), models())
def test_no_picture_costs_more_than_it_was_quoted(name: str, model: str) -> None:
    ledger = MemoryLedger()
    with painter_at_stub(name, model, ledger) as painter:
        quoted: list[Quote] = []
        for place, (width, height) in enumerate(SIZES):
            text = TEXTS["long" if place % 2 else "short"]
            order = Order(text, "", width, height, place, errand=Errand("r", str(place)))
            quoted += quotes_of(painter, order)
            painter.paint(order)

    calls = ledger.calls()
    assert len(calls) == len(quoted) == len(SIZES)
    for quote, call in zip(quoted, calls, strict=True):
        assert call.state == "done"
        assert call.cost_usd is not None
        assert quote.price.usd is None or call.cost_usd <= quote.price.usd + 1e-9
        assert call.cost_usd <= quote.reserved_usd + 1e-9
        assert call.reserved_usd == pytest.approx(quote.reserved_usd)


@pytest.mark.parametrize("name", PAINTERS.names())
def test_who_works_here_quotes_nothing_to_pay(name: str) -> None:
    try:
        factory = PAINTERS.open(name)
    except MissingExtra as error:
        pytest.skip(str(error))
    painter = factory(factory.Options(), Desk.offline())
    if painter.place == "cpu":
        (quote,) = quotes_of(painter, Order("A bridge."))
        assert (quote.price.usd, quote.reserved_usd) == (0.0, 0.0)
