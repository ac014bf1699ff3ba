"""Which row of a key is current, and how the others are counted: feeds.yaml's rules on literal rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.adapters.batch import Batch
from pipelines.loading import Loader
from pipelines.personal import Hasher
from pipelines.source import Emission, Source
from warehouse.contract import feeds
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

BASE = {"rating_id": "r1", "grade": "5", "rated_at": "2024-01-01 09:00:00", "channel": "web"}


class Desk:
    """A store into which tests load batches of ratings, one file each."""

    def __init__(self, home: Path) -> None:
        self.con = open_store(Settings(home))
        self.files = 0

    def load(self, *batches: list[dict[str, str]]) -> dict[str, int]:
        self.files += 1
        loader = Loader(self.con, Source("s"), (Emission(feeds()["ratings"]),), Hasher(self.con, b"key"), self.files)
        row = 0
        for rows in batches:
            frame = pl.DataFrame([{**BASE, **each} for each in rows])
            numbers = range(row + 1, row + 1 + len(rows))
            row += len(rows)
            loader.take(
                Batch(
                    frame.with_columns(
                        _row=pl.Series(numbers, dtype=pl.Int64), _offset=pl.lit(None, pl.Int64), _length=pl.lit(None, pl.Int64)
                    )
                )
            )
        return {name: count for name, count in loader.counts().items() if count}

    def grades(self) -> list[tuple[str, int]]:
        return self.con.execute("select rating_id, grade from core_rating order by all").fetchall()

    def history(self) -> int:
        return self.con.execute("select count(*) from history_rating").fetchall()[0][0]


@pytest.fixture(params=[1, 1_000_000], ids=["batch by batch", "file by file"])
def desk(tmp_path: Path, request, monkeypatch):
    monkeypatch.setattr("pipelines.loading.AT_ONCE", request.param)
    desk = Desk(tmp_path)
    yield desk
    desk.con.close()


def test_same_content_again_is_a_duplicate(desk: Desk) -> None:
    assert desk.load([{}]) == {"accepted": 1}
    assert desk.load([{}]) == {"duplicate": 1}
    assert desk.grades() == [("r1", 5)]
    assert desk.history() == 0


def test_higher_version_wins_whatever_the_order(desk: Desk) -> None:
    assert desk.load([{"source_version": "3", "grade": "1"}]) == {"accepted": 1}
    assert desk.load([{"source_version": "2", "grade": "2"}]) == {"superseded": 1}
    assert desk.load([{"source_version": "4", "grade": "4"}]) == {"accepted": 1}
    assert desk.grades() == [("r1", 4)]
    assert desk.history() == 2


def test_later_arrival_wins_under_one_version_and_known_content_changes_nothing(desk: Desk) -> None:
    desk.load([{"grade": "5"}])
    assert desk.load([{"grade": "4"}]) == {"accepted": 1}
    assert desk.load([{"grade": "5"}]) == {"duplicate": 1}
    assert desk.grades() == [("r1", 4)]


def test_overtaken_inside_one_file(desk: Desk) -> None:
    assert desk.load([{"grade": "5"}, {"grade": "4"}, {"grade": "4"}]) == {"accepted": 1, "superseded": 1, "duplicate": 1}
    assert desk.grades() == [("r1", 4)]


def test_overtaken_in_a_later_batch_of_the_same_file(desk: Desk) -> None:
    assert desk.load([{"grade": "5"}, {"rating_id": "r2"}], [{"grade": "4"}]) == {"accepted": 2, "superseded": 1}
    assert desk.grades() == [("r1", 4), ("r2", 5)]


def test_retraction_takes_the_row_out_and_an_older_version_stays_out(desk: Desk) -> None:
    desk.load([{"source_version": "2"}])
    assert desk.load([{"source_version": "3", "deleted": "true", "grade": None, "rated_at": None, "channel": None}]) == {"deleted": 1}
    assert desk.grades() == []
    assert desk.load([{"source_version": "1", "grade": "1"}]) == {"superseded": 1}
    assert desk.grades() == []
    assert desk.load([{"source_version": "4", "grade": "3"}]) == {"accepted": 1}
    assert desk.grades() == [("r1", 3)]


def test_retraction_of_an_unknown_key_counts_as_deleted(desk: Desk) -> None:
    assert desk.load([{"rating_id": "x", "deleted": "1"}]) == {"deleted": 1}


def test_retraction_that_came_before_its_row(desk: Desk) -> None:
    desk.load([{"source_version": "2", "deleted": "true"}])
    assert desk.load([{"source_version": "1"}]) == {"superseded": 1}
    assert desk.grades() == []


def test_faults_are_set_aside_with_every_reason_and_personal_values_masked(desk: Desk) -> None:
    counts = desk.load(
        [{"grade": "7", "rated_at": "soon", "rater_key": "110105194912310021"}, {"rating_id": "r2", "channel": "fax"}, {"rating_id": "r3"}]
    )
    assert counts == {"accepted": 1, "quarantined": 2}
    reasons, records = zip(*desk.con.execute("select reasons, record from ledger_quarantine order by row_no").fetchall(), strict=True)
    assert [sorted(each) for each in reasons] == [["E_RANGE:grade", "E_TYPE_TS:rated_at"], ["E_ENUM:channel"]]
    assert "110105194912310021" not in records[0]


def test_personal_keys_are_replaced_by_hmac(desk: Desk) -> None:
    import hashlib
    import hmac

    desk.load([{"rater_key": "A1"}, {"rating_id": "r2", "rater_key": "乙"}, {"rating_id": "r3"}])
    expected = [hmac.new(b"key", each.encode(), hashlib.sha256).hexdigest() for each in ("A1", "乙")]
    assert desk.con.execute("select rater_key from core_rating order by rating_id").fetchall() == [(expected[0],), (expected[1],), (None,)]


def test_the_same_key_in_two_sources_is_two_rows(desk: Desk) -> None:
    desk.load([{}])
    other = Loader(desk.con, Source("t"), (Emission(feeds()["ratings"]),), Hasher(desk.con, b"key"), 9)
    other.take(
        Batch(pl.DataFrame([BASE]).with_columns(_row=pl.lit(1, pl.Int64), _offset=pl.lit(None, pl.Int64), _length=pl.lit(None, pl.Int64)))
    )
    assert other.counts()["accepted"] == 1
    assert len(desk.grades()) == 2


def test_a_null_part_of_a_key_equals_itself(tmp_path: Path) -> None:
    con = open_store(Settings(tmp_path))
    row = {"division_code": "440600", "level": "3", "name_zh": "佛山市"}
    frame = pl.DataFrame([row, row]).with_columns(
        _row=pl.Series([1, 2], dtype=pl.Int64), _offset=pl.lit(None, pl.Int64), _length=pl.lit(None, pl.Int64)
    )
    loader = Loader(con, Source("s"), (Emission(feeds()["divisions"]),), Hasher(con, b"key"), 1)
    loader.take(Batch(frame))
    assert {name: count for name, count in loader.counts().items() if count} == {"accepted": 1, "duplicate": 1}
    con.close()
