"""Too little memory: a sentence says what to set, readers keep what they had, and the same call goes through with more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from onegate.cli import main
from pipelines.ingest import ingest
from warehouse import settings as limits
from warehouse.release import Release, current
from warehouse.settings import Settings


def build(home: Path, monkeypatch, memory: str | None) -> int | str | None:
    """The exit status of `onegate build` with so much memory."""
    monkeypatch.setattr(sys, "argv", ["onegate", "build", "--home", str(home)])
    if memory:
        monkeypatch.setenv("ONEGATE_MEMORY", memory)
    else:
        monkeypatch.delenv("ONEGATE_MEMORY", raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def rate(home: Path, desk: Path, rating: str) -> None:
    """Load a file with one rating."""
    path = desk / f"ratings-{rating}.csv"
    path.write_text(f"rating_id,grade,rated_at,channel,case_id\n{rating},5,2024-03-01T09:00:00+08:00,web,C1\n", "utf-8")
    assert ingest(Settings(home), [path]).receipts[0].accepted == 1


def ratings_in(release: Release) -> list[str]:
    """What readers of a release see."""
    with release.connect() as con:
        return [rating for (rating,) in con.execute("select rating_id from mart_rating order by 1").fetchall()]


def test_a_build_without_enough_memory_says_what_to_set_and_can_be_given_again(tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    rate(home, tmp_path, "R1")
    assert build(home, monkeypatch, None) == 0
    before = current(Settings(home))
    assert before is not None and ratings_in(before) == ["R1"]
    capsys.readouterr()
    rate(home, tmp_path, "R2")
    assert build(home, monkeypatch, "2MB") == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("onegate: DuckDB has too little memory") and "ONEGATE_MEMORY=8GB" in last and "Traceback" not in last
    assert current(Settings(home)) == before and ratings_in(before) == ["R1"]
    assert build(home, monkeypatch, None) == 0
    after = current(Settings(home))
    assert after is not None and after != before and ratings_in(after) == ["R1", "R2"]


def test_a_small_machine_gives_duckdb_three_fifths_of_its_memory_and_a_large_one_five_gigabytes(monkeypatch):
    monkeypatch.delenv("ONEGATE_MEMORY", raising=False)
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 4_000_000_000 // 4096}
    monkeypatch.setattr(limits.os, "sysconf", lambda name: sizes[name])
    monkeypatch.setattr(limits, "CONTAINER", Path("/nowhere/memory.max"))
    assert Settings.load("home").build_memory_limit == "2399MB"
    sizes["SC_PHYS_PAGES"] *= 16
    assert Settings.load("home").build_memory_limit == "5000MB"
    monkeypatch.setenv("ONEGATE_MEMORY", "8GB")
    assert {Settings.load("home").build_memory_limit, Settings.load("home").memory_limit} == {"8GB"}


@pytest.mark.parametrize(("said", "limit"), [("1000000000\n", "600MB"), ("max\n", "5000MB")])
def test_a_container_with_less_memory_than_its_machine_is_believed(tmp_path, monkeypatch, said, limit):
    monkeypatch.delenv("ONEGATE_MEMORY", raising=False)
    monkeypatch.setattr(limits, "CONTAINER", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text(said, "ascii")
    monkeypatch.setattr(limits.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 4_000_000}.get)
    assert Settings.load("home").build_memory_limit == limit
