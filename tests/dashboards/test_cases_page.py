"""The rows behind a figure and the page of one case: what they count, where they lead, what they must never show."""

import html
import re
import shutil
from datetime import date

import pytest

from dashboards.cards.table import tables_in
from dashboards.case_file import case_file
from dashboards.controls import View, read_view
from dashboards.gate import Gate
from dashboards.markup import to_html
from dashboards.pages import case, cases
from warehouse.engine.duckdb import open_store
from warehouse.release import publish
from warehouse.settings import Settings

OCTOBER = View("/cases", period="2018-10")
ATTACK = "<img src=x onerror=alert(1)>\"'&"
WORKING_DAYS = """create or replace table ref_working_day as select 'CN' as calendar_id, day::date as day, isodow(day) < 6 as is_working,
    (count(*) filter (where isodow(day) < 6) over (order by day))::bigint as working_day_no, true as is_published
    from generate_series(date '2018-01-01', date '2018-12-31', interval 1 day) as days(day)"""
LEDGER = """insert into ledger_file (file_id, sha256, name, source_id, feed, definition_hash, received_at, bytes, read, accepted, duplicate, superseded, deleted, quarantined, status)
    select id, repeat(chr(96 + id), 64), '/var/landing/hall/' || name, 'hall', feed, '', timestamptz '2018-11-01 08:00:00+08', 1, 1, 1, 0, 0, 0, 0, 'loaded'
    from (values (1, 'events-09.csv', 'case_events'), (2, 'events-10.csv', 'case_events'), (3, 'tickets.csv', 'queue_tickets')) f(id, name, feed)"""
CASE = f"""insert into mart_case by name select * replace ('K-1' as case_id, 'IX' as item_id, ['person'] as audience, 7 as paused_working_days,
    3 as declared_level, 2 as visits, 'submission' as overclaim_cause, true as is_overclaimed, 1 as supplement_count) from mart_case where application_on = date '2018-10-01' order by case_id limit 1;
    insert into mart_item by name select 'IX' as item_id, 1 as version, date '2014-01-01' as valid_from, date '9999-12-31' as valid_to, false as is_application_based,
    false as is_on_online_hall, false as is_limit_converted, false as supports_epay, false as id_only, '{ATTACK.replace("'", "''")}' as name_en, '事项' as name_zh;
    insert into mart_case_link values ('hall', 'K-1', 'K-1', 'canonical', 1, 'IX', 'web', date '2018-10-08'), ('app', 'A-9', 'K-1', 'external_ref', 1, 'IX', 'app', date '2018-10-09')"""
EVENTS = """insert into core_case_event by name
    select 'e' || row_no as event_id, case_id, event_type, moment as occurred_at, day as occurred_on, channel, 'staff' as actor_kind, outcome, 'CANARY-PERSON' as applicant_key,
        'CANARY-REASON 13800138000' as reason, '{"phone": "CANARY-PHONE"}' as detail, 'hall' as source_id, 1 as source_version, 2 as file_id, row_no
    from (values
        (1, 'K-1', 'submitted', timestamptz '2018-10-08 23:30:00+08', date '2018-10-08', 'web', null), (2, 'K-1', 'accepted', timestamptz '2018-10-09 09:00:00+08', date '2018-10-09', 'web', null),
        (3, 'K-1', 'supplement_requested', timestamptz '2018-10-10 10:00:00+08', date '2018-10-10', 'web', null), (4, 'K-1', 'supplement_received', timestamptz '2018-10-17 11:00:00+08', date '2018-10-17', 'web', null),
        (5, 'A-9', 'decided', timestamptz '2018-10-18 00:30:00+08', date '2018-10-17', 'app', 'granted')
    ) v(row_no, case_id, event_type, moment, day, channel, outcome)"""
OVERTAKEN = """insert into history_case_event by name select * exclude (file_id, occurred_at, occurred_on), timestamptz '2018-10-09 16:45:00+08' as occurred_at,
    date '2018-10-09' as occurred_on, 1 as file_id, false as is_deleted, false as is_current, 2 as overtaken_by from core_case_event where event_id = 'e2'"""
