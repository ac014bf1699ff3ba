"""The page of data quality: who is late, which days are missing, which checks failed and why, and files that add up or are said not to."""

import html
import re
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from dashboards.controls import View
from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.markup import to_html
from dashboards.pages.frame import frame_of
from dashboards.pages.quality import whole_scope
from dashboards.pages.quality_aside import decision_form, rows_section
from dashboards.pages.quality_checks import history_section
from dashboards.pages.quality_rows import calendar_span, days
from dashboards.pages.quality_sources import rests_rows
from dashboards.pages.quality_text import balance, because, cadence, few, held_back, outcome, quality_finding, reason_word, size
from dashboards.periods import Period
from warehouse.settings import Settings

QUOTE = '"'  # texts of a CSV file stand in quotation marks
NOVEMBER_6 = date(2018, 11, 6)
FRESH = """select 'halls' as source_id, 'queue_tickets' as feed, date '2018-10-24' as newest_on, 7 as days_behind, true as is_late, date '2018-10-24' as complete_on,
    24 as cadence_hours union all select 'approval', 'case_events', date '2018-10-31', 0, false, date '2018-10-31', 168"""
LEDGER = """select 1 as file_id, repeat('ab', 32) as sha256, '/somewhere/deep/events.csv' as name, 'approval' as source_id, 'case_events' as feed,
    timestamptz '2018-11-01 08:00:00+08' as received_at, 244352 as bytes, 100 as read, 90 as accepted, 5 as duplicate, 2 as superseded, 1 as deleted,
    2 as quarantined, 'loaded' as status
    union all select 2, repeat('cd', 32), 'tickets.csv', 'halls', 'queue_tickets', timestamptz '2018-10-25 08:00:00+08', 900, 10, 10, 0, 0, 0, 0, 'loaded'"""
CHECKS = """select * from (values
    ('r2', timestamptz '2018-11-01 09:00:00+08', 'core_rating', 'grades', 'between', 'block', '{"en": "Grades go from 1 to 5.", "zh": "评价等级为1至5级。"}', 'passed', '0 / 10', 'grade 1 … 5', 0, null),
    ('r2', timestamptz '2018-11-01 09:00:00+08', 'mart_case', 'order', 'share', 'warn', '{"en": "Times that contradict one another.", "zh": "时间相互矛盾。"}', 'failed', '0.0200', 'share ≤ 0.01', 4, '[{"case_id": "C1"}]'),
    ('r1', timestamptz '2018-10-01 09:00:00+08', 'core_rating', 'grades', 'between', 'block', '{}', 'passed', '0 / 9', 'grade 1 … 5', 0, null))
    as found (run_id, ran_at, table_name, rule_id, rule, severity, because, result, observed, expected, unexpected_count, sample)"""
REASONS = "select 'approval' as source_id, 'case_events' as feed, 'E_ENUM:channel' as reason, 2 as rows"
COMPLETE = "select 'mart_ticket' as mart, date '2018-10-24' as complete_on union all select 'mart_rating', date '2018-10-31'"
DAYS = """select 'halls' as source_id, 'queue_tickets' as feed, day::date as day_on,
    case day when date '2018-10-16' then timestamptz '2018-12-02 08:00:00+08' else timestamptz '2018-10-25 08:00:00+08' end as received_at, 24 as delay_hours,
    10 as records, 50 as fields_expected, 50 as fields_filled
    from unnest([date '2018-10-10', date '2018-10-15', date '2018-10-16', date '2018-10-18', date '2018-10-19']) as sent(day)"""
SNAPSHOT = "select timestamptz '2018-11-02 00:00:00+08' as published_at, 'exemption_rate' as metric_id, date '2018-10-01' as month_on, 0.5::double as value"


@pytest.fixture(scope="module")
def city(city_with) -> Settings:
    """The tiny city with a late source, a warned check, rows set aside and two runs of the checks."""
    extra = {
        "source_freshness": FRESH, "ledger_file": LEDGER, "quality_outcome": CHECKS, "quarantine_reason": REASONS, "completeness_by_mart": COMPLETE,
        "published_snapshot": SNAPSHOT, "mart_source_day": DAYS, "metric_definition": "select 'm' as metric_id, '{}' as definition",
    }  # fmt: skip
    return city_with(extra)


@pytest.fixture(scope="module")
def reader(city, client_of) -> Iterator[httpx.Client]:
    """A reader of that city."""
    with client_of(city) as found:
        yield found


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def scope_at(gate, **changes) -> Scope:
    return frame_of(gate, View("/quality", **changes)).scope


