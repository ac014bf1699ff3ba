"""Two writers at once: the second waits, or says who holds the lease and since when; the lease of one that died is taken over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines import state
from pipelines.ingest import ingest
from warehouse.engine.duckdb import writing
from warehouse.engine.lease import StoreBusy, holder, writer_lease
from warehouse.settings import Settings

HOLDER = """
import sys
from pathlib import Path
from warehouse.engine.duckdb import writing
from warehouse.settings import Settings
with writing(Settings(Path(sys.argv[1]))) as con:
    con.execute("begin; insert into build_state values ('half', 'done')")
    print("held", flush=True)
    sys.stdin.read()
"""
RATING = "rating_id,grade,rated_at,channel\n{}-1,5,2024-03-01T09:00:00+08:00,web\n{}-2,4,2024-03-01T09:00:00+08:00,web\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home", low_water=0).prepare()


@contextmanager
def another_writer(settings: Settings) -> Iterator[subprocess.Popen]:
    """A process that writes until its input ends."""
    command = [sys.executable, "-c", HOLDER, str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("")


def test_the_second_writer_is_told_who_writes_or_waits(settings):
    said: list[str] = []
    with another_writer(settings) as process:
        found = holder(settings)
        assert found and (found.pid, found.command.split(" ")[0]) == (process.pid, "-c")
        for ask in (lambda: ingest(settings, [settings.home]), lambda: state.status(settings)):
            with pytest.raises(StoreBusy, match=rf"\(process {process.pid}, since 20\d\d-.*\) is writing to warehouse.duckdb; wait"):
                ask()
        waiting = threading.Thread(
            target=lambda: ingest(Settings(settings.home, patience=60), [settings.landing_dir], on_progress=said.append)
        )
        waiting.start()
        while not said:
            waiting.join(0.01)
        assert said[0].startswith("Waiting for ") and str(process.pid) in said[0]
        process.communicate("")
        waiting.join()
    assert len(said) == 1  # and then went through, with nothing to load
    assert holder(settings) is None


def test_the_lease_of_a_writer_that_died_is_taken_over(settings):
    said: list[str] = []
    with another_writer(settings) as process:
        process.kill()
        process.wait()
        with writing(settings, say=said.append) as con:
            assert con.execute("select count(*) from build_state").fetchone() == (0,)  # what it had not finished is undone
            assert (holder(settings) or pytest.fail("nobody holds it")).pid == os.getpid()
    assert len(said) == 1 and f"process {process.pid}" in said[0] and "taken over" in said[0]


def test_a_number_that_another_process_has_by_now_is_no_holder(settings):
    with writer_lease(settings):
        left = json.loads((settings.home / "warehouse.lease").read_text("utf-8"))
    for change in ({"started": "1"}, {"boot": "another"}):
        (settings.home / "warehouse.lease").write_text(json.dumps({**left, **change}), "utf-8")
        assert holder(settings) is None
    (settings.home / "warehouse.lease").write_text(json.dumps(left), "utf-8")
    assert (holder(settings) or pytest.fail("nobody holds it")).pid == os.getpid()


def test_threads_of_one_process_take_turns(settings):
    order: list[str] = []

    def other() -> None:
        with pytest.raises(StoreBusy), writer_lease(settings):
            order.append("never")
        order.append("told")
        with writer_lease(settings, patience=60):
            order.append("second")

    with writer_lease(settings), writer_lease(settings):  # the same thread may hold it twice
        thread = threading.Thread(target=other)
        thread.start()
        while not order:
            thread.join(0.01)
        order.append("first done")
    thread.join()
    assert order == ["told", "first done", "second"]


def test_two_commands_at_once_both_come_through(settings, tmp_path):
    environment = {**os.environ, "ONEGATE_PATIENCE": "120", "ONEGATE_LOW_WATER_MB": "0.001"}
    running = []
    for name in ("a", "b"):
        path = tmp_path / f"ratings-{name}.csv"
        path.write_text(RATING.format(name, name), "utf-8")
        command = [sys.executable, "-m", "onegate", "ingest", str(path), "--home", str(settings.home), "--json"]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment))
    answers = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert [json.loads(answer)["receipts"][0]["accepted"] for answer in answers] == [2, 2]
    with writing(settings) as con:
        assert con.execute("select count(*), count(distinct file_id) from core_rating").fetchone() == (4, 2)
