"""League table: places, departments or halls with value, course, interval, n, a rank only where it means something, and the verdict in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dash import html

from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import SPARK, Course
from dashboards.cards.tile import change_text
from dashboards.controls import View
from dashboards.figures.marks import Scale, sparkline
from dashboards.readings import RANK_FLOOR, Reading, beside, rank_ranges
from dashboards.sentences import state_word
from dashboards.words import say
from metrics.states import FLOOR


@dataclass(frozen=True)
class Row:
    """One line: code, shown name, the page that it leads to (if it has one), and its course."""

    code: str
    name: str
    href: str
    course: Course


@dataclass(frozen=True)
class League:
    """Rows, the course of the whole that they are compared with, and the words for both."""

    rows: Sequence[Row]
    whole: Course
    whole_name: str
    kind: str  # words under league: districts, departments, sites

    @property
    def ranks(self) -> dict[str, tuple[int, int] | None]:
        """Rank ranges by code."""
        return rank_ranges({row.code: row.course.now for row in self.rows}, self.whole.better)

    def side(self, row: Row) -> int | None:
        """Above (1), below (−1) or not different from (0) the whole; None when it cannot be said."""
        return beside(row.course.now, self.whole.now.value, is_full_count=row.course.is_full_count)

    @property
    def tone(self) -> int:
        """What "above" means: 1 better, −1 worse, 0 neither."""
        return {"higher": 1, "lower": -1}.get(self.whole.better, 0)


def league_finding(league: League, lang: str) -> str:
    """One sentence: how many are better, worse, not different."""
    sides = [side for row in league.rows if (side := league.side(row)) is not None]
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
    rows = [_row(league, row, ranks[row.code], scale, view) for row in ordered(league, view.sort)]
    table = html.Table([html.Thead(_heads(league, view, scale)), html.Tbody([*rows, _whole_row(league, scale, view)])], className="league")
    return html.Div(table, className="scroller", tabIndex="0", role="region", **aria(label=say(lang, f"league.{league.kind}")))


def ordered(league: League, sort: str) -> list[Row]:
    """Rows in the order asked for (`-n`: descending); by default the best value first, those without a value last."""
    reverse, field = sort.startswith("-"), sort.lstrip("-")
    if field not in SORTS:
        reverse, field = league.whole.better != "lower", "value"
    known = [row for row in league.rows if SORTS[field](row) is not None]
    others = sorted((row for row in league.rows if SORTS[field](row) is None), key=lambda row: row.name)
    return sorted(known, key=lambda row: (SORTS[field](row), row.name), reverse=reverse) + others


def _change_of(row: Row) -> float | None:
    change = row.course.change(row.course.scope.period.year_before)
    return change.delta if change else None


SORTS: dict[str, Callable[[Row], float | str | None]] = {
    "name": lambda row: row.name,
    "value": lambda row: row.course.now.value,
    "n": lambda row: row.course.now.n,
    "change": _change_of,
}


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


def _row(league: League, row: Row, rank: tuple[int, int] | None, scale: Scale | None, view: View) -> html.Tr:
    lang, now = view.lang, row.course.now
    name = html.A(row.name, href=row.href) if row.href else row.name
    cells = [
        html.Td(_rank_text(now, rank, league, lang), className="rank"),
        html.Th(name, scope="row", className="name"),
        html.Td(_spark(row.course), className="course"),
        html.Td(_value_text(row.course, lang), className="num value"),
        html.Td(_where(now, league, scale, lang), className="where"),
        html.Td("" if now.n is None else formats.count(now.n, lang), className="num count"),
        html.Td(_change(row.course, lang), className="change"),
        html.Td(_verdict(league, row, lang), className="verdict"),
    ]
    return html.Tr(cells)


def _whole_row(league: League, scale: Scale | None, view: View) -> html.Tr:
    lang, course = view.lang, league.whole
    now = course.now
    return html.Tr(
        [
            html.Td("", className="rank"),
            html.Th(league.whole_name, scope="row", className="name"),
            html.Td(_spark(course), className="course"),
            html.Td(_value_text(course, lang), className="num value"),
            html.Td(_where(now, league, scale, lang), className="where"),
            html.Td("" if now.n is None else formats.count(now.n, lang), className="num count"),
            html.Td(_change(course, lang), className="change"),
            html.Td("", className="verdict"),
        ],
        className="whole",
    )


def _rank_text(now: Reading, rank: tuple[int, int] | None, league: League, lang: str) -> str:
    if rank is not None:
        return formats.ranks(*rank, lang)
    if now.value is not None and league.tone and (now.n or 0) < RANK_FLOOR:
        return say(lang, "league.not_ranked")
    return "–"


def _value_text(course: Course, lang: str) -> str | html.Span:
    if course.now.value is None:
        return html.Span(state_word(course.now.state, lang), className="faint")
    return formats.amount(course.now.value, course.unit, lang)


def _spark(course: Course) -> html.Span | str:
    image = sparkline(course.values[-SPARK:])
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
    now, side = row.course.now, league.side(row)
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
