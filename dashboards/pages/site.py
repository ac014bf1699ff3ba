"""One hall: its figures beside its district's, its week and its hours, its queues and windows, what is done there, and the longest waits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.figures.trend import Extras
from dashboards.gate import Gate
from dashboards.pages.frame import NARROWED, Told, framed, place_steps
from dashboards.pages.page import Page
from dashboards.pages.sections import tell, trend_section
from dashboards.pages.site_beside import ask_beside, beside_card, beside_finding, figures_section, site_league
from dashboards.pages.site_hall import PATH, Hall, code_in, exists, hall_of
from dashboards.pages.site_parts import ask_parts, items_section, queues_section, windows_section
from dashboards.pages.site_rows import longest, longest_section, ratings, ratings_section
from dashboards.pages.site_terminal import TERMINAL, has_tickets
from dashboards.pages.waiting import counted
from dashboards.pages.waiting_figures import WAITING, waiting_tile
from dashboards.pages.waiting_hours import ask_hours, hours_card, hours_of
from dashboards.pages.waiting_told import told_of
from dashboards.pages.waiting_week import ask_week, week_card, week_of, when_text
from dashboards.words import say


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the hall is not known."""
    code = code_in(view.path)
    if not exists(gate, code):
        return _unknown(code, view)
    hall = hall_of(gate, code, replace(view, place="", compare="", **dict.fromkeys(NARROWED, "")))
    return _counter(hall) if has_tickets(gate, code) else _terminal(hall)


def _counter(hall: Hall) -> html.Div:
    """The page of a hall that issues tickets."""
    frame, view = hall.frame, hall.view
    frame.gate.ahead(partial(ratings, hall), partial(longest, hall))
    board = _ask(hall)
    tiles = tell(board, hall.name, frame.goals, view, WAITING)
    selected, name = tiles.selected, say(view.lang, f"tile.{tiles.selected.tile.key}")
    week, league = week_of(board, selected.tile.main), site_league(board, hall, tiles)
    wider = Extras(reference=board.course(selected.tile.main, hall.where(hall.wider)).series, reference_name=hall.name_of(hall.wider))
    body = [
        tile_strip(tiles.tiles, view, selected.tile.key),
        counted(board, view.lang),
        html.Div([week_card(week, name, view), hours_card(hours_of(board, hall.pick), view)], className="halves"),
        html.Div([figures_section(board, hall), beside_card(league, name, hall)], className="halves"),
        longest_section(hall),
        html.Div([trend_section(tiles, view, wider), queues_section(board, view)], className="halves"),
        html.Div([windows_section(board, view), items_section(board, view)], className="halves is-even"),
        ratings_section(hall),
    ]
    where = "" if league.sides.get(hall.code) is None else say(view.lang, "trend.sentence", text=beside_finding(league, hall))
    headline = told_of(tiles, week, where, view.lang)
    return framed(frame, Told("site", headline, hall.name, _steps(hall)), [part for part in body if part is not None])


def _ask(hall: Hall) -> Board:
    main = waiting_tile(hall.view.tile).main
    board = hall.frame.board().want(one for tile in WAITING for one in tile.all)
    board.want([main], where=hall.where(hall.wider)).want([main], by="site", where=hall.where(hall.wider))
    return ask_week(ask_hours(ask_parts(ask_beside(board, hall)), hall.pick), main).ask()


def _terminal(hall: Hall) -> html.Div:
    """The page of a place without counters: what its machines do."""
    view = hall.view
    board = hall.frame.board().want(one for tile in TERMINAL for one in tile.all).ask()
    tiles = tell(board, hall.name, hall.frame.goals, view, TERMINAL)
    body = [tile_strip(tiles.tiles, view, tiles.selected.tile.key), trend_section(tiles, view)]
    told = Told("site", [say(view.lang, "site.no_tickets")], hall.name, _steps(hall))
    return framed(hall.frame, told, body)


def _steps(hall: Hall) -> list[tuple[str, str]]:
    """City, district, hall, and the hour where one is picked."""
    view, pick = hall.view, hall.pick
    above = place_steps(hall.frame.tree, hall.around, view)
    if not pick.weekday:
        return [*above, (hall.name, "")]
    hour = when_text(pick.weekday, pick.hour, view.lang) if pick.hour else say(view.lang, f"weekdays.{pick.weekday}")
    return [*above, (hall.name, view.href(pick="", sort="", at="", define="")), (hour, "")]


def _unknown(code: str, view: View) -> html.Div:
    lang = view.lang
    body = [
        html.H1(say(lang, "site.unknown_title")),
        html.P(say(lang, "site.unknown", code=code)),
        html.P(html.A(say(lang, "site.all"), href=view.go("/waiting"))),
    ]
    return html.Div(html.Section(body, className="state-page"), className="page")


PAGE = Page("site", PATH, layout, in_menu=False, exists=exists)
