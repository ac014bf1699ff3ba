"""One target at large: its course with the way to it and the forecast, and all that is known of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card, course_table, trend_alt
from dashboards.course import Course, Scope
from dashboards.figures.look import Look
from dashboards.figures.trend import Extras, trend
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.pages.targets_named import figure_of, owner_name, place_name, target_name, unit_of
from dashboards.pages.targets_table import SIGN, metric_id, status_words
from dashboards.pages.targets_told import forecast_words, reason_words
from dashboards.periods import Period
from dashboards.readings import Reading
from dashboards.words import say
from metrics.target import query_of
from metrics.targets import TargetStatus


def target_detail(frame: Frame, status: TargetStatus, stored: dict[str, Any]) -> html.Section:
    """Chart and facts side by side."""
    lang = frame.lang
    name = say(lang, "targets.named", name=target_name(status.target, lang), place=place_name(status.target, frame.tree, lang))
    close = html.A(say(lang, "targets.close"), href=frame.view.href(pick="", define=""), className="unpick")
    facts = html.Section([html.H2(say(lang, "targets.about")), close, _facts(frame, status, stored)], className="panel-box")
    return html.Section([_chart(frame, status, name), facts], className="halves target-detail", id="picked")


def _chart(frame: Frame, status: TargetStatus, name: str) -> html.Section:
    lang, course = frame.lang, course_of(frame, status)
    look = Look.of(lang, frame.view.theme, unit_of(status.target))
    title = say(lang, "trend.title", name=name, finding=reason_words(status, frame.scope.period, lang))
    series = course.series.filter(pl.col("value").is_not_null().cum_sum() > 0)
    figure = trend(series, look, Extras(status))
    parts = [say(lang, f"trend.drawn.{key}") for key in ("value", "interval", "target", "forecast") if key in figure.names]
    note = say(lang, "trend.note", parts=formats.listed(parts, lang)) if parts else ""
    ahead = forecast_words(status, lang)
    gap = "" if lang == "zh" else " "
    return chart_card(
        Chart(title, figure, trend_alt(course, name, lang), course_table(course, "target", name, lang), gap.join((note, ahead))), frame.view
    )


def course_of(frame: Frame, status: TargetStatus) -> Course:
    """The months of a target as a course, in the target's own scope."""
    metric, _ = figure_of(status.target)
    asked = query_of(status.target)
    readings = {
        Period.holding(point.day).key: Reading("value" if point.value is not None else "not_applicable", point.value, point.low, point.high)
        for point in status.history
    }
    last = Period.holding(status.history[-1].day) if status.history else frame.scope.period
    scope = Scope(asked.where, last, frame.scope.as_of, "", None)
    return Course(Indicator(asked.metric, asked.metric, asked.params), scope, readings, metric)


def _facts(frame: Frame, status: TargetStatus, stored: dict[str, Any]) -> html.Dl:
    lang, target, unit = frame.lang, status.target, unit_of(status.target)
    rows: list[tuple[str, Any]] = [
        ("status", [status_words(status.status, lang), " · ", reason_words(status, frame.scope.period, lang)]),
        ("now", _now(status, unit, lang)),
        ("goal", f"{SIGN.get(target.op, target.op)} {formats.amount(target.value, unit, lang)}"),
        ("due", formats.day(target.due_on, lang)),
        ("gap", _gap(status, unit, lang)),
        ("path_now", say(lang, "targets.no_path") if status.expected is None else formats.amount(status.expected, unit, lang)),
        ("baseline", _begin(status, unit, lang)),
        ("forecast", forecast_words(status, lang)),
        ("attained", _attained(status, lang)),
        ("owner", owner_name(frame.gate, target, stored.get("set_by"), lang)),
        ("set_on", formats.day(stored["set_on"], lang) if stored.get("set_on") else say(lang, "state.not_provided")),
        ("basis", html.Span(stored["legal_basis"], lang="zh") if stored.get("legal_basis") else say(lang, "state.not_provided")),
    ]
    if status.refusal:
        rows.append(("refusal", html.Span(status.refusal, lang="en")))
    links = html.A(say(lang, "fine.definition"), href=frame.view.href(define=metric_id(target)), className="define")
    shown = [html.Div([html.Dt(say(lang, f"targets.columns.{key}")), html.Dd(text)]) for key, text in rows]
    return html.Dl([*shown, html.Div([html.Dt(say(lang, "targets.columns.figure")), html.Dd(links)])], className="target-facts")


def _now(status: TargetStatus, unit: str, lang: str) -> str:
    if status.now is None:
        return say(lang, "state.not_applicable" if status.history else "state.not_provided")
    text = formats.amount(status.now, unit, lang)
    if status.low is None or status.high is None:
        return text
    return f"{text} ({say(lang, 'fine.interval', interval=formats.interval(status.low, status.high, unit, lang))})"


def _gap(status: TargetStatus, unit: str, lang: str) -> str:
    """How far off, in words that hold for targets from above and from below."""
    if status.gap is None:
        return say(lang, "table.missing")
    key = "equal" if status.gap == 0 else "above" if status.gap > 0 else "below"
    return say(lang, f"targets.gap.{key}", gap=formats.difference(status.gap, unit, lang))


def _begin(status: TargetStatus, unit: str, lang: str) -> str:
    target = status.target
    if target.baseline is None:
        return say(lang, "targets.no_baseline")
    text = formats.amount(target.baseline, unit, lang)
    return text if target.baseline_on is None else say(lang, "targets.since", value=text, date=formats.day(target.baseline_on, lang))


def _attained(status: TargetStatus, lang: str) -> str:
    return say(lang, "table.missing") if status.attained is None else formats.number(status.attained, 2)
