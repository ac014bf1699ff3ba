"""Definition card: what a figure counts, in words and in the SQL that computes it, straight from the definition's own file."""

from __future__ import annotations

from dashboards import elements as html
from dashboards.words import has_word, say
from metrics.registry import registry
from metrics.spec import Form, Metric, Value


def definition_card(metric: Metric, params: dict[str, Value], sql: str, lang: str, *, level: int = 2) -> html.Article:
    """All that is known of one metric, for one choice of its parameters. `sql`: the statement behind the figure, empty when there is none."""
    head = {2: html.H2, 3: html.H3}[level]
    form = metric.form(params)
    lines = [
        ("meaning", metric.meaning[lang]),
        ("formula", metric.formula[lang]),
        *_counted(form, lang),
        ("unit", _unit(form, lang)),
        ("direction", say(lang, f"definition.{metric.better}")),
        ("interval", "" if form.kind == "derived" else say(lang, f"interval.{form.interval}")),
        ("params", _params(params, lang)),
        ("edge", html.Ul([html.Li(case[lang]) for case in metric.edge_cases]))
        if metric.edge_cases
        else ("edge", say(lang, "definition.none")),
        ("table", html.Code(metric.mart)),
        ("id", html.Code(metric.id)),
        ("version", str(metric.version)),
    ]
    terms = [html.Div([html.Dt(say(lang, f"definition.{key}")), html.Dd(text)]) for key, text in lines if text]
    body = [
        head(metric.name[lang]),
        html.Span(say(lang, f"evidence.{metric.evidence}"), className=f"badge is-{metric.evidence}"),
        html.Dl(terms),
    ]
    if sql:
        body.append(html.Details([html.Summary(say(lang, "definition.sql")), html.Pre(html.Code(sql))], className="sql"))
    return html.Article(body, id=f"metric-{metric.id}", className="definition")


def _counted(form: Form, lang: str) -> list:
    """Numerator and denominator as the aggregates that they are; the row expressions of a life table; words where other figures' answers are used."""
    if form.kind == "derived":
        return [("computed", say(lang, "definition.from_answers"))]
    if form.life_table:
        return [("event", html.Code(form.event)), ("age", html.Code(form.age)), ("scope", html.Code(form.scope))]
    pairs = (("numerator", form.numerator), ("denominator", form.denominator))
    return [(key, html.Code(text)) for key, text in pairs if text]


def _unit(form: Form, lang: str) -> str:
    return say(lang, f"unit_name.{form.unit}") if has_word(lang, f"unit_name.{form.unit}") else form.unit


def _params(params: dict[str, Value], lang: str) -> str:
    if not params:
        return say(lang, "definition.none")
    known = registry()
    return ", ".join(f"{name} = {known[value].name[lang] if value in known else value}" for name, value in params.items())
