"""Traps of records: drifting denominators, means of ratios, false zeros, impossible percentages, late and corrected rows (T12, T14, T15, T17, T18)."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from metrics.evaluate import Query, answer
from metrics.snapshot import record_snapshot
from metrics.statistics.grim import check, failures

CATALOGUE = """item_id,version,name_zh,item_type,dept_id,division_code,case_type,legal_limit,legal_unit,status,valid_from,valid_to
A1,1,许可,01,D1,440604,commitment,20,working_day,in_force,2023-01-01,2024-03-01
A1,2,许可,01,D2,440608,commitment,20,working_day,in_force,2024-03-01,
B1,1,许可,01,D1,440604,commitment,2,working_day,in_force,2023-01-01,
"""


def test_trap_14_denominators_that_drift(town):
    """On 1 March item A1 moved from one district to the other. February's cases stay where they were handled."""
    town.receive(service_items=CATALOGUE)
    lines = [f"K{month}{n},{kind},2024-{month}-05 09:00:00,web,A1,{outcome}" for month in ("02", "03") for n in range(3)
             for kind, outcome in (("accepted", ""), ("completed", "granted"))]  # fmt: skip
    town.events(*lines)
    town.build()
    found = {(row["month"], row["district"]): row["value"] for row in town.rows("cases_completed", "month,district")}
    assert found == {("2024-02", "440604"): 3, ("2024-03", "440608"): 3}
    today = (
        "select count(*) from mart_case join mart_item using (item_id) where mart_item.version = 2 and mart_item.division_code = '440608'"
    )
    assert town.sql(today) == 6  # with today's structure 440608 has doubled and 440604 never existed
    stock = {(row["month"], row["district"]): row["value"] for row in town.rows("catalogue_items", "month,district")}
    assert (stock["2024-02", "440604"], stock["2024-03", "440604"], stock["2024-03", "440608"]) == (2, 1, 1)


def test_trap_14_items_that_come_shallow_and_new(town):
    """Two deep items all along; in March eight shallow ones are entered that were handled before, without being listed."""
    header = "item_id,version,name_zh,item_type,dept_id,division_code,case_type,online_steps,visits_max,status,valid_from\n"
    old = [f"O{n},1,许可,01,D1,440604,commitment,info|submit,0,in_force,2023-01-01" for n in range(2)]
    new = [f"N{n},1,许可,01,D1,440604,commitment,info,,in_force,2024-03-01" for n in range(8)]
    town.receive(
        service_items="\n".join([header.strip(), "A1,1,许可,01,D1,440604,commitment,info|submit,0,suspended,2023-01-01", *old, *new]) + "\n"
    )
    town.events("K,submitted,2024-03-31 09:00:00,web,O1,")
    town.build()
    parts = {metric: [(row["numerator"], row["denominator"]) for row in town.rows(metric, "month")][-2:]
             for metric in ("declared_depth_share", "declared_depth_share_like_for_like")}  # fmt: skip
    assert parts["declared_depth_share"] == [(2, 2), (2, 10)]  # from all to a fifth, though nobody lost anything
    assert parts["declared_depth_share_like_for_like"] == [(2, 2), (2, 2)]


def test_trap_15_mean_of_ratios_or_ratio_of_means(town):
    """Limits of 20 and of 2 days: the long case takes 4 days, the short ones 2 each."""
    town.receive(service_items=CATALOGUE)
    ends = {"A": ("A1", "11"), "B": ("B1", "07"), "C": ("B1", "07")}
    town.events(
        *(f"{case},accepted,2024-03-05 09:00:00,web,{item}," for case, (item, _) in ends.items()),
        *(f"{case},decided,2024-03-{day} 09:00:00,web,{item},granted" for case, (item, day) in ends.items()),
    )
    town.build()
    assert town.parts("actual_time_cut") == (8, 24)  # cut by two thirds
    mean = town.row("actual_time_cut", variant="item_mean")
    assert mean["value"] == pytest.approx(0.8 / 3)  # cut by a quarter: 80, 0 and 0 %
    assert answer(town.con, Query("actual_time_cut")).params == {"variant": "ratio_of_sums"}  # every answer says which it is


def test_trap_17_no_supplements_among_ten_thousand(town):
    town.events("K,submitted,2024-03-05 09:00:00,web,A1,")
    town.build()
    town.con.execute(
        "insert into mart_case select mart_case.* replace ('K' || number as case_id) from mart_case, range(10000) as more(number)"
    )
    (row,) = town.rows("supplement_rate", "")
    assert town.sql("select avg((supplement_count > 0)::int) from mart_case") == 0  # "perfect forms"
    assert (row["value"], row["state"], row["n"]) == (None, "not_provided", 10_001)
    town.con.execute("update mart_case set supplement_count = 1 where case_id = 'K7'")
    assert town.row("supplement_rate")["state"] == "value"


def test_trap_17_a_blank_is_no_zero(town):
    town.receive(channel_volumes="""item_id,period_start,period_end,channel,applications,availability
A1,2024-01-01,2024-12-31,web,120,reported
A1,2024-01-01,2024-12-31,window,,no_data
A1,2024-01-01,2024-12-31,hotline,0,reported
""")  # fmt: skip
    town.build()
    assert town.sql("select avg(coalesce(applications, 0)) from mart_channel_volume") == 40  # the naive mean counts the blank as nobody
    assert town.parts("volume_reported_share") == (2, 3)
    assert town.row("applications_reported")["value"] == 120
    blank, zero = (town.row("applications_reported", {"channel": channel}) for channel in ("window", "hotline"))
    assert (blank["value"], blank["state"]) == (None, "not_provided")
    assert (zero["value"], zero["state"]) == (0, "value")
    assert town.sql("select count(*) from mart_ticket") == 0
    assert (town.row("queue_tickets")["value"], town.row("queue_tickets")["state"]) == (None, "not_provided")  # a feed that never came


