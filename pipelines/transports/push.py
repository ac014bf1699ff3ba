"""HTTP push: `POST /api/ingest/<source>` takes records, `GET /api/ingest/<source>/<id>` says what became of them. The store is never opened here.

A body goes to the disk as it comes and is never held in memory; 201 is sent when it is there to stay. Ingest reads it later, from the landing folder.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipelines.transports.inbox import NotClaimed, Part, known_source, landing_name
from pipelines.transports.problems import Problem
from pipelines.transports.push_keys import pushing_sources, source_of
from pipelines.transports.pushes import Delivery, InFlight, accept, delivery_id, find, finish, locked, recover
from warehouse.disk_space import DiskFull, is_full, require_room
from warehouse.settings import Settings

ENDINGS = {"application/x-ndjson": ".ndjson", "application/ndjson": ".ndjson", "text/csv": ".csv"}
CODINGS = {"": "", "identity": "", "gzip": ".gz"}
IDLE_SECONDS = 60  # a sender that is silent for so long is given up


def routes(settings: Settings) -> list[Route]:
    """The addresses of the service; whatever a process that died had accepted lands first."""
    recover(settings.prepare())
    service = Push(settings)
    return [
        Route("/api/ingest/{source}", _answered(service.receive), methods=["POST"]),
        Route("/api/ingest/{source}/{id}", _answered(service.outcome), methods=["GET"]),
    ]


@dataclass(frozen=True)
class Announced:
    """What a request says before its body: whose it is, under which key, and the name that the file will have."""

    source: str
    feed: str
    media_type: str
    id: str
    name: str
    digest: str | None

    def fingerprint(self, sha256: str) -> str:
        """What a repeated request must have in common with the first."""
        return hashlib.sha256(f"{self.media_type}\0{self.feed}\0{sha256}".encode()).hexdigest()


class Nowhere:
    """Takes a repeated body only to compare it."""

    def __init__(self) -> None:
        self._digest, self.size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        """Count and hash."""
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """Of what came so far."""
        return self._digest.hexdigest()


class Push:
    """The service over one installation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def receive(self, request: Request) -> Response:
        """Take a body, once."""
        announced = await run_sync(self._announced, request)
        try:
            with locked(self._settings, announced.source, announced.id):
                known = find(self._settings, announced.source, announced.id)
                return await (self._repeat(request, announced, known) if known else self._first(request, announced))
        except InFlight:
            raise Problem("key_in_flight") from None

    async def outcome(self, request: Request) -> Response:
        """Say what became of a delivery."""
        source = await run_sync(self._authorised, request)
        delivery = await run_sync(find, self._settings, source, request.path_params["id"]) if request.path_params["id"].isalnum() else None
        if delivery is None:
            raise Problem("no_receipt", source=source)
        return JSONResponse(_receipt(delivery) | (delivery.outcome or {}), headers={"Cache-Control": "no-store"})

    async def _first(self, request: Request, announced: Announced) -> Response:
        with Part(self._settings, f"push-{announced.id}-") as part:
            await self._body(request, announced, part)
            await run_sync(part.keep)
            delivery = Delivery(
                id=announced.id, source=announced.source, feed=announced.feed, fingerprint=announced.fingerprint(part.sha256),
                sha256=part.sha256, bytes=part.size, part=part.path.name, name=announced.name,
                received_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )  # fmt: skip
            await run_sync(accept, self._settings, delivery)
        return _accepted(delivery)

    async def _repeat(self, request: Request, announced: Announced, known: Delivery) -> Response:
        """The reply of the first request, to the same request alone."""
        await run_sync(finish, self._settings, known)
        body = Nowhere()
        await self._body(request, announced, body)
        if announced.fingerprint(body.sha256) != known.fingerprint:
            raise Problem("key_reused")
        return _accepted(known, 200, {"Idempotent-Replayed": "true"})

    async def _body(self, request: Request, announced: Announced, sink: Part | Nowhere) -> None:
        """Stream a body into `sink`, up to the limit."""
        limit, chunks = self._settings.push_limit, request.stream()
        while (chunk := await _next(chunks)) is not None:
            if sink.size + len(chunk) > limit:
                raise Problem("too_large", limit=limit)
            if chunk:
                await run_sync(sink.write, chunk)
        if not sink.size:
            raise Problem("no_body")
        if announced.digest not in (None, sink.sha256):
            raise Problem("digest")

    def _announced(self, request: Request) -> Announced:
        source = self._authorised(request)
        media_type, coding = (
            request.headers.get("content-type", "").split(";")[0].strip().lower(),
            request.headers.get("content-encoding", "").lower(),
        )
        if media_type not in ENDINGS or coding not in CODINGS:
            raise Problem("media_type")
        self._check_length(request)
        require_room(self._settings, int(request.headers.get("content-length", 0)), "receiving records")
        key, feed = _idempotency_key(request), request.query_params.get("feed", "")
        identity = delivery_id(source, key)
        try:
            name = landing_name(known_source(source), feed, identity + ENDINGS[media_type] + CODINGS[coding])
        except NotClaimed as error:
            raise Problem(error.code, **error.values) from error
        return Announced(source, feed, media_type + CODINGS[coding], identity, name, _content_digest(request))

    def _authorised(self, request: Request) -> str:
        """The source of the address, if the key is its own."""
        source, (scheme, _, key) = request.path_params["source"], request.headers.get("authorization", "").partition(" ")
        owner = source_of(self._settings, key.strip()) if scheme.lower() == "bearer" else None
        if owner is None:
            raise Problem("no_key")
        if owner != source:
            raise Problem("other_key" if source in pushing_sources(self._settings) else "no_source", source=source)
        return source

    def _check_length(self, request: Request) -> None:
        length = request.headers.get("content-length")
        if length is None and "chunked" not in request.headers.get("transfer-encoding", "").lower():
            raise Problem("no_length")
        if length and length.isdigit() and int(length) > self._settings.push_limit:
            raise Problem("too_large", limit=self._settings.push_limit)


