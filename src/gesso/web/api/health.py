"""How the server is: three questions that cost nothing."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from gesso.web.answers.house import House
from gesso.web.server.problems import Problem, problem


class HealthTold(BaseModel):
    """How the studio is."""

    status: str = Field(description="'ok', or 'degraded' where something answers worse.")
    index_size: int = Field(description="Works that can be found by their looks.")
    metadata_count: int = Field(description="Works in the catalogue.")
    cache_size: int = Field(description="Answers that are kept.")
    cache_max: int = Field(description="Answers that may be kept.")
    generation: int | None = Field(
        description="The one that answers; null where every vector is compared."
    )
    degraded: list[str] = Field(description="What is worse than it should be.")
    version: str = Field(description="Of gesso.")


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


def health_routes(house: House) -> APIRouter:
    """The routes; nothing is looked up here, and no model is ever loaded."""
    watch = house.watch
    routes = APIRouter(prefix="/health", tags=["health"])

    @routes.get("", operation_id="health", summary="How the studio is")
    async def health() -> HealthTold:
        """What was seen at the last look, a few seconds ago at most."""
        seen = watch.now
        return HealthTold(**vars(seen))

    @routes.get("/live", operation_id="health_live", summary="Whether the process answers")
    async def live() -> Alive:
        """The one question that needs no token."""
        return Alive()

    @routes.get(
        "/ready",
        operation_id="health_ready",
        summary="Whether the studio can be asked",
        response_model=Alive,
        responses={503: {"model": Problem, "description": "It is still being opened."}},
    )
    async def ready() -> Alive | Response:
        """Not before the catalogue was opened once."""
        if watch.is_ready:
            return Alive(status="ready")
        return problem(
            503, "opening", "The studio is being opened.", "Ask again.", {"Retry-After": "1"}
        )

    return routes
