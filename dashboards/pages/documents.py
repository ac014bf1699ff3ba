"""Documents: which papers people hand in although the city holds them, what e-licences and shared data spare them, what is asked for again."""

from __future__ import annotations

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile
from dashboards.pages.documents_again import again_section, ask_again, supplements_section
from dashboards.pages.documents_papers import ask_papers, items_section, material_counts, papers_chart, papers_section
from dashboards.pages.documents_sources import ask_sources, licences_section, sharing_section
from dashboards.pages.documents_text import later, paper_finding, paper_name, spared_sentence
from dashboards.pages.frame import Frame, Told, frame_of, framed, reference_of
from dashboards.pages.page import Page
from dashboards.pages.sections import Told as Shown
from dashboards.pages.sections import tell, trend_section

SHARE = Indicator("papers_held_share", "exemption_opportunity", (("variant", "share"),))
SAVED = Indicator("papers_spared", "materials_saved")
# keys of main figures are the metrics' own ids, so that their definition cards open
TILES: tuple[Tile, ...] = (
    Tile("papers_held", Indicator("exemption_opportunity", "exemption_opportunity"), (SHARE,)),
    Tile("papers_exempt", Indicator("exemption_rate", "exemption_rate"), (SAVED,)),
    Tile(
        "copies_spared",
        Indicator("materials_saved", "materials_saved", (("variant", "copies"),)),
        (Indicator("spared_yearly", "materials_saved_yearly"), Indicator("spared_people", "exempted_applicants")),
    ),
    Tile(
        "licence_use",
        Indicator("elicence_use_rate", "elicence_use_rate"),
        (Indicator("licences_held", "elicence_stock"), Indicator("licence_kinds", "elicence_stock", (("variant", "types"),))),
    ),
    Tile("calls_found", Indicator("data_share_hit_rate", "data_share_hit_rate"), (Indicator("calls_departments", "sharing_breadth"),)),
    Tile("papers_a_case", Indicator("materials_per_case", "materials_per_case"), (Indicator("papers_again", "repeat_submission_rate"),)),
)


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    board = _ask(frame)
    shown = tell(board, frame.name, frame.goals, view, TILES)
    return framed(frame, Told("documents", _headline(frame, board, shown)), _body(frame, board, shown))


def _ask(frame: Frame) -> Board:
    board = frame.board().want(indicator for tile in TILES for indicator in tile.all)
    if frame.beside is not None:
        board.want((tile.main for tile in TILES), where=frame.beside_where)
    for asking in (ask_papers, ask_sources, ask_again):
        asking(board, frame)
    return board.ask()


def _headline(frame: Frame, board: Board, shown: Shown) -> list[str]:
    courses = {data.tile.key: data.main for data in shown.tiles}
    counts = material_counts(board)
    first = counts.head(1).row(0, named=True) if counts.height else None
    most = (paper_name(first["material"], frame.lang), first["value"]) if first and first["value"] else None
    return [
        paper_finding(courses["papers_held"], board.course(SHARE).now, most, frame.lang),
        spared_sentence(board.course(SAVED), courses["papers_exempt"], frame.lang),
        later(courses, frame.lang),
    ]


def _body(frame: Frame, board: Board, shown: Shown) -> list:
    view = frame.view
    trend = trend_section(shown, view, reference_of(frame, board, shown.selected.main))
    return [
        tile_strip(shown.tiles, view, shown.selected.tile.key),
        html.Div([papers_chart(frame, board), trend], className="halves"),
        papers_section(frame, board),
        *items_section(frame, board),
        html.Div([licences_section(frame, board), sharing_section(frame, board)], className="halves"),
        html.Div([again_section(frame, board), supplements_section(frame, board)], className="halves"),
    ]


PAGE = Page("documents", "/documents", layout)
