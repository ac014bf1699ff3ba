"""Single tickets and ratings of a hall: the longest waits of the period, and how cases served there were rated."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.grades import grades
from dashboards.figures.look import Look
from dashboards.gate import Gate
from dashboards.pages.site_hall import Hall
from dashboards.pages.waiting_figures import MEAN
from dashboards.pages.waiting_week import span_text, week_span, when_text
from dashboards.places import part_names
from dashboards.words import say
from metrics.states import FLOOR

MOST = 50
_LONGEST = """
select ticket_id, case_id, item_id, queue_code, status, issued_at::timestamp as issued_at, wait_minutes,
    -- the wait of an appointment begins at its slot, that of a transferred ticket at its first queue: when it was called is then not known here
    case when is_called and not is_appointment then (issued_at + to_microseconds((wait_minutes * 60000000)::bigint))::timestamp end as called_at
from mart_ticket
where site_id = ? and issued_on >= ? and issued_on < ? and is_chain_head and not is_implausible and wait_minutes >= 0 and {picked}
order by wait_minutes desc, ticket_id limit ?"""
_RATED = """
with served as (select distinct case_id from mart_ticket where site_id = ? and issued_on >= ? and issued_on < ? and case_id is not null)
select grade, not is_active as by_default, count(*) as count
from mart_rating join served using (case_id)
where is_valid and is_latest and grade is not null group by all order by all"""


def longest_section(hall: Hall) -> html.Section | None:
    """The longest waits of the period, or of the picked hours in a typical week's twelve months."""
    frame = _named(hall, longest(hall))
    if frame.is_empty():
        return None
    lang, view = hall.view.lang, hall.view
    columns = (
        Column("wait_minutes", say(lang, "site.wait"), "minutes"),
        Column("issued_at", say(lang, "site.issued"), "instant"),
        Column("called_at", say(lang, "site.called"), "instant"),
        Column("queue_code", say(lang, "site.queue_head"), "code"),
        Column("status", say(lang, "site.ended")),
        Column("item", say(lang, "filter.item"), href="item_href"),
        Column("case_id", say(lang, "site.case"), "code", href="case_href"),
    )
    title = _title(hall)
    all_rows = html.A(say(lang, "site.all_rows"), href=view.rows_href(MEAN.define), className="more-link")
    table = Table("longest", title, columns, frame, size=10)
    return html.Section(
        [html.H2(title), html.P(all_rows, className="finding"), data_table(table, view)], className="panel-box", id="longest"
    )


def _title(hall: Hall) -> str:
    lang, pick = hall.view.lang, hall.pick
    if not pick.weekday:
        return say(lang, "site.longest", period=formats.period(hall.frame.scope.period, lang))
    when = when_text(pick.weekday, pick.hour, lang) if pick.hour else say(lang, f"weekdays.{pick.weekday}")
    return say(lang, "site.longest_at", when=when, span=span_text(week_span(hall.frame.scope), lang))


def longest(hall: Hall) -> pl.DataFrame:
    """The tickets of the longest waits, the longest first."""
    period, pick = hall.frame.scope.period, hall.pick
    span = week_span(hall.frame.scope) if pick.weekday else (period.start, period.end)
    picked = [("isodow(issued_on)", pick.weekday), ("issued_hour", pick.hour)]
    conditions = " and ".join(["true", *(f"{column} = ?" for column, value in picked if value)])
    values = [hall.code, *span, *(int(value) for _, value in picked if value), MOST]
    return _read(view_gate(hall), _LONGEST.format(picked=conditions), values)


def _named(hall: Hall, rows: pl.DataFrame) -> pl.DataFrame:
    view = hall.view
    names = part_names(view_gate(hall), "item")
    items, cases = rows["item_id"].to_list(), rows["case_id"].to_list()
    return rows.with_columns(
        status=pl.Series([say(view.lang, f"ticket_status.{status}") for status in rows["status"]], dtype=pl.String),
        item=pl.Series([names[code].name(view.lang) if code in names else code for code in items], dtype=pl.String),
        item_href=pl.Series([view.go(f"/item/{code}") if code else None for code in items], dtype=pl.String),
        case_href=pl.Series([view.go(f"/case/{code}") if code else None for code in cases], dtype=pl.String),
    )


def view_gate(hall: Hall) -> Gate:
    """The door to data."""
    return hall.frame.gate


def _read(gate: Gate, sql: str, values: list[Any]) -> pl.DataFrame:
    return gate.once((sql, *values), lambda: gate.read(lambda cursor, _: cursor.execute(sql, values).pl()))


def ratings(hall: Hall) -> pl.DataFrame:
    """How often cases served here in the days of a typical week got each grade."""
    return _read(view_gate(hall), _RATED, [hall.code, *week_span(hall.frame.scope)])


def ratings_section(hall: Hall) -> html.Section | None:
    """The latest ratings of the cases whose tickets were issued here, by grade; None where fewer than ten are known."""
    lang, span = hall.view.lang, week_span(hall.frame.scope)
    found = ratings(hall)
    total = int(found["count"].sum() or 0)
    if total < FLOOR:
        return None
    active = found.filter(~pl.col("by_default"))
    good, rated = (int(frame["count"].sum() or 0) for frame in (active.filter(pl.col("grade") >= 3), active))
    look = Look.of(lang, hall.view.theme, "share")
    frame = found.with_columns(
        part=pl.lit(hall.name), grade_name=pl.Series([say(lang, f"drawing.grade.{grade}") for grade in found["grade"]])
    )
    columns = (
        Column("grade_name", say(lang, "site.grade")),
        Column("by_default", say(lang, "drawing.by_default"), "flag"),
        Column("count", say(lang, "site.ratings"), "cases"),
    )
    title = say(lang, "site.rated", good=formats.count(good, lang), active=formats.count(rated, lang))
    chart = Chart(
        title, grades(frame, look), title, Table("ratings", title, columns, frame), say(lang, "site.rated_note", span=span_text(span, lang))
    )
    return chart_card(chart, hall.view)
