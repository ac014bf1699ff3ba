"""What became of bad ratings: from the rating to being put right, over the twelve months to the page's period; and the badly rated cases."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.facts import Fact, fact_list
from dashboards.cards.table import Column, Table, data_table
from dashboards.course import Scope
from dashboards.figures.look import Look
from dashboards.figures.stages import stages
from dashboards.indicators import Indicator
from dashboards.pages.case_columns import case_columns, with_names
from dashboards.pages.frame import Frame
from dashboards.pages.satisfaction_told import stages_finding
from dashboards.pages.satisfaction_year import year_name, year_span
from dashboards.readings import Reading, read_row
from dashboards.scoped import everywhere, scoped, within
from dashboards.words import say

STAGES = ("bad", "contacted", "justified", "rectified", "confirmed")
OUTSIDE = ("in_time", "mistaken", "unjustified", "open")  # counted beside the way
FACTS = (
    Indicator("rectified_in_time", "rectification_rate", (("variant", "on_time"),)),
    Indicator("real_name_followup", "real_name_followup"),
    Indicator("unsubstantiated_share", "unsubstantiated_share"),
    Indicator("misrated_share", "misrated_share"),
    Indicator("revisit_satisfaction", "revisit_satisfaction"),
)

# Bad ratings are few: all of a release are read once, and narrowed to days, place and filters afterwards.
# One cohort from first to last: the bad ratings given on a day, whatever happened to them since.
FOLLOWUPS = """select rated_on, province_code, city_code, district_code, town_code, dept_id, item_id, channel,
    true as bad, is_contacted as contacted, verdict = 'substantiated' as justified, justified and is_rectified as rectified,
    rectified and revisit_grade >= 3 as confirmed, justified and is_rectified_on_time as in_time, verdict = 'mis_rated' as mistaken,
    verdict = 'unsubstantiated' as unjustified, verdict is null as open
from {followups}"""

BAD_CASES = """select rated.rated_on, rated.grade, rated.case_id, rated.item_id, rated.dept_id, coalesce(rated.district_code, rated.city_code) as division_code,
    rated.channel, done.verdict, done.is_contacted, done.is_rectified, done.due_on,
    rated.province_code, rated.city_code, rated.district_code, rated.town_code
