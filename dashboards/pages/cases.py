"""The rows behind any number: which number it is, how its rows fall on the two sides of it, what a row must fulfil, and the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.cards.table import data_table
from dashboards.controls import View
from dashboards.course import query_of
from dashboards.gate import Gate
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame, Told, frame_of, framed
from dashboards.pages.page import Page
from dashboards.readings import Reading, read_row
from dashboards.row_table import code_word, picked, row_table
from dashboards.sentences import state_word
from dashboards.words import has_word, say
from metrics.compile import Query
from metrics.registry import registry
from metrics.row_page import Totals, totals
from metrics.rows import Opened, RowsRefused, is_partial, open_rows
from metrics.spec import PICKERS, Metric, QueryRefused, Value

PATH = "/cases"
LATEST = Indicator("cases_received", "cases_received")  # what is listed when no figure is named
TABS = ("numerator", "missed", "outside", "all")


@dataclass(frozen=True)
class Found:
    """One figure as the page opens it."""

    frame: Frame
    indicator: Indicator
    metric: Metric
    opened: Opened
    totals: Totals
    reading: Reading

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.frame.lang

    @property
    def things(self) -> str:
        """What a row is called, in the plural."""
        key = f"rows_of.{self.opened.mart}"
        return say(self.lang, key if has_word(self.lang, key) else "rows_of.other")

    @property
    def words(self) -> str:
        """Which names the sides have: of a life table, of a count, of a share, or of rows that a figure only looks at."""
        if is_partial(self.opened):
            return "partial"
        if self.metric.form(self.opened.question.params).kind == "survival_quantile":
            return "life"
        return "share" if self.opened.has_denominator else "count"


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    indicator = figure_of(view) if view.figure else LATEST
    metric = gate.metric(indicator.metric) if indicator else None
    if indicator is None or metric is None:
        return framed(frame, Told("cases", [say(view.lang, "cases.unknown", figure=view.figure)]), [_ways_out(view)])
    name = figure_title(metric, indicator, view.lang)
    span = (frame.scope.period.start, frame.scope.period.end)
    query = query_of(metric, indicator, frame.scope, span)
    try:
        opened, sums = gate.read(lambda con, store: _find(con, store.as_of, query))
    except RowsRefused as refused:
        return framed(frame, Told("cases", [_why_not(metric, view.lang)], title=name), [_parts(refused, view)])
    except QueryRefused:
        return framed(frame, Told("cases", [say(view.lang, "cases.refused.question", figure=name)], title=name), [_ways_out(view)])
    known = Found(frame, indicator, metric, opened, sums, _reading(gate, query))
    title = " · ".join([name if view.figure else say(view.lang, "cases.latest"), frame.name])
    return framed(frame, Told("cases", [_told(known), _ignored(known)], title=title), _body(known))


def figure_of(view: View) -> Indicator | None:
    """The figure that an address names, at its level where the figure has one; None when there is none of that name."""
    said = Indicator.defined(view.figure)
    metric = registry().get(said.metric)
    if metric is None:
        return None
    params = dict(said.params) | ({"level": int(view.level)} if view.level and "level" in metric.params else {})
    try:
        metric.resolve(tuple(params.items()))
    except QueryRefused:
        return None
    return Indicator(said.key, said.metric, tuple(params.items()))


def _find(con: Any, as_of: Any, query: Query) -> tuple[Opened, Totals]:
    opened = open_rows(query, as_of)
    return opened, totals(con, opened)


def _reading(gate: Gate, query: Query) -> Reading:
    frame = gate.ask([query]).frames.get(query)
    return Reading("errored") if frame is None or frame.is_empty() else read_row(frame.row(0, named=True))


def figure_title(metric: Metric, indicator: Indicator, lang: str) -> str:
    """A figure's name with the parameters that were chosen."""
    chosen = [_choice(name, value, lang) for name, value in indicator.params if metric.params[name].default != value or name == "level"]
    return f"{metric.name[lang]}{say(lang, 'cases.with', params=formats.listed(chosen, lang)) if chosen else ''}"


