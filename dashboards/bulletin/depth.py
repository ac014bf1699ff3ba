"""Declared against observed depth: by place, and the items whose cases contradict what is declared for them, with the evidence."""

from __future__ import annotations

from dataclasses import replace

from dashboards import formats
from dashboards.bulletin.cells import count_cell, interval_cell, value_cell
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Cell, Grid, Head, Row, Section, text
from dashboards.course import Where
from dashboards.indicators import Indicator
from dashboards.places import part_names
from dashboards.readings import Reading, read_row
from dashboards.words import say
from metrics.query import Query

LEVEL = (("level", 3),)
DECLARED = Indicator("depth", "declared_depth_share", LEVEL)
OBSERVED = Indicator("depth_observed", "observed_depth_share", LEVEL)
GAP = Indicator("depth_gap", "depth_gap")
OVER = Indicator("overclaimed", "depth_overclaim_rate")
PROVEN = Indicator("supported", "depth_verdict_items", (("variant", "supported"),))
DENIED = Indicator("contradicted", "depth_verdict_items", (("variant", "contradicted"),))
COLUMNS = (DECLARED, OBSERVED, GAP, OVER, PROVEN, DENIED)
SHOWN = 15
FEWEST = 10  # cases: a share of fewer is not told, so nobody is named on it
QUOTE = "'"
MONTHS = 12  # that the evidence of an item reaches back

_ITEMS = """select item_id, dept_id, declared_level from mart_depth_evidence
where verdict = 'contradicted' and is_application_based and n >= {fewest} and month = date '{month}' {place}
order by n - [n, k2, k3, k4][declared_level] desc, item_id limit {limit}"""


def depth_section(desk: Desk) -> Section:
    """The section of both tables."""
    lang = desk.lang
    grids = [_places(desk)] if desk.beside else []
    items = _items(desk)
    denied = desk.readings([DENIED])[DENIED].get("", Reading())
    said = [] if denied.value is None else [_denied(denied.value, len(items.rows), lang)]
    return Section("depth", say(lang, "bulletin.depth"), tuple(said), (), (*grids, items), say(lang, "bulletin.depth_note"))


def _denied(count: float, shown: int, lang: str) -> str:
    said = say(lang, "bulletin.denied" if count != 1 else "bulletin.denied_one", count=formats.count(count, lang))
    return f"{said}{'' if lang == 'zh' else ' '}{say(lang, 'bulletin.denied_listed', fewest=FEWEST)}" if shown else said


def _places(desk: Desk) -> Grid:
    lang, dimension = desk.lang, desk.dimension
    heads = (
        Head(say(lang, f"league.{dimension}"), 1.5), *(Head(say(lang, f"bulletin.columns.{one.key}"), 1.0, True) for one in COLUMNS)
    )  # fmt: skip
    found, whole = desk.readings(COLUMNS, dimension, desk.around_where), desk.readings(COLUMNS, "", desk.around_where)
    here = desk.wanted.place.code if desk.wanted.place else ""
    rows = [
        Row(
            (text(place.name(lang)), *(_cell(desk, one, found[one].get(place.code), ((dimension, place.code),)) for one in COLUMNS)),
            "here" if place.code == here else "",
        )
        for place in desk.beside
        if any(place.code in readings for readings in found.values())
    ]
    last = Row((text(desk.around_name), *(_cell(desk, one, whole[one].get(""), desk.around_where) for one in COLUMNS)), "whole")
    return Grid(
        "depth",
        say(lang, "bulletin.depth_places"),
        heads,
        (*rows, last),
        say(lang, "bulletin.depth_places_note"),
        sheet=say(lang, "bulletin.depth"),
    )


def _cell(desk: Desk, indicator: Indicator, reading: Reading | None, where: Where) -> Cell:
    """A place without a row has nothing to break down; asked alone, a count of it is 0 and a share has its state."""
    known = reading or desk.readings([indicator], "", where)[indicator].get("", Reading())
    return value_cell(known, desk.unit(indicator), desk.question(indicator, where), desk.lang)


def _items(desk: Desk) -> Grid:
    """Items whose cases of twelve months contradict the declared level, those with the most cases that fell short first."""
    lang = desk.lang
    heads = (
        Head(say(lang, "bulletin.item"), 3.2), Head(say(lang, "bulletin.department"), 1.8), Head(say(lang, "bulletin.declared_level"), 0.8, True),
        Head(say(lang, "bulletin.reached"), 1.0, True), Head(say(lang, "league.range"), 1.3, True, "interval"), Head(say(lang, "columns.n"), 0.6, True),
        Head(say(lang, "bulletin.visits"), 0.9, True),
    )  # fmt: skip
    rows = tuple(_item_rows(desk))
    return Grid(
        "items", say(lang, "bulletin.items"), heads, rows, say(lang, "bulletin.items_note"), say(lang, "bulletin.no_items", fewest=FEWEST)
    )


def _item_rows(desk: Desk) -> list[Row]:
    place = " and ".join(f"{name}_code = '{code.replace(QUOTE, QUOTE * 2)}'" for name, code in desk.scope.where)
    sql = _ITEMS.format(fewest=FEWEST, month=desk.month.start.isoformat(), place=f"and {place}" if place else "", limit=SHOWN)
    listed = list(desk.gate.table(sql).iter_rows(named=True))
    questions = {row["item_id"]: (_reached(desk, row), _visits(desk, row)) for row in listed}
    frames = desk.gate.ask([query for pair in questions.values() for query in pair]).frames
    read = {query: read_row(frame.row(0, named=True)) for query, frame in frames.items() if not frame.is_empty()}
    items, departments = part_names(desk.gate, "item"), part_names(desk.gate, "department")
    rows = []
    for row in listed:
        reached, visits = questions[row["item_id"]]
        one = read.get(reached, Reading())
        name, dept = items.get(row["item_id"]), departments.get(row["dept_id"])
        cells = (
            text(name.name(desk.lang) if name else row["item_id"]), text(dept.name(desk.lang) if dept else row["dept_id"] or ""),
            Cell(row["declared_level"], "number"), value_cell(one, "share", reached, desk.lang), interval_cell(one, "share", reached, desk.lang),
            count_cell(one, reached), value_cell(read.get(visits, Reading()), "visits", visits, desk.lang),
        )  # fmt: skip
        rows.append(Row(cells))
    return rows


def _reached(desk: Desk, row: dict) -> Query:
    """The share of the item's online cases of twelve months that reached the level declared for it."""
    params = (("level", row["declared_level"]), ("variant", "conditional"))
    return _of_item(desk, Indicator("reached", "observed_depth_share", params), row["item_id"])


def _visits(desk: Desk, row: dict) -> Query:
    return _of_item(desk, Indicator("visits", "observed_visits_mean"), row["item_id"])


def _of_item(desk: Desk, indicator: Indicator, item: str) -> Query:
    begin = desk.month.shifted(1 - MONTHS).start
    return replace(desk.question(indicator, (("item", item),)), start=begin)