def test_trap_17_an_instant_known_to_the_day_is_no_short_wait(town):
    """Accepted and decided on one day, without a time of day: at midnight both, and no session of nought minutes."""
    town.receive(case_events="""event_id,case_id,event_type,occurred_at,ts_precision,channel,item_id,outcome
1,K,accepted,2024-03-05,day,window,A1,
2,K,decided,2024-03-05,day,window,A1,granted
""", queue_tickets="""ticket_id,site_id,case_id,issued_at,called_at,service_started_at,service_ended_at,status
Q,S1,K,2024-03-04 23:50:00,2024-03-04 23:55:00,2024-03-04 23:58:00,2024-03-05 00:10:00,served
""")  # fmt: skip
    town.build()
    inside = "select count(*) from core_case_event join core_queue_ticket using (case_id) where event_type = 'decided' and occurred_at between service_started_at and service_ended_at"
    assert town.sql(inside) == 1  # midnight lies within the session, but nobody decided then
    assert town.parts("on_the_spot_completion_rate", variant="same_session") == (0, 1)


def test_trap_18_impossible_percentages(town):
    """95.58 % of 5,349 items: no whole number of items gives it. 5,112 gives 95.57, 5,113 gives 95.59."""
    assert [round(Fraction(k, 5349) * 10_000) for k in (5112, 5113)] == [9557, 9559]
    assert 0 <= 95.58 <= 100  # all that a range check sees
    assert [result.printed for result in failures([("99.68", 5349), ("95.58", 5349), ("27.28", 5349)])] == ["95.58"]
    assert [list(check(text, 5344).numerators) for text in ("99.68", "95.58", "27.28")] == [[5327], [5108], [1458]]


def test_trap_12_corrections_replace_and_late_rows_move_the_past(town):
    """A decision is corrected twice; the correction that is older arrives last."""
    header = "event_id,source_version,case_id,event_type,occurred_at,channel,item_id,outcome\n"
    town.receive(case_events=header + "1,1,K,accepted,2024-03-01 09:00:00,web,A1,\n2,1,K,decided,2024-03-04 09:00:00,web,A1,granted\n")
    town.receive(case_events=header + "2,3,K,decided,2024-03-08 09:00:00,web,A1,refused\n")
    town.receive(
        case_events=header + "2,2,K,decided,2024-03-06 09:00:00,web,A1,granted\n3,1,L,completed,2024-03-05 09:00:00,web,A1,granted\n"
    )
    town.build()
    assert town.con.execute("select outcome, handling_working_days from mart_case where case_id = 'K'").fetchall() == [("refused", 5)]
    assert town.row("cases_completed")["value"] == 2
    naive = (
        "select count(*) from (from core_case_event union all by name from history_case_event) where event_type in ('decided', 'completed')"
    )
    assert town.sql(naive) >= 3  # counting every row that ever came


def test_trap_12_a_published_month_that_changes_says_so(town):
    """Ten cases of March are published, eight of them online; then a window's five come late."""

    def month(name: str, cases: int, channel: str) -> list[str]:
        return [
            f"{name}{n},{kind},2024-03-05 0{8 + (kind == 'completed')}:00:00,{channel},A1,"
            for n in range(cases)
            for kind in ("submitted", "completed")
        ]

    town.events(*month("web", 8, "web"), *month("hall", 2, "window"), "later,submitted,2024-04-30 09:00:00,web,A1,")
    town.build()
    record_snapshot(town.con, datetime.now(UTC))
    assert town.row("revision_size")["value"] == 0
    assert town.parts("late_arrival", where={"month": "2024-03"}) == (0, 20)
    town.events(*month("late", 5, "window"))
    town.build()
    record_snapshot(town.con, datetime.now(UTC))
    share = "select {}(value, published_at) from published_snapshot where metric_id = 'online_application_rate' and month_on = '2024-03-01'"
    assert [town.sql(share.format(end)) for end in ("arg_min", "arg_max")] == [0.8, pytest.approx(8 / 15)]
    assert town.row("online_application_rate")["value"] == pytest.approx(8 / 15)  # all that a single figure says
    assert town.parts("late_arrival", where={"month": "2024-03"}) == (10, 30)
    assert town.row("revision_size")["value"] > 0


def test_trap_18_a_stated_percentage_is_held_against_its_denominator(town):
    """The article's three shares, of 5,349 items as printed."""
    header = "figure_id,metric_id,stated,denominator,kind,stated_on\n"
    lines = [f"F{n},declared_depth_share,{stated},5349,rate,2014-09-01" for n, stated in enumerate(("99.68%", "95.58%", "27.28%"))]
    town.receive(declared_figures=header + "\n".join(lines) + "\n")
    town.build()
    naive = "select count(*) from core_declared_figure where cast(replace(stated, '%', '') as double) not between 0 and 100"
    assert town.sql(naive) == 0
    assert town.parts("grim_failures") == (1, 3)