def test_the_headline_names_the_late_source_and_counts_checks(reader):
    text = text_of(reader.get("/quality?period=2018-10"))
    assert "Data reach 31 October 2018; one source is late (halls, 7 days); 1 check passed, 1 warned." in text
    assert "Figures that wait for a late source are complete to 24 October 2018." in text


def test_the_pages_of_the_last_build_are_linked_where_they_are(city):
    def linked() -> bool:
        return 'href="/data-docs/index.html"' in to_html(history_section(frame_of(Gate(city), View("/quality", period="2018-10"))))

    assert not linked()
    city.data_docs_dir.mkdir(parents=True, exist_ok=True)
    (city.data_docs_dir / "index.html").write_text("<h1>docs</h1>", "utf-8")
    try:
        assert linked()
    finally:
        (city.data_docs_dir / "index.html").unlink()


def test_sources_say_in_words_whether_they_are_late_and_what_was_expected(reader):
    rows = reader.get("/export/csv/sources/quality?period=2018-10").text.replace(QUOTE, "")
    assert re.search(r"halls,Queue tickets,Late,2018-10-24,7,every day,1,10,0,", rows)
    assert re.search(r"approval,Case events,On time,2018-10-31,0,every week,1,90,2,", rows)


def test_the_calendar_tells_complete_late_and_missing_days(city):
    gate = Gate(city)
    rows = days(gate, scope_at(gate, period="2018-10"))
    told = dict(rows.select("day", "state").iter_rows())
    # the source begins on the 10th: before that nothing was expected; the 13th and 14th were a weekend; the 16th came after publication
    assert [told[date(2018, 10, day)] for day in (9, 10, 11, 13, 15, 16, 17, 18)] == [
        "unexpected", "complete", "missing", "unexpected", "complete", "late", "missing", "complete",
    ]  # fmt: skip


def test_a_calendar_goes_on_to_the_end_of_the_data_while_there_is_room():
    october, year = (Scope((), Period.parse(key), NOVEMBER_6) for key in ("2018-10", "2018"))
    assert calendar_span(october) == (date(2018, 10, 1), NOVEMBER_6) and calendar_span(year) == (date(2018, 1, 1), NOVEMBER_6)
    assert calendar_span(Scope((), Period.parse("2017-02"), NOVEMBER_6)) == (date(2017, 2, 1), date(2017, 3, 17))


def test_figures_that_wait_for_a_source_come_first_and_name_it(city):
    gate = Gate(city)
    rows = rests_rows(frame_of(gate, View("/quality", period="2018-10")))
    first = rows.row(0, named=True)
    assert (first["mart"], first["waiting"], first["complete_on"]) == ("mart_ticket", "halls", date(2018, 10, 24))
    assert rows.filter(rows["mart"] == "mart_rating")["waiting"].to_list() == [""]


def test_checks_that_did_not_pass_come_first_with_reason_and_sample_in_the_readers_language(reader):
    english, chinese = (reader.get(f"/export/csv/checks/quality?lang={lang}").text.replace(QUOTE, "") for lang in ("en", "zh"))
    assert english.index("Times that contradict one another.") < english.index("Grades go from 1 to 5.")
    assert "mart_case,Warned,warns,Share of rows," in english and "C1" in english
    assert "时间相互矛盾。" in chinese and "仅警告" in chinese
    assert "Times that contradict" not in chinese


def test_runs_of_the_checks_are_listed_newest_first(reader):
    rows = reader.get("/export/csv/runs/quality").text
    assert re.search(r"2018-11-01.{0,12}09:00.*,1,1,0,0\r?\n2018-10-01.{0,12}09:00.*,1,0,0,0", rows)


def test_files_add_up_and_show_no_folders(reader):
    text = text_of(reader.get("/quality"))
    assert "110 rows read = 100 accepted + 5 duplicate + 2 superseded + 1 deleted + 2 set aside: adds up." in text
    rows = reader.get("/export/csv/files/quality").text
    assert "events.csv" in rows and "somewhere" not in rows and "ab" * 32 in rows


def test_rows_set_aside_have_their_reason_in_words(reader):
    text = text_of(reader.get("/quality"))
    assert "2 rows set aside, from 1 sources" in text and "Unknown code: channel" in text
    assert "未知代码：channel" in text_of(reader.get("/quality?lang=zh"))


