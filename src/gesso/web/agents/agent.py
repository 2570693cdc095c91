"""The shelf of protocols over which an agent can look into a studio."""

from __future__ import annotations

from typing import Protocol

from gesso.core.registry import Entry, Registry
from gesso.web.agents.looking import Looking
from gesso.web.server.doors.asgi import Receive, Scope, Send


class Counter(Protocol):
    """Where an agent's requests are answered; it may do what `Looking` does, and no more."""

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; who may ask was settled before."""
        ...

    async def close(self) -> None:
        """Let go of those who still listen."""
        ...

    def over_stdio(self) -> None:
        """Answer on stdin and stdout until stdin ends."""
        ...


class CounterFactory(Protocol):
    """How a counter is built: mostly its class itself."""

    def __call__(self, looking: Looking) -> Counter:
        """Build it; it starts nothing before the first request."""
        ...


AGENTS: Registry[CounterFactory] = Registry(
    "agent protocol",
    "agents",
    {
        "mcp": Entry(
            "gesso.web.agents.mcp",
            "McpCounter",
            extra="mcp",
            summary="the Model Context Protocol, over stdio and HTTP",
        ),
    },
)
