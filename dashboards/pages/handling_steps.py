"""Where the time of a case goes: before acceptance, with the office, with the clock stopped, until the result is there.

Working days, all of them by the calendar of the case's place, so that the parts add up to the whole.
"""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.facts import Fact, fact_list
from dashboards.cards.table import Column, Table, data_table
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.scoped import scoped
from dashboards.words import say

PARTS = ("before", "office", "stopped", "after")
GROUPS = ("all", "asked", "unasked")
FACTS = (
    Indicator("supplement_rate", "supplement_rate"),
    Indicator("multi_supplement_rate", "multi_supplement_rate"),
    Indicator("clock_stop_share", "clock_stop_share"),
)
LEAST = 10  # cases below which a mean says little
WIDE = 0.14  # share of a bar from which a number has room in it

# All by the calendar of the case's place: handling and paused days add up to the days from acceptance to decision.
STEPS = """select case when grouping(is_asked) = 1 then 'all' when is_asked then 'asked' else 'unasked' end as part, count(*) as cases,
    avg(greatest(waiting_working_days, 0)) as before, avg(handling_working_days) as office, avg(coalesce(paused_working_days, 0)) as stopped,
    avg(greatest(delivery_working_days, 0)) as after
from (select *, coalesce(supplement_count, 0) > 0 as is_asked from {cases}
    where completed_on >= $start and completed_on < $end and case_type = 'commitment' and is_e2e_event
        and handling_working_days is not null and waiting_working_days is not null and delivery_working_days is not null)
group by grouping sets ((), (is_asked))"""


def steps_section(frame: Frame, board: Board) -> html.Section:
    """One bar for all cases and one each for those with and without a request for papers, with their numbers; then what slows cases."""
    lang = frame.lang
    rows = steps(frame)
    title = html.H2(say(lang, "handling.steps.title", finding=steps_finding(rows, lang)))
    if rows.is_empty():
        body = [html.P(say(lang, "handling.steps.none"), className="note")]
    else:
        body = [_bars(rows, lang), data_table(_table(rows, lang), frame.view), html.P(say(lang, "handling.steps.note"), className="note")]
    return html.Section([title, *body, _facts(frame, board)], className="panel-box where-time")


def steps(frame: Frame) -> pl.DataFrame:
    """Mean working days of each part by group of cases, all of them first; groups of fewer than ten cases are left out."""
    found = scoped(frame.gate, STEPS, frame.scope, {"cases": "mart_case"})
    order = pl.Enum(GROUPS)
    kept = (
        found.filter(pl.col("cases") >= LEAST)
        .with_columns(pl.col("part").cast(order))
        .sort("part")
        .with_columns(pl.col("part").cast(pl.String))
    )
    return kept.with_columns(total=pl.sum_horizontal(*PARTS))


def steps_finding(rows: pl.DataFrame, lang: str) -> str:
    """Which part takes the largest share of the time; of what is worked out there, nothing is left to an interval."""
    whole = rows.filter(pl.col("part") == "all")
    if whole.is_empty() or not whole["total"][0]:
        return say(lang, "handling.steps.question")
    total = whole["total"][0]
    part = max(PARTS, key=lambda name: whole[name][0])
    return say(lang, f"handling.steps.most.{part}", share=formats.share(whole[part][0] / total, lang, 0))


def _bars(rows: pl.DataFrame, lang: str) -> html.Div:
    longest = max(rows["total"].to_list()) or 1.0
    key = [html.Span([html.Span(className=f"swatch is-{part}"), say(lang, f"handling.steps.{part}")]) for part in PARTS]
    bars = [_bar(row, longest, lang) for row in rows.iter_rows(named=True)]
    return html.Div([html.Div(key, className="swatches"), *bars], className="step-bars", role="img", **aria(label=_alt(rows, lang)))


def _bar(row: dict, longest: float, lang: str) -> html.Div:
    pieces = []
    for part in PARTS:
        share = row[part] / longest
        text = [html.B(formats.number(row[part], 1))] if share >= WIDE else []
        pieces.append(html.Span(text, className=f"piece is-{part}", style={"width": f"{share * 100:.2f}%"}))
    total = say(
        lang, "handling.steps.total", days=formats.amount(row["total"], "working_days", lang), count=formats.count(row["cases"], lang)
    )
    name = html.Div([html.B(say(lang, f"handling.steps.group.{row['part']}")), html.Span(total)], className="step-name")
    return html.Div([name, html.Div(pieces, className="track")], className="step-row")


def _alt(rows: pl.DataFrame, lang: str) -> str:
    texts = []
    for row in rows.iter_rows(named=True):
        parts = [f"{say(lang, f'handling.steps.{part}')} {formats.amount(row[part], 'working_days', lang)}" for part in PARTS]
        texts.append(
            say(lang, "handling.steps.alt", group=say(lang, f"handling.steps.group.{row['part']}"), parts=formats.listed(parts, lang))
        )
    return " ".join(texts)


def _table(rows: pl.DataFrame, lang: str) -> Table:
    named = rows.with_columns(part=pl.Series([say(lang, f"handling.steps.group.{part}") for part in rows["part"]], dtype=pl.String))
    columns = (
        Column("part", say(lang, "handling.steps.columns.group")),
        *(Column(part, say(lang, f"handling.steps.{part}"), "working_days") for part in PARTS),
        Column("total", say(lang, "handling.steps.columns.total"), "working_days"),
        Column("cases", say(lang, "columns.n"), "cases"),
    )
    return Table("steps", say(lang, "handling.steps.table"), columns, named)


def _facts(frame: Frame, board: Board) -> html.Dl:
    """What holds cases up, as the metrics say."""
    courses = [board.course(indicator) for indicator in FACTS]
    facts = [
        Fact(
            course.metric.name[frame.lang] if course.metric else course.indicator.metric,
            course.indicator,
            course.now,
            course.unit,
            frame.rows_href(course.indicator.metric, "numerator"),
        )
        for course in courses
    ]
    return fact_list(facts, frame.view)
