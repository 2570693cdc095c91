"""Sets: boards of works under a name, in an order that a person gave them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from gesso.show.sets import MOST_AT_ONCE, MOST_NAME, MOST_NOTE, Board
from gesso.web.answers.house import House
from gesso.web.server.problems import Problem

_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A name that is none, or too many works."},
    404: {"model": Problem, "description": "There is no such set, or no such work."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
Number = Annotated[int, Path(ge=1, lt=2**31, description="The set's number.")]
WorkNumber = Annotated[int, Field(ge=1, lt=2**62)]


class SetTold(BaseModel):
    """A set."""

    id: int
    name: str
    note: str
    cover: int = Field(description="The work that stands for it; 0 for none.")
    count: int = Field(description="Works that it holds.")
    version: int = Field(description="Grows with every change.")
    created_at: str
    changed_at: str
    is_deleted: bool = Field(description="It can be had back: restore_set.")


class SetsTold(BaseModel):
    """All sets, the one that was changed last first."""

    sets: list[SetTold]


class NewSet(BaseModel):
    """A set that is begun."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Nocturnes", "works": [3, 1]}]}
    )

    name: str = Field(min_length=1, max_length=MOST_NAME)
    note: str = Field(default="", max_length=MOST_NOTE)
    works: list[WorkNumber] = Field(default=[], max_length=MOST_AT_ONCE)


class SetChange(BaseModel):
    """What is to be another; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Nocturnes, later ones"}]}
    )

    name: str | None = Field(default=None, min_length=1, max_length=MOST_NAME)
    note: str | None = Field(default=None, max_length=MOST_NOTE)
    cover: int | None = Field(default=None, ge=0, lt=2**62, description="0 for its first work.")


class SomeWorks(BaseModel):
    """Works that go into a set."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"works": [3, 1], "before": 2}]}
    )

    works: list[WorkNumber] = Field(min_length=1, max_length=MOST_AT_ONCE)
    before: WorkNumber | None = Field(default=None, description="Null for the end.")


class Move(BaseModel):
    """Where a work of a set goes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"before": 2}]})

    before: WorkNumber | None = Field(default=None, description="Null for the end.")


class HeldTold(BaseModel):
    """A set with its works."""

    set: SetTold
    works: list[int] = Field(description="Their numbers, in order.")


def set_routes(house: House) -> APIRouter:
    """The routes."""
    sets, desk = house.gallery.sets, house.desk
    routes = APIRouter(prefix="/api/sets", tags=["sets"], responses=_FAULTS)

    @routes.get("", operation_id="sets", summary="All sets", response_model=SetsTold)
    async def all_sets(
        holding: Annotated[
            int | None, Query(ge=1, lt=2**62, description="Only those that hold this work.")
        ] = None,
    ) -> Any:
        """The one that was changed last first."""
        found = await desk.run(lambda: sets.all(holding=holding))
        return {"sets": [told_set(board) for board in found]}

    @routes.post(
        "", operation_id="new_set", summary="Begin a set", response_model=SetTold, status_code=201
    )
    async def new(wish: NewSet) -> Any:
        """With its first works, or without."""
        return told_set(await desk.run(lambda: sets.create(wish.name, wish.note, wish.works)))

    @routes.get("/{number}", operation_id="set", summary="One set", response_model=HeldTold)
    async def one(number: Number, response: Response) -> Any:
        """Its works by their numbers; as a wall they are at /api/works?set=NUMBER."""
        board = await desk.run(lambda: sets.get(number))
        response.headers["ETag"] = f'"{number}-{board.version}"'
        return {"set": told_set(board), "works": await desk.run(lambda: sets.works(number))}

    @routes.patch("/{number}", operation_id="change_set", summary="Change a set",
                  response_model=SetTold)  # fmt: skip
    async def change(number: Number, wish: SetChange) -> Any:
        """Its name, its note, its cover."""
        return told_set(
            await desk.run(
                lambda: sets.change(number, name=wish.name, note=wish.note, cover=wish.cover)
            )
        )

    @routes.delete("/{number}", operation_id="delete_set", summary="Delete a set",
                   response_model=SetTold)  # fmt: skip
    async def delete(number: Number) -> Any:
        """It can be had back; its works stay in the catalogue."""
        return told_set(await desk.run(lambda: sets.delete(number)))

    @routes.post("/{number}/restore", operation_id="restore_set", summary="Have a set back",
                 response_model=SetTold)  # fmt: skip
    async def restore(number: Number) -> Any:
        """As it was when it was deleted."""
        return told_set(await desk.run(lambda: sets.restore(number)))

    return _with_works(routes, house)


def _with_works(routes: APIRouter, house: House) -> APIRouter:
    sets, desk = house.gallery.sets, house.desk

    @routes.post("/{number}/works", operation_id="add_to_set", summary="Put works into a set",
                 response_model=SetTold)  # fmt: skip
    async def add(number: Number, wish: SomeWorks) -> Any:
        """Those that it holds already stay where they are."""
        return told_set(await desk.run(lambda: sets.add(number, wish.works, wish.before)))

    @routes.delete("/{number}/works/{work}", operation_id="remove_from_set",
                   summary="Take a work out of a set", response_model=SetTold)  # fmt: skip
    async def remove(
        number: Number, work: Annotated[int, Path(ge=1, lt=2**62, description="The work's number.")]
    ) -> Any:
        """A work that it does not hold is passed over."""
        return told_set(await desk.run(lambda: sets.remove(number, [work])))

    @routes.put("/{number}/works/{work}", operation_id="move_in_set",
                summary="Hang a work of a set elsewhere", response_model=SetTold)  # fmt: skip
    async def move(
        number: Number,
        work: Annotated[int, Path(ge=1, lt=2**62, description="The work's number.")],
        wish: Move,
    ) -> Any:
        """Before another work of the set, or at its end."""
        return told_set(await desk.run(lambda: sets.move(number, work, wish.before)))

    return routes


def told_set(board: Board) -> dict[str, Any]:
    """A set as it is told."""
    return asdict(board) | {
        "created_at": board.created_at.isoformat(),
        "changed_at": board.changed_at.isoformat(),
    }
