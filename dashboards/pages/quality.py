"""Data quality: how far the release can be believed — sources, days delivered, checks, flags, rows set aside, and what every number rests on."""

from __future__ import annotations

from dataclasses import replace

from dashboards import elements as html
from dashboards.board import Board
from dashboards.cards.tile import tile_strip
from dashboards.controls import View
from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile
from dashboards.pages.frame import Frame, Told, frame_of, framed
from dashboards.pages.page import Page
from dashboards.pages.quality_aside import aside_section, rows_section
from dashboards.pages.quality_checks import checks_section, counts, history_section, outcomes
from dashboards.pages.quality_figures import behind_section, figures_section
from dashboards.pages.quality_lineage import files_section, flags_section, release_section
from dashboards.pages.quality_rows import COMPLETE, table
from dashboards.pages.quality_sources import calendar_section, rests_section, sources_section
from dashboards.pages.quality_text import held_back, quality_finding
from dashboards.pages.quality_waiting import waiting_section
from dashboards.pages.sections import Told as Shown
from dashboards.pages.sections import tile_data, trend_section
from dashboards.periods import Period

# of the release as a whole: records of a source are no district's, and they are counted by month and year only
WHOLE: tuple[Tile, ...] = (
    Tile(
        "fields_filled",
        Indicator("completeness", "completeness"),
        (Indicator("sources_sending", "completeness", (("variant", "sources"),)),),
    ),
    Tile("late_records", Indicator("late_arrival", "late_arrival"), (Indicator("late_hours", "late_arrival", (("stat", "p95"),)),)),
    Tile("figures_revised", Indicator("revision_size", "revision_size"), (Indicator("impossible_shares", "grim_failures"),)),
)
# of the place and period that the filters choose
NARROWED: tuple[Tile, ...] = (
    Tile("cases_doubled", Indicator("duplicate_rate", "duplicate_rate")),
    Tile("applicants_known", Indicator("identified_case_share", "identified_case_share")),
    Tile("tickets_linked", Indicator("linked_ticket_share", "linked_ticket_share"), parts="site"),
)


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    shown = _tiles(frame)
    return framed(frame, Told("quality", _headline(frame)), _body(frame, shown))


def _tiles(frame: Frame) -> Shown:
    """Six figures on the data: three of the whole, three of the place."""
    whole = Board(frame.gate, whole_scope(frame.scope)).want(indicator for tile in WHOLE for indicator in tile.all).ask()
    narrowed = frame.board().want(indicator for tile in NARROWED for indicator in tile.all).ask()
    tiles = [tile_data(board, tile, frame.goals) for board, found in ((whole, WHOLE), (narrowed, NARROWED)) for tile in found]
    selected = next((data for data in tiles if data.tile.key == frame.view.tile), tiles[0])
    return Shown(frame.name, tiles, selected)


def whole_scope(scope: Scope) -> Scope:
    """The scope without its place and channel; a quarter is shown by its last month, for sources are counted by month and year."""
    last = min(scope.period.last_day, scope.as_of)
    period = Period.holding(max(last, scope.period.start), "month") if scope.period.grain == "quarter" else scope.period
    return replace(scope, where=(), channel="", period=period)


def _headline(frame: Frame) -> list[str]:
    belief, lang = frame.belief, frame.lang
    late = sorted(((row["source_id"], row["days"]) for row in belief.late.iter_rows(named=True)), key=lambda pair: -pair[1])
    complete = table(frame.gate, COMPLETE, "completeness_by_mart")
    first = complete["complete_on"].min() if complete.height else None
    finding = quality_finding(belief.as_of, late, counts(outcomes(frame.gate)), lang)
    return [finding, held_back(belief.as_of, first, lang)]  # type: ignore[arg-type]


def _body(frame: Frame, shown: Shown) -> list:
    view = frame.view
    parts = [
        behind_section(frame),
        tile_strip(shown.tiles, view, shown.selected.tile.key),
        waiting_section(frame),
        sources_section(frame),
        calendar_section(frame),
        figures_section(frame) or rests_section(frame),
        html.Div([trend_section(shown, view), history_section(frame)], className="halves"),
        checks_section(frame),
        html.Div([flags_section(frame), aside_section(frame)], className="halves"),
        rows_section(frame),
        files_section(frame),
        release_section(frame),
    ]
    return [part for part in parts if part is not None]


PAGE = Page("quality", "/quality", layout, changing=lambda gate: gate.alerts)
