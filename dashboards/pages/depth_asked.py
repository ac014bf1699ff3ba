"""What the page on depth asks and what it knows then: its level, its answers, its rows of evidence."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.board import Board
from dashboards.controls import LEVELS, View
from dashboards.indicators import Indicator, Tile
from dashboards.pages import depth_shares as parts_of
from dashboards.pages.depth_evidence import begin, causes, evidence, judged_on
from dashboards.pages.depth_shares import declared, observed
from dashboards.pages.depth_tables import Items
from dashboards.pages.depth_told import VERDICTS, Counts
from dashboards.pages.frame import Frame
from dashboards.readings import Reading, read_row

DEFAULT_LEVEL = 3
VERDICT = {key: Indicator(f"verdict_{key}", "depth_verdict_items", (("variant", key),)) for key in VERDICTS}
CONTRADICTED = Indicator("contradicted_item_share", "contradicted_item_share")
SAME = "declared_depth_share_like_for_like"
UNUSED = Indicator("untested_item_rate", "untested_item_rate")


@dataclass(frozen=True)
class Asked:
    """What the page knows: its frame, the level it looks at, its answers, its rows of evidence."""

    frame: Frame
    level: int
    board: Board
    items: Items

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.frame.lang

    @property
    def view(self) -> View:
        """The page's view."""
        return self.frame.view

    @property
    def counts(self) -> Counts:
        """Items by verdict, as the metric says."""
        return {key: self.board.course(indicator).now.value for key, indicator in VERDICT.items()}

    @property
    def unused(self) -> Reading:
        """Share of items for which nobody applied in twelve months, by whatever channel."""
        frame = self.board.frame(UNUSED.key)
        return read_row(frame.row(0, named=True)) if frame is not None and frame.height else Reading()


def tiles_of(level: int) -> tuple[Tile, ...]:
    """The key figures at a level."""
    return (
        Tile(f"depth_declared_{level}", declared(level)),
        Tile(f"depth_observed_{level}", observed(level), (Indicator("depth_gap", "depth_gap"),)),
        Tile(
            "depth_contradicted",
            VERDICT["contradicted"],
            (CONTRADICTED, VERDICT["supported"]),
        ),
        Tile("depth_untested", VERDICT["untested"], (VERDICT["insufficient_evidence"],)),
        Tile(
            f"depth_same_{level}",
            Indicator(SAME, SAME, (("level", level),)),
        ),
        Tile("depth_risen", Indicator("unmatched_depth_rise_items", "unmatched_depth_rise_items")),
    )


def ask(frame: Frame) -> Asked:
    """Put the page's questions at once and read its rows."""
    begin(frame.gate, frame.scope)
    level = int(frame.view.level) if frame.view.level in LEVELS else DEFAULT_LEVEL
    board = frame.board().want(indicator for tile in tiles_of(level) for indicator in tile.all).want(VERDICT.values())
    for dimension in dimensions(frame):
        parts_of.want(board, dimension, level)
    if frame.beside is not None:
        chosen = next((tile for tile in tiles_of(level) if tile.key == frame.view.tile), tiles_of(level)[0])
        board.want([chosen.main, declared(level), observed(level)], where=frame.beside_where)
    board.also(UNUSED.key, UNUSED, ()).ask()
    rows = Items(frame.gate, frame.view, evidence(frame.gate, frame.scope), causes(frame.gate, frame.scope), level, judged_on(frame.scope))
    return Asked(frame, level, board, rows)


def dimensions(frame: Frame) -> list[str]:
    """What the shares are broken down by: nothing that the page is already narrowed to."""
    places = [frame.part_dimension] if frame.part_dimension and not frame.view.item else []
    return [*places, *([] if frame.view.dept or frame.view.item else ["department"])]
