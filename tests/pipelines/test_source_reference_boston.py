"""The real Boston 311 requests of 2015 (../shared/data/boston311-2015): every reference answer of their SOURCE.md, from the core tables.

The references subtract wall times; `o` and `c` below are the wall times again. Elapsed time differs by the hour that the clocks were moved in between.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

REQUESTS = """
    create temp view request as
    select o.case_id, o.occurred_at at time zone 'America/New_York' as o, c.occurred_at at time zone 'America/New_York' as c,
           d.due_at at time zone 'America/New_York' as t, o.occurred_on as opened_on, c.occurred_on as closed_on,
           c.occurred_at - o.occurred_at as elapsed, o.channel, o.detail ->> 'Source' as source, o.detail ->> 'TYPE' as type,
           o.division_code as neighborhood, o.dept_id, d.published_status as status
    from core_case_event o
    left join core_case_event c on c.case_id = o.case_id and c.event_type = 'completed'
    join core_case_deadline d on d.case_id = o.case_id
    where o.event_type = 'submitted'"""
ONLINE = "source in ('Self Service', 'Citizens Connect App')"


@pytest.fixture(scope="module")
def boston(real, tmp_path_factory: pytest.TempPathFactory):
    with real("boston311", "boston311-2015", tmp_path_factory.mktemp("boston")) as found:
        found.con.execute(REQUESTS)
        yield found


def test_one_receipt_counts_every_record_once(boston) -> None:
    assert boston.counts() == [("case_events", 10561, 10561, 0)]
    assert boston.row("select count(*), count(distinct case_id) from request") == (10561, 10561)


def test_span(boston) -> None:
    assert boston.row("select min(o)::varchar, max(o)::varchar, max(c)::varchar from request") == (
        "2015-01-01 11:40:21", "2015-12-31 20:32:00", "2016-01-12 14:53:29",
    )  # fmt: skip


def test_types(boston) -> None:
    assert boston.rows("select type, count(*) from request group by 1 order by 2 desc") == [
        ("OCR Front Desk Interactions", 2476), ("Sticker Request", 2459), ("Rodent Activity", 2171),
        ("General Lighting Request", 1429), ("PWD Graffiti", 1404), ("Needle Pickup", 622),
    ]  # fmt: skip


def test_channels(boston) -> None:
    assert boston.rows("select source, channel, count(*) from request group by 1, 2 order by 3 desc") == [
        ("Constituent Call", "hotline", 5963), ("Self Service", "web", 1635), ("Employee Generated", "other", 1005),
        ("City Worker App", "other", 958), ("Citizens Connect App", "app", 957), ("Maximo Integration", "other", 40), ("Twitter", "other", 3),
    ]  # fmt: skip


def test_online_share(boston) -> None:
    assert boston.row("select round(avg((channel in ('web', 'app'))::int), 6) from request") == (0.245431,)
    citizens = f"{ONLINE} or source in ('Constituent Call', 'Twitter')"
    assert boston.row(f"select round(avg(({ONLINE})::int), 6) from request where {citizens}") == (0.302875,)


def test_open_and_closed(boston) -> None:
    assert boston.row("select count(c), count(*) - count(c) from request") == (9567, 994)


def test_hours_to_close(boston) -> None:
    hours = "(epoch(c) - epoch(o)) / 3600"
    assert boston.row(f"select round(median({hours}), 6), round(avg({hours}), 6) from request where c >= o") == (11.828611, 187.917148)
    assert boston.row(f"select round(median({hours}), 6) from request where c is not null") == (11.545833,)
    assert boston.row("select count(*) from request where c < o") == (36,)


def test_elapsed_time_differs_from_wall_time_by_moved_clocks_alone(boston) -> None:
    rows = boston.rows("select distinct epoch(elapsed) - (epoch(c) - epoch(o)) from request where c is not null order by 1")
    assert rows == [(-3600.0,), (0.0,), (3600.0,)]


def test_closed_on_the_day_of_opening(boston) -> None:
    same_day = "(closed_on = opened_on)::int"
    assert boston.row(f"select sum({same_day})::int, round(avg({same_day}), 6) from request where c is not null") == (4627, 0.483642)
    assert boston.rows(f"select source, count(*), round(avg({same_day}), 6) from request where c is not null group by 1 order by 1") == [
        ("Citizens Connect App", 829, 0.173703), ("City Worker App", 862, 0.656613), ("Constituent Call", 5452, 0.567865),
        ("Employee Generated", 787, 0.547649), ("Maximo Integration", 37, 0.405405), ("Self Service", 1597, 0.233563), ("Twitter", 3, 0.666667),
    ]  # fmt: skip


def test_targets_and_published_verdicts(boston) -> None:
    assert boston.row("select count(*) from request where t is null") == (3098,)
    assert boston.row("select round(avg((status = 'ONTIME')::int), 6) from request where status is not null") == (0.858524,)
    assert boston.row(
        "select sum((c <= t)::int)::int, round(avg((c <= t)::int), 6) from request where c is not null and t is not null"
    ) == (5909, 0.891925)
    assert boston.row("select count(*) from request where status is null") == (8,)
    assert boston.row(
        "select count(*) from request where c is not null and t is not null and status is not null and (status = 'ONTIME') <> (c <= t)"
    ) == (0,)
    assert boston.rows("select source, round(avg((status = 'ONTIME')::int), 6) from request where status is not null group by 1 order by 1") == [
        ("Citizens Connect App", 0.867294), ("City Worker App", 0.860125), ("Constituent Call", 0.858796), ("Employee Generated", 0.778335),
        ("Maximo Integration", 0.85), ("Self Service", 0.900306), ("Twitter", 1.0),
    ]  # fmt: skip


def test_neighbourhoods_and_departments(boston) -> None:
    assert boston.rows(
        "select neighborhood, count(*) from request where neighborhood is not null group by 1 order by 2 desc, 1 limit 5"
    ) == [
        ("Dorchester", 1257), ("Allston / Brighton", 930), ("Roxbury", 662), ("Jamaica Plain", 609), ("South Boston / South Boston Waterfront", 515),
    ]  # fmt: skip
    assert boston.row("select count(*) from request where neighborhood is null") == (2535,)
    assert boston.row("select count(*) from core_department") == (10,)
    assert boston.row("select count(*) from core_division where level = 4") == (23,)


def test_every_case_names_an_item_department_and_division_that_exist(boston) -> None:
    assert boston.row("""
        select count(*) from core_case_event e
        where e.item_id not in (select item_id from core_service_item) or e.dept_id not in (select dept_id from core_department)
        or e.division_code not in (select division_code from core_division)""") == (0,)
    assert boston.row("select count(*), count(distinct item_id), count(distinct catalog_code) from core_service_item") == (192, 192, 6)


def test_again_from_other_bytes_all_are_duplicates(boston, tmp_path: Path) -> None:
    path = next(boston.files[0].glob("*.csv.gz"))
    copy = tmp_path / "boston311-again.csv"
    copy.write_bytes(gzip.decompress(path.read_bytes()))
    rows = boston.row("select count(*) from core_case_event")
    (receipt,) = boston.again([copy]).receipts
    assert (receipt.read, receipt.duplicate) == (10561, 10561)
    assert boston.row("select count(*) from core_case_event") == rows
