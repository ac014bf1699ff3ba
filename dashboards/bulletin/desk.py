"""What the sections of a bulletin are written from: its place, its month, the answers of the board, and the places that it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from dashboards.board import Board
from dashboards.bulletin.request import Wanted
from dashboards.cards.tile import TileData
from dashboards.course import Course, Scope, Where, query_of
from dashboards.gate import Gate
from dashboards.indicators import TILES, Indicator, Tile
from dashboards.pages.sections import Goals, tile_data
from dashboards.periods import Period
from dashboards.places import Place
from dashboards.provisional import open_from
from dashboards.readings import Reading, read_row
from dashboards.trust import Trust, trust
from dashboards.words import say
from metrics.query import Query


@dataclass(frozen=True)
class Desk:
    """One bulletin in the making."""

    gate: Gate
    wanted: Wanted
    board: Board
    trust: Trust

    @classmethod
    def of(cls, gate: Gate, wanted: Wanted) -> Desk:
        """Ask everything that the tiles and leagues need, in one batch."""
        scope = Scope(wanted.where, wanted.month, wanted.as_of, "", open_from(gate))
        desk = cls(gate, wanted, Board(gate, scope), trust(gate))
        desk.board.want(indicator for tile in TILES for indicator in tile.all)
        if desk.beside:
            desk.board.want((indicator for tile in TILES for indicator in tile.all), by=desk.dimension, where=desk.around_where)
        if desk.around_where != scope.where:
            desk.board.want((indicator for tile in TILES for indicator in tile.all), where=desk.around_where)
        if desk.parts:
            desk.board.want((tile.main for tile in TILES), by=desk.parts[0].dimension)
        desk.board.ask()
        return desk

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.wanted.lang

    @property
    def scope(self) -> Scope:
        """Where and when."""
        return self.board.scope

    @property
    def month(self) -> Period:
        """The bulletin's month."""
        return self.wanted.month

    @property
    def place_name(self) -> str:
        """The place in the reader's language."""
        return self.wanted.place.name(self.lang) if self.wanted.place else self._whole_name

    @property
    def _whole_name(self) -> str:
        whole = self.wanted.tree.whole
        return whole.name(self.lang) if whole else say(self.lang, "nav.all_places")

    @property
    def around(self) -> Place | None:
        """The place around a part; of the whole, itself."""
        return self.wanted.tree.parent(self.wanted.place.code) if self.wanted.place else None

    @property
    def around_where(self) -> Where:
        """What the leagues compare within, as a condition."""
        return self.wanted.tree.where(self.around)

    @property
    def around_name(self) -> str:
        """Its name."""
        return self.around.name(self.lang) if self.around else self._whole_name

    @cached_property
    def beside(self) -> list[Place]:
        """The places of the leagues: the parts of the whole, or a part with those of its own level beside it."""
        found, place = self.wanted.tree, self.wanted.place
        if place is None:
            return found.parts()
        above = self.around.code if self.around else ""
        return [one for one in found.below.get(above, []) if one.level == place.level]

    @property
    def dimension(self) -> str:
        """The dimension that tells them apart."""
        return self.beside[0].dimension if self.beside else ""

    @property
    def parts(self) -> list[Place]:
        """The own parts of a part; the whole's are in the leagues already."""
        return self.wanted.tree.parts(self.wanted.place.code) if self.wanted.place else []

    @cached_property
    def goals(self) -> Goals:
        """Targets as they stand at the end of the month, and the places whose targets hold here, nearest first."""
        return Goals(self.gate, self.month.last_day, self.codes)

    @property
    def codes(self) -> tuple[str | None, ...]:
        """The bulletin's place and those that hold it."""
        place, found = self.wanted.place, self.wanted.tree
        if place is None:
            return (found.whole.code, None) if found.whole else (None,)
        codes: list[str | None] = [place.code]
        while (above := found.parent(codes[-1] or "")) and above.code not in codes:
            codes.append(above.code)
        return (*codes, None)

    @cached_property
    def tiles(self) -> list[TileData]:
        """The six tiles of the place."""
        return [tile_data(self.board, tile, self.goals) for tile in TILES]

    def whole(self, indicator: Indicator) -> Course:
        """The course that the leagues compare with."""
        return self.board.course(indicator, self.around_where)

    def league(self, indicator: Indicator) -> dict[str, Course]:
        """The courses of the places side by side, by code."""
        return self.board.courses(indicator, self.dimension, self.around_where) if self.dimension else {}

    def inner(self, tile: Tile) -> dict[str, Course]:
        """The courses of the own parts of a part."""
        return self.board.courses(tile.main, self.parts[0].dimension) if self.parts else {}

    def question(self, indicator: Indicator, where: Where | None = None, period: Period | None = None) -> Query:
        """The question for one number: one figure, one place, one month, without breakdown."""
        span = period or self.month
        scope = replace(self.scope, where=self.scope.where if where is None else where)
        return query_of(self.gate.metric(indicator.metric), indicator, scope, (span.start, span.end))

    def readings(self, indicators: Iterable[Indicator], by: str = "", where: Where | None = None) -> dict[Indicator, dict[str, Reading]]:
        """Readings of the month alone, in one batch: by code of a dimension, or under the empty code without one."""
        questions = {one: replace(self.question(one, where), by=(by,) if by else ()) for one in indicators}
        asked = self.gate.ask(list(questions.values()))
        found = {}
        for indicator, query in questions.items():
            frame = asked.frames.get(query)
            rows = [] if frame is None else frame.iter_rows(named=True)
            found[indicator] = {row[by] if by else "": read_row(row) for row in rows if not by or row[by] is not None}
            if query in asked.failures and not by:
                found[indicator] = {"": Reading("errored")}
        return found

    def unit(self, indicator: Indicator) -> str:
        """The unit of a figure."""
        metric = self.gate.metric(indicator.metric)
        return metric.form(metric.resolve(indicator.params)).unit if metric else "cases"
