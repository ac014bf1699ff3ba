"""League table: places, departments or halls with value, course, interval, n, a rank only where it means something, and the verdict in words.

Beside the crude value stands the one adjusted for the mix of cases, where the figure has one.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.cards.league_rows import League, Row, exported, ordered
from dashboards.cards.table import downloads, of_page
from dashboards.cards.tile import change_text
from dashboards.casemix import Adjusted
from dashboards.controls import View
from dashboards.course import LATELY, Course
from dashboards.figures.marks import Scale, sparkline
from dashboards.readings import Reading
from dashboards.sentences import state_word
from dashboards.words import say
from metrics.states import FLOOR
from metrics.statistics.ranking import MIN_CASES

EMPTY_SHOWN = 8


def league_finding(league: League, lang: str) -> str:
    """One sentence: how many are better, worse, not different."""
    sides = [side for side in league.sides.values() if side is not None]
    if not sides:
        return say(lang, "league.none")
    if not any(sides):
        return say(lang, "league.all_same", whole=league.whole_name)
    tone = league.tone or 1
    counts = {"better": sides.count(tone), "worse": sides.count(-tone), "same": sides.count(0)}
    return say(lang, "league.finding" if league.tone else "league.finding_plain", whole=league.whole_name, **counts)


def league_table(league: League, view: View) -> html.Div:
    """The table; heads sort, names lead on."""
    lang, ranks = view.lang, league.ranks
    scale = _scale(league)
    shown, rest = _folded(ordered(league, view.sort))
    rows = [_row(league, row, (ranks.get(row.code), scale), view) for row in shown]
    table = html.Table([html.Thead(_heads(league, view, scale)), html.Tbody([*rows, _whole_row(league, scale, view)])], className="league")
    scroller = html.Div(table, className="scroller", tabIndex="0", role="group", **aria(label=say(lang, f"league.{league.kind}")))
    key = f"league-{league.kind}"
    return of_page(
        html.Div([scroller, *_more(rest, lang), html.Div(downloads(key, view), className="table-foot")]), exported(league, key, view)
    )


def _folded(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Rows to show, and those without a value to name only, when there are so many that they would bury the others."""
    empty = [row for row in rows if row.course.now.value is None]
    return (rows, []) if len(empty) <= EMPTY_SHOWN else ([row for row in rows if row.course.now.value is not None], empty)


def _more(rest: Sequence[Row], lang: str) -> list:
    if not rest:
        return []
    named = [html.Li([html.A(row.name, href=row.href) if row.href else row.name, " ", _value_text(row.course, lang)]) for row in rest]
    return [html.Details([html.Summary(say(lang, "league.more", count=len(rest))), html.Ul(named, className="rest")], className="as-table")]


def _scale(league: League) -> Scale | None:
    """Room for every value and for the intervals that rest on enough cases; the others may run off the edge."""
    readings = [row.course.now for row in league.rows] + [league.whole.now]
    edges = [edge for reading in readings if (reading.n or 0) >= FLOOR for edge in (reading.low, reading.high)]
    return Scale.around([*edges, *(reading.value for reading in readings)])


def _heads(league: League, view: View, scale: Scale | None) -> html.Tr:
    lang = view.lang
    return html.Tr(
        [
            html.Th(say(lang, "league.rank"), scope="col", className="rank"),
            _sort_head("name", say(lang, f"league.{league.kind}"), view, "name"),
            html.Th(say(lang, "league.course"), scope="col", className="course"),
            _sort_head("value", say(lang, "league.value"), view, "num"),
            *([html.Th(say(lang, "league.adjusted"), scope="col", className="num adjusted")] if league.adjusted else []),
            html.Th(
                [say(lang, "fine.full" if league.whole.is_full_count else "league.range"), *_axis(scale, league, lang)],
                scope="col",
                className="where",
            ),
            _sort_head("n", say(lang, "league.n"), view, "num count"),
            _sort_head("change", say(lang, "league.change"), view, "change"),
            html.Th(say(lang, "league.verdict", whole=league.whole_name), scope="col", className="verdict"),
        ]
    )


def _axis(scale: Scale | None, league: League, lang: str) -> list:
    """The two ends of the marks' shared scale."""
    if scale is None:
        return []
    top = min(scale.high, 1.0) if league.whole.unit == "share" else scale.high
    ends = [formats.amount(max(scale.low, 0.0), league.whole.unit, lang), formats.amount(top, league.whole.unit, lang)]
    return [html.Span([html.Span(end) for end in ends], className="axis-ends", **aria(hidden="true"))]


def _sort_head(field: str, label: str, view: View, css: str) -> html.Th:
    is_down, is_up = view.sort == f"-{field}", view.sort == field
    mark = " ↓" if is_down else " ↑" if is_up else ""
    following = field if is_down else f"-{field}"
    link = html.A(
        label + mark,
        href=view.href(sort=following, define=""),
        className="sort",
        **aria(label=say(view.lang, "league.sort_by", column=label)),
    )
    order = aria(sort="descending" if is_down else "ascending") if is_down or is_up else {}
    return html.Th(link, scope="col", className=css, **order)


