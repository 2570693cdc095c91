"""/mcp: the door for agents, opened when the first one comes."""

from __future__ import annotations

from starlette.routing import Route

from gesso.web.agents.agent import AGENTS, Counter
from gesso.web.agents.looking import Looking
from gesso.web.server.doors.asgi import Receive, Scope, Send


class AgentDoor:
    """Hands requests to the counter of a protocol, whose packages are loaded for the first one.

    Args:
        looking: what agents may do.
        protocol: as the registry names it.
    """

    def __init__(self, looking: Looking, protocol: str) -> None:
        self._looking = looking
        self._protocol = protocol
        self._counter: Counter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            MissingExtra: the packages of the protocol are not installed.
        """
        if self._counter is None:
            self._counter = AGENTS.open(self._protocol)(self._looking)
        await self._counter.answer(scope, receive, send)

    async def close(self) -> None:
        """Let go of those who still listen."""
        if self._counter is not None:
            await self._counter.close()

    def route(self) -> Route:
        """Where it stands."""
        return Route(f"/{self._protocol}", self, methods=["GET", "POST", "DELETE"])
