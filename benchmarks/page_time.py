"""How long pages take in the server: loaded first on a release just opened, after a change of a filter, and again.

Run: python -m benchmarks.page_time [--home HOME] [--page KEY …]. Without a home a demo city is made first.

Wall time and, behind it, processor time of the whole process, which tells more where the machine is busy with other things.

A first load is the whole HTML document from a gate that has just been opened, page by page. A change is what the browser asks for when a reader
follows a link of the page that changes its address and keeps its path (another month, place, channel, tile, order …): header, page and card
together, never asked before. Links are taken from the page itself, so a page or a filter added later is timed without another line here.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import quantiles
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from dashboards.app import create_app
from dashboards.pages.catalog import PAGES, page_at
from dashboards.pages.page import Page
from dashboards.spare_collector import spare_collector
from metrics.registry import registry
from warehouse.release import current
from warehouse.settings import Settings

FIRST_GOAL, CHANGE_GOAL = 1000.0, 200.0  # milliseconds at a million cases
EACH = 3  # changes of one kind that are timed
UNTIMED = {"lang", "theme", "wall", "define"}  # of the screen, not of the data
LINK = re.compile(r'href="(/[^"]*)"')


@dataclass(frozen=True)
class Spent:
    """Milliseconds of one request."""

    wall: float
    processor: float


@dataclass
class Times:
    """Milliseconds of one page; `worked`: processor time of its changes."""

    first: list[float] = field(default_factory=list)
    changed: dict[str, list[float]] = field(default_factory=dict)
    worked: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    @property
    def changes(self) -> list[float]:
        """Of every kind."""
        return [each for kind in self.changed.values() for each in kind]

    def note(self, kind: str, spent: Spent, href: str) -> None:
        """Remember one change."""
        self.changed.setdefault(kind, []).append(spent.wall)
        self.worked.append(spent.processor)
        self.slowest = max(self.slowest, (spent.wall, href))


def main() -> None:
    """Time the pages of a release and print them, slowest kinds of change last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--page", nargs="*", default=[page.key for page in PAGES if page.key != "gallery"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onegate-bench-") as folder:
        settings = Settings.load(given.home or _demo(Path(folder)))
        release = current(settings)
        if release is None:
            sys.exit("No release there; run onegate demo first.")
        con = release.connect()
        cases = con.execute("select count(*) from mart_case").fetchone()
        con.close()
        started, served = _start(settings)
        print(f"{cases[0] if cases else 0:,} cases; server start {started:.1f} s, its first page {served * 1000:.0f} ms")
        registry()
        spare_collector()  # as `onegate serve` does
        times = asyncio.run(_timed(settings, [page for page in PAGES if page.key in given.page]))
    _print(times)


