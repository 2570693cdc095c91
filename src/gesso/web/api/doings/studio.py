"""/api/state, /api/settings: how the studio is, and what is in force."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.doings.state import SettingsTold, State, StateTold, settings_of
from gesso.web.answers.house import House
from gesso.web.answers.jobs.telling import JobTold, told_of
from gesso.web.server.problems import Problem


def studio_routes(house: House) -> APIRouter:
    """The routes."""
    state, desk = State(house), house.desk
    routes = APIRouter(prefix="/api", tags=["studio"], responses=COMMON)

    @routes.get(
        "/state", operation_id="get_state", summary="How the studio is", response_model=StateTold
    )
    async def now() -> dict[str, Any]:
        """What can be found, what is at work and what waits, the disk, the last check."""
        return await desk.run(state.told)

    @routes.post(
        "/state/check",
        operation_id="check_studio",
        summary="Check the studio",
        status_code=202,
        response_model=JobTold,
        responses={409: {"model": Problem, "description": "It is being checked already."}},
    )
    async def check(
        read: Annotated[bool, Query(description="Every file, to its last byte.")] = False,
    ) -> dict[str, Any]:
        """Holds every row against its files; what was found stands in /api/state."""
        return told_of(house.jobs, state.check(reads=read))

    @routes.get(
        "/settings",
        operation_id="get_settings",
        summary="What is in force",
        response_model=SettingsTold,
    )
    async def settings() -> dict[str, Any]:
        """Every setting and where it came from; secrets are masked."""
        return {"settings": settings_of(house.studio)}

    return routes
