"""Definitions: the whole catalogue in the reader's language, from the files that compute it; and the card of one figure beside a page."""

from __future__ import annotations

from dashboards import elements as html
from dashboards.attributes import data
from dashboards.behind import behind
from dashboards.board import Board
from dashboards.cards.definition import definition_card
from dashboards.cards.quality import data_behind
from dashboards.controls import View
from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.page import Page
from dashboards.words import say
from metrics.registry import registry
from metrics.spec import Metric, QueryRefused


def layout(gate: Gate, view: View) -> html.Div:
    """Every metric, family by family, with a list to jump by."""
    lang = view.lang
    families: dict[str, list] = {}
    for metric in registry().values():
        families.setdefault(metric.family, []).append(metric)
    index = [
        html.Li([html.Span(say(lang, f"family.{name}")), html.Ul([_jump(metric, lang) for metric in found])])
        for name, found in families.items()
    ]
    sections = [
        html.Section(
            [html.H2(say(lang, f"family.{name}")), *[definition_card(metric, metric.resolve(()), "", lang, level=3) for metric in found]]
        )
        for name, found in families.items()
    ]
    head = [html.H1(say(lang, "definition.title")), html.P(say(lang, "definition.intro"), className="note")]
    body = [*head, html.Div([html.Nav(html.Ul(index), className="index"), html.Div(sections, className="cards")], className="definitions")]
    return html.Div(body, className="page", **data(title=say(lang, "app.title", page=say(lang, "page.definitions"))))


def _jump(metric, lang: str) -> html.Li:
    return html.Li(html.A(metric.name[lang], href=f"#metric-{metric.id}"))


def panel(gate: Gate, view: View, scope: Scope | None) -> list:
    """The card of the figure that the view asks to define, with the SQL of this very figure; nothing when it asks for none."""
    if not view.define:
        return []
    lang = view.lang
    indicator = Indicator.defined(view.define)
    metric = gate.metric(indicator.metric)
    close = html.A(say(lang, "definition.close"), href=view.href(define=""), className="close")
    if metric is None or not _is_form_of(metric, indicator):
        return [close, html.P(say(lang, "definition.unknown", id=view.define))]
    sql = Board(gate, scope).statement(indicator) if scope is not None else ""
    card = definition_card(metric, metric.resolve(indicator.params), sql, lang)
    card.children[2:2] = _data(gate, view, scope, metric)  # after its name and what kind of evidence it is
    return [close, card]


def _data(gate: Gate, view: View, scope: Scope | None, metric: Metric) -> list[html.Section]:
    """What is known of the data behind the figure in the page's period."""
    found = behind(gate, metric, scope.period) if scope is not None else None
    return [data_behind(found, view.go("/quality", pick=metric.id), view.lang)] if found else []


def _is_form_of(metric: Metric, indicator: Indicator) -> bool:
    """Whether the metric takes the parameters that the address names."""
    try:
        metric.resolve(indicator.params)
    except QueryRefused:
        return False
    return True


PAGE = Page("definitions", "/definitions", layout)
