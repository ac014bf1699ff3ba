"""The build looks ahead for every target from the last month that is complete for all of their figures."""

from datetime import date

from pipelines.target_outlook import outlook_query

COMPLETE = "select * from (values ('mart_item', date '2018-10-31'), ('mart_ticket', date '2018-10-24')) found (mart, complete_on)"


def test_targets_are_looked_at_from_the_month_that_all_have_settled(tiny_store):
    rows = tiny_store.execute(
        f"select target_id, measured_on, status, reason, no_forecast, forecast from ({outlook_query(tiny_store, COMPLETE)})"
    )
    # depth has stood at 0.3 for years, under its path: last year's month is exactly right, nothing beats it. Waits, 6 minutes, have 25 months only
    assert sorted(rows.fetchall()) == [
        ("T1", date(2018, 9, 30), "at_risk", "behind_path", "not_better_than_last_year", "[]"),
        ("T2", date(2018, 9, 30), "met", "surely_met", "too_short", "[]"),
    ]


def test_without_targets_the_table_has_its_columns_and_no_rows(tiny_store):
    tiny_store.execute("delete from mart_target")
    found = tiny_store.execute(outlook_query(tiny_store, COMPLETE))
    assert [column[0] for column in found.description][:2] == ["target_id", "measured_on"]
    assert found.fetchall() == []
