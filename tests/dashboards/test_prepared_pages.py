"""Pages made ahead, while a reader's pointer rests on their link: only while nobody waits for one."""

from __future__ import annotations

import asyncio
import threading

import httpx

from dashboards.app import create_app
from dashboards.workers import Workers

PREPARE = {"X-Intent": "prepare"}


def test_a_page_made_ahead_is_there_when_it_is_wanted(tiny_city):
    app = create_app(tiny_city)
    gate = app.server.state.gate

    async def both() -> tuple[httpx.Response, int, httpx.Response, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.server), base_url="http://localhost") as reader:
            ahead = await reader.head("/depth?lang=en", headers=PREPARE)
            made = len(gate.holding().pages)
            return ahead, made, await reader.get("/depth?lang=en"), len(gate.holding().pages)

    ahead, made, wanted, after = asyncio.run(both())
    assert (ahead.status_code, wanted.status_code) == (200, 200)
    assert made > 0
    assert after == made


def test_workers_are_idle_only_while_nobody_waits_and_only_then_is_a_page_made_ahead(tiny_city):
    app = create_app(tiny_city)
    workers: Workers = app.server.state.workers
    begun, ends = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert ends.wait(60)
        return "page"

    async def readers() -> tuple[int, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app.server), base_url="http://localhost") as reader:
            waiting = asyncio.create_task(workers.make(work))
            await asyncio.to_thread(begun.wait, 60)
            during = await reader.head("/depth?lang=en", headers=PREPARE)
            ends.set()
            assert await waiting == "page"
            return during.status_code, (await reader.head("/depth?lang=en", headers=PREPARE)).status_code

    assert workers.is_idle
    assert asyncio.run(readers()) == (204, 200)
    assert workers.is_idle
