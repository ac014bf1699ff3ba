"""The real queue displays of Warsaw (../shared/data/warsaw-queues): every reference answer of their SOURCE.md, from the core table."""

from __future__ import annotations

import pytest

CALLS = """
    create temp view call as
    select site_id, served_number, lag(served_number) over (partition by site_id, queue_code, observed_on order by observed_at) as previous
    from core_queue_snapshot
    where served_number is not null and observed_on < date '2020-02-01'"""
JANUARY = "observed_on between date '2020-01-01' and date '2020-01-31'"


@pytest.fixture(scope="module")
def warsaw(real, tmp_path_factory: pytest.TempPathFactory):
    with real("warsaw_queues", "warsaw-queues", tmp_path_factory.mktemp("warsaw")) as found:
        found.con.execute(CALLS)
        yield found


def test_one_receipt_counts_every_record_once(warsaw) -> None:
    assert warsaw.counts() == [("queue_snapshots", 57318, 57318, 0)]
    assert warsaw.row("select count(*), count(distinct (site_id, queue_code, observed_at)) from core_queue_snapshot") == (57318, 57318)


def test_offices_queues_dates(warsaw) -> None:
    assert warsaw.row(
        "select count(distinct site_id), count(distinct (site_id, queue_code)), count(distinct observed_on) from core_queue_snapshot"
    ) == (4, 80, 6)
    assert warsaw.rows("select observed_on::varchar, count(*) from core_queue_snapshot group by 1 order by 1") == [
        ("2020-01-13", 10160), ("2020-01-14", 9840), ("2020-01-15", 10320), ("2020-01-16", 10000), ("2020-01-17", 10320), ("2020-12-30", 6678),
    ]  # fmt: skip
    assert warsaw.row("select count(*) from core_service_point") == (4,)


def test_waiting(warsaw) -> None:
    assert warsaw.row(f"select round(avg(waiting), 5) from core_queue_snapshot where {JANUARY}") == (1.02498,)
    assert warsaw.rows(f"select site_id, round(avg(waiting), 6) from core_queue_snapshot where {JANUARY} group by 1 order by 1") == [
        ("UD_Bielany", 1.619036), ("UD_Wola", 1.455327), ("UD_Zoliborz", 0.411194), ("USC_Andersa", 0.240376),
    ]  # fmt: skip


def test_largest_queue(warsaw) -> None:
    assert warsaw.row(
        f"""select site_id, strftime(observed_at at time zone 'Europe/Warsaw', '%Y-%m-%d %H:%M'), waiting from core_queue_snapshot
        where {JANUARY} order by waiting desc, observed_at, site_id limit 1"""
    ) == ("UD_Bielany", "2020-01-13 11:49", 77)


def test_unstaffed(warsaw) -> None:
    assert warsaw.row(f"select round(avg((open_desks = 0)::int), 6) from core_queue_snapshot where {JANUARY} and waiting > 0") == (
        0.023858,
    )


def test_calls(warsaw) -> None:
    assert warsaw.rows("select site_id, count(*) from call where previous is null or previous <> served_number group by 1 order by 1") == [
        ("UD_Bielany", 3472), ("UD_Wola", 2565), ("UD_Zoliborz", 1675), ("USC_Andersa", 590),
    ]  # fmt: skip
    assert warsaw.row("select count(*) from call where previous is null or previous <> served_number") == (8302,)


def test_empty_numbers_stay_empty(warsaw) -> None:
    assert warsaw.row("select count(*) from core_queue_snapshot where served_number is null") == (26431,)


def test_again_changes_nothing(warsaw) -> None:
    (receipt,) = warsaw.again(warsaw.files).receipts
    assert (receipt.read, receipt.duplicate) == (57318, 57318)
