"""What holds a department back: cases past their date, cases that do not move, items that their cases contradict, papers that were there already."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.course import Course
from dashboards.indicators import Indicator
from dashboards.pages.department_desk import Desk
from dashboards.sentences import state_word
from dashboards.words import say


@dataclass(frozen=True)
class Hold:
    """One count with the share that it is of, if there is one, and the side of the rows behind it."""

    count: Indicator
    share: Indicator | None = None
    of: Indicator | None = None


OVERDUE = Indicator("overdue", "overdue_cases")
CONTRADICTED = Indicator("contradicted", "depth_verdict_items", (("variant", "contradicted"),))
HOLDS = (
    Hold(OVERDUE, of=Indicator("open", "open_cases")),
    Hold(Indicator("zombie", "open_cases_by_state", (("state", "zombie"),)), of=Indicator("open", "open_cases")),
    Hold(CONTRADICTED, Indicator("contradicted_share", "contradicted_item_share")),
    Hold(Indicator("brought", "exemption_opportunity"), Indicator("brought_share", "exemption_opportunity", (("variant", "share"),))),
    Hold(Indicator("again", "multi_supplement_rate")),
)


def ask_holds(board: Board) -> Board:
    """Note the questions."""
    found = [one for hold in HOLDS for one in (hold.count, hold.share, hold.of) if one is not None]
    return board.want(dict.fromkeys(found))


def holds_section(board: Board, desk: Desk) -> html.Section:
    """A line each, those that are there first."""
    lang = desk.lang
    lines = [(hold, board.course(hold.count)) for hold in HOLDS]
    there = [pair for pair in lines if (pair[1].now.value or 0) > 0]
    others = [pair for pair in lines if pair not in there]
    title = say(lang, "holds.title" if there else "holds.title_none")
    items = [html.Li(_line(hold, course, board, desk)) for hold, course in [*there, *others]]
    return html.Section(
        [html.H2(title), html.Ul(items, className="holds"), html.P(say(lang, "holds.note"), className="note")], className="panel-box"
    )


def _line(hold: Hold, course: Course, board: Board, desk: Desk) -> list:
    lang, now, key = desk.lang, course.now, hold.count.key
    value = state_word(now.state, lang) if now.value is None else formats.amount(now.value, course.unit, lang)
    name = say(lang, f"holds.{key}")
    href = desk.view.rows_href(hold.count.define, "numerator")
    number = (
        html.A(value, href=href, className="number", **aria(label=say(lang, "holds.rows", name=name)))
        if now.value
        else html.Span(value, className="number faint")
    )
    definition = html.A(
        say(lang, "fine.definition"), href=desk.view.href(define=hold.count.define), className="define",
        **aria(label=say(lang, "fine.definition_of", name=name)),
    )  # fmt: skip
    return [number, html.Span([name, html.Span(_beside(hold, board, lang), className="faint")]), definition]


def _beside(hold: Hold, board: Board, lang: str) -> str:
    """What the count is out of, or the share that it makes, with its interval."""
    if hold.of is not None and (whole := board.course(hold.of).now.value):
        return say(lang, "holds.of", whole=formats.count(whole, lang))
    if hold.share is None:
        return ""
    course = board.course(hold.share)
    if course.now.value is None:
        return ""
    return say(lang, "holds.share", share=formats.amount(course.now.value, course.unit, lang), what=say(lang, f"holds.{hold.share.key}"))


def holds_text(board: Board, lang: str) -> str:
    """The first two that are there, for the headline; empty where there is none."""
    parts = []
    for hold in (HOLDS[0], HOLDS[2]):
        count = board.course(hold.count).now.value
        if count:
            parts.append(say(lang, f"holds.told.{hold.count.key}{'' if count != 1 else '_one'}", count=formats.count(count, lang)))
    return say(lang, "holds.told.sentence", parts=formats.listed(parts, lang)) if parts else ""
