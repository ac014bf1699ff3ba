"""The four article cities: what their articles count is in the files, exactly; counted here straight from the files, without the product.

What holds for every city is in test_demo_every_city.py.
"""

from collections.abc import Callable
from datetime import date, timedelta

import chinese_calendar
import polars as pl
import pytest

from pipelines.demo.cities import CITIES

ARTICLES = [name for name in CITIES if name != "foshan"]
SCALE = 0.02
Table = Callable[[str, str], pl.DataFrame]


@pytest.fixture(scope="module")
def rows(city_files: Callable[[float], Table]) -> Table:
    return city_files(SCALE)


def expected(stated: int, one_in: int) -> int:
    return round(stated * SCALE / one_in)


def on(items: pl.DataFrame, day: str) -> pl.DataFrame:
    return items.filter((pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day)))


def can_apply(rows: Table, city: str, channel: str, day: str) -> pl.DataFrame:
    """Items that can be applied for on a channel on a day, with their department and division."""
    offers = rows(city, "item_channels").filter(
        (pl.col("channel") == channel) & (pl.col("func") == "apply") & (pl.col("valid_from") <= day)
    )
    items = on(rows(city, "service_items"), day).select("item_id", "dept_id", "division_code")
    return offers.join(items, on="item_id")


def level_of(rows: Table, city: str, level: int) -> pl.Series:
    return rows(city, "divisions").filter(pl.col("level") == str(level))["division_code"]


# ---- Shanghai and Pudong ---------------------------------------------------------------------------------------------------------------------


def test_trial_of_the_portal(rows: Table) -> None:
    web = can_apply(rows, "shanghai", "web", "2018-09-01")
    assert (web["item_id"].n_unique(), web["dept_id"].n_unique()) == (233, 29)
    items = rows("shanghai", "service_items")
    assert on(items, "2018-09-01").filter(pl.col("is_on_online_hall") == "true").height == 233
    assert (on(items, "2018-11-01")["is_on_online_hall"] == "true").all()


def test_police_and_fees(rows: Table) -> None:
    items = on(rows("shanghai", "service_items"), "2018-10-01")
    assert items.filter(pl.col("dept_id").str.ends_with("-police")).height == 242
    assert items.filter(pl.col("supports_epay") == "true").height == 15
    assert {"wechat", "alipay"} <= set(rows("shanghai", "payments")["method"])


def test_licences_and_shared_data(rows: Table) -> None:
    stock = rows("shanghai", "elicence_stock").with_columns(pl.col("valid_count").cast(pl.Int64))
    city, pudong = (stock.filter((pl.col("division_code") == "310115") == flag) for flag in (False, True))
    assert (city["valid_count"].sum(), city["licence_type"].n_unique(), city["source_dept_id"].n_unique()) == (2_300_000, 43, 11)
    assert city.filter(pl.col("division_code") != "310100")["division_code"].n_unique() == 4
    assert (pudong["valid_count"].sum(), pudong["licence_type"].n_unique()) == (35_652, 56)
    calls = rows("shanghai", "data_share_calls")
    assert (calls["consumer_dept_id"].n_unique(), calls["item_id"].n_unique()) == (13, 70)


def test_items_of_pudong(rows: Table) -> None:
    items = on(rows("shanghai", "service_items"), "2018-06-30").filter(pl.col("division_code") == "310115")
    assert items.height == 327
    assert items.filter(pl.col("visits_max") == "0").height == 173
    assert (items["visits_max"].cast(pl.Int64) <= 1).all()
    assert can_apply(rows, "shanghai", "window", "2018-06-30").filter(pl.col("division_code") == "310115").height == 129


def ended(events: pl.DataFrame) -> pl.DataFrame:
    """Day on which each case ended."""
    last = events.filter(pl.col("event_type").is_in(["completed", "not_accepted", "withdrawn"]))
    return last.group_by("case_id").agg(pl.col("occurred_at").min().str.slice(0, 10).alias("ended_on"))


def test_pudong_handled_so_many_in_so_little_of_the_legal_time(rows: Table) -> None:
    events = rows("shanghai", "case_events").filter(pl.col("case_id").str.starts_with("PUDONG"))
    done = ended(events).filter((pl.col("ended_on") >= "2018-03-01") & (pl.col("ended_on") < "2018-07-01"))
    assert done.height == expected(140_000, 10)
    used, legal = working_time(rows, events.filter(pl.col("case_id").is_in(done["case_id"].implode())))
    assert legal > 500
    assert abs(1 - used / legal - 0.85) < 0.0005


