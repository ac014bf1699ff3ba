"""Compression: what changes is compressed as it goes out, what never changes (scripts, styles, fonts) once for all readers."""

from __future__ import annotations

import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIXED = ("/_dash-component-suites/", "/assets/")
LEVEL = 6
GZIP = 31  # zlib's window bits for a gzip envelope


class Compression:
    """ASGI middleware. Bundles are a few megabytes, fixed for the life of the process, and asked for by every new reader."""

    def __init__(self, app: ASGIApp) -> None:
        """`app`: what answers."""
        self.app = app
        self.changing = GZipMiddleware(app, minimum_size=2000, compresslevel=4)
        self.bundles: dict[str, tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what was compressed before, else compress and keep it."""
        if scope["type"] != "http" or not scope["path"].startswith(FIXED):
            await self.changing(scope, receive, send)
        elif scope["method"] != "GET" or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
        else:
            await self._bundle(scope, receive, send)

    async def _bundle(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = scope["path"]
        if key not in self.bundles:
            start, body = await _collect(self.app, scope, receive)
            if start["status"] != 200 or body[:4] == b"wOF2":
                await send(start)
                await send({"type": "http.response.body", "body": body})
                return
            self.bundles[key] = _compressed(start, body)
        for message in self.bundles[key]:
            await send(message)


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


def _compressed(start: Message, body: bytes) -> tuple[Message, Message]:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    packed = packer.compress(body) + packer.flush()
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(packed))
    headers.add_vary_header("Accept-Encoding")
    return {**start, "headers": headers.raw}, {"type": "http.response.body", "body": packed}
