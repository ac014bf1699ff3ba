"""What one row adds to an aggregate, and a page of rows: its side, order, search and columns; over rows that are written here."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from metrics.compile import Query
from metrics.row_columns import shown_columns
from metrics.row_page import Slice, Totals, filled, found, page, totals
from metrics.row_terms import Term, adds, columns_in, is_plain_count, takes_part, terms_of
from metrics.rows import open_rows
from metrics.spec import DefinitionError, QueryRefused
from warehouse.contract import tables

KEPT = Query("promise_kept_rate", (), (("district", "440604"),), date(2024, 1, 1), date(2024, 2, 1))


def test_an_aggregate_is_read_as_what_each_row_adds() -> None:
    assert terms_of("count(*)") == (Term("true"),)
    assert terms_of("5 * count(*) filter (where a = $level)") == (Term("(a = $level)", factor=5),)
    assert terms_of("sum(b - 1) filter (where a)") == (Term("(a) and (b - 1) is not null", "b - 1"),)
    assert terms_of("count(a) - count(*) filter (where b)") == (Term("(a) is not null"), Term("(b)", factor=-1))
    assert terms_of("count(distinct a)") == (Term("(a) is not null", distinct="a"),)
    assert [is_plain_count(each) for each in ("count(a)", "sum(a)", "4 * count(*)", "count(distinct a)")] == [True, False, False, False]
    assert columns_in("count(*) filter (where a and b > $level)") == ("a", "b")
    with pytest.raises(DefinitionError, match="not made of count and sum"):
        terms_of("median(a)")


def test_rows_that_cancel_out_have_no_part_and_a_thing_counts_once() -> None:
    with duckdb.connect() as con:
        con.execute(
            "create table t as select * from (values (1, true, true, 'x'), (2, true, false, 'x'), (3, false, true, null)) t(k, a, b, thing)"
        )
        gap = "count(*) filter (where a) - count(*) filter (where b)"
        assert con.execute(f"select {takes_part(gap)}, {adds(gap, ('k',))} from t order by k").fetchall() == [
            (False, 0),
            (True, 1),
            (True, -1),
        ]
        things = "count(distinct thing)"
        assert con.execute(f"select {takes_part(things)}, {adds(things, ('k',))} from t order by k").fetchall() == [
            (True, 1),
            (True, 0),
            (False, 0),
        ]


@pytest.fixture
def cases(con, make_mart) -> duckdb.DuckDBPyConnection:
    """Four cases of Chancheng due in January (kept, kept, missed, not countable), one void, one of another district, one due later."""
    rows = [
        ("c1", "440604", 3, True, True, False), ("c2", "440604", 9, True, True, False), ("c3", "440604", 20, True, False, False), ("c4", "440604", 5, False, False, False),
        ("void", "440604", 6, True, True, True), ("far", "440608", 6, True, True, False), ("later", "440604", 40, True, True, False),
    ]  # fmt: skip
    make_mart(
        con,
        "mart_case",
        [
            {"case_id": name, "source_id": "hall", "city_code": "4406", "district_code": district, "division_code": district, "due_on": date.fromordinal(date(2024, 1, 1).toordinal() + day - 1),
             "is_promise_countable": countable, "is_promise_kept": kept, "is_void": void, "item_id": "I%" if name == "c2" else "I1", "channel": "web"}
            for name, district, day, countable, kept, void in rows
        ],
    )  # fmt: skip
    return con


def test_the_sides_of_a_share(cases: duckdb.DuckDBPyConnection) -> None:
    opened = open_rows(KEPT, date(2024, 6, 30))
    assert totals(cases, opened) == Totals(rows=4, numerator=2, denominator=3, missed=1, outside=1, numerator_sum=2, denominator_sum=3)
    sides = {
        side: page(cases, opened, Slice(side))["case_id"].to_list() for side in ("all", "numerator", "denominator", "missed", "outside")
    }
    assert sides == {
        "all": ["c1", "c2", "c3", "c4"],
        "numerator": ["c1", "c2"],
        "denominator": ["c1", "c2", "c3"],
        "missed": ["c3"],
        "outside": ["c4"],
    }


def test_a_page_is_cut_sorted_and_searched_in_the_database(cases: duckdb.DuckDBPyConnection) -> None:
    opened = open_rows(KEPT, date(2024, 6, 30))
    assert page(cases, opened, Slice(sort="due_on", is_descending=True))["case_id"].to_list() == ["c3", "c2", "c4", "c1"]
    assert page(cases, opened, Slice(limit=2, offset=2))["case_id"].to_list() == ["c3", "c4"]
    assert page(cases, opened, Slice(find="i%"))["case_id"].to_list() == ["c2"]
    assert [found(cases, opened, Slice(find=text)) for text in ("i%", "", "%", "' or true --")] == [1, 4, 1, 0]
    named = Slice(find="no such text", named=(("item_id", ("I%",)), ("dept_id", ())))
    assert page(cases, opened, named)["case_id"].to_list() == ["c2"]
    only = Slice(only=(("is_promise_kept", "true"), ("item_id", "I1")))
    assert page(cases, opened, only)["case_id"].to_list() == ["c1"]
    assert filled(cases, opened, Slice("missed")) >= {"case_id", "item_id", "due_on", "source_id"}
    assert not filled(cases, opened, Slice()) & {"dept_id", "town_code"}
    with pytest.raises(QueryRefused, match="have no column 'applicant_key'"):
        page(cases, opened, Slice(only=(("applicant_key", "x"),)))
    with pytest.raises(QueryRefused, match="cannot be sorted by 'is_void; drop'"):
        page(cases, opened, Slice(sort="is_void; drop"))
    with pytest.raises(QueryRefused, match="no side 'other'"):
        page(cases, opened, Slice("other"))
    with pytest.raises(QueryRefused, match="A page has 1 to"):
        page(cases, opened, Slice(limit=0))


def test_a_row_shows_its_key_dates_place_and_what_the_definition_mentions() -> None:
    opened = open_rows(KEPT, None)
    names = [column.name for column in shown_columns(opened)]
    assert names == [
        "case_id",
        "due_on",
        "item_id",
        "dept_id",
        "district_code",
        "town_code",
        "channel",
        "is_promise_countable",
        "is_promise_kept",
        "source_id",
    ]
    assert opened.amounts == ()


def test_what_a_sum_adds_up_is_shown(con, make_mart) -> None:
    make_mart(con, "mart_ticket", [{"ticket_id": f"t{minutes}", "site_id": "S", "status": "served", "issued_on": date(2024, 1, 2), "is_chain_head": True, "is_called": True, "wait_minutes": minutes} for minutes in (0.0, 2.5, 9.0)])  # fmt: skip
    opened = open_rows(Query("queue_wait"), date(2024, 6, 30))
    rows = page(con, opened, Slice(sort="numerator_part", is_descending=True))
    assert rows.select("ticket_id", "in_numerator", "numerator_part", "denominator_part").rows() == [
        ("t9.0", True, 9.0, 1),
        ("t2.5", True, 2.5, 1),
        ("t0.0", True, 0.0, 1),
    ]
    assert opened.amounts == ("numerator",)


def test_a_life_table_lists_what_ended_and_what_is_censored(con, make_mart) -> None:
    rows = [("a", 3, True, "commitment"), ("b", 7, False, "commitment"), ("c", 1, True, "on_the_spot")]
    make_mart(con, "mart_case", [{"case_id": name, "case_type": kind, "accepted_on": date(2024, 1, 2), "survival_working_days": days, "is_handling_event": ended} for name, days, ended, kind in rows])  # fmt: skip
    opened = open_rows(Query("handling_time"), date(2024, 6, 30))
    given = page(con, opened, Slice()).select("case_id", "in_numerator", "in_denominator", "age").rows()
    assert given == [("a", True, True, 3), ("b", False, True, 7), ("c", False, False, None)]


def test_no_column_that_says_who_somebody_is_can_be_shown() -> None:
    personal = {(name, column.name) for name, table in tables().items() for column in table.columns.values() if column.personal}
    shown = {(opened.mart, column.name) for opened in map(lambda name: open_rows(Query(name), None), ("accounts_active", "exempted_applicants", "cases_completed")) for column in shown_columns(opened)}  # fmt: skip
    assert not shown & personal
    assert not [name for _, name in shown if name.endswith("_key")]