def working_time(rows: Table, events: pl.DataFrame) -> tuple[int, int]:
    """Working days used, less pauses, and legal limits, over decided commitment cases; counted day by day."""
    items = rows("shanghai", "service_items").unique("item_id").filter(pl.col("case_type") == "commitment").select("item_id", "legal_limit")
    used = legal = 0
    for _, case in events.group_by("case_id"):
        days = {kind: date.fromisoformat(at[:10]) for kind, at in case.select("event_type", "occurred_at").iter_rows()}
        item = items.filter(pl.col("item_id") == case["item_id"].drop_nulls()[0])
        if item.is_empty() or "completed" not in days:
            continue
        pause = worked(days["supplement_requested"], days["supplement_received"]) if "supplement_requested" in days else 0
        used += worked(days["accepted"], days["completed"]) - pause
        legal += int(item["legal_limit"][0])
    return used, legal


def worked(first: date, last: date) -> int:
    return sum(chinese_calendar.is_workday(first + timedelta(days=day)) for day in range(1, (last - first).days + 1))


def test_those_with_a_reservation_are_handled_sooner(rows: Table) -> None:
    tickets = rows("shanghai", "queue_tickets").filter((pl.col("site_id") == "SH-EXIT") & (pl.col("status") == "served"))
    started, over = (pl.col(name).str.to_datetime() for name in ("service_started_at", "service_ended_at"))
    minutes = tickets.group_by(pl.col("slot_start_at").is_not_null().alias("booked")).agg((over - started).dt.total_seconds().mean() / 60)
    by = dict(minutes.rows())
    assert by[True] < 0.85 * by[False]


# ---- Chancheng -------------------------------------------------------------------------------------------------------------------------------


def test_cases_of_chancheng_since_2014(rows: Table) -> None:
    events = rows("chancheng", "case_events").filter(pl.col("event_type").is_in(["submitted", "received", "onsite_submission"]))
    received = events.group_by("case_id").agg(pl.col("occurred_at").min())
    before = received.filter(pl.col("occurred_at") < "2017-12-01")
    assert abs(before.height - expected(5_790_000, 20)) <= 1  # three flows, each rounded
    assert min(received["occurred_at"]) >= "2014-09-01"


def test_windows_halls_and_poll_of_chancheng(rows: Table) -> None:
    assert can_apply(rows, "chancheng", "window", "2014-10-01").height == 612
    points = rows("chancheng", "service_points")
    assert points.filter(pl.col("kind") == "hall").height == 7  # six one-gate halls and the marriage hall
    assert points.filter(pl.col("kind") == "terminal").height == 152
    answers = rows("chancheng", "survey_responses").filter(pl.col("responded") == "true")["grade"].cast(pl.Int64)
    assert len(answers) == 1429
    assert round(sum(answers >= 3) / 1429 * 100, 2) == 99.93
    assert rows("chancheng", "data_holdings")["records"].cast(pl.Int64).sum() > 300_000_000


def test_waits_fall_and_the_counter_takes_ten_minutes(rows: Table) -> None:
    tickets = rows("chancheng", "queue_tickets").filter((pl.col("status") == "served") & pl.col("slot_start_at").is_null())
    times = tickets.select(
        pl.col("issued_at").str.slice(0, 4).alias("year"),
        (pl.col("called_at").str.to_datetime() - pl.col("issued_at").str.to_datetime()).dt.total_seconds() / 60,
        (pl.col("service_ended_at").str.to_datetime() - pl.col("service_started_at").str.to_datetime()).dt.total_seconds().alias("s") / 60,
    )
    wait = dict(times.group_by("year").agg(pl.col("called_at").mean()).rows())
    assert 7.5 < wait["2014"] < 10
    assert 4.4 < wait["2017"] < 5.8
    assert 9.7 < sum(times["s"]) / times.height < 10.3


def test_more_than_half_is_done_on_the_spot(rows: Table) -> None:
    events = rows("chancheng", "case_events")
    done = events.filter(pl.col("event_type") == "completed").select("case_id", pl.col("occurred_at").alias("done"))
    session = (
        rows("chancheng", "queue_tickets")
        .filter(pl.col("case_id").is_not_null())
        .select("case_id", "service_started_at", "service_ended_at")
    )
    inside = done.join(session, on="case_id").filter(pl.col("done").is_between(pl.col("service_started_at"), pl.col("service_ended_at")))
    share = inside.height / ended(events).height
    assert 0.5 < share < 0.7


# ---- Zhejiang --------------------------------------------------------------------------------------------------------------------------------


def test_provincial_app_reaches_all_cities_and_counties(rows: Table) -> None:
    app = can_apply(rows, "zhejiang", "app", "2018-10-01")
    assert app["dept_id"].n_unique() == 40
    assert set(level_of(rows, "zhejiang", 3)) - set(app["division_code"]) == set()
    assert level_of(rows, "zhejiang", 3).len() == 11
    assert set(level_of(rows, "zhejiang", 4)) - set(app["division_code"]) == set()
    assert level_of(rows, "zhejiang", 4).len() == 90
    assert app.filter(pl.col("division_code") == "330000").height > 200
    assert app.filter(pl.col("division_code").str.starts_with("3301")).height == 153


