"""Searches as they are asked and told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from gesso.core.errors import GessoError, InputError
from gesso.core.records.codec import to_plain
from gesso.search import records
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.finder import Finder
from gesso.search.looks.colour import read_colour
from gesso.search.records import Answer, Hit, Like
from gesso.web.server.health import Health
from gesso.web.server.kept import Kept
from gesso.web.server.problems import Problem
from gesso.web.server.work import Desk

MOST_AT_ONCE = 32
SENT = "picture"
"""How the picture that is sent is named."""
_JSON = TypeAdapter(dict[str, Any])
Name = Annotated[
    str, Field(min_length=1, max_length=2000, description="work:12, or an address on the web.")
]


class Asked(BaseModel):
    """What is looked for; what is left out does not count."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(
        default="",
        max_length=2000,
        description="Words and conditions: winter -snow.",
    )
    filter: str = Field(default="", max_length=2000, description="Conditions that only narrow.")
    like: list[Name] = Field(default=[], max_length=16, description="Works like these.")
    minus: list[Name] = Field(default=[], max_length=16, description="But not like these.")
    but: list[Annotated[str, Field(max_length=40)]] = Field(
        default=[], max_length=8, description="Like it, but darker, warmer, ..."
    )
    colours: list[Annotated[str, Field(max_length=60)]] = Field(
        default=[], max_length=5, description="#224466, #224466:20% for a share, or a name."
    )
    values: Name | None = Field(
        default=None,
        description="Works whose lights and darks lie like this one's; 'picture' for the one that "
        "is sent, which then is not looked for otherwise.",
    )
    encoder: str = Field(default="", max_length=60, description="In whose space to compare.")
    recall: Literal["fast", "balanced", "exact"] = "balanced"
    limit: int = Field(default=20, ge=1, le=200)
    after: str | None = Field(default=None, max_length=4000, description="Of the answer before.")
    copies: bool = Field(default=False, description="Near-duplicates each for itself.")
    facets: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=12)


class HitTold(BaseModel):
    """A work that was found, and why."""

    model_config = ConfigDict(extra="allow")

    work: int
    title: str
    score: float
    band: Literal["likely", "weak"] | None = Field(
        description="How far it can be believed; null where nothing was compared."
    )
    reasons: list[dict[str, Any]]


class AnswerTold(BaseModel):
    """A page of hits."""

    hits: list[HitTold]
    next: str | None
    total: int | None
    admitted: int | None
    compared: dict[str, Any] | None
    facets: dict[str, list[dict[str, Any]]]
    notes: list[str]


class Batch(BaseModel):
    """Several questions at once."""

    model_config = ConfigDict(extra="forbid")

    queries: list[Asked] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BatchTold(BaseModel):
    """An answer, or a problem, for each question in its order."""

    answers: list[AnswerTold | Problem]


