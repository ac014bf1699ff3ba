"""What every figure of the bulletin counts, and how to read what stands beside it."""

from __future__ import annotations

from dashboards.bulletin.depth import COLUMNS
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.halls import WITHIN
from dashboards.bulletin.model import Grid, Head, Row, Section, text
from dashboards.indicators import TILES
from dashboards.words import say
from metrics.spec import Metric

NOTES = ("interval", "change", "rank", "verdict", "adjusted", "attention", "missing", "provisional", "forecast")


def method_section(desk: Desk) -> Section:
    """Definitions as a table, and the rules in sentences."""
    lang = desk.lang
    wanted = dict.fromkeys([one.metric for tile in TILES for one in tile.all] + [one.metric for one in COLUMNS] + [WITHIN.metric])
    known = [metric for name in wanted if (metric := desk.gate.metric(name)) is not None]
    heads = (
        Head(say(lang, "bulletin.figure"), 2.0), Head(say(lang, "definition.meaning"), 3.6), Head(say(lang, "definition.formula"), 3.2), Head(say(lang, "definition.direction"), 1.0),
    )  # fmt: skip
    grid = Grid(
        "definitions",
        say(lang, "definition.title"),
        heads,
        tuple(_row(metric, lang) for metric in known),
        say(lang, "bulletin.definitions_note"),
    )
    notes = tuple(say(lang, f"bulletin.method.{name}") for name in NOTES)
    return Section("method", say(lang, "bulletin.method_title"), notes, (), (grid,))


def _row(metric: Metric, lang: str) -> Row:
    direction = say(lang, f"definition.{metric.better}")
    return Row((text(metric.name[lang]), text(metric.meaning[lang]), text(metric.formula[lang]), text(direction)))