def _demo(folder: Path) -> Path:
    command = [sys.executable, "-m", "onegate", "demo", "--no-serve", "--home", str(folder), "--scale", "0.1"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def _start(settings: Settings) -> tuple[float, float]:
    """Seconds until `onegate serve` answers, and until its first page is there."""
    port = 8064
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "onegate", "serve", "--home", str(settings.home), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while not _answers(client):
                time.sleep(0.02)
            up = time.perf_counter()
            client.get("/", params={"lang": "en"})
            return up - began, time.perf_counter() - up
    finally:
        server.terminate()
        server.wait()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/theme.css").status_code == 200
    except httpx.TransportError:
        return False


async def _timed(settings: Settings, pages: list[Page]) -> dict[str, Times]:
    paths = await _paths(settings, pages)
    found = {}
    for key, path in paths.items():
        async with _reader(settings) as client:
            found[key] = await _times_of(client, path)
    return found


def _reader(settings: Settings) -> httpx.AsyncClient:
    """A reader of an application that has not opened the release yet."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(settings).server), base_url="http://127.0.0.1", timeout=120)


async def _paths(settings: Settings, pages: list[Page]) -> dict[str, str]:
    """An address of each page; where it takes a code, the first that a link leads to."""
    found = {page.key: page.path for page in PAGES if not page.takes_code}
    waiting = list(found.values())
    async with _reader(settings) as client:
        while waiting and not all(page.key in found for page in pages):
            for href in _links((await client.get(waiting.pop(0), params={"lang": "en"})).text):
                path = unquote(urlsplit(href).path)
                page = page_at(path)
                if page is not None and page.key not in found:
                    found[page.key] = path
                    waiting.append(path)
    return {page.key: found[page.key] for page in pages if page.key in found}


def _links(html: str) -> list[str]:
    return [unescape(link) for link in LINK.findall(html)]


async def _times_of(client: httpx.AsyncClient, path: str) -> Times:
    times = Times()
    spent, answer = await _spent(lambda: client.get(path, params={"lang": "en"}))
    times.first.append(spent.wall)
    html = answer.text  # type: ignore[attr-defined]
    for kind, hrefs in _changes(html, path).items():
        for href in hrefs:
            spent, _ = await _spent(lambda href=href: _draw(client, href))
            times.note(kind, spent, href)
            spent, _ = await _spent(lambda href=href: _draw(client, href))
            times.again.append(spent.wall)
    return times


async def _spent(act: Callable[[], Awaitable[object]]) -> tuple[Spent, object]:
    wall, processor = time.perf_counter(), time.process_time()
    answer = await act()
    return Spent((time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000), answer


def _changes(html: str, path: str) -> dict[str, list[str]]:
    """Links of a page to itself or its siblings by what they change, a few of each, spread over all that there are."""
    kinds: dict[str, list[str]] = {}
    page = page_at(path)
    for href in dict.fromkeys(_links(html)):
        parts = urlsplit(href)
        if href.startswith("/export/") or page_at(unquote(parts.path)) is not page:
            continue
        said = set(parse_qs(parts.query))
        kind = "code" if unquote(parts.path) != path else " ".join(sorted(said - UNTIMED))
        if kind and not (said & UNTIMED):
            kinds.setdefault(kind, []).append(href)
    return {kind: hrefs[:: max(len(hrefs) // EACH, 1)][:EACH] for kind, hrefs in kinds.items()}


async def _draw(client: httpx.AsyncClient, href: str) -> None:
    """What the browser asks for when the address changes."""
    parts = urlsplit(href)
    search = f"?{parts.query}" if parts.query else ""
    url = [("url", "pathname", unquote(parts.path)), ("url", "search", search)]
    view = [("view", "data", {"path": unquote(parts.path), "search": parts.query})]
    await asyncio.gather(*(_callback(client, part, inputs) for part, inputs in (("header", url), ("panel", url), ("page", view))))


async def _callback(client: httpx.AsyncClient, part: str, inputs: list[tuple[str, str, object]]) -> None:
    body = {
        "output": f"{part}.children",
        "outputs": {"id": part, "property": "children"},
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
        "changedPropIds": [f"{name}.{prop}" for name, prop, _ in inputs],
    }
    answer = await client.post("/_dash-update-component", json=body)
    answer.raise_for_status()


def _print(times: dict[str, Times]) -> None:
    print(
        f"{'page':14}{'first':>9}{'changes':>9}{'p50':>8}{'p95':>8}{'max':>8}{'cpu p50':>9}{'cpu p95':>9}{'again p95':>11}  slowest change"
    )
    for key, each in times.items():
        wall = "".join(f"{part:8.0f}" for part in _cuts(each.changes))
        cpu = "".join(f"{part:9.0f}" for part in _cuts(each.worked)[:2])
        print(f"{key:14}{each.first[0]:9.0f}{len(each.changes):9}{wall}{cpu}{_cuts(each.again)[1]:11.0f}  {each.slowest[1]}")
    every = [spent for each in times.values() for spent in each.changes]
    p50, p95, most = _cuts(every)
    first = max(each.first[0] for each in times.values())
    print(
        f"all: first load at most {first:.0f} ms ({first / FIRST_GOAL:.2f} of the goal); changes p50 {p50:.0f}, p95 {p95:.0f}, max {most:.0f} ms",
        end=" ",
    )
    worked = _cuts([spent for each in times.values() for spent in each.worked])
    print(f"({p95 / CHANGE_GOAL:.2f} of the goal); processor p50 {worked[0]:.0f}, p95 {worked[1]:.0f} ms")
    kinds: dict[str, list[float]] = {}
    for each in times.values():
        for kind, spent in each.changed.items():
            kinds.setdefault(kind, []).extend(spent)
    for kind, spent in sorted(kinds.items(), key=lambda item: _cuts(item[1])[1]):
        print(f"  {kind:40}{len(spent):5}{_cuts(spent)[0]:8.0f}{_cuts(spent)[1]:8.0f}{max(spent):8.0f}")


def _cuts(values: list[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and maximum."""
    if len(values) < 2:
        return (values[0],) * 3 if values else (0.0, 0.0, 0.0)
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18], max(values)


if __name__ == "__main__":
    main()