TICKET = """insert into mart_ticket by name select * replace ('T-1' as ticket_id, 'hall' as source_id) from mart_ticket where issued_on = date '2018-10-01' limit 1;
    insert into core_queue_ticket by name select 'T-1' as ticket_id, 'S1' as site_id, 'K-1' as case_id, 'CANARY-PERSON' as person_key, 'served' as status,
    timestamptz '2018-10-09 08:50:00+08' as issued_at, date '2018-10-09' as issued_on, timestamptz '2018-10-09 09:02:30+08' as called_at, 'hall' as source_id, 3 as file_id, 12 as row_no"""


def read(text: str) -> str:
    """What a reader sees of some HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u202f", " ").split())


def shown(gate: Gate, view: View) -> str:
    return to_html((case if view.path.startswith(case.PATH) else cases).layout(gate, view))


@pytest.fixture(scope="module")
def gate(tiny_city) -> Gate:
    return Gate(tiny_city)


def rows_of(gate: Gate, view: View):
    [table] = tables_in(cases.layout(gate, view))
    return table


def test_the_page_says_what_the_rows_add_up_to(gate):
    text = read(shown(gate, View("/cases", period="2018-10", figure="promise")))
    # by hand: 60 cases are due in October, every tenth of each district's is late: 4 of 40 and 2 of 20
    assert "90.0 % (95 %: 79.9–95.3 %): 54 of 60 cases count, 6 do not." in text
    assert "Counted 54" in text
    assert "In the denominator only 6" in text
    assert "Foshan › Rows" not in text
    assert "count(*) filter (where is_promise_countable and is_promise_kept)" in text


def test_a_side_a_place_and_a_search_narrow_the_rows(gate):
    missed = rows_of(gate, View("/cases", period="2018-10", figure="promise", side="missed", place="440608"))
    assert (missed.total, missed.rows["is_promise_kept"].to_list()) == (2, [False, False])
    assert [column.key for column in missed.columns][:2] == ["case_id", "due_on"]
    police = rows_of(gate, View("/cases", period="2018-10", figure="promise", side="missed", find="rows:housing"))
    assert (police.total, set(police.rows["dept_id"])) == (6, {"Housing"})  # every tenth is even, and even numbers are Housing's
    nothing = rows_of(gate, View("/cases", period="2018-10", figure="promise", find="rows:no such thing"))
    assert (nothing.total, nothing.rows.height) == (0, 0)
    chosen = rows_of(gate, View("/cases", period="2018-10", figure="promise", pick="channel:web/district_code:440608"))
    assert chosen.total == 5
    unknown = rows_of(gate, View("/cases", period="2018-10", figure="promise", pick="applicant_key:x/no_such:1"))
    assert unknown.total == 60


def test_rows_are_paged_and_an_export_has_them_all(gate):
    table = rows_of(gate, View("/cases", period="2018-10", figure="spot", at="rows:3", sort="rows:case_id"))
    assert (table.total, table.rows.height, table.whole.rows.height) == (60, 10, 60)
    ids = table.whole.rows["case_id"].to_list()
    assert ids == sorted(ids)
    assert table.rows["case_id"].to_list() == ids[50:]
    assert rows_of(gate, View("/cases", period="2018-10", figure="spot", at="rows:99")).rows.height == 10


def test_each_row_of_a_case_leads_to_its_page(gate):
    table = rows_of(gate, View("/cases", period="2018-10", figure="promise", lang="zh"))
    [first, *_] = table.rows.select("case_id", "case_href").rows()
    assert read_view(*first[1].split("?")) == View(f"/case/{first[0]}", lang="zh", period="2018-10")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "figure",
    ["", "depth", "wait", "wait_p90", "cut", "cut_mean", "handling_time", "bad", "catalogue_departments", "queue_wait:stat:p90", "channel_mix", "late_arrival",
     "standardised_ratio", "target_attainment", "revision_size", "no_such_figure", "depth:level", "wait_within_target:minutes:x", "payments", "open_cases"],
)  # fmt: skip
def test_every_kind_of_figure_has_a_page_in_words(gate, figure, lang):
    text = read(shown(gate, View("/cases", lang=lang, period="2018-10", figure=figure)))
    assert not re.search(r"\b(None|nan|NaN)\b", text)
    assert len(text) > 200


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        ("", "60 cases; each row is one of them."),
        ("depth", "30.0 % : 24 of 80 items count, 56 do not."),
        ("cut", "85.0 % : 1 − 180 ÷ 1,200, added up over 60 cases."),
        ("no_such_figure", "No figure is called “no_such_figure”."),
        ("target_attainment", "divides a figure by its target"),
        ("reach_15min", "Not provided. No source has delivered the records for this figure."),
        ("depth_gap:variant:share", "added up over"),
        ("catalogue_departments", "2 different ones among 80 items; each counts once."),
    ],
)
def test_what_the_page_says_of_each_kind(gate, figure, sentence):
    text = read(shown(gate, View("/cases", period="2018-10", figure=figure)))
    assert sentence.replace(" :", ":") in text.replace(" :", ":")


def test_a_filter_that_a_figure_does_not_know_is_named(gate):
    assert "Not filtered by department: the figure does not know it." in read(
        shown(gate, View("/cases", period="2018-10", figure="wait", dept="D1"))
    )


@pytest.fixture(scope="module")
def case_gate(tiny_city, tmp_path_factory) -> Gate:
    """The tiny city and one case with its events, one of them overtaken, a ticket, two numbers, and personal data in every place that has any."""
    home = tmp_path_factory.mktemp("case") / "home"
    shutil.copytree(tiny_city.home, home)
    settings = Settings.load(home)
    with open_store(settings) as con:
        for statement in (WORKING_DAYS, LEDGER, CASE, EVENTS, OVERTAKEN, TICKET):
            con.execute(statement)
        publish(con, settings)
    return Gate(settings)


def test_a_case_is_told_with_times_working_days_pauses_and_files(case_gate):
    text = read(shown(case_gate, View("/case/K-1")))
    line = text.split("Time line")[1].split("Files")[0]
    # local times, never UTC: 23:30 on 8 October is 15:30 UTC
    assert "8 October 2018 23:30 Submitted Website · by staff events-10.csv, row 1" in line
    assert "08:50 Queue ticket drawn" in line
    assert "waited 12.5 min" in line
    assert "16:45 Accepted Website · by staff overtaken by events-10.csv events-09.csv, row 2" in line
    # from Wednesday 10 to Wednesday 17 October: five working days, the clock standing
    assert "5 working days later clock stopped 17 October 2018" in line
    # a source in another zone: its day is the 17th, the city's clock already shows the 18th
    assert "Decided: granted 18 Oct 2018, 00:30 Beijing time · App" in line
    assert "/var/landing" not in text
    assert "1 Nov 2018, 08:00 bbbbbbbbbbbb 6" in text  # five current events and the overtaken one's successor
    assert "one names the other" in text
    assert "Waited 12.5 min" in text


def test_no_person_and_no_script_leaves_a_case(case_gate):
    listed = shown(case_gate, View("/cases", period="2018-10", item="IX"))
    for source in (shown(case_gate, View("/case/K-1")), listed):
        assert "CANARY" not in source
        assert "13800138000" not in source
        assert "<img" not in source
        assert "&lt;img src=x onerror=alert(1)&gt;" in source


def test_another_number_of_a_matter_leads_to_the_matter(case_gate):
    assert "This is one matter with K-1, under which it is counted." in read(shown(case_gate, View("/case/A-9")))
    assert [case.exists(case_gate, code) for code in ("K-1", "A-9", "K-2")] == [True, True, False]
    assert "This release holds no case with the number K-2." in read(shown(case_gate, View("/case/K-2")))


def test_the_clock_of_a_case_file(case_gate):
    found = case_file(case_gate, "K-1")
    assert found is not None
    assert found.gap(date(2018, 10, 12), date(2018, 10, 15)) == 1
    assert found.gap(date(2018, 10, 12), date(2019, 10, 15)) is None
    assert [(record.type, record.is_overtaken) for record in found.records][:4] == [
        ("submitted", False),
        ("ticket", False),
        ("accepted", False),
        ("accepted", True),
    ]


def test_rows_that_are_records_name_their_file(case_gate):
    table = rows_of(case_gate, View("/cases", period="2018-10", figure="queue_tickets", find="rows:T-1"))
    assert table.rows.select("ticket_id", "file").rows() == [("T-1", "tickets.csv, row 12")]
    others = rows_of(case_gate, View("/cases", period="2018-10", figure="queue_tickets", find="rows:2018"))
    assert others.rows["file"].null_count() == others.rows.height  # the tiny city's own tickets came from no file
