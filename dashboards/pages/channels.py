"""Channels: which way people apply, how much of it really ends online, and what terminals, accounts, sessions, calls and couriers do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile
from dashboards.pages.channels_departments import ask_departments, departments_section
from dashboards.pages.channels_reach import accounts_section, ask_reach, calls_section, deliveries_section
from dashboards.pages.channels_terminals import ask_terminals, terminals_section
from dashboards.pages.channels_text import channel_finding
from dashboards.pages.channels_ways import ask_mix, flows_section, mix_section, steps_section
from dashboards.pages.frame import Frame, Told, frame_of, framed, reference_of
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Shown
from dashboards.pages.sections import tell, trend_section

STAYED = Indicator("applied_and_stayed", "observed_visit_share", (("k", 0), ("variant", "conditional")))
# keys of main figures are the metrics' own ids, so that their definition cards open
TILES: tuple[Tile, ...] = (
    Tile(
        "applied_online",
        Indicator("online_application_rate", "online_application_rate"),
        (Indicator("online_with_terminal", "online_application_rate", (("variant", "with_terminal"),)),),
    ),
    Tile("end_to_end", Indicator("digital_end_to_end_rate", "digital_end_to_end_rate"), (STAYED,)),
    Tile("sessions_ended", Indicator("digital_completion_rate", "digital_completion_rate")),
    Tile("terminal_use", Indicator("uses_per_terminal_day", "uses_per_terminal_day"), (Indicator("terminal_uses", "terminal_uses"),)),
    Tile(
        "accounts_in_use",
        Indicator("accounts_active", "accounts_active"),
        (
            Indicator("accounts_held", "accounts_registered"),
            Indicator("accounts_verified", "accounts_registered", (("variant", "verified"),)),
        ),
    ),
    Tile("calls_received", Indicator("contacts", "contacts"), (Indicator("calls_chasing", "failure_demand_rate"),)),
)


@dataclass(frozen=True)
class _Asked:
    """The answers of the page: `board` within all its filters, `wide` over all channels (the same one without a filter on the channel)."""

    board: Board
    wide: Board


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    asked = _ask(frame)
    shown = tell(asked.board, frame.name, frame.goals, view, TILES)
    courses = {data.tile.key: data.main for data in shown.tiles}
    return framed(frame, Told("channels", channel_finding(courses, asked.board.course(STAYED), view.lang)), _body(frame, asked, shown))


def _ask(frame: Frame) -> _Asked:
    board = frame.board().want(indicator for tile in TILES for indicator in tile.all)
    if frame.beside is not None:
        board.want((tile.main for tile in TILES), where=frame.beside_where)
    ask_departments(board)
    ask_terminals(board, frame)
    ask_reach(board)
    if not frame.scope.channel:
        ask_mix(board)
        return _Asked(board.ask(), board)
    wide = Board(frame.gate, replace(frame.scope, channel=""))
    ask_mix(wide)
    return _Asked(board.ask(), wide.ask())


def _body(frame: Frame, asked: _Asked, shown: Shown) -> list:
    view, board = frame.view, asked.board
    trend = trend_section(shown, view, reference_of(frame, board, shown.selected.main))
    return [
        tile_strip(shown.tiles, view, shown.selected.tile.key),
        html.Div([mix_section(frame, asked.wide), trend], className="halves"),
        flows_section(frame),
        departments_section(frame, board),
        html.Div([steps_section(frame, board), calls_section(frame, board)], className="halves"),
        terminals_section(frame, board),
        html.Div([accounts_section(frame, board), deliveries_section(frame, board)], className="halves"),
    ]


PAGE = Page("channels", "/channels", layout)