def _answered(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, with its refusals as problem documents."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Problem as problem:
            return problem.response()
        except ClientDisconnect:
            return Problem("broken_off").response()
        except (OSError, DiskFull) as error:
            if not isinstance(error, DiskFull) and not is_full(error):
                raise
            return Problem("disk_full").response()

    return answer


async def _next(chunks: object) -> bytes | None:
    try:
        return await asyncio.wait_for(anext(chunks), IDLE_SECONDS)  # type: ignore[call-overload]
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise Problem("too_slow", seconds=IDLE_SECONDS) from None


def _idempotency_key(request: Request) -> str:
    """The key, quoted as a structured field or bare."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Problem("no_idempotency_key")
    return key


def _content_digest(request: Request) -> str | None:
    """The SHA-256 that the sender announces (RFC 9530), in hex; other algorithms are not looked at."""
    for entry in request.headers.get("content-digest", "").split(","):
        name, _, value = entry.strip().partition("=")
        if name == "sha-256":
            try:
                return base64.b64decode(value.strip(":"), validate=True).hex()
            except ValueError:
                raise Problem("digest") from None
    return None


def _accepted(delivery: Delivery, status: int = 201, headers: dict[str, str] | None = None) -> Response:
    """201 for a delivery that came now, 200 for one that was there."""
    return JSONResponse(_receipt(delivery), status, {"Location": _address(delivery), **(headers or {})})


def _address(delivery: Delivery) -> str:
    return f"/api/ingest/{delivery.source}/{delivery.id}"


def _receipt(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id, "source": delivery.source, "feed": delivery.feed or None, "status": "received", "bytes": delivery.bytes,
        "sha256": delivery.sha256, "received_at": delivery.received_at, "outcome": _address(delivery),
    }  # fmt: skip