def test_a_place_or_a_quarter_costs_no_figure_its_answer(reader):
    for query in ("place=440604", "period=2018-Q3", "period=2018", "channel=web", "period=2014-01"):
        text = text_of(reader.get(f"/quality?{query}"))
        assert "Could not be read" not in text and "None" not in text and "NaN" not in text


def test_a_release_without_these_tables_says_what_is_not_there(client):
    text = text_of(client.get("/quality?period=2018-10"))
    assert "no checks are recorded" in text and "No checks recorded" in text and "0 files stand behind this release" in text


def test_sources_are_counted_over_the_whole_and_by_month():
    narrow = Scope((("district", "440604"),), Period.parse("2018-Q4"), NOVEMBER_6, "web")
    whole = whole_scope(narrow)
    assert (whole.where, whole.channel, whole.period.key) == ((), "", "2018-11")
    assert whole_scope(Scope((), Period.parse("2018"), NOVEMBER_6)).period.key == "2018"


@pytest.mark.parametrize(
    ("late", "checks", "said"),
    [
        ([], {"passed": 685}, "Data reach 6 November 2018; every source is on time; 685 checks passed."),
        ([("b", 1)], {"passed": 2, "failed": 1}, "Data reach 6 November 2018; one source is late (b, 1 day); 2 checks passed, 1 failed."),
        (
            [("a", 9), ("b", 4), ("c", 2)], {},
            "Data reach 6 November 2018; 3 sources are late (a, 9 days, b, 4 days and 1 more); no checks are recorded.",
        ),
    ],
)  # fmt: skip
def test_the_finding(late, checks, said):
    assert quality_finding(NOVEMBER_6, late, checks, "en") == said


def test_figures_are_only_said_to_wait_when_they_do():
    assert held_back(NOVEMBER_6, NOVEMBER_6, "en") == "" and held_back(NOVEMBER_6, None, "en") == ""
    assert "4 November 2018" in held_back(NOVEMBER_6, date(2018, 11, 4), "en")


def test_files_that_do_not_add_up_are_said_not_to():
    sums = {"read": 10, "accepted": 7, "duplicate": 1, "superseded": 0, "deleted": 0, "quarantined": 0}
    assert balance(sums, "en").endswith("does not add up, 2 apart.")


def test_short_texts_of_the_tables():
    assert [outcome(*pair) for pair in (("passed", "block"), ("failed", "warn"), ("failed", "block"), ("errored", "warn"))] == [
        "passed", "warned", "failed", "errored",
    ]  # fmt: skip
    assert [cadence(hours, "en") for hours in (24, 8760, 6, 72, None)] == [
        "every day",
        "every year",
        "every 6 hours",
        "every 3 days",
        "Not provided",
    ]
    assert because('{"en": "Why.", "zh": "因为。"}', "zh") == "因为。" and because("plain", "en") == "plain" and because(None, "en") == ""
    assert reason_word("E_NEW_ONE", "en") == "E_NEW_ONE" and reason_word("E_TYPE_TS:issued_at", "en") == "Not a time: issued_at"
    assert few(list("abcdef"), "en") == "a, b, c, d and 2 more" and few(["a", "b"], "en") == "a and b"
    assert [size(count, "en") for count in (12, 9400, 244352, 3_140_000)] == ["12\u202fB", "9.4\u202fkB", "244\u202fkB", "3.1\u202fMB"]


LINEAGE = """select * from (values ('queue_wait', 'mart_ticket'), ('queue_wait', 'core_queue_ticket'), ('good_rating_rate', 'core_rating'),
    ('promise_kept_rate', 'core_case_event'), ('active_good_rating_rate', 'core_rating')) as rests (metric_id, table_name)"""
PARTS = """select 1 as file_id, 'approval' as source_id, 'case_events' as feed, date '2018-10-01' as first_on, date '2018-10-31' as last_on, 90 as kept, 2 as set_aside
    union all select 2, 'halls', 'queue_tickets', date '2018-09-01', date '2018-10-24', 10, 0 union all select 3, 'opinion', 'ratings', date '2018-10-01', date '2018-10-31', 7, 0"""
MONTHS = "select 'halls' as source_id, 'queue_tickets' as feed, date '2018-10-01' as month_on, 17 as days, 10::bigint as records"
ASIDE = """select n || ':2' as record_id, 'approval' as source_id, 'case_events' as feed, 'events.csv' as file, 2 as row_no, case n when 9 then 'dismissed' else 'open' end as state,
    ['E_ENUM:channel'] as reasons, '{"channel": "wob", "event_id": "E' || n || '", "reason": "•••"}' as record from range(1, 10) as rows(n)"""


