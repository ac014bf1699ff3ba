"""One department: its figures, its course beside the place around it, what holds it back, its items, those that do the same, its targets and late cases."""

from __future__ import annotations

from dataclasses import replace

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.table import data_table
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.pages.department_beside import ask_departments, league_sections, leagues
from dashboards.pages.department_desk import OF_A_DEPARTMENT, PATH, Desk, code_in, desk_of, exists
from dashboards.pages.department_holds import ask_holds, holds_section, holds_text
from dashboards.pages.department_items import ask_items, items_section
from dashboards.pages.frame import NARROWED, Told, framed, place_steps
from dashboards.pages.handling_overdue import overdue_section
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Tiles
from dashboards.pages.sections import tell, trend_section
from dashboards.pages.targets_table import targets_table
from dashboards.sentences import changes, neighbour_finding, statement
from dashboards.words import say


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the department is not known."""
    code = code_in(view.path)
    if not exists(gate, code):
        return _unknown(code, view)
    return _page(desk_of(gate, code, replace(view, **dict.fromkeys(NARROWED, ""))))


def _page(desk: Desk) -> html.Div:
    frame, view = desk.frame, desk.view
    board = _ask(desk)
    tiles = tell(board, desk.name, frame.goals, view, OF_A_DEPARTMENT)
    found = leagues(board, tiles, desk)
    around = Extras(reference=board.course(tiles.selected.tile.main, desk.place_where).series, reference_name=frame.name)
    body = [
        tile_strip(tiles.tiles, view, tiles.selected.tile.key),
        html.P(
            [say(view.lang, "department.no_queue"), " ", html.A(say(view.lang, "page.waiting"), href=view.go("/waiting"))],
            className="note counted",
        ),
        html.Div([trend_section(tiles, view, around), holds_section(board, desk)], className="halves"),
        items_section(board, desk),
        *league_sections(found, tiles, desk),
        _targets(desk),
        overdue_section(frame),
    ]
    side = found[0].sides.get(desk.code)
    beside = (
        ""
        if side is None or len(found[0].rows) < 2
        else neighbour_finding(found[0].whole, side, (desk.name, found[0].whole_name), view.lang)
    )
    told = Told("department", _headline(tiles, board, beside, view.lang), desk.name, _steps(desk))
    return framed(frame, told, [part for part in body if part is not None])


def _ask(desk: Desk) -> Board:
    board = desk.frame.board().want(one for tile in OF_A_DEPARTMENT for one in tile.all)
    return ask_departments(ask_items(ask_holds(board)), desk).ask()


def _headline(tiles: Tiles, board: Board, beside: str, lang: str) -> list[str]:
    """The finding of the selected figure, how it lies beside those that do the same, what holds the department back, what has changed."""
    selected, period = tiles.selected, board.scope.period
    finding = statement(selected.tile.key, selected.main, selected.standing, lang)
    if selected.main.is_provisional:
        last = say(lang, "headline.provisional", period=formats.period(period, lang))
    else:
        last = changes({data.tile.key: data.main for data in tiles.tiles}, period, lang)
    return [finding, say(lang, "trend.sentence", text=beside) if beside else "", holds_text(board, lang), last]


def _targets(desk: Desk) -> html.Section | None:
    """The targets that the department answers for."""
    ours = [status for status in desk.frame.goals.statuses if status.target.dept_id == desk.code]
    if not ours:
        return None
    title = html.H2(say(desk.lang, "targets.title"))
    return html.Section([title, data_table(targets_table(desk.frame, ours, {}), desk.view)], className="panel-box targets")


def _steps(desk: Desk) -> list[tuple[str, str]]:
    """City, the place where one is set (else the district that the department belongs to), department."""
    return [*place_steps(desk.frame.tree, desk.frame.place or desk.district, desk.view), (desk.name, "")]


def _unknown(code: str, view: View) -> html.Div:
    lang = view.lang
    body = [
        html.H1(say(lang, "department.unknown_title")),
        html.P(say(lang, "department.unknown", code=code)),
        html.P(html.A(say(lang, "missing.home"), href=view.go("/", dept=""))),
    ]
    return html.Div(html.Section(body, className="state-page"), className="page")


PAGE = Page("department", PATH, layout, in_menu=False, exists=exists)
