"""Charts that set places beside one another, as cards: twin bars of declared and observed depth, and a place among its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.figures.comparison import comparison, twin_bars
from dashboards.figures.look import Look
from dashboards.words import say


def twin_chart(places: pl.DataFrame, view: View) -> html.Section:
    """Declared against observed depth of `places` (name, declared, observed, href)."""
    lang = view.lang
    look = Look.of(lang, view.theme, "share")
    words = [say(lang, f"evidence.{column}") for column in ("declared", "observed")]
    chart = Chart(
        title=say(lang, "compare.twin_title"),
        figure=twin_bars(places, look),
        alt=say(
            lang,
            "figure.comparison_alt",
            name=" / ".join(words),
            parts=formats.listed([_twin_pair(row, look, words) for row in places.to_dicts()], lang),
        ),
        table=_table("twins", places, dict(zip(("declared", "observed"), words, strict=True)), look),
        note=say(lang, "compare.twin_note"),
    )
    return chart_card(chart, view)


def _twin_pair(row: dict, look: Look, words: list[str]) -> str:
    texts = [
        f"{word} {look.text(row[key]) if row[key] is not None else '–'}" for key, word in zip(("declared", "observed"), words, strict=True)
    ]
    return f"{row['name']} ({', '.join(texts)})"


@dataclass(frozen=True)
class Neighbours:
    """Parts of a place beside one another: `places` (code, name, value, low, high, n, href), the page's own code, value and name of the place."""

    places: pl.DataFrame
    unit: str
    name: str
    here: str
    city: float | None
    finding: str
    around: str


def neighbours_chart(beside: Neighbours, view: View) -> html.Section:
    """The parts of a place side by side, the page's own one in the accent."""
    lang = view.lang
    look = Look.of(lang, view.theme, beside.unit)
    known = [row for row in beside.places.to_dicts() if row["value"] is not None]
    pairs = [say(lang, "figure.pair", name=row["name"], value=look.text(row["value"])) for row in known]
    chart = Chart(
        title=say(lang, "compare.title", finding=beside.finding),
        figure=comparison(beside.places, look, highlight=beside.here, reference=beside.city),
        alt=say(lang, "figure.comparison_alt", name=beside.name, parts=formats.listed(pairs, lang)),
        table=_table("neighbours", beside.places, {key: say(lang, f"columns.{key}") for key in ("value", "low", "high")}, look),
        note=say(lang, "compare.note", city=beside.around),
    )
    return chart_card(chart, view)


def _table(key: str, places: pl.DataFrame, heads: dict[str, str], look: Look) -> Table:
    place = Column("name", say(look.lang, "league.place"), href="href")
    return Table(key, say(look.lang, "figure.table"), (place, *(Column(name, text, look.unit) for name, text in heads.items())), places)
