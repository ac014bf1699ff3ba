"""One item: what it declares, what its cases say of that, its figures over twelve months, its channels, documents, versions and latest cases."""

from __future__ import annotations

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import data
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card, course_table, trend_alt
from dashboards.controls import View
from dashboards.figures.look import Look
from dashboards.figures.trend import trend
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.depth_evidence import ALLOWED
from dashboards.pages.frame import Step, Told, framed, place_steps
from dashboards.pages.item_cases import causes, latest, verdicts, visits
from dashboards.pages.item_file import PATH, ItemFile, code_in, exists, item_of
from dashboards.pages.item_parts import channels, documents, facts, versions
from dashboards.pages.item_told import cause_sentence, depth_sentence
from dashboards.pages.item_year import FIGURES, figures, year_section
from dashboards.pages.page import Page
from dashboards.places import part_names
from dashboards.sentences import trend_finding
from dashboards.words import say


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the item is not known."""
    if not exists(gate, code_in(view.path)):
        return _unknown(view)
    item = item_of(gate, view)
    lang, verdict = item.lang, item.verdict
    level = verdict.get("declared_level")
    extra = item.extra(ALLOWED[level]) if level in ALLOWED else []
    body = [
        html.Div([html.Div([verdicts(item), visits(item)], className="stacked"), facts(item)], className="halves"),
        html.Div([causes(item), channels(item)], className="halves"),
        year_section(item, figures(item)),
        html.Div([_trend(item), documents(item)], className="halves"),
        versions(item),
        latest(item),
    ]
    headline = [depth_sentence(verdict, lang), cause_sentence(verdict, extra, lang) if verdict.get("verdict") == "contradicted" else ""]
    return framed(item.frame, Told("item", headline, item.name, _steps(item)), body)


def _steps(item: ItemFile) -> list[Step]:
    """City, district, department, item."""
    code = item.now["dept_id"]
    known = part_names(item.frame.gate, "department").get(code)
    department = [(known.name(item.lang) if known else code, item.view.go(f"/department/{code}"))] if code else []
    return [*place_steps(item.frame.tree, item.frame.place, item.view), *department, (item.name, "")]


def _trend(item: ItemFile) -> html.Section:
    """The course of one figure, by default the number of cases: the reader picks it in the table."""
    chosen = next((one for one in FIGURES if one.key == item.view.tile), FIGURES[0])
    lang, course = item.lang, _course(item, chosen)
    metric = item.frame.gate.metric(chosen.metric)
    name = metric.name[lang] if metric else chosen.metric
    figure = trend(course.series, Look.of(lang, item.view.theme, course.unit))
    title = say(lang, "trend.title", name=name, finding=trend_finding(course, lang))
    note = say(lang, "item.trend.note", period=formats.period(course.scope.period, lang))
    return chart_card(Chart(title, figure, trend_alt(course, name, lang), course_table(course, "trend", name, lang), note), item.view)


def _course(item: ItemFile, chosen: Indicator):
    return Board(item.frame.gate, item.frame.scope).want([chosen]).ask().course(chosen)


def _unknown(view: View) -> html.Div:
    lang = view.lang
    title = say(lang, "item.unknown_title")
    home = html.A(say(lang, "missing.home"), href=view.go("/", place=""))
    body = html.Section([html.H1(title), html.P(say(lang, "item.unknown", code=code_in(view.path))), html.P(home)], className="state-page")
    return html.Div(body, **data(title=say(lang, "app.title", page=title)))


PAGE = Page("item", PATH, layout, in_menu=False, exists=exists)
