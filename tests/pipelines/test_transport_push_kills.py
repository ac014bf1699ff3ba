"""HTTP push under accidents: two processes over one installation, killed at named points and at random; each delivery lands once, whatever its sender saw."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pipelines.ingest import ingest
from pipelines.transports.push_keys import make_key
from pipelines.transports.pushes import CRASH_POINTS
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).with_name("push_server.py")
DELIVERIES = 80  # of one random run
ADDRESS = "/api/ingest/new_hall?feed=case_events"


class Site:
    """One installation, the processes that serve it, and what its senders were told."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home).prepare()
        self.headers = {"Authorization": f"Bearer {make_key(self.settings, 'new_hall')}", "Content-Type": "text/csv"}
        self.running: list[subprocess.Popen[bytes]] = []

    def serve(self, crash_at: str = "") -> str:
        """Start a process; its address. Its socket is open before it is, so that nobody need wait for it."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            environment = {"PATH": "", "PYTHONPATH": str(ROOT), "ONEGATE_CRASH_AT": crash_at}
            command = [sys.executable, str(SERVER), str(self.settings.home), str(listener.fileno())]
            self.running.append(subprocess.Popen(command, env=environment, pass_fds=[listener.fileno()]))
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def post(self, address: str, key: str, body: bytes) -> httpx.Response | None:
        """Send once; None when the connection broke."""
        try:
            return httpx.post(
                address + ADDRESS, content=body, headers={**self.headers, "Idempotency-Key": key}, timeout=120, trust_env=False
            )
        except httpx.TransportError:
            return None

    def landed(self) -> list[bytes]:
        return sorted(path.read_bytes() for path in self.settings.landing_dir.rglob("*.csv"))

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    found = Site(tmp_path / "home")
    yield found
    found.stop()


def body(number: int) -> bytes:
    """A delivery of three events that no other has."""
    rows = (f"e{number}-{row},c{number},submitted,2024-01-01T09:00:00+08:00,web\n" for row in range(3))
    return ("event_id,case_id,event_type,occurred_at,channel\n" + "".join(rows)).encode()


def test_two_processes_take_one_delivery_once(site: Site):
    addresses = [site.serve(), site.serve()]
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda number: site.post(addresses[number % 2], "same", body(1)), range(24)))
    told = [answer for answer in answers if answer]
    assert len(told) == 24 and {answer.status_code for answer in told} <= {200, 201, 409}
    first = [answer for answer in told if answer.status_code == 201]
    assert len(first) == 1 and len({answer.text for answer in told if answer.status_code < 300}) == 1
    assert site.landed() == [body(1)]


def test_a_process_killed_at_any_point_neither_loses_nor_doubles_a_delivery(site: Site):
    dying = {point: site.serve(point) for point in CRASH_POINTS}  # all start at once, which is the slow part
    for number, (point, address) in enumerate(dying.items()):
        assert site.post(address, point, body(number)) is None
    assert [process.wait(60) for process in site.running] == [-signal.SIGKILL] * len(dying)
    address = site.serve()
    ids = set()
    for number, point in enumerate(dying):
        answers = [site.post(address, point, body(number)) for _ in range(2)]
        assert [answer and answer.status_code for answer in answers] in ([201, 200], [200, 200])  # it may have been there
        ids |= {answer.json()["id"] for answer in answers if answer}
    assert len(ids) == len(dying) and site.landed() == [body(number) for number in range(len(dying))]
    site.stop()
    assert site.landed() == [body(number) for number in range(len(dying))]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_kills_at_random_lose_and_double_nothing(site: Site, seed: int):
    dice, address = random.Random(seed), [site.serve()]
    stopping, told = threading.Event(), threading.Semaphore(0)

    def killer() -> None:
        while not stopping.is_set():
            told.acquire()  # what was just started has answered somebody
            stopping.wait(dice.uniform(0, 0.3))
            site.running[-1].kill()
            site.running[-1].wait()
            while told.acquire(blocking=False):
                pass
            address[0] = site.serve()

    def deliver(number: int) -> None:
        given_up = time.monotonic() + 600
        while not (answer := site.post(address[0], f"k{number}", body(number))) or not answer.is_success:
            assert answer is None or answer.status_code == 409, answer.text
            assert time.monotonic() < given_up
        told.release()

    killing = threading.Thread(target=killer)
    killing.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(DELIVERIES)))
    stopping.set()
    told.release()
    killing.join()
    assert len(site.running) > 3
    assert site.landed() == sorted(body(number) for number in range(DELIVERIES))
    ingest(site.settings, [site.settings.landing_dir], source="new_hall")
    with open_store(site.settings) as con:
        assert con.execute("select count(*), count(distinct event_id) from core_case_event").fetchone() == (3 * DELIVERIES, 3 * DELIVERIES)
