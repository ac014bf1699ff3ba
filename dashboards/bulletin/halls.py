"""Waiting hall by hall: mean, nine in ten, within the target time, given up."""

from __future__ import annotations

from dashboards.bulletin.cells import count_cell, interval_cell, value_cell
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Grid, Head, Row, Section, text
from dashboards.indicators import Indicator
from dashboards.places import part_names
from dashboards.readings import Reading
from dashboards.words import say
from metrics.statistics.ranking import MIN_CASES

MEAN = Indicator("wait", "queue_wait", (("stat", "mean"),))
LONG = Indicator("wait_p90", "queue_wait", (("stat", "p90"),))
WITHIN = Indicator("within", "wait_within_target")
LEFT = Indicator("abandoned", "queue_abandonment")
FIGURES = (MEAN, LONG, WITHIN, LEFT)
SHOWN = 20


def halls_section(desk: Desk) -> Section:
    """The halls with the longest mean waits first; those with few tickets are only counted."""
    lang = desk.lang
    found = desk.readings(FIGURES, "site")
    busy = {code: one for code, one in found[MEAN].items() if one.value is not None and (one.n or 0) >= MIN_CASES}
    codes = sorted(busy, key=lambda code: (-(busy[code].value or 0.0), code))[:SHOWN]
    small = sum(one.value is not None for one in found[MEAN].values()) - len(busy)
    heads = (
        Head(say(lang, "bulletin.hall"), 3.0), Head(say(lang, "short.wait"), 1.0, True), Head(say(lang, "league.range"), 1.4, True, "interval"),
        Head(say(lang, "columns.n"), 0.8, True), *(Head(say(lang, f"bulletin.columns.{one.key}"), 1.1, True) for one in FIGURES[1:]),
    )  # fmt: skip
    names = part_names(desk.gate, "site")
    rows = tuple(
        _row(
            desk,
            code,
            names[code].name(lang) if code in names else code,
            {one: found[one].get(code, Reading("not_applicable")) for one in FIGURES},
        )
        for code in codes
    )
    note = say(lang, "bulletin.small_halls" if small != 1 else "bulletin.small_hall", count=small, fewest=MIN_CASES) if small else ""
    grid = Grid("halls", say(lang, "bulletin.halls"), heads, rows, note, say(lang, "bulletin.no_halls", fewest=MIN_CASES))
    return Section("halls", say(lang, "bulletin.halls"), (), (), (grid,))


def _row(desk: Desk, code: str, name: str, readings: dict[Indicator, Reading]) -> Row:
    where = (*desk.scope.where, ("site", code))
    query = desk.question(MEAN, where)
    mean = readings[MEAN]
    others = (value_cell(readings[one], desk.unit(one), desk.question(one, where), desk.lang) for one in FIGURES[1:])
    first = (value_cell(mean, "minutes", query, desk.lang), interval_cell(mean, "minutes", query, desk.lang), count_cell(mean, query))
    return Row((text(name), *first, *others))
