"""The items of a run: where each stands, the concept it has claimed, the prompt it starts from."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.tables import error_logs, prompts
from gesso.core.errors import UnknownItem
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.prompts import Concept, Prompt
from gesso.core.records.runs import Item, ItemState

# Said of every item at every step, so they are put together once.
_IS_IT = (prompts.c.run == bindparam("of_run")) & (prompts.c.item == bindparam("of_item"))
_ITEM = select(prompts).where(_IS_IT)
_CHANGE = Prepared(update(prompts).where(_IS_IT))
_RECOVER = Prepared(
    update(error_logs)
    .where(
        error_logs.c.run == bindparam("of_run"),
        error_logs.c.item == bindparam("of_item"),
        error_logs.c.recovered.is_(False),
    )
    .values(recovered=True)
)


class ItemPages:
    """The part of the book of runs that keeps items.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def items(self, run: str, state: ItemState | None = None) -> list[Item]:
        """The items of a run by position, all or those in one state."""
        wanted = select(prompts).where(prompts.c.run == run).order_by(prompts.c.position)
        if state is not None:
            wanted = wanted.where(prompts.c.state == state)
        with self._database.read() as connection:
            return [_item(row) for row in connection.execute(wanted).mappings()]

    def item(self, run: str, item: str) -> Item:
        """One item.

        Raises:
            UnknownItem: the run has none of that id; near ids are offered.
        """
        with self._database.read() as connection:
            found = connection.execute(_ITEM, {"of_run": run, "of_item": item})
            row = found.mappings().one_or_none()
            if row is None:
                raise _unknown(connection, run, item)
            return _item(row)

    def set_item(self, run: str, item: str, state: ItemState, reason: str = "") -> None:
        """Say where an item stands, and why.

        Raises:
            UnknownItem: there is no such item.
        """
        self._change(run, item, state=state, reason=reason)

    def set_prompt(self, run: str, item: str, prompt: Prompt) -> None:
        """Keep the prompt that an item starts from.

        Raises:
            UnknownItem: there is no such item.
        """
        self._change(run, item, prompt=to_json(prompt))

    def finish_item(self, run: str, item: str, kept: int) -> None:
        """Say that an item is done, and which work of it is kept.

        What went wrong with it on the way counts as recovered from now on, also where a later
        resume got over it.

        Raises:
            UnknownItem: there is no such item.
        """
        with self._database.write() as connection:
            self.finish_item_in(connection, run, item, kept)

    def finish_item_in(self, connection: Connection, run: str, item: str, kept: int) -> None:
        """`finish_item` in somebody else's transaction."""
        self._change_in(connection, run, item, {"state": "done", "reason": "", "kept": kept})
        _RECOVER.change(connection, {"of_run": run, "of_item": item})

    def reopen(self, run: str) -> int:
        """Turn the failed items of a run into waiting ones; returns how many.

        For a resume that shall try them once more.
        """
        with self._database.write() as connection:
            turned = connection.execute(
                update(prompts)
                .where(prompts.c.run == run, prompts.c.state == "failed")
                .values(state="waiting", reason="", updated_at=self._clock())
            )
            return turned.rowcount

    def claim_concept(self, run: str, item: str, concept: Concept, *, allow_repeat: bool) -> bool:
        """Keep a concept for an item, unless another item of the catalogue has its words.

        Letter case and spacing make no other words. Of two processes that claim the same words
        at once, one is told no.

        Args:
            run: the run's id.
            item: the item's id.
            concept: what was found.
            allow_repeat: take it also when another item has it.

        Returns:
            Whether the item has it now.

        Raises:
            UnknownItem: there is no such item.
        """
        key = _key(concept.words)
        is_other = (prompts.c.run != run) | (prompts.c.item != item)
        taken = select(prompts.c.item).where(prompts.c.concept_key == key, is_other).limit(1)
        with self._database.write() as connection:
            if not allow_repeat and connection.execute(taken).first() is not None:
                return False
            self._change_in(
                connection, run, item, {"concept_key": key, "concept": to_json(concept)}
            )
        return True

    def is_taken(self, words: str) -> bool:
        """Whether an item of the catalogue has a concept of these words, however they are cased."""
        wanted = select(prompts.c.item).where(prompts.c.concept_key == _key(words)).limit(1)
        with self._database.read() as connection:
            return connection.execute(wanted).first() is not None

    def _change(self, run: str, item: str, **values: Any) -> None:
        with self._database.write() as connection:
            self._change_in(connection, run, item, values)

    def _change_in(
        self, connection: Connection, run: str, item: str, values: dict[str, Any]
    ) -> None:
        asked = {"of_run": run, "of_item": item, "updated_at": self._clock()}
        if not _CHANGE.change(connection, values | asked):
            raise _unknown(connection, run, item)


def item_row(item: Item, run: str, now: datetime) -> dict[str, Any]:
    """An item as a row of `prompts`; the run that it says itself counts for nothing."""
    return {
        "run": run,
        "item": item.id,
        "position": item.position,
        "state": item.state,
        "theme": item.theme,
        "concept_key": _key(item.concept.words) if item.concept else None,
        "concept": to_json(item.concept) if item.concept else None,
        "prompt": to_json(item.prompt) if item.prompt else None,
        "kept": item.kept,
        "reason": item.reason,
        "settings": json.dumps(dict(item.settings), ensure_ascii=False),
        "updated_at": now,
    }


def _item(row: RowMapping) -> Item:
    return Item(
        run=row["run"],
        id=row["item"],
        position=row["position"],
        state=row["state"],
        theme=row["theme"],
        concept=from_json(Concept, row["concept"]) if row["concept"] else None,
        prompt=from_json(Prompt, row["prompt"]) if row["prompt"] else None,
        kept=row["kept"],
        reason=row["reason"],
        settings=json.loads(row["settings"]),
    )


def _key(words: str) -> str:
    return " ".join(words.casefold().split())


def _unknown(connection: Connection, run: str, item: str) -> UnknownItem:
    known = connection.scalars(select(prompts.c.item).where(prompts.c.run == run)).all()
    near = get_close_matches(item, known, n=3)
    advice = f"Near it: {', '.join(near)}." if near else f"See them with: gesso runs show {run}"
    return UnknownItem(f"The run '{run}' has no item '{item}'.", advice)