def _choice(name: str, value: Value, lang: str) -> str:
    """`9 in 10 within`, `level 3`: a choice in a word of its own, else the parameter and its value."""
    if name in PICKERS and has_word(lang, f"cases.choice.{value}"):
        return say(lang, f"cases.choice.{value}")
    word = say(lang, f"cases.param.{name}") if has_word(lang, f"cases.param.{name}") else name
    return f"{word} {code_word(name, str(value), lang)}"


def _body(found: Found) -> list[Any]:
    table = row_table(found.frame.gate, found.frame.view, found.opened, lambda side: _side_word(found, side))
    formula = html.P(found.metric.formula[found.lang], className="formula")
    return [_sides(found), *_picked(found), formula, _condition(found), data_table(table, found.frame.view)]


def _told(found: Found) -> str:
    """The number and what its rows add up to, in one sentence."""
    lang, reading, sums = found.lang, found.reading, found.totals
    form = found.metric.form(found.opened.question.params)
    if reading.value is None:
        return _not_told(found)
    value = formats.amount(reading.value, form.unit, lang)
    if reading.low is not None and reading.high is not None:
        value += say(lang, "cases.told.interval", interval=formats.interval(reading.low, reading.high, form.unit, lang))
    given = {"value": value, "things": found.things, "rows": formats.count(sums.numerator, lang), "all": formats.count(sums.rows, lang)}
    given |= {"numerator": _sum(sums.numerator_sum, lang), "denominator": _sum(sums.denominator_sum, lang), "of": formats.count(sums.denominator, lang),
              "missed": formats.count(sums.missed, lang)}  # fmt: skip
    return say(lang, f"cases.told.{_template(found, form.kind, complement=form.complement)}", **given)


def _not_told(found: Found) -> str:
    """Why there is no number, and that rows are listed where there are some."""
    lang, state = found.lang, found.reading.state
    because = say(lang, f"because.{state}") if has_word(lang, f"because.{state}") else ""
    rows = say(lang, "cases.told.rows", rows=formats.count(found.totals.rows, lang), things=found.things) if found.totals.rows else ""
    return say(lang, "cases.told.nothing", state=state_word(state, lang), because=because, rows=rows).strip()


def _template(found: Found, kind: str, *, complement: bool) -> str:
    opened = found.opened
    if found.words in ("partial", "life"):
        return found.words
    if not opened.has_denominator:
        return "distinct" if kind.endswith("distinct") else "total" if opened.amounts else "count"
    if complement:
        return "cut"
    if "denominator" in opened.amounts:
        return "sums"
    if "numerator" in opened.amounts:
        return "mean" if kind.endswith("mean") else "sums"
    sums = found.totals
    return "share" if sums.numerator and sums.missed else "share_all" if sums.numerator else "share_none"


def _sum(value: float, lang: str) -> str:
    return formats.count(value, lang) if float(value).is_integer() else formats.number(value, 1)


def _ignored(found: Found) -> str:
    """Filters of the page that the figure does not know."""
    lang, view = found.lang, found.frame.view
    names = [name for name, _ in found.frame.scope.where if name not in found.metric.dimensions]
    names += ["channel"] if view.channel and "channel" not in found.metric.dimensions else []
    words = [say(lang, f"cases.dimension.{name}") for name in names]
    return say(lang, "cases.ignored", names=formats.listed(words, lang)) if words else ""


def _side_word(found: Found, side: str) -> str:
    return say(found.lang, f"cases.side.{found.words}.{side}")