def test_nanhu_dongyang_and_anji(rows: Table) -> None:
    points = rows("zhejiang", "service_points")
    counters = points.filter((pl.col("window_mode") == "universal") & (pl.col("kind") == "window") & (pl.col("division_code") == "330402"))
    assert counters.height == 20
    at_window = can_apply(rows, "zhejiang", "window", "2018-10-01").filter(pl.col("division_code") == "330402")
    assert at_window["dept_id"].n_unique() == 28
    items = rows("zhejiang", "service_items").with_columns(pl.col("steps_count").cast(pl.Int64))
    assert on(items, "2018-10-01").filter(pl.col("id_only") == "true")["division_code"].to_list() == ["330783"] * 12
    anji = items.filter(pl.col("division_code") == "330523")
    before, after = (on(anji, day)["steps_count"].sum() for day in ("2017-06-01", "2018-10-01"))
    assert (before, after) == (40, 10)  # 75 % less


def test_karaoke_bar_two_licences_one_submission(rows: Table) -> None:
    events = rows("zhejiang", "case_events").filter(pl.col("case_id").str.starts_with("KARAOKE"))
    bundles = (
        events.filter(pl.col("bundle_id").is_not_null()).group_by("bundle_id").agg(pl.col("case_id", "item_id", "applicant_key").n_unique())
    )
    assert bundles.select("case_id", "item_id", "applicant_key").unique().rows() == [(2, 2, 1)]
    visits = events.filter(pl.col("on_site") == "true").select(pl.col("occurred_at").str.slice(0, 10), "point_id", "applicant_key").unique()
    assert visits.height == bundles.height


def test_machines_app_and_data_of_hangzhou(rows: Table) -> None:
    machines = rows("zhejiang", "service_points").filter(pl.col("kind") == "terminal")
    live, planned = (machines.filter(pl.col("planned") == flag) for flag in ("false", "true"))
    assert (live.height, planned.height, planned["site_id"].n_unique()) == (215, 620, 515)
    assert can_apply(rows, "zhejiang", "terminal", "2018-10-01").height == 152
    assert (live["open_24h"] == "true").all()
    sessions = rows("zhejiang", "sessions")
    assert sessions.filter(pl.col("channel") == "terminal").height == expected(104_000, 10)
    assert sessions.filter(pl.col("channel") == "app")["hits"].cast(pl.Int64).sum() == expected(2_200_000, 10)
    assert rows("zhejiang", "accounts").height == expected(260_000, 10)
    holdings = rows("zhejiang", "data_holdings")
    assert (holdings["records"].cast(pl.Int64).sum(), holdings["owner_dept_id"].n_unique()) == (36_800_000_000, 59)


# ---- Guangzhou -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "departments", "towns", "villages"), [("window", 30, 164, 2528), ("web", 42, 170, 2630)])
def test_coverage_of_guangzhou(rows: Table, channel: str, departments: int, towns: int, villages: int) -> None:
    offered = can_apply(rows, "guangzhou", channel, "2017-01-01")
    assert offered["dept_id"].n_unique() == departments
    inside = [set(offered["division_code"]) & set(level_of(rows, "guangzhou", level)) for level in (4, 5, 6)]
    assert [len(codes) for codes in inside] == [12, towns, villages]
    assert {code[:9] for code in inside[2]} <= inside[1]  # no village without its town, so that both ways of counting agree


def test_zone_is_marked(rows: Table) -> None:
    zones = rows("guangzhou", "divisions").filter(pl.col("kind") == "functional_zone")
    assert zones["name_en"].to_list() == ["Guangzhou Development District"]


def test_accounts_pupils_and_certificates_of_guangzhou(rows: Table) -> None:
    accounts = rows("guangzhou", "accounts")
    assert accounts.height == expected(12_930_000, 100)
    assert max(accounts["registered_on"]) <= "2016-11-30"
    papers = rows("guangzhou", "case_materials")
    spared = papers.filter((pl.col("material_code") == "inspection") & (pl.col("provided_by") == "data_share"))
    applicants = (
        rows("guangzhou", "case_events").filter(pl.col("case_id").is_in(spared["case_id"].unique().implode()))["applicant_key"].drop_nulls()
    )
    assert applicants.n_unique() == expected(79_800, 20)
    shown = papers.filter(
        (pl.col("licence_type") == "real_estate") & (pl.col("was_available") == "true") & pl.col("provided_by").is_in(["paper", "upload"])
    )
    assert shown.filter(pl.col("submitted_at").str.starts_with("2016")).height == expected(1_100_000, 20)


def test_inspection_slip_was_brought_before_march_2016(rows: Table) -> None:
    slips = rows("guangzhou", "case_materials").filter(pl.col("material_code") == "inspection")
    brought = slips.filter(pl.col("provided_by").is_in(["paper", "upload"]))
    assert brought.height == expected(31_000, 20)
    assert max(brought["submitted_at"]) < "2016-03-01"
