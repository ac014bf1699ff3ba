"""The page of channels: its numbers are the metrics' answers, what it crosses itself adds up to them, and its sentences claim no more than is known."""

import html
import re
from datetime import date

import polars as pl
import pytest

from dashboards.controls import View
from dashboards.course import Course, Scope
from dashboards.formats import count
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.channels_departments import departments_finding
from dashboards.pages.channels_rows import flows, steps, terminals
from dashboards.pages.channels_text import came_anyway, channel_finding, idle_finding
from dashboards.pages.frame import frame_of
from dashboards.periods import Period
from dashboards.readings import Reading
from metrics.evaluate import answer
from metrics.query import Query
from metrics.registry import registry

OCTOBER = Scope((), Period.parse("2018-10"), date(2018, 10, 31))
SPAN = {"start": date(2018, 10, 1), "end": date(2018, 11, 1)}


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def course(metric, reading, scope=OCTOBER):
    return Course(Indicator(metric, metric), scope, {"2018-10": reading}, registry()[metric])


def courses(online, whole, scope=OCTOBER):
    return {
        "applied_online": course("online_application_rate", online, scope),
        "end_to_end": course("digital_end_to_end_rate", whole, scope),
    }


@pytest.fixture(scope="module")
def gate(tiny_city) -> Gate:
    return Gate(tiny_city)


def scope_at(gate, **changes):
    return frame_of(gate, View("/channels", period="2018-10", **changes)).scope


def value_of(gate, metric, **question):
    with gate.holding().con.cursor() as con:
        return answer(con, Query(metric, **SPAN, **question)).to_json()["rows"]


def test_the_headline_is_the_metrics_answer(client, gate):
    online = value_of(gate, "online_application_rate")[0]["value"]
    stayed = value_of(gate, "observed_visit_share", params=(("k", 0), ("variant", "conditional")))[0]["value"]
    text = text_of(client.get("/channels?period=2018-10"))
    assert f"{online * 100:.1f} % of completed cases were applied for online" in text
    assert f"Of those who applied online, {(1 - stayed) * 100:.1f} % came to a hall all the same".replace(
        "100.0 %", "100 %"
    ) in text.replace("100.0 %", "100 %")


@pytest.mark.parametrize("changes", [{}, {"place": "440608"}, {"channel": "web"}, {"dept": "D1"}])
def test_the_flow_adds_up_to_the_completed_cases_of_the_same_filters(gate, changes):
    scope = scope_at(gate, **changes)
    where = (*scope.where, *((("channel", scope.channel),) if scope.channel else ()))
    assert flows(gate, scope)["cases"].sum() == value_of(gate, "cases_completed", where=where)[0]["value"]


def test_steps_of_sessions_narrow_down(gate):
    rows = steps(gate, scope_at(gate, place="440604"))
    # of 24 sessions of each way in, a quarter each got as far as view, start, submit, outcome; calls have no steps
    assert {row["channel"]: (row["viewed"], row["started"], row["submitted"], row["ended"]) for row in rows.iter_rows(named=True)} == {
        "web": (24, 18, 12, 6), "app": (24, 18, 12, 6), "terminal": (24, 18, 12, 6),
    }  # fmt: skip


def test_a_terminal_that_nobody_used_is_named_with_its_days(client, gate):
    rows = terminals(gate, scope_at(gate, place="440604"))
    idle = rows.filter(pl.col("point_id") == "440604-terminal4").row(0, named=True)
    # its records begin on 1 August: 31 + 30 + 31 days without use
    assert (idle["uses"], idle["last_used_on"], idle["idle_days"], idle["days_live"]) == (0, None, 92, 31)
    text = text_of(client.get("/channels?period=2018-10&place=440604"))
    assert "1 of 4 terminals were not used once in the period." in text and "Terminal 4 Chancheng 0 never used 92" in text


def test_uses_of_terminals_are_the_metrics_answer(gate):
    assert terminals(gate, scope_at(gate))["uses"].sum() == sum(
        row["numerator"] for row in value_of(gate, "uses_per_terminal_day", by=("district",))
    )


def test_a_channel_narrows_figures_but_the_mix_keeps_all_channels(client):
    response = client.get("/export/csv/mix/channels?period=2018-10&channel=web&lang=en")
    assert response.status_code == 200 and "Website" in response.text and "Windows" in response.text


def test_the_mix_is_drawn_in_shares_or_in_cases_by_a_link(client):
    shares, cases = (client.get(f"/channels?period=2018-10{pick}").text for pick in ("", "&pick=counted"))
    assert re.search(r'href="/channels\?[^"]*pick=counted', shares)
    assert re.search(r"<a[^>]*aria-current=\"true\"[^>]*>Cases</a>", cases)


def test_a_period_without_records_is_told_in_words(client):
    text = text_of(client.get("/channels?period=2014-01"))
    assert "How cases were applied for: Not" in text and "NaN" not in text and "None" not in text


def test_the_page_is_chinese_throughout(client):
    text = text_of(client.get("/channels?period=2018-10&lang=zh"))
    assert "办结件为网上申请" in text and "自助终端" in text
    assert not re.search(r"\b(applied|online|terminal|calls)\b", text.split("English")[1])


@pytest.mark.parametrize(
    ("online", "whole", "said"),
    [
        (Reading("value", 0.4), Reading("value", 0.06), "40.0\u202f% of completed cases were applied for online; 6.0\u202f% went through online from end to end."),
        (Reading("value", 0.4), Reading("insufficient_n"), "40.0\u202f% of completed cases were applied for online."),
        (Reading("not_provided"), Reading("value", 0.06), "How cases were applied for: Not provided."),
    ],
)  # fmt: skip
def test_the_finding_says_what_is_there(online, whole, said):
    assert channel_finding(courses(online, whole), course("observed_visit_share", Reading()), "en")[0] == said


def test_an_unfinished_period_is_not_compared():
    running = Scope((), Period.parse("2018-10"), date(2018, 10, 20))
    found = courses(Reading("value", 0.4, 0.38, 0.42, 900), Reading("value", 0.06), running)
    assert (
        channel_finding(found, course("observed_visit_share", Reading(), running), "en")[2]
        == "October 2018 is not complete yet: figures will still change."
    )


def test_who_came_all_the_same_is_the_complement_with_its_interval_turned_round():
    assert came_anyway(Reading("value", 0.2, 0.1, 0.35), "en").endswith("80.0\u202f% came to a hall all the same (95 %: 65.0–90.0\u202f%).")
    assert came_anyway(Reading("insufficient_n"), "en") == ""


def test_only_departments_whose_whole_interval_lies_below_are_counted():
    rows = pl.DataFrame({"declared": [0.3, 0.3, 0.1], "observed": [0.1, 0.2, 0.4], "high": [0.2, 0.35, 0.6]})
    assert departments_finding(rows, "en") == "In 1 of 3 departments, clearly fewer cases end online than items are declared to"


def test_idle_terminals_are_told_for_none_some_and_no_terminals():
    assert idle_finding(4, 0, "en") == "All 4 terminals were used in the period."
    assert idle_finding(1200, 7, "en") == "7 of 1,200 terminals were not used once in the period."
    assert idle_finding(0, 0, "en").startswith("No terminal stood here")


def test_means_of_counts_never_read_as_nothing():
    assert [count(value, "en") for value in (0, 0.0027, 2.63, 13, 150.4)] == ["0", "0.0027", "2.6", "13", "150"]
