"""A row of single figures, each with its interval and number, its definition, and the rows behind it where they can be listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.controls import View
from dashboards.indicators import Indicator
from dashboards.readings import Reading
from dashboards.sentences import state_word
from dashboards.words import say


@dataclass(frozen=True)
class Fact:
    """One figure: the name it is shown by, what it is, what was read, its unit, and where its rows are (empty: nowhere)."""

    name: str
    indicator: Indicator
    reading: Reading
    unit: str = "share"
    rows: str = ""


def fact_list(facts: Sequence[Fact], view: View) -> html.Dl:
    """All of them side by side."""
    return html.Dl([_fact(fact, view) for fact in facts], className="key-facts")


def _fact(fact: Fact, view: View) -> html.Div:
    lang, now = view.lang, fact.reading
    value = state_word(now.state, lang) if now.value is None else formats.amount(now.value, fact.unit, lang)
    shown = html.A(value, href=fact.rows) if fact.rows and now.value is not None else value
    name = html.A(fact.name, href=view.href(define=fact.indicator.define), **aria(label=say(lang, "fine.definition_of", name=fact.name)))
    css = "fact-value" if now.value is not None else "fact-value is-state"
    under = html.Span(" · ".join(_sure(now, fact.unit, lang)), className="interval")
    return html.Div([html.Dt(name), html.Dd([html.B(shown, className=css), under])])


def _sure(now: Reading, unit: str, lang: str) -> list[str]:
    """Interval and number of cases, as far as known."""
    found = []
    if now.value is not None and now.low is not None and now.high is not None:
        found.append(say(lang, "fine.interval", interval=formats.interval(now.low, now.high, unit, lang)))
    return [*found, *([say(lang, "fine.n", n=formats.count(now.n, lang))] if now.n is not None else [])]
