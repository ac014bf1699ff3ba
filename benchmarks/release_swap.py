"""Many readers while releases change under them: no request may fail, no page may show two releases.

Run: python -m benchmarks.release_swap [--home HOME] [--users 50] [--seconds 60] [--think 3]. Without a home a demo city is made first.

The current release is copied three times into an installation of its own, each with its own stamp and with a mark in the names of its places, so that
a page made of two releases gives itself away. `onegate serve` runs in its own process. Readers load pages, follow links of these pages as the
browser does (header, card and page asked for at once), and take tables away, while the pointer moves to the next release every few seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import quantiles
from urllib.parse import unquote, urlsplit

import duckdb
import httpx

from dashboards.pages.catalog import PAGES
from warehouse.release import current
from warehouse.settings import Settings

MARKS = {"20300101T000000Z": "Aa", "20300101T000001Z": "Bb", "20300101T000002Z": "Cc"}  # stamp of a copy, mark in its names
PORT = 8065
STEPS = 6  # links that a reader follows from a page before loading another one
EXPORTED = 0.1  # of the steps take a table away instead
LINK = re.compile(r'href=\\?"(/[^"\\]*)\\?"')
STAMP = re.compile(r"20300101T00000\dZ")
MARK = re.compile(r"⟦(\w\w)⟧")


@dataclass
class Log:
    """What happened to the requests."""

    spent: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, seconds: float, stamps: set[str]) -> None:
        """One request that was answered, with the releases that its answer names."""
        self.spent.setdefault(kind, []).append(seconds * 1000)
        self.seen.update(stamps)


def main() -> None:
    """Prepare, serve, load, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=3.0, help="mean seconds between a reader's steps")
    parser.add_argument("--every", type=float, default=5, help="seconds between swaps")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onegate-bench-", dir=given.home and given.home.parent) as folder:
        settings = _three_releases(
            Settings.load(given.home or _demo(Path(folder) / "demo")), Settings.load(Path(folder) / "home").prepare()
        )
        server = subprocess.Popen([sys.executable, "-m", "onegate", "serve", "--home", str(settings.home), "--port", str(PORT)])
        try:
            log, swaps = asyncio.run(_load(settings, given))
        finally:
            server.terminate()
            server.wait()
    _print(log, swaps, given)
    sys.exit(1 if log.faults else 0)


def _demo(folder: Path) -> Path:
    command = [sys.executable, "-m", "onegate", "demo", "--no-serve", "--home", str(folder), "--scale", "0.05"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def _three_releases(source: Settings, target: Settings) -> Settings:
    """Three copies of the current release of an installation in another one, told apart by stamp, moment and names."""
    release = current(source)
    if release is None:
        sys.exit("No release there; run onegate demo first.")
    for stamp, mark in MARKS.items():
        folder = target.releases_dir / stamp
        shutil.copytree(release.folder, folder)
        for path in folder.iterdir():
            path.chmod(0o644)
        with duckdb.connect(str(folder / "board.duckdb")) as con:
            con.execute("update release_info set stamp = ?", [stamp])
            con.execute("update dim_division set name_en = name_en || ' ⟦' || $1 || '⟧', name_zh = name_zh || ' ⟦' || $1 || '⟧'", [mark])
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        (folder / "manifest.json").write_text(json.dumps({**manifest, "stamp": stamp}), "utf-8")
    _point(target, next(iter(MARKS)))
    return target


def _point(settings: Settings, stamp: str) -> None:
    aside = settings.releases_dir / ".current.new"
    aside.write_text(f"{stamp}\n", "ascii")
    os.replace(aside, settings.releases_dir / "current")


async def _load(settings: Settings, given: argparse.Namespace) -> tuple[Log, int]:
    log = Log()
    limits = httpx.Limits(max_connections=given.users * 4, max_keepalive_connections=given.users * 4)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=120, limits=limits) as client:
        await _until_it_answers(client)
        until = time.monotonic() + given.seconds
        readers = [_reader(client, log, (until, given.think), random.Random(number)) for number in range(given.users)]
        swapping = asyncio.create_task(_swap(settings, given.every, until))
        await asyncio.gather(*readers)
        return log, await swapping


