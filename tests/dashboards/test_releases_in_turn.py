"""Readers while releases change: one answer never holds two, and what many want at once is made once."""

import shutil
import threading

import duckdb
import pytest

from dashboards.gate import Gate
from dashboards.memory import Memory
from warehouse.settings import Settings

NAMES = "select name_en from dim_division where division_code = '440600'"


@pytest.fixture
def two_releases(tiny_city, tmp_path) -> Settings:
    """The tiny city, and the same a second later with another name."""
    home = tmp_path / "home"
    shutil.copytree(tiny_city.home, home)
    settings = Settings.load(home)
    first = (settings.releases_dir / "current").read_text().strip()
    shutil.copytree(settings.releases_dir / first, settings.releases_dir / "20990101T000000Z")
    board = settings.releases_dir / "20990101T000000Z" / "board.duckdb"
    board.chmod(0o644)
    with duckdb.connect(str(board)) as con:
        con.execute("update dim_division set name_en = 'New Foshan' where division_code = '440600'")
    return settings


def show_the_newer(settings: Settings) -> None:
    (settings.releases_dir / "current").write_text("20990101T000000Z\n")


def test_what_has_begun_on_a_release_ends_on_it(two_releases):
    gate = Gate(two_releases)
    with gate.one_release():
        stamp = gate.holding().release.stamp
        show_the_newer(two_releases)
        assert gate.holding().release.stamp == stamp
        assert gate.table(NAMES).item() == "Foshan"
    assert gate.holding().release.stamp == "20990101T000000Z"
    assert gate.table(NAMES).item() == "New Foshan"


def test_the_release_is_chosen_at_the_first_reading(two_releases):
    gate = Gate(two_releases)
    with gate.one_release():
        show_the_newer(two_releases)
        assert gate.table(NAMES).item() == "New Foshan"


def test_the_next_request_reads_the_newer_release(two_releases, client_of):
    with client_of(two_releases) as client:
        assert "New Foshan" not in client.get("/?lang=en").text
        show_the_newer(two_releases)
        assert "New Foshan" in client.get("/?lang=en").text


def test_what_many_want_at_once_is_made_once():
    memory, made, begun = Memory(10), [], threading.Barrier(4, timeout=10)

    def make() -> int:
        made.append(1)
        return 7

    def want(found: list[int]) -> None:
        begun.wait()
        found.append(memory.once("it", make))

    found: list[int] = []
    readers = [threading.Thread(target=want, args=(found,)) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert (found, len(made)) == ([7, 7, 7, 7], 1)


def test_what_nobody_wants_is_given_up_first():
    memory = Memory(2)
    memory.keep({"a": 1, "b": 2})
    assert memory.known(["a"]) == {"a": 1}
    memory.keep({"c": 3})
    assert memory.known(["a", "b", "c"]) == {"a": 1, "c": 3}
    assert len(memory) == 2


def test_what_failed_is_tried_again():
    memory = Memory(2)
    with pytest.raises(ZeroDivisionError):
        memory.once("it", lambda: 1 // 0)
    assert memory.once("it", lambda: 5) == 5


@pytest.mark.parametrize("part", ["header", "page"])
def test_without_a_release_the_live_page_says_so_too(client_of, tmp_path, part):
    inputs = [("url", "pathname", "/"), ("url", "search", "")] if part == "header" else [("view", "data", {"path": "/", "search": ""})]
    body = {
        "output": f"{part}.children",
        "outputs": {"id": part, "property": "children"},
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
        "changedPropIds": [f"{name}.{prop}" for name, prop, _ in inputs],
    }
    with client_of(Settings.load(tmp_path).prepare()) as client:
        answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert ("onegate demo" if part == "page" else "OneGate") in answer.text
