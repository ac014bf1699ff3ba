"""H4, H6, H7: how late records arrive, how much published figures were revised, which declared percentages cannot be."""

from __future__ import annotations

from typing import Any

from metrics.derived import Desk, Rows
from metrics.judge import Sums, Verdict, judge
from metrics.query import Question
from metrics.spec import Form
from metrics.states import NOT_APPLICABLE, VALUE
from metrics.statistics.grim import check

# full counts of what arrived: no interval, and no floor for a share of sources, of which a city has few
SHARE = Form("ratio", "share", numerator="k", denominator="n")
PLAIN = Form("mean", "share", numerator="k", denominator="n")
SNAPSHOTS = "published_snapshot"  # metrics/snapshot.py keeps it
PERIOD_SQL = {
    "year": "year({d})",
    "quarter": "printf('%04d-Q%d', year({d}), quarter({d}))",
    "month": "strftime({d}, '%Y-%m')",
    "day": "strftime({d}, '%Y-%m-%d')",
}


def late_share(question: Question, desk: Desk) -> Rows:
    """Records received after their month was first published ÷ records; a month that was never published has no late ones."""
    keys = "".join(f'{PERIOD_SQL[name].format(d="day_on")} as "{name}", ' for name in question.by)
    where, given = _conditions(question, "day_on")
    first = "select month_on, min(published_at) as published_at from published_snapshot group by month_on"
    first = first if SNAPSHOTS in desk.tables else "select null::date as month_on, null::timestamptz as published_at limit 0"
    sql = f"""select {keys}coalesce(sum(records) filter (where received_at > published_at), 0)::bigint as k, coalesce(sum(records), 0)::bigint as n
        from mart_source_day left join ({first}) on month_on = date_trunc('month', day_on) where {where} {"group by all" if question.by else ""}"""
    return [
        {name: row[name] for name in question.by} | judge(SHARE, Sums(row["k"], row["n"], row["n"])).to_row()
        for row in desk.read(sql, given)
    ]


def sources_delivering(question: Question, desk: Desk) -> Rows:
    """Sources that sent records of a period ÷ sources that had begun to by then, feed by feed."""
    keys = "".join(f'{PERIOD_SQL[name].format(d="day_on")} as "{name}", ' for name in question.by)
    names = "".join(f'"{name}", ' for name in question.by)
    where, given = _conditions(question, "day_on")
    begun = "select source_id, feed, min(day_on) as first_on from mart_source_day group by all"
    sql = f"""with sent as (select {keys}source_id, feed, max(day_on) as last_on from mart_source_day where {where} group by all),
        period as (select {names}max(last_on) as last_on from sent {"group by all" if question.by else ""}),
        known as (select {names}count(*) as n from period join ({begun}) on first_on <= period.last_on {"group by all" if question.by else ""}),
        seen as (select {names}count(*) as k from sent {"group by all" if question.by else ""})
        select * from known {"join seen using (" + names[:-2] + ")" if question.by else "cross join seen"}"""
    return [
        {name: row[name] for name in question.by} | judge(PLAIN, Sums(row["k"], row["n"], row["n"])).to_row()
        for row in desk.read(sql, given)
    ]


def late_hours(question: Question, desk: Desk) -> Rows:
    """The 95th percentile of the whole hours between an event and the receipt of its file: the smallest that 95 % do not exceed."""
    keys = [f'{PERIOD_SQL[name].format(d="day_on")} as "{name}"' for name in question.by]
    where, given = _conditions(question, "day_on")
    names = "".join(f'"{name}", ' for name in question.by)
    over = f"partition by {names[:-2]}" if question.by else ""
    sql = f"""with bins as (select {"".join(f"{key}, " for key in keys)}delay_hours, sum(records) as records from mart_source_day
            where delay_hours is not null and {where} group by all),
        run as (select *, sum(records) over ({over} order by delay_hours) as up_to, sum(records) over ({over}) as n from bins)
        select {names}min(delay_hours) filter (where up_to >= 0.95 * n)::double as value, any_value(n)::bigint as n from run {"group by all" if question.by else ""}"""
    found = desk.read(sql, given)
    return [
        {name: row[name] for name in question.by}
        | (Verdict(VALUE, row["value"], n=row["n"]) if row["n"] else Verdict(NOT_APPLICABLE)).to_row()
        for row in found
    ]


def revisions(question: Question, desk: Desk) -> Rows:
    """Mean |first published − latest| of a month's share, in percentage points, over figures and months."""
    if SNAPSHOTS not in desk.tables:
        return [] if question.by else [Verdict(NOT_APPLICABLE).to_row()]
    keys = "".join(f'{PERIOD_SQL[name].format(d="month_on")} as "{name}", ' for name in question.by)
    where, given = _conditions(question, "month_on")
    sql = f"""with revised as (select metric_id, month_on, 100 * abs(arg_min(value, published_at) - arg_max(value, published_at)) as points
            from published_snapshot where {where} group by all)
        select {keys}sum(points)::double as total, count(*) as n from revised {"group by all" if question.by else ""}"""
    return [{name: row[name] for name in question.by} | _mean(row).to_row() for row in desk.read(sql, given)]


def _mean(row: dict[str, Any]) -> Verdict:
    return Verdict(VALUE, row["total"] / row["n"], row["total"], row["n"], row["n"]) if row["n"] else Verdict(NOT_APPLICABLE)


def grim_failures(question: Question, desk: Desk) -> Rows:
    """How many of the declared percentages no number of cases out of the stated denominator gives; denominator: those that can be tried."""
    keys = "".join(f'{_place(name)} as "{name}", ' for name in question.by)
    where, given = _conditions(question, "stated_on")
    sql = f"select {keys}stated, denominator from mart_declared_figure where is_checkable and {where}"
    groups: dict[tuple, list[bool]] = {} if question.by else {(): []}
    for row in desk.read(sql, given):
        possible = check(row["stated"].split("%")[0], row["denominator"]).is_attainable
        groups.setdefault(tuple(row[name] for name in question.by), []).append(possible)
    return [dict(zip(question.by, key, strict=True)) | _failed(tries).to_row() for key, tries in groups.items()]


def _failed(tries: list[bool]) -> Verdict:
    failed = tries.count(False)
    return Verdict(VALUE, failed, failed, len(tries), len(tries)) if tries else Verdict(NOT_APPLICABLE)


def _place(name: str) -> str:
    return {"district": "district_code", "city": "city_code", "department": "dept_id"}.get(name) or PERIOD_SQL[name].format(d="stated_on")


def _conditions(question: Question, day: str) -> tuple[str, list[Any]]:
    """The period and the filters of a question, over a date column."""
    parts, given = ["true"], []
    for edge, sign in ((question.start, ">="), (question.end, "<")):
        if edge:
            parts.append(f"{day} {sign} ?")
            given.append(edge)
    for name, values in question.where.items():
        column = PERIOD_SQL[name].format(d=day) if name in PERIOD_SQL else _place(name)
        parts.append(f"{column} in ({', '.join('?' for _ in values)})")
        given += values
    return " and ".join(parts), given