async def _until_it_answers(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    sys.exit("The server did not start within a minute.")


async def _swap(settings: Settings, every: float, until: float) -> int:
    """Move the pointer to the next release again and again; how often."""
    for number, stamp in enumerate(itertools.cycle(MARKS)):
        _point(settings, stamp)
        await asyncio.sleep(every)
        if time.monotonic() >= until:
            return number
    return 0


async def _reader(client: httpx.AsyncClient, log: Log, pace: tuple[float, float], chance: random.Random) -> None:
    """One person: loads a page, follows a few of its links, takes a table away now and then, and starts over."""
    until, think = pace
    starts = [page.path for page in PAGES if page.in_menu]
    await asyncio.sleep(chance.random() * think * 2)
    while time.monotonic() < until:
        text = await _page(client, log, chance.choice(starts), chance.choice(["en", "zh"]))
        for _ in range(STEPS):
            await asyncio.sleep(chance.expovariate(1 / think) if think else 0)
            links = [unescape(link) for link in dict.fromkeys(LINK.findall(text)) if link.startswith("/")]
            files = [link for link in links if link.startswith("/export/")]
            ways = [link for link in links if not link.startswith(("/export/", "/bulletin/", "/assets/", "/_", "/theme"))]
            if time.monotonic() >= until or not ways:
                break
            if files and chance.random() < EXPORTED:
                await _file(client, log, chance.choice(files))
            else:
                text = await _step(client, log, chance.choice(ways)) or text


async def _page(client: httpx.AsyncClient, log: Log, path: str, lang: str) -> str:
    answer = await _asked(log, "page", path, client.get(path, params={"lang": lang}))
    if answer and not answer.text.rstrip().endswith("</html>"):
        log.faults.append(f"{path}: half a page")
    return answer.text if answer else ""


async def _step(client: httpx.AsyncClient, log: Log, href: str) -> str:
    """What the browser asks for when a link is followed; the text of the page that it gets."""
    parts = urlsplit(href)
    url = [("url", "pathname", unquote(parts.path)), ("url", "search", f"?{parts.query}" if parts.query else "")]
    view = [("view", "data", {"path": unquote(parts.path), "search": parts.query})]
    asked = [_callback(client, log, *one) for one in (("header", url, href), ("panel", url, href), ("page", view, href))]
    *_, page = await asyncio.gather(*asked)
    return json.dumps(page.json(), ensure_ascii=False) if page else ""


async def _callback(
    client: httpx.AsyncClient, log: Log, part: str, inputs: list[tuple[str, str, object]], href: str
) -> httpx.Response | None:
    body = {
        "output": f"{part}.children",
        "outputs": {"id": part, "property": "children"},
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
        "changedPropIds": [f"{name}.{prop}" for name, prop, _ in inputs],
    }
    return await _asked(log, f"step: {part}", href, client.post("/_dash-update-component", json=body))


async def _file(client: httpx.AsyncClient, log: Log, href: str) -> None:
    answer = await _asked(log, "file", href, client.get(href))
    if answer is not None and not answer.content:
        log.faults.append(f"{href}: an empty file")


async def _asked(log: Log, kind: str, href: str, request: Awaitable[httpx.Response]) -> httpx.Response | None:
    began = time.perf_counter()
    try:
        answer = await request
    except httpx.HTTPError as failure:
        log.faults.append(f"{kind} {href}: {type(failure).__name__} {failure}")
        return None
    text = "" if kind == "file" else answer.text
    stamps, marks = set(STAMP.findall(text)), {*MARK.findall(text)}
    log.note(kind, time.perf_counter() - began, stamps)
    if answer.status_code != 200:
        log.faults.append(f"{kind} {href}: status {answer.status_code}")
    elif "state-page" in text:
        log.faults.append(f"{kind} {href}: an error page")
    if len(stamps) > 1 or len(marks) > 1 or (stamps and marks and {MARKS[stamp] for stamp in stamps} != marks):
        log.faults.append(f"{kind} {href}: two releases in one answer: {sorted(stamps)} {sorted(marks)}")
    return answer


def _print(log: Log, swaps: int, given: argparse.Namespace) -> None:
    total = sum(map(len, log.spent.values()))
    print(
        f"{given.users} readers, {given.seconds:.0f} s, {swaps} swaps: {total:,} requests ({total / given.seconds:.0f} a second), {len(log.faults)} failed"
    )
    for kind, spent in sorted(log.spent.items()):
        cuts = quantiles(spent, n=100, method="inclusive") if len(spent) > 1 else spent * 99
        print(
            f"  {kind:14}{len(spent):7,}  p50 {cuts[49]:7.0f} ms  p95 {cuts[94]:7.0f} ms  p99 {cuts[98]:7.0f} ms  max {max(spent):7.0f} ms"
        )
    print("  releases seen:", ", ".join(f"{stamp} {count:,}" for stamp, count in sorted(log.seen.items())))
    for fault, count in Counter(log.faults).most_common(20):
        print(f"  {count} × {fault}")


if __name__ == "__main__":
    main()
