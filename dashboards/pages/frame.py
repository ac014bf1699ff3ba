"""What every page about figures shares: its filters read from the address, its place and period, and the frame around its body.

frame = frame_of(gate, view)                      # place, period, filters, trust
board = frame.board().want(INDICATORS).ask()      # one batch
return framed(frame, "depth", headline=["…"], body=[…])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria, data
from dashboards.board import Board
from dashboards.controls import View
from dashboards.course import Course, Scope, Where
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.pages.sections import Goals
from dashboards.places import Place, Tree, codes_above, part_names, tree
from dashboards.shell import foot, scope_of, trust_line, whole_name
from dashboards.trust import Trust, trust
from dashboards.words import say

NARROWED = ("dept", "site", "item")  # filters of the address beside the place: field of View
DIMENSION_OF = {"dept": "department", "site": "site", "item": "item"}
Step = tuple[str, str]  # shown name, address (empty: where the reader is)


@dataclass(frozen=True)
class Frame:
    """Where and when a page looks, and whom it may believe. `place` is None for the whole."""

    gate: Gate
    view: View
    belief: Trust
    tree: Tree
    place: Place | None
    scope: Scope

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.view.lang

    @property
    def name(self) -> str:
        """The place in the reader's language."""
        return self.place.name(self.lang) if self.place else whole_name(self.tree, self.lang)

    @property
    def parts(self) -> list[Place]:
        """The parts of the place: what a page breaks its figures down by."""
        return self.tree.parts(self.place.code if self.place else None)

    @property
    def part_dimension(self) -> str:
        """The dimension that tells the parts apart; empty where there are none."""
        return self.parts[0].dimension if self.parts else ""

    @cached_property
    def goals(self) -> Goals:
        """Every target as it stands on the page's day, the ones of this place known."""
        return Goals(self.gate, self.scope.period.last_day, codes_above(self.tree, self.place))

    @property
    def beside(self) -> Place | None:
        """The place that the reader set beside this one, if the release knows it."""
        return self.tree.place(self.view.compare) if self.view.compare else None

    @property
    def beside_where(self) -> Where:
        """That place as conditions, with the page's other filters."""
        return (*self.tree.where(self.beside), *narrowed(self.view))

    def board(self, where: Where | None = None) -> Board:
        """A board for the page's questions."""
        return Board(
            self.gate,
            self.scope if where is None else Scope(where, self.scope.period, self.scope.as_of, self.scope.channel, self.scope.open_from),
        )

    def place_href(self, code: str, **changes: str) -> str:
        """This page for another place."""
        return self.view.href(place=code, sort="", find="", at="", pick="", define="", **changes)

    def rows_href(self, figure: str, side: str = "", **changes: str) -> str:
        """The rows behind a figure (a metric's id or an indicator's key) in this page's place, period and filters."""
        return self.view.rows_href(figure, side, **changes)


def frame_of(gate: Gate, view: View) -> Frame:
    """Read a page's place and filters from its address."""
    found, belief = tree(gate), trust(gate)
    place = found.place(view.place) if view.place else None
    where = (*found.where(place), *narrowed(view))
    return Frame(gate, view, belief, found, place, scope_of(gate, view, belief.as_of, where))


def narrowed(view: View) -> Where:
    """The filters beside place and channel as conditions."""
    return tuple((DIMENSION_OF[field], getattr(view, field)) for field in NARROWED if getattr(view, field))


@dataclass(frozen=True)
class Told:
    """What a page says of itself. `key`: of its words (page.<key>, help.<key>); `headline`: its sentences, the finding first;
    `title`: what it is about, where that is more than the page's name; `steps`: the way down to it from the top, where that is not the place's."""

    key: str
    headline: Sequence[str] = ()
    title: str = ""
    steps: Sequence[Step] = ()


