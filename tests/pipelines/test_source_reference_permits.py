"""The real permit log (../shared/data/bpic15-1-permits): every reference answer of its SOURCE.md, from the core tables.

Its written offsets (+02:00, +03:00) are gone after loading, as they should be: the instant and Amsterdam's date are what is kept.
"""

from __future__ import annotations

import pytest

CASES = """
    create temp view permit as
    select case_id, count(*) as n, min(occurred_at) as t0, max(occurred_at) as t1, min(occurred_on) as a0, max(occurred_on) as a1
    from core_case_event group by case_id"""


@pytest.fixture(scope="module")
def permits(real, tmp_path_factory: pytest.TempPathFactory):
    with real("bpic15_permits", "bpic15-1-permits", tmp_path_factory.mktemp("permits")) as found:
        found.con.execute(CASES)
        yield found


def test_one_receipt_counts_every_record_once(permits) -> None:
    assert permits.counts() == [("case_events", 52217, 52217, 0)]


def test_cases_events_activities_resources(permits) -> None:
    assert permits.row(
        "select count(distinct case_id), count(*), count(distinct reason), count(distinct detail ->> 'resource') from core_case_event"
    ) == (1199, 52217, 398, 23)


def test_span(permits) -> None:
    assert permits.row("select (min(t0) at time zone 'UTC')::varchar, (max(t1) at time zone 'UTC')::varchar from permit") == (
        "2010-10-04 22:00:00", "2015-07-31 22:00:00",
    )  # fmt: skip


def test_throughput(permits) -> None:
    days = "(epoch(t1) - epoch(t0)) / 86400"
    assert permits.row(f"select round(median({days}), 6), round(avg({days}), 5), round(median({days} * 24), 6) from permit") == (
        61.373507, 95.71857, 1472.964167,
    )  # fmt: skip
    assert permits.row("select count(*) from permit where a0 = a1") == (1,)


def test_repeated_rows_are_kept(permits) -> None:
    assert permits.row("""
        select count(*) - count(distinct (case_id, reason, detail, occurred_at)), count(*) - count(distinct event_id), count(*) filter (event_id not like '%-1')
        from core_case_event""") == (19, 0, 19)


def test_dates_are_amsterdams(permits) -> None:
    assert permits.row("select count(*) from core_case_event where ts_precision = 'day'") == (23990,)
    assert permits.row("select count(*) from core_case_event where (occurred_at at time zone 'UTC')::date <> occurred_on") == (23990,)
    assert permits.row("select count(*) from core_case_event where (occurred_at at time zone 'Europe/Amsterdam')::date <> occurred_on") == (
        0,
    )


def test_events_per_case_and_resources(permits) -> None:
    assert permits.row("select median(n), max(n) from permit") == (44.0, 101)
    assert permits.rows("select detail ->> 'resource', count(*) from core_case_event group by 1 order by 2 desc limit 5") == [
        ("560872", 12117), ("2670601", 9886), ("3273854", 9075), ("560890", 7399), ("560912", 5346),
    ]  # fmt: skip


def test_cases_by_year_of_the_first_event(permits) -> None:
    assert permits.rows("select year(a0), count(*) from permit group by 1 order by 1") == [
        (2010, 79), (2011, 353), (2012, 304), (2013, 200), (2014, 235), (2015, 28),
    ]  # fmt: skip


def test_start_is_never_given(permits) -> None:
    assert permits.row("select count(detail ->> 'start_timestamp'), count(ended_at) from core_case_event") == (0, 0)


def test_order_inside_equal_times_is_file_order(permits) -> None:
    assert permits.rows("select row_no, reason from core_case_event where case_id = '10009138' and occurred_on = date '2014-05-20' order by occurred_at, row_no limit 3") == [
        (1, "01_HOOFD_200"), (2, "01_HOOFD_375"), (3, "01_HOOFD_430"),
    ]  # fmt: skip


def test_again_changes_nothing(permits) -> None:
    (receipt,) = permits.again(permits.files).receipts
    assert (receipt.read, receipt.duplicate) == (52217, 52217)
    assert permits.row("select count(*) from core_case_event") == (52217,)