from {ratings} as rated left join mart_followup as done on done.source_id = rated.source_id and done.rating_id = rated.rating_id
where rated.is_latest and rated.grade <= 2
order by rated.rated_on desc, rated.rating_id"""


def ask_bad(board: Board) -> None:
    """Note the figures beside the way, over the twelve months."""
    for indicator in FACTS:
        board.also(f"bad.{indicator.key}", indicator, (), span=year_span(board.scope))


def stage_counts(frame: Frame) -> dict[str, int]:
    """How many of the bad ratings got how far."""
    found = _of_the_year(frame.scope, scoped(frame.gate, FOLLOWUPS, everywhere(frame.scope), {"followups": "mart_followup"}))
    return {name: int(found[name].sum()) for name in (*STAGES, *OUTSIDE)}


def bad_cases(frame: Frame) -> pl.DataFrame:
    """The badly rated cases of the twelve months, newest first."""
    return _of_the_year(frame.scope, scoped(frame.gate, BAD_CASES, everywhere(frame.scope), {"ratings": "mart_rating"}))


def _of_the_year(scope: Scope, rows: pl.DataFrame) -> pl.DataFrame:
    start, end = year_span(scope)
    return within(rows, scope).filter(pl.col("rated_on") >= start, pl.col("rated_on") < end)


def stages_card(frame: Frame) -> html.Section:
    """The way as bars from zero."""
    lang = frame.lang
    counts = stage_counts(frame)
    rows = pl.DataFrame(
        [(say(lang, f"satisfaction.stages.{name}"), counts[name]) for name in STAGES],
        schema={"stage": pl.String, "count": pl.Int64},
        orient="row",
    )
    shown = rows if counts["bad"] else rows.clear()
    finding = stages_finding(counts, lang)
    title = say(lang, "satisfaction.stages.head", year=year_name(frame.scope, lang), finding=finding)
    columns = (Column("stage", say(lang, "satisfaction.columns.step")), Column("count", say(lang, "satisfaction.columns.ratings"), "cases"))
    table = Table("stages", say(lang, "satisfaction.stages.table"), columns, rows)
    chart = Chart(title, stages(shown, Look.of(lang, frame.view.theme, "cases")), finding, table, _note(counts, lang))
    return chart_card(chart, frame.view)


def _note(counts: dict[str, int], lang: str) -> str:
    """What left the way at which step."""
    if not counts["bad"]:
        return say(lang, "satisfaction.stages.no_note")
    return say(lang, "satisfaction.stages.note", **{name: formats.count(counts[name], lang) for name in OUTSIDE})


def facts_strip(frame: Frame, board: Board) -> html.Section:
    """What the metrics say of the same twelve months, each by its own date: of the due date, of the rating, of the visit back."""
    lang = frame.lang
    facts = [Fact(say(lang, f"short.{one.key}"), one, _reading(board, one)) for one in FACTS]
    head = html.H2(say(lang, "satisfaction.facts.title", year=year_name(frame.scope, lang)))
    note = html.P(say(lang, "satisfaction.facts.note"), className="note")
    return html.Section([head, fact_list(facts, frame.view), note], className="panel-box bad-facts")


def _reading(board: Board, indicator: Indicator) -> Reading:
    answer = board.frame(f"bad.{indicator.key}")
    return read_row(answer.row(0, named=True)) if answer is not None and answer.height else Reading()


def cases_section(frame: Frame) -> html.Section:
    """The badly rated cases, newest first, each leading to the case. Who rated is not shown."""
    lang = frame.lang
    rows = bad_cases(frame)
    title = html.H2(say(lang, "satisfaction.cases.title", count=formats.count(rows.height, lang), year=year_name(frame.scope, lang)))
    body = (
        data_table(_case_table(frame, rows), frame.view) if rows.height else html.P(say(lang, "satisfaction.cases.none"), className="note")
    )
    return html.Section([title, body, html.P(say(lang, "satisfaction.cases.note"), className="note")], className="panel-box bad-cases")


def _case_table(frame: Frame, rows: pl.DataFrame) -> Table:
    lang = frame.lang
    columns = (
        Column("rated_on", say(lang, "satisfaction.columns.rated_on"), "day"),
        Column("grade_name", say(lang, "satisfaction.columns.grade")),
        *case_columns(frame, "satisfaction"),
        Column("channel_name", say(lang, "satisfaction.columns.channel")),
        Column("outcome", say(lang, "satisfaction.columns.outcome")),
    )
    return Table("bad-cases", say(lang, "satisfaction.cases.table"), columns, _named(frame, rows), size=10)


def _named(frame: Frame, rows: pl.DataFrame) -> pl.DataFrame:
    """Codes as names, outcomes in words."""
    lang = frame.lang
    return with_names(frame, rows).with_columns(
        grade_name=pl.Series([say(lang, f"drawing.grade.{grade}") for grade in rows["grade"]], dtype=pl.String),
        channel_name=pl.Series([say(lang, f"channel.{channel or 'other'}") for channel in rows["channel"]], dtype=pl.String),
        outcome=pl.Series([outcome_text(row, lang) for row in rows.iter_rows(named=True)], dtype=pl.String),
    )


def outcome_text(row: dict, lang: str) -> str:
    """What became of one bad rating, in a few words."""
    if row["verdict"] == "substantiated":
        return say(lang, "satisfaction.outcome.rectified" if row["is_rectified"] else "satisfaction.outcome.justified")
    if row["verdict"]:
        return say(lang, f"satisfaction.outcome.{row['verdict']}")
    return say(lang, "satisfaction.outcome.contacted" if row["is_contacted"] else "satisfaction.outcome.none")