def framed(frame: Frame, told: Told, body: Sequence[Any]) -> html.Div:
    """A whole page around its body."""
    lang, view = frame.lang, frame.view
    name = told.title or say(lang, f"page.{told.key}")
    place = [] if told.title else [frame.name]
    parts = [
        trail(told.steps or [*place_steps(frame.tree, frame.place, view), (say(lang, f"page.{told.key}"), "")], lang),
        html.H1(" · ".join([name, *place, formats.period(frame.scope.period, lang), *_channel(frame)]), className="place"),
        headline_of(told.headline),
        chips(frame),
        trust_line(frame.belief, view),
        help_line(told.key, lang),
        *body,
        foot(frame.belief, view),
    ]
    document = say(lang, "app.title", page=" · ".join([name, *place]))
    return html.Div([part for part in parts if part is not None], className=f"page is-{told.key}", **data(title=document))


def reference_of(frame: Frame, board: Board, course: Course) -> Extras | None:
    """The course of the place set beside, for a trend; None where the reader set none (or the figure was not asked for there)."""
    if frame.beside is None:
        return None
    other = board.course(course.indicator, frame.beside_where)
    return Extras(reference=other.series, reference_name=frame.beside.name(frame.lang))


def headline_of(sentences: Sequence[str]) -> html.P:
    """The finding, and what qualifies it."""
    shown = [html.Span(text) for text in sentences if text]
    return html.P([part for sentence in shown for part in (sentence, " ")], className="headline")


def help_line(key: str, lang: str) -> html.Details:
    """Two sentences on what the page answers and how to use it, folded away."""
    return html.Details([html.Summary(say(lang, "help.title")), html.P(say(lang, f"help.{key}"))], className="help")


def trail(steps: Sequence[Step], lang: str) -> html.Nav:
    """The way down to the page, every step above it a link."""
    items = [html.Li(html.A(text, href=href) if href else html.Span(text, **aria(current="page"))) for text, href in steps]
    return html.Nav(html.Ol(items), className="trail", **aria(label=say(lang, "nav.trail")))


def place_steps(found: Tree, place: Place | None, view: View) -> list[Step]:
    """From the whole down to a place (itself among them), each with its own page."""
    top = [(whole_name(found, view.lang), view.go("/", place="", **dict.fromkeys(NARROWED, "")))]
    codes = [code for code in reversed(codes_above(found, place)) if code and code != found.top]
    above = [found.place(code) for code in codes]
    return top + [(one.name(view.lang), view.go(f"/district/{one.code}", place="", **dict.fromkeys(NARROWED, ""))) for one in above if one]


def chips(frame: Frame) -> html.Ul | None:
    """Filters that no menu shows, each with the way to take it off."""
    found = [_chip(frame, field) for field in NARROWED if getattr(frame.view, field)]
    if frame.beside is not None:
        found.append(
            _chip_link(say(frame.lang, "chip.compare", name=frame.beside.name(frame.lang)), frame.view.href(compare=""), frame.lang)
        )
    return html.Ul([html.Li(chip) for chip in found], className="chips") if found else None


def _chip(frame: Frame, field: str) -> html.A:
    code = getattr(frame.view, field)
    text = say(frame.lang, f"chip.{field}", name=thing_name(frame.gate, field, code, frame.lang))
    return _chip_link(text, frame.view.href(**{field: "", "at": "", "define": ""}), frame.lang)


def _chip_link(text: str, href: str, lang: str) -> html.A:
    return html.A(
        [text, html.Span(" ✕", **aria(hidden="true"))], href=href, className="chip", **aria(label=say(lang, "chip.remove", filter=text))
    )


def thing_name(gate: Gate, field: str, code: str, lang: str) -> str:
    """The name of a department, site or item by its code; the code where it has none."""
    found = part_names(gate, DIMENSION_OF[field]).get(code)
    return found.name(lang) if found else code


def _channel(frame: Frame) -> list[str]:
    return [say(frame.lang, f"channel.{frame.scope.channel}")] if frame.scope.channel else []
