"""The demo city's cases: valid against the feeds, the same bytes for the same seed, in an order that makes sense, within sane bands."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import polars as pl
import pytest

from pipelines.demo.cities import make_city
from warehouse.contract import Feed, feeds

SCALE = 0.02
PATTERNS = {
    "integer": r"^-?\d+$",
    "number": r"^-?\d+(\.\d+)?$",
    "boolean": r"^(true|false)$",
    "date": r"^\d{4}-\d\d-\d\d$",
    "instant": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+08:00)?$",
    "json": r"^\{.*\}$",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_city("foshan", tmp_path_factory.mktemp("foshan"), scale=SCALE, seed=2014)


@pytest.fixture(scope="module")
def events(files: list[Path]) -> pl.DataFrame:
    """Current events: the highest version of each, what was taken back left out."""
    rows = rows_of(files, "case_events").with_columns(pl.col("source_version").fill_null("1").cast(pl.Int64))
    now = rows.sort("source_version").unique("event_id", keep="last").filter(pl.col("deleted").is_null())
    return now.with_columns(at=pl.col("occurred_at").str.to_datetime()).sort("case_id", "event_id")


@pytest.fixture(scope="module")
def cases(events: pl.DataFrame) -> pl.DataFrame:
    def first(*kinds: str) -> pl.Expr:
        return pl.col("at").filter(pl.col("event_type").is_in(kinds)).min()

    return events.group_by("case_id", maintain_order=True).agg(
        pl.col("at").min().alias("began"),
        pl.col("channel").first(),
        pl.col("item_id").drop_nulls().first(),
        pl.col("division_code").drop_nulls().first().str.slice(0, 6).alias("district"),
        pl.col("outcome").drop_nulls().first(),
        first("received", "submitted", "onsite_submission").alias("applied"),
        first("received").alias("received"),
        first("accepted").alias("accepted"),
        first("decided", "completed").alias("decided"),
        first("completed", "decided", "not_accepted", "withdrawn").alias("completed"),
        first("delivered", "result_ready").alias("result"),
        (pl.col("event_type") == "supplement_requested").sum().alias("supplements"),
    )


def rows_of(files: list[Path], feed: str) -> pl.DataFrame:
    return pl.concat([pl.read_csv(path, infer_schema=False) for path in files if feed_of(path).name == feed], how="diagonal")


def feed_of(path: Path) -> Feed:
    return feeds()[max((name for name in feeds() if path.name.startswith(name)), key=len)]


def wrong_cells(path: Path) -> list[str]:
    """What a file has that its feed does not allow, in words."""
    feed, table, out = feed_of(path), pl.read_csv(path, infer_schema=False), []
    known = table.filter(pl.col("deleted").is_null()) if "deleted" in table.columns else table
    out += [f"{name} is missing" for name in feed.required if name not in table.columns or known[name].null_count()]
    for name in table.columns:
        kind = "integer" if name == "source_version" else "boolean" if name == "deleted" else feed.columns.get(name, "unknown")
        values = table[name].drop_nulls()
        if kind == "unknown" or (kind in PATTERNS and not values.str.contains(PATTERNS[kind]).all()):
            out.append(f"{name} is not {kind}")
        words = values.str.split("|").list.explode() if kind == "list" else values
        out += [f"{name} has {word}" for word in words.unique() if name in feed.codes and word not in feed.codes[name]]
    return out


def test_every_file_is_valid_against_its_feed(files: list[Path]) -> None:
    assert {str(path): wrong_cells(path) for path in files if wrong_cells(path)} == {}


def test_every_feed_of_the_brief_is_there(files: list[Path]) -> None:
    assert {feed_of(path).name for path in files} == {
        "divisions", "departments", "service_items", "item_channels", "item_materials", "service_points", "case_events", "case_materials",
        "queue_tickets", "appointments", "ratings", "rating_followups", "survey_responses", "sessions", "payments", "deliveries", "accounts",
        "elicence_stock", "data_share_calls", "data_holdings", "costs", "targets",
    }  # fmt: skip


def test_keys_are_unique_where_nothing_is_corrected(files: list[Path]) -> None:
    for name, feed in feeds().items():
        paths = [path for path in files if feed_of(path).name == name and "corrections" not in path.name]
        if paths:
            table = rows_of(paths, name)
            key = [column for column in feed.key if column in table.columns]
            assert not table.select(key).is_duplicated().any(), name


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_city("foshan", tmp_path_factory.mktemp("small"), scale=SCALE / 10, seed=2014)


def test_scale_makes_cases_not_items(files: list[Path], small: list[Path]) -> None:
    for name in ("service_items", "item_channels", "item_materials", "departments", "service_points", "targets"):
        assert rows_of(small, name).equals(rows_of(files, name)), name
    ratio = rows_of(files, "case_events")["case_id"].n_unique() / rows_of(small, "case_events")["case_id"].n_unique()
    assert 8 < ratio < 12


def test_files_hold_their_own_month(files: list[Path]) -> None:
    for path in (path for path in files if path.name.startswith("case_events-2")):
        month = path.stem.removeprefix("case_events-")
        assert pl.read_csv(path, infer_schema=False)["occurred_at"].str.starts_with(month).all(), path.name
    assert sum(path.name.startswith("case_events-2") for path in files) == 51


def test_records_run_a_week_past_the_month_that_is_looked_at(events: pl.DataFrame) -> None:
    assert events["at"].min().date() == date(2014, 9, 1)
    assert events["at"].max().date() == date(2018, 11, 6)


def test_events_of_a_case_are_in_order(cases: pl.DataFrame) -> None:
    order = ["applied", "accepted", "decided", "completed", "result"]
    for earlier, later in zip(order, order[1:], strict=False):
        assert cases.filter(pl.col(earlier) > pl.col(later)).is_empty(), f"{later} before {earlier}"
    assert cases["item_id"].null_count() == 0
    assert cases.filter(pl.col("completed").is_not_null() & pl.col("outcome").is_null()).is_empty()


def test_staff_decide_on_working_days(events: pl.DataFrame) -> None:
    decided = events.filter((pl.col("event_type") == "decided") & (pl.col("actor_kind") == "staff"))["at"].dt.date().unique()
    assert [day for day in decided if not chinese_calendar.is_workday(day)] == []
    assert date(2018, 9, 29) in set(events["at"].dt.date())  # a make-up Saturday on which offices worked


def test_events_name_known_items_points_and_channels(files: list[Path], events: pl.DataFrame) -> None:
    assert set(events["item_id"].drop_nulls()) <= set(rows_of(files, "service_items")["item_id"])
    assert set(events["point_id"].drop_nulls()) <= set(rows_of(files, "service_points")["point_id"])
    terminals = rows_of(files, "service_points").filter((pl.col("kind") == "terminal") & (pl.col("planned") == "false"))
    used = events.filter((pl.col("channel") == "terminal") & pl.col("point_id").is_not_null())
    known = used.join(terminals.select("point_id", live="commissioned_on"), on="point_id")
    assert known.height == used.height
    assert known.filter(pl.col("occurred_at").str.slice(0, 10) < pl.col("live")).is_empty()  # no use of a terminal before it was there


def test_about_as_many_cases_as_asked_for(cases: pl.DataFrame, events: pl.DataFrame) -> None:
    assert 200_000 * SCALE < cases.height < 215_000 * SCALE
    assert 6.2 < events.height / cases.height < 7.2


def test_more_than_half_of_chancheng_is_done_on_the_day(cases: pl.DataFrame) -> None:
    done = cases.filter(pl.col("completed").is_not_null())
    same = pl.col("decided").dt.date() == pl.coalesce("received", "applied").dt.date()
    by = dict(done.group_by("district").agg(same.fill_null(False).mean()).rows())
    assert by["440604"] > 0.5
    assert all(0.3 < share < by["440604"] for code, share in by.items() if code != "440604")


def test_online_grows_and_supplements_stay_few(cases: pl.DataFrame) -> None:
    online = (
        cases.group_by(cases["began"].dt.year().alias("year")).agg(pl.col("channel").is_in(["web", "app", "wechat"]).mean()).sort("year")
    )
    assert online["channel"][0] < 0.18 < 0.3 < online["channel"][-1] < 0.5
    assert 0.035 < (cases["supplements"] > 0).mean() < 0.08
    assert set(cases["channel"]) >= {"window", "web", "app", "wechat", "terminal", "agent_station"}


def test_some_cases_are_still_open(cases: pl.DataFrame) -> None:
    still = cases.filter(pl.col("completed").is_null())
    assert 0 < still.height < 0.01 * cases.height
    assert still["began"].min().date() > date(2018, 11, 6) - timedelta(days=200)


def waits(files: list[Path]) -> pl.DataFrame:
    tickets = rows_of(files, "queue_tickets").filter(pl.col("status") == "served")
    issued, slot, called = (pl.col(name).str.to_datetime() for name in ("issued_at", "slot_start_at", "called_at"))
    wait = (called - pl.max_horizontal(issued, slot)).dt.total_seconds() / 60
    return tickets.select(place=pl.col("site_id").str.split("-").list.get(1), at=issued, minutes=wait.clip(0))


def test_chancheng_s_waits_fall(files: list[Path]) -> None:
    seen = waits(files)
    chancheng = (
        seen.filter(pl.col("place") == "chancheng")
        .group_by(pl.col("at").dt.year().alias("year"))
        .agg(pl.col("minutes").mean())
        .sort("year")
    )
    assert 8 < chancheng["minutes"][0] < 17
    assert 2.5 < chancheng["minutes"][3] < 7


def test_gaoming_s_queue_machines_stop_two_days_before_the_end(files: list[Path]) -> None:
    last = (
        rows_of(files, "queue_tickets")
        .group_by(pl.col("site_id").str.split("-").list.get(1).alias("place"))
        .agg(pl.col("issued_at").max().str.slice(0, 10))
    )
    by = dict(last.rows())
    assert by.pop("gaoming") <= "2018-11-04"
    assert max(by.values()) == "2018-11-06"


def test_tickets_make_sense(files: list[Path]) -> None:
    tickets = rows_of(files, "queue_tickets")
    assert set(tickets["status"]) == {"served", "left", "no_show", "transferred", "cancelled"}
    served = tickets.filter(pl.col("status") == "served")
    assert served.filter(
        ~((pl.col("called_at") <= pl.col("service_started_at")) & (pl.col("service_started_at") < pl.col("service_ended_at")))
    ).is_empty()
    assert tickets.filter(
        pl.col("status").is_in(["left", "cancelled"]) & (pl.col("called_at").is_not_null() | pl.col("service_ended_at").is_null())
    ).is_empty()
    passed = tickets.filter(pl.col("prev_ticket_id").is_not_null()).join(tickets, left_on="prev_ticket_id", right_on="ticket_id")
    assert passed["status_right"].unique().to_list() == ["transferred"]
    share = 1 - served.height / tickets.height
    assert 0.03 < share < 0.15


def test_sanshui_claims_more_than_people_find(files: list[Path], events: pl.DataFrame, cases: pl.DataFrame) -> None:
    """Visits of online cases beyond what the item promised: many in Sanshui after its catalogue was upgraded on paper, few in Shunde."""
    kinds = rows_of(files, "service_points").select("point_id", "kind").unique("point_id")
    there = events.filter(pl.col("on_site") == "true").join(kinds, on="point_id").filter(pl.col("kind") != "terminal")
    visits = there.group_by("case_id").agg(pl.struct("point_id", pl.col("at").dt.date()).n_unique().alias("visits"))
    items = rows_of(files, "service_items").with_columns(pl.col("valid_to").fill_null("9999-12-31"), pl.col("visits_max").cast(pl.Int64))
    online = cases.filter(pl.col("channel").is_in(["web", "app", "wechat"]) & pl.col("completed").is_not_null()).join(
        visits, on="case_id", how="left"
    )
    day = online["began"].dt.strftime("%Y-%m-%d").alias("day")
    promised = online.with_columns(day).join(items.select("item_id", "valid_from", "valid_to", "visits_max"), on="item_id")
    promised = promised.filter((pl.col("day") >= pl.col("valid_from")) & (pl.col("day") < pl.col("valid_to")) & (pl.col("visits_max") <= 1))
    over = (
        promised.filter(pl.col("day") >= "2016-04-01")
        .group_by("district")
        .agg((pl.col("visits").fill_null(0) > pl.col("visits_max")).mean())
    )
    by = dict(over.rows())
    assert by["440607"] > 0.25
    assert by["440606"] < 0.6 * by["440607"]


def test_few_answer_and_most_are_content(files: list[Path], cases: pl.DataFrame) -> None:
    ratings = rows_of(files, "ratings")
    active = ratings.filter((pl.col("is_default") == "false") & (pl.col("validity") == "valid"))
    response = active["case_id"].n_unique() / cases.filter(pl.col("completed").is_not_null()).height
    assert 0.09 < response < 0.16
    bad = active["grade"].is_in(["1", "2"]).mean()
    assert 0.01 < bad < 0.06
    default = ratings.filter(pl.col("is_default") == "true").with_columns(pl.col("rated_at").str.slice(0, 4).alias("year"))
    assert default.filter(pl.col("year") < "2017")["grade"].unique().to_list() == ["3"]
    assert default.filter(pl.col("year") >= "2018")["grade"].unique().to_list() == ["5"]


def test_papers_are_spared_more_and_more(files: list[Path]) -> None:
    papers = rows_of(files, "case_materials").with_columns(pl.col("case_id").str.slice(6, 2).alias("year"))
    spared = (
        papers.group_by("year")
        .agg(pl.col("provided_by").is_in(["reuse", "elicence", "data_share"]).mean())
        .sort("year")["provided_by"]
        .to_list()
    )
    assert spared == sorted(spared)
    assert 0.1 < spared[-1] < 0.35
    assert papers.filter((pl.col("was_available") == "true") & (pl.col("provided_by") == "paper")).height > 0


def test_records_are_sent_again_corrected_doubled_and_taken_back(files: list[Path]) -> None:
    again = pl.concat([pl.read_csv(path, infer_schema=False) for path in files if "corrections" in path.name], how="diagonal")
    original = pl.concat([pl.read_csv(path, infer_schema=False) for path in files if path.name.startswith("case_events-2")], how="diagonal")
    assert set(again["event_id"]) <= set(original["event_id"])
    assert again.filter(pl.col("source_version") == "2").height > 0
    twice = again.filter(pl.col("source_version") == "1")
    columns = [name for name in original.columns if name in twice.columns]
    assert 0 < twice.height == twice.select(columns).join(original.select(columns), on=columns, nulls_equal=True).height
    back = again.filter(pl.col("deleted") == "true")
    assert back.height > 0
    assert back.height == original.filter(pl.col("case_id").is_in(back["case_id"].implode())).height  # a test case goes as a whole


def test_people_are_made_up_numbers(files: list[Path]) -> None:
    events = rows_of(files, "case_events")
    assert events["applicant_key"].drop_nulls().str.contains(r"^[PF]\d{7}$").all()
    accounts = rows_of(files, "accounts")
    online = events.filter((pl.col("event_type") == "submitted") & pl.col("channel").is_in(["web", "app", "wechat"]))
    known = online.join(accounts, left_on="applicant_key", right_on="account_key")
    assert known.height > 0.95 * online.height
    assert (known["registered_on"] <= known["occurred_at"].str.slice(0, 10)).mean() > 0.97