def _row(league: League, row: Row, place: tuple[str | None, Scale | None], view: View) -> html.Tr:
    lang, (rank, scale) = view.lang, place
    name = html.A(row.name, href=row.href) if row.href else row.name
    head = [html.Td(_rank_text(row.course.now, rank, league, lang), className="rank"), html.Th(name, scope="row", className="name")]
    verdict = html.Td(_verdict(league, row, lang), className="verdict")
    return html.Tr([*head, *_figures(league, row.course, scale, (row.code, lang)), verdict])


def _whole_row(league: League, scale: Scale | None, view: View) -> html.Tr:
    head = [html.Td("", className="rank"), html.Th(league.whole_name, scope="row", className="name")]
    cells = [*head, *_figures(league, league.whole, scale, ("", view.lang)), html.Td("", className="verdict")]
    return html.Tr(cells, className="whole")


def _figures(league: League, course: Course, scale: Scale | None, key: tuple[str, str]) -> list:
    """The cells between name and verdict."""
    (code, lang), now = key, course.now
    adjusted = [html.Td(_adjusted(league.adjusted.get(code), course, lang), className="num adjusted")] if league.adjusted else []
    return [
        html.Td(_spark(course), className="course"),
        html.Td(_value_text(course, lang), className="num value"),
        *adjusted,
        html.Td(_where(now, league, scale, lang), className="where"),
        html.Td("" if now.n is None else formats.count(now.n, lang), className="num count"),
        html.Td(_change(course, lang), className="change"),
    ]


def _adjusted(found: Adjusted | None, course: Course, lang: str) -> list:
    """The adjusted value with its interval under it; where adjusting turns better into worse, it says so."""
    if found is None:
        return []
    under = [formats.interval(found.low, found.high, course.unit, lang)] if found.low is not None and found.high is not None else []
    parts: list = [formats.amount(found.value, course.unit, lang), *(html.Span(text, className="interval") for text in under)]
    if found.reverses:
        parts.append(html.Span(["⇄ ", say(lang, "league.reverses")], className="reverses"))
    return parts


def _rank_text(now: Reading, rank: str | None, league: League, lang: str) -> str:
    if rank is not None:
        return formats.ranks(rank, lang)
    if now.value is not None and league.tone and (now.n or 0) < MIN_CASES:
        return say(lang, "league.not_ranked")
    return "–"


def _value_text(course: Course, lang: str) -> str | html.Span:
    if course.now.value is None:
        return html.Span(state_word(course.now.state, lang), className="faint")
    return formats.amount(course.now.value, course.unit, lang)


def _spark(course: Course) -> html.Span | str:
    image = sparkline(course.values[-LATELY:])
    return html.Span(className="spark", style={"maskImage": image, "WebkitMaskImage": image}, **aria(hidden="true")) if image else ""


def _where(now: Reading, league: League, scale: Scale | None, lang: str) -> html.Div | str:
    """Dot, interval and the line of the whole on the table's shared scale; the numbers stand in the title."""
    if scale is None or now.value is None:
        return ""
    low, high = now.value if now.low is None else now.low, now.value if now.high is None else now.high
    left, right, dot = scale.place(low), scale.place(high), scale.place(now.value)
    marks = [
        html.Span(className="range", style={"left": f"{left}%", "width": f"{max(right - left, 0.4):.2f}%"}),
        html.Span(className="dot", style={"left": f"{dot}%"}),
    ]
    whole = league.whole.now.value
    if whole is not None:
        marks.insert(0, html.Span(className="line", style={"left": f"{scale.place(whole)}%"}))
    text = formats.interval(low, high, league.whole.unit, lang) if now.has_interval else ""
    if not now.has_interval and not league.whole.is_full_count:
        text = say(lang, "fine.no_interval")
    return html.Div(
        [html.Div(marks, className="strip", **aria(hidden="true")), html.Span(text, className="interval")], className="where-cell"
    )


def _change(course: Course, lang: str) -> list:
    return change_text(course, course.scope.period.year_before, lang) if course.now.value is not None else []


def _verdict(league: League, row: Row, lang: str) -> html.Span:
    now, side = row.course.now, league.sides.get(row.code)
    if now.value is None:
        return html.Span("", className="faint")
    if side is None:
        return html.Span(say(lang, "league.untested"), className="faint")
    if side == 0:
        return html.Span(say(lang, "league.same"), className="faint")
    if not league.tone:
        return html.Span(say(lang, "league.higher" if side > 0 else "league.lower"))
    is_good = side * league.tone > 0
    icon = html.Span("✓ " if is_good else "! ", **aria(hidden="true"))
    return html.Span([icon, say(lang, "league.better" if is_good else "league.worse")], className="good" if is_good else "bad")