class Searches:
    """Searches in threads, and keeps answers for as long as the catalogue stays as it is.

    Args:
        finder: asked for at first use.
        spaces: those that are open.
        usual: the one that searches use, opened when it is first asked for.
        desk: runs it.
        most: answers that are kept.
    """

    def __init__(
        self,
        finder: Callable[[], Finder],
        spaces: Callable[[], Sequence[OpenSpace]],
        usual: Callable[[], OpenSpace],
        desk: Desk,
        most: int,
    ) -> None:
        self._finder = finder
        self._spaces = spaces
        self._usual = usual
        self._desk = desk
        self._told: Kept[bytes] = Kept(most)

    @property
    def cache(self) -> Kept[Any]:
        """The answers that are kept."""
        return self._told

    async def ask(self, asked: Asked, picture: bytes | None = None) -> bytes:
        """An answer as it is told, in JSON.

        Args:
            asked: the question.
            picture: a picture's file that works shall be like.
        """
        return await self._desk.run(lambda: self.answer(asked, picture))

    async def found(self, asked: Asked, picture: bytes | None = None) -> Answer:
        """An answer with its works, for a page."""

        def work() -> Answer:
            finder = self._finder()
            return finder.find(_query(finder, asked, picture))

        return await self._desk.run(work)

    def answer(self, asked: Asked, picture: bytes | None = None) -> bytes:
        """The same, in this thread."""
        finder = self._finder()
        # An answer stands only for the catalogue and the vectors that it was given of.
        states = [space.index.state() for space in self._spaces()]
        vectors = " ".join(
            f"{one.moment}/{one.count}/{one.generation}/{one.degraded}" for one in states
        )
        moment = f"{finder.columns.state().seq} {vectors}"
        mark = hashlib.sha256(picture or b"").hexdigest()
        key = f"{mark} {moment} {asked.model_dump_json()}"
        held = self._told.get(key)
        if held is None:
            # Written here once: neither who waits nor who asks it again waits for that.
            held = _JSON.dump_json(told_of(finder.find(_query(finder, asked, picture))))
            self._told.put(key, held)
        return held

    def look(self, seen: Health) -> None:
        """Tell the health of the index, as far as it is known; loads no model, opens no index."""
        seen.cache_size, seen.cache_max = len(self._told), self._told.most
        usual = self._usual()
        spaces = {space.name: space for space in (usual, *self._spaces())}
        for space in spaces.values():
            try:
                state = space.index.state()
            except GessoError as error:  # that one space cannot be read hides no other
                seen.degraded.append(f"{space.name}: {error.message}")
                continue
            if space is usual or state.count > seen.index_size:
                seen.index_size, seen.generation = state.count, state.generation
            if state.degraded:
                seen.degraded.append(f"{space.name}: {state.degraded}")

    def check(self, is_over: Callable[[], bool]) -> bool:
        """Read the generation in service of an open space, once for each that takes over.

        Args:
            is_over: asked between whiles, whether to break off.

        Returns:
            Whether there is more to be seen by a look.
        """
        failed: GessoError | None = None
        for space in self._spaces():
            try:
                if space.index.check(is_over):
                    return True
            except GessoError as error:  # the others are read nevertheless
                failed = failed or error
        if failed is not None:
            raise failed
        return False


def told_of(answer: Answer) -> dict[str, Any]:
    """An answer as plain values."""
    return {
        "hits": [_hit(hit) for hit in answer.hits],
        "next": answer.next,
        "total": answer.total,
        "admitted": answer.admitted,
        "compared": to_plain(answer.compared) if answer.compared else None,
        "facets": {
            name: [{"value": value, "count": count} for value, count in values]
            for name, values in answer.facets.items()
        },
        "notes": list(answer.notes),
    }


def _hit(hit: Hit) -> dict[str, Any]:
    work = hit.work
    return {
        "work": work.id,
        "title": work.title,
        "creator": work.creator,
        "date": work.date,
        "style": work.style,
        "width": work.width,
        "height": work.height,
        "thumbhash": work.thumbhash,
        "favourite": work.favourite,
        "thumbnail": f"/api/works/{work.id}/thumbnail?side=512",
        "score": hit.score,
        "band": hit.band,
        "reasons": [to_plain(reason) for reason in hit.reasons],
        "duplicates": list(hit.duplicates),
    }


def _query(finder: Finder, asked: Asked, picture: bytes | None) -> records.Query:
    likes = [_named(finder, name) for name in asked.like]
    likes += [_named(finder, name, is_minus=True) for name in asked.minus]
    values = _named(finder, asked.values) if asked.values and asked.values != SENT else None
    if asked.values == SENT and picture is None:
        raise InputError("No picture was sent.", "Send it as the body, or in a form.")
    if picture is not None:
        sent = finder.pictures.from_bytes(picture, "the picture")
        if asked.values == SENT:
            values = sent
        else:
            likes.append(sent)
    return records.Query(
        words=asked.words,
        filter=asked.filter,
        likes=tuple(likes),
        colours=tuple(read_colour(one) for one in asked.colours),
        values=values,
        but=tuple(asked.but),
        encoder=asked.encoder,
        recall=asked.recall,
        limit=asked.limit,
        after=asked.after,
        collapses=not asked.copies,
        facets=tuple(asked.facets),
    )


def _named(finder: Finder, name: str, *, is_minus: bool = False) -> Like:
    """A work or an address; what lies on this machine's disk is nobody's outside to name."""
    if not name.lower().startswith(("work:", "http://", "https://")):
        raise InputError(
            f"'{name[:60]}' is neither a work nor an address.",
            "Write work:12 or https://..., or send the picture itself.",
        )
    return finder.pictures.like(name, is_minus=is_minus)
