"""One item as the release knows it: its versions, its guide, where it can be applied for, what its cases say of its depth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.pages.depth_evidence import judged_on
from dashboards.pages.frame import NARROWED, Frame, frame_of
from dashboards.places import Place, part_names

PATH = "/item/"
_VERSIONS = """
select *, coalesce(declared_depth, level_gd_4) as level from mart_item where item_id = $item order by valid_from, version"""
_GUIDE = "select * from mart_item_guide where item_id = $item and valid_from <= $day and valid_to > $day order by valid_from desc limit 1"
_CHANNELS = """
select unnest(channel) as channel, func from mart_item_channel
where item_id = $item and offer = 'any' and func <> 'none' and valid_from <= $day and valid_to > $day order by all"""
_VERDICT = """
select *, coalesce(lower_share, []) as low, coalesce(upper_share, []) as high from mart_depth_evidence where item_id = $item and month = $month"""
_VISITS = """
select least(coalesce(visits, 0), 3) as visits, is_applied_online, count(*) as cases
from mart_case where item_id = $item and is_completed and not is_void and completed_on >= $start and completed_on < $until group by all order by all"""
_CASES = """
select case_id, application_on, completed_on, channel, visits, is_promise_kept, handling_working_days, outcome, observed_level
from mart_case where item_id = $item and not is_void and application_on <= $day order by application_on desc, case_id desc limit 10"""
_EXTRA = """
select cause, count(*) as visits from (
    select unnest(visit_causes[$allowed + 1:]) as cause from mart_case
    where item_id = $item and is_completed and is_applied_online and not is_void and visits > $allowed and completed_on >= $start and completed_on < $until
) group by all order by visits desc, cause"""
_DOCUMENTS = """
select material_code, bool_or(is_required) as is_required, provided_by, count(*) as rows
from mart_material where item_id = $item and application_on >= $start and application_on < $until group by material_code, provided_by order by all"""


@dataclass(frozen=True)
class ItemFile:
    """The page's item. `day`: the day that the page looks at; `frame`: narrowed to the item, its place the one around it."""

    code: str
    name: str
    frame: Frame
    day: date
    versions: pl.DataFrame

    @property
    def view(self) -> View:
        """The page's view."""
        return self.frame.view

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.view.lang

    @property
    def now(self) -> dict[str, Any]:
        """The version that holds on the page's day; the nearest where none does."""
        holding = self.versions.filter((pl.col("valid_from") <= self.day) & (pl.col("valid_to") > self.day))
        begun = self.versions.filter(pl.col("valid_from") <= self.day)
        return (holding if holding.height else begun if begun.height else self.versions.head(1)).row(-1, named=True)

    @property
    def span(self) -> tuple[date, date]:
        """The twelve months to the page's day, as first day and the day after the last: those that verdicts rest on."""
        first = self.day.replace(day=1)
        return date(first.year - (first.month < 12), first.month % 12 + 1, 1), self.day + timedelta(days=1)

    def read(self, sql: str, **more: Any) -> pl.DataFrame:
        """The rows of one of this module's statements for the item, read once."""
        start, until = self.span
        known = {"item": self.code, "day": self.day, "month": self.day.replace(day=1), "start": start, "until": until, **more}
        given = {name: value for name, value in known.items() if f"${name}" in sql}
        key = (sql, *given.values())
        return self.frame.gate.once(key, lambda: self.frame.gate.read(lambda cursor, store: cursor.execute(sql, given).pl()))

    @property
    def guide(self) -> dict[str, Any]:
        """Documents and elements of its guide; empty where none is loaded."""
        return next(self.read(_GUIDE).iter_rows(named=True), {})

    @property
    def offered(self) -> pl.DataFrame:
        """By channel, for what it is offered."""
        return self.read(_CHANNELS)

    @property
    def verdict(self) -> dict[str, Any]:
        """What its cases say of every level; empty where it was not judged."""
        return next(self.read(_VERDICT).iter_rows(named=True), {})

    @property
    def visits(self) -> pl.DataFrame:
        """Completed cases of twelve months by visits (3: three or more), online and other."""
        return self.read(_VISITS)

    @property
    def cases(self) -> pl.DataFrame:
        """Its ten latest cases."""
        return self.read(_CASES)

    @property
    def documents(self) -> pl.DataFrame:
        """Documents of the cases of twelve months, by how they were provided."""
        return self.read(_DOCUMENTS)

    def extra(self, allowed: int) -> list[tuple[str, int]]:
        """What the visits beyond `allowed` were for, most frequent first."""
        return [(cause or "other", visits) for cause, visits in self.read(_EXTRA, allowed=allowed).iter_rows()]


def code_in(path: str) -> str:
    """The item's code in an address."""
    return path.removeprefix(PATH).strip("/")


def exists(gate: Gate, code: str) -> bool:
    """Whether the release knows the item."""
    return code in part_names(gate, "item")


def item_of(gate: Gate, view: View) -> ItemFile:
    """The frame looks at the item alone; its place is the one that its department works in."""
    code = code_in(view.path)
    clean = replace(view, place="", compare="", **dict.fromkeys(NARROWED, ""))
    inside = frame_of(gate, replace(clean, item=code))
    day = judged_on(inside.scope)
    name = part_names(gate, "item")[code].name(view.lang)
    file = ItemFile(code, name, inside, day, pl.DataFrame())
    versions = file.read(_VERSIONS)
    place = _place(inside, versions)
    return replace(file, versions=versions, frame=replace(inside, view=clean, place=place))


def _place(frame: Frame, versions: pl.DataFrame) -> Place | None:
    row = versions.row(-1, named=True)
    return next((found for key in ("town_code", "district_code") if row[key] and (found := frame.tree.place(row[key]))), None)
