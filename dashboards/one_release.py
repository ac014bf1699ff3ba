"""Each request reads one release, also when another one is published while it is answered."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.gate import Gate


class OneRelease:
    """ASGI middleware around everything that reads data."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        """`gate`: the door to the data."""
        self.app, self.gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through; threads that answer inherit the context."""
        with self.gate.one_release():
            await self.app(scope, receive, send)