def _sides(found: Found) -> html.Section:
    """How the rows fall: a bar to scale, and a tab for each side."""
    view, lang, counts = found.frame.view, found.lang, found.totals
    shown = [side for side in TABS if counts.of(side) or side == "all" or side == view.side]
    chosen = view.side if view.side in shown or view.side == "denominator" else "all"
    parts = [side for side in shown if side != "all" and counts.of(side)]
    bar = html.Div(
        [html.Span(className=f"part is-{side}", style={"flexGrow": counts.of(side)}) for side in parts],
        className="parts",
        **aria(hidden="true"),
    )
    tabs = [html.Li(_tab(found, side, is_chosen=side == chosen)) for side in shown]
    return html.Section([bar, html.Ul(tabs, className="sides")], className="breakdown", **aria(label=say(lang, "cases.breakdown")))


def _tab(found: Found, side: str, *, is_chosen: bool) -> html.A:
    body = [
        html.Span(className=f"swatch is-{side}", **aria(hidden="true")),
        html.Span(_side_word(found, side)),
        html.Span(formats.number(found.totals.of(side)), className="count"),
    ]
    href = found.frame.view.href(side="" if side == "all" else side, at="", define="")
    return html.A(body, href=href, className=f"side is-{side}", **(aria(current="true") if is_chosen else {}))


def _picked(found: Found) -> list[html.Ul]:
    """The choices of the address, each with the way to take all of them off."""
    view, lang = found.frame.view, found.lang
    chosen = [
        f"{say(lang, f'row.{name}') if has_word(lang, f'row.{name}') else name}: {value}" for name, value in picked(view, found.opened.mart)
    ]
    if not chosen:
        return []
    link = html.A(
        [formats.listed(chosen, lang), html.Span(" ✕", **aria(hidden="true"))],
        href=view.href(pick="", at="", define=""),
        className="chip",
        **aria(label=say(lang, "chip.remove", filter=formats.listed(chosen, lang))),
    )
    return [html.Ul([html.Li(link)], className="chips")]


def _condition(found: Found) -> html.Details:
    """What a row must fulfil: in words, and as the SQL that decides."""
    lang, metric, opened = found.lang, found.metric, found.opened
    lines: list[tuple[str, Any]] = [("definition.meaning", metric.meaning[lang])]
    lines += [("cases.by_date", html.Code(opened.question.metric.time))] if opened.question.metric.time else [("cases.as_of", _cut(found))]
    lines += [(f"definition.{role}", html.Code(sql)) for role, sql in opened.fragments]
    terms = [html.Div([html.Dt(say(lang, key)), html.Dd(text)]) for key, text in lines]
    statement = html.Details(
        [html.Summary(say(lang, "cases.statement")), html.Pre(html.Code(opened.statement("select * from opened")), tabIndex="0")],
        className="sql",
    )
    return html.Details([html.Summary(say(lang, "cases.condition")), html.Dl(terms, className="terms"), statement], className="condition")


def _cut(found: Found) -> str:
    period, as_of = found.frame.scope.period, found.frame.scope.as_of
    return formats.day(min(period.last_day, as_of), found.lang)


def _why_not(metric: Metric, lang: str) -> str:
    key = f"cases.refused.{metric.default_form.evaluator}"
    return say(lang, key if has_word(lang, key) else "cases.refused.other", figure=metric.name[lang])


def _parts(refused: RowsRefused, view: View) -> html.Section:
    """The figures that one is computed from, each leading to its own rows."""
    named = list(dict.fromkeys(Indicator("", part.metric, part.params).define for part in refused.parts))
    if not named:
        return _ways_out(view)
    links = [html.Li(_part_link(code, view)) for code in named]
    return html.Section([html.H2(say(view.lang, "cases.parts")), html.Ul(links, className="ways")], className="ways-out")


def _part_link(code: str, view: View) -> html.A:
    return html.A(registry()[Indicator.defined(code).metric].name[view.lang], href=view.rows_href(code))


def _ways_out(view: View) -> html.Section:
    ways = [("cases.latest", view.rows_href("")), ("nav.definitions", view.go("/definitions"))]
    return html.Section(
        [html.Ul([html.Li(html.A(say(view.lang, key), href=href)) for key, href in ways], className="ways")], className="ways-out"
    )


PAGE = Page("cases", PATH, layout)
