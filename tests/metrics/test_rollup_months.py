"""Rollups are brought up to date by the months that changed: what comes out is what summing everything anew gives, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb
import pytest

from metrics.catalog import Rollup, read_catalog, table_names
from metrics.registry import registry
from metrics.rollup import build_rollups, planned
from metrics.rollup_months import Family, families, from_mart, within

LATER = "2024-03-10' and date '2024-03-24"
PLANTED = "rollup_case_completed_month_place"


@pytest.fixture
def town(city) -> Iterable[duckdb.DuckDBPyConnection]:
    """The random city with its rollups, in a database of its own that may be changed."""
    with city.cursor() as con:
        con.execute("attach ':memory:' as town")
        con.execute("copy from database memory to town")
        con.execute("use town")
        yield con
        con.execute("use memory")
        con.execute("detach town")


def days_of(rollup: Rollup) -> list[str]:
    """The columns of its mart that date a row."""
    stocks = [metric for metric in registry().values() if (metric.mart, metric.lifetime) == (rollup.mart, rollup.anchor)]
    return [stocks[0].since, stocks[0].until] if rollup.kind == "change" else [rollup.anchor]


def shake(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Move, lose and double rows of one fortnight in every mart, by each of its days, and empty a month; the marts that changed."""
    dated = {(rollup.mart, day) for rollup in planned() for day in days_of(rollup)}
    shaken = set()
    for mart, day in sorted(dated):
        rows = f"{day} between date '{LATER}'"
        if con.execute(f"select count(*) from {mart} where {rows}").fetchone() == (0,):
            continue
        shaken.add(mart)
        con.execute(f"create or replace temp table twice as from {mart} where {rows} and rowid % 3 = 0")
        con.execute(f"insert into {mart} from twice")
        con.execute(f"delete from {mart} where {rows} and rowid % 3 = 1")
        con.execute(f"delete from {mart} where {day} between date '2023-12-01' and date '2023-12-31'")
        if day.isidentifier():  # else a stock's end that is worked out
            con.execute(f"update {mart} set {day} = {day} + 40 where {rows} and rowid % 2 = 0")
    return shaken


def test_summing_what_changed_gives_what_summing_everything_gives(town, contents):
    untouched = contents(town)
    assert build_rollups(town) and contents(town) == untouched
    shaken = shake(town)
    rows = build_rollups(town)
    found, of = contents(town), {rollup.name: rollup.mart for rollup in planned()}
    assert {of[name] for name in rows if found[name] != untouched[name]} == shaken
    assert rows == build_rollups(town, full=True) and contents(town) == found


def test_months_that_did_not_change_are_left_as_they_are(town):
    town.execute(f"insert into {PLANTED} (month) values (date '2023-12-01'), (date '2024-03-01')")
    town.execute("delete from mart_case where completed_on between date '2024-03-01' and date '2024-03-31' and rowid % 5 = 0")
    build_rollups(town)
    planted = f"select month::varchar from {PLANTED} where columns(* exclude month) is null"
    assert town.execute(planted).fetchall() == [("2023-12-01",)]
    build_rollups(town, full=True)
    assert town.execute(planted).fetchall() == []


def test_a_rollup_that_is_gone_or_defined_otherwise_is_summed_whole(town, contents):
    whole = contents(town)
    town.execute(f"drop table {PLANTED}")
    town.execute("drop table rollup_ticket_issued_day")
    town.execute("update build_rollup_month set definition = 'of an earlier version' where family like 'mart_rating %'")
    town.execute("delete from rollup_rating_rated_month_place")
    build_rollups(town)
    assert contents(town) == whole


def test_a_mart_that_is_emptied_loses_its_rollups(town):
    town.execute("delete from mart_ticket")
    build_rollups(town)
    assert not [name for name in table_names(town) if name.startswith(("rollup_ticket", "rollup_queue_wait"))]
    assert all(rollup.mart != "mart_ticket" for rollup in read_catalog(town, table_names(town)).rollups)


def test_what_breaks_off_leaves_sums_and_marks_as_they_were(town, contents):
    before = contents(town)
    town.execute("delete from mart_case where completed_on between date '2024-03-01' and date '2024-03-31' and rowid % 5 = 0")
    town.execute("alter table rollup_case_completed_day drop column outcome")  # the second of its family: its rows do not fit any more
    with pytest.raises(duckdb.Error):
        build_rollups(town)
    assert contents(town)[PLANTED] == before[PLANTED]
    town.execute("drop table rollup_case_completed_day")
    build_rollups(town)
    after = contents(town)
    build_rollups(town, full=True)
    assert contents(town) == after != before


def test_a_mark_covers_all_that_its_rollups_read(town):
    """Any column of any rollup: a changed value changes the mark of a month."""
    for family in families(planned()):
        marks = dict(town.execute(family.marks).fetchall())
        for column in sorted({column for rollup in family.rollups for column in rollup.dimensions} - {"weekday"}):
            assert column in family.marks, (family.name, column)
        assert marks or town.execute(f"select count(*) from ({from_mart(family.rollups[0])})").fetchone() == (0,)


def test_years_are_summed_whole():
    assert (
        within("year", [date(2024, 3, 1), date(2024, 5, 1)]).format(day="d")
        == "d >= date '2024-01-01' and date_trunc('year', d)::date in (date '2024-01-01')"
    )
    assert (
        within("day", [date(2024, 3, 1)]).format(day="d")
        == "d >= date '2024-03-01' and date_trunc('month', d)::date in (date '2024-03-01')"
    )


def test_families_differ_by_their_life_table():
    lives = [family for family in families(planned()) if family.rollups[0].kind == "life"]
    assert len({family.name for family in families(planned())}) == len(families(planned()))
    assert all(len({rollup.life_table for rollup in family.rollups}) == 1 for family in lives)
    assert Family(lives[0].rollups[:1]).definition != lives[0].definition