@pytest.fixture(scope="module")
def judged(city_with) -> Settings:
    """The city with the lineage of four figures, a late source and rows set aside."""
    extra = {
        "source_freshness": FRESH, "ledger_file": LEDGER, "quality_outcome": CHECKS, "quarantine_reason": REASONS, "metric_lineage": LINEAGE,
        "delivery_part": PARTS, "source_month": MONTHS, "source_gap": "select 'halls' as source_id, 'queue_tickets' as feed, date '2018-10-11' as day_on",
        "quarantine_row": ASIDE,
    }  # fmt: skip
    return city_with(extra)


@pytest.fixture(scope="module")
def judge(judged, client_of) -> Iterator[httpx.Client]:
    """A reader of that city."""
    with client_of(judged) as found:
        yield found


def test_tiles_carry_the_badge_of_their_data_in_words_and_only_in_the_periods_of_the_fault(judge):
    october, june = (text_of(judge.get(f"/?period={key}&lang=en")) for key in ("2018-10", "2018-06"))
    assert (october.count("… Data incomplete"), october.count("! Data warned"), june.count("✓ Data sound")) == (1, 1, 3)
    assert "Data incomplete" not in june and "Data warned" not in june
    assert text_of(judge.get("/?period=2018-10&lang=zh")).count("数据不完整") == 1


def test_the_definition_card_says_what_is_wrong_and_leads_to_everything_behind_the_figure(judge):
    reply = judge.get("/?period=2018-10&define=queue_wait")
    text = text_of(reply)
    assert "halls (Queue tickets) is late: nothing has come from 25 Oct 2018 on." in text
    assert (
        "halls (Queue tickets): nothing came on 11 Oct 2018." in text
        and "Feeds behind it: 1. Sources: 1. Checks of its tables that passed: 0 of 0." in text
    )
    assert "/quality?period=2018-10&amp;pick=queue_wait" in reply.text


def test_a_figure_that_is_picked_shows_its_sources_with_days_and_records_of_the_period(judge):
    assert "What “Waiting time” rests on … Data incomplete" in text_of(judge.get("/quality?period=2018-10&pick=queue_wait"))
    rows = judge.get("/export/csv/behind/quality?period=2018-10&pick=queue_wait").text.replace(QUOTE, "")
    assert "halls,Queue tickets,2018-09-01,2018-10-24,17,,1,,10,,1,0" in rows and "approval" not in rows


def test_every_figure_is_listed_with_the_state_of_its_data_worst_first(judge):
    rows = judge.get("/export/csv/figures/quality?period=2018-10").text.replace(QUOTE, "")
    places = [rows.index(text) for text in ("Data incomplete", "Data warned", "Data sound")]
    assert places == sorted(places) and rows.count("Data sound") == 2
    assert "approval (Case events): 2 of 92 records of the files of this period (2.2 %) are set aside." in rows.replace("\u202f", " ")


def test_rows_set_aside_are_paged_with_their_reasons_and_the_commands_where_nobody_decides_in_the_browser(judge):
    first, last = (judge.get(f"/quality?period=2018-10&at=quarantine:{page}") for page in (1, 2))
    text = text_of(first)
    assert "2 rows wait for a decision" in text and "1–8 of 9" in text and "Unknown code: channel" in text and "wob" in text
    assert "--id 1:2" in text and "onegate quarantine resubmit" in text and "<form method" not in first.text
    assert "Dismissed" in text_of(last) and "Dismissed" not in text
    assert "form-action 'self'" in first.headers["content-security-policy"]


def test_a_row_has_a_form_that_names_it_and_offers_the_column_at_fault_where_decisions_are_taken(judged):
    gate = Gate(judged)
    gate.takes_decisions = True
    drawn = to_html(rows_section(frame_of(gate, View("/quality", period="2018-10"))))
    assert drawn.count('<form method="post" action="/quarantine/decide"') == 8 and '<option value="channel" selected>' in drawn
    assert 'name="id" value="1:2"' in drawn and 'name="back" value="/quality?period=2018-10#set-aside"' in drawn


def test_what_stands_in_a_record_is_only_text_in_its_form():
    row = {"record_id": "1:2", "reasons": [], "record": '{"<script>": "x", "a\\"b": "<b>"}'}
    drawn = decision_form(row, View("/quality"))
    assert "<script>" not in drawn and 'value="&lt;script&gt;"' in drawn and 'value="a&quot;b"' in drawn
