"""The charts of the gallery: every figure with sample data, and what each of them says when there is little or nothing to draw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, partial

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.controls import View
from dashboards.figures.area_map import Ground, area_map, map_alt
from dashboards.figures.calendar import calendar, calendar_alt
from dashboards.figures.comparison import comparison, twin_bars
from dashboards.figures.drawing import Drawing
from dashboards.figures.funnel import funnel, limits_of_shares
from dashboards.figures.grades import grades
from dashboards.figures.hbars import hbars
from dashboards.figures.heat_map import Grid, heat_map, heat_map_alt
from dashboards.figures.hourly import hourly
from dashboards.figures.lines import lines
from dashboards.figures.look import Look
from dashboards.figures.matrix import Levels, matrix
from dashboards.figures.mix import Mix, mix
from dashboards.figures.sankey import sankey, sankey_alt
from dashboards.figures.small_multiples import small_multiples
from dashboards.figures.stages import stages
from dashboards.figures.survival import Limits, survival
from dashboards.figures.trend import trend
from dashboards.pages import gallery_samples as samples
from dashboards.words import say
from metrics.states import STATES

Drawn = tuple[Drawing, pl.DataFrame, str]  # figure, its rows, what stands in its stead for those who do not see it


def chart_cards(view: View) -> html.Div:
    """Every figure with all its data."""
    return html.Div([_card(key, view) for key in FIGURES], className="gallery-charts")


@cache
def drawn(key: str, lang: str, theme: str) -> Drawn:
    """A figure of the gallery: it depends on nothing but language and theme, and a page draws many."""
    return FIGURES[key](View(lang=lang, theme=theme))


def _card(key: str, view: View) -> html.Section:
    figure, rows, alt = drawn(key, view.lang, view.theme)
    title = say(view.lang, f"gallery.chart.{key}")
    return chart_card(
        Chart(title, figure, alt or title, table_of(key, title, rows, view.lang), say(view.lang, f"gallery.chart_note.{key}"), 3), view
    )


def table_of(key: str, title: str, rows: pl.DataFrame, lang: str) -> Table:
    """The rows behind a sample; what stands in place of a missing value is its state."""
    has_value = "value" in rows.columns
    hidden = {"href", "code", "start", *(["state"] if has_value else [])}
    columns = tuple(_column(name, rows, lang, has_value=has_value) for name in rows.columns if name not in hidden)
    return Table(key, title, columns, rows, size=10)


def _column(name: str, rows: pl.DataFrame, lang: str, *, has_value: bool) -> Column:
    kind = rows.schema[name]
    title = say(lang, f"gallery.columns.{name}")
    if name == "state":
        return Column(name, title, show=lambda row: say(lang, f"drawing.day.{row['state']}"))
    if name == "column":
        return Column(name, title, show=lambda row: row["column"] if row["column"].isdigit() else say(lang, "gallery.untested"))
    written = "day" if kind == pl.Date else "flag" if kind == pl.Boolean else "number" if kind.is_numeric() else "text"
    return Column(name, title, written, state="state" if name == "value" and has_value and "state" in rows.columns else "")


def _look(view: View, unit: str) -> Look:
    return Look.of(view.lang, view.theme, unit)


def _said(view: View, key: str) -> list[str]:
    """Several words under one key, parted by bars."""
    return say(view.lang, f"gallery.names.{key}").split("|")


def _heat_map(view: View) -> Drawn:
    rows, look = samples.hours(), _look(view, "minutes")
    grid = Grid(list(enumerate(_said(view, "weekdays"))), [(hour, str(hour)) for hour in range(9, 17)])
    return heat_map(rows, look, grid), rows, heat_map_alt(rows, look, grid)


def _matrix(view: View) -> Drawn:
    rows = samples.levels()
    known = list(zip("1234", _said(view, "levels"), strict=True))
    return matrix(rows, _look(view, "items"), Levels(known, [("untested", say(view.lang, "gallery.untested"))])), rows, ""


def _funnel(view: View) -> Drawn:
    rows = samples.halls(view.lang)
    return funnel(rows, _look(view, "share"), limits_of_shares(0.775, rows["n"], direction=1)), rows, ""


def _survival(view: View) -> Drawn:
    rows = samples.curves(_said(view, "kinds"))
    return survival(rows, _look(view, "share"), Limits(promised=6, legal=15)), rows, ""


def _mix(view: View, *, is_share: bool) -> Drawn:
    rows = samples.mixture(_said(view, "channels"))
    return mix(rows, _look(view, "cases"), Mix(is_share=is_share)), rows, ""


def _lines(view: View) -> Drawn:
    rows = samples.limits_of_time(_said(view, "times"))
    return lines(rows, _look(view, "working_days")), rows, ""


def _sankey(view: View) -> Drawn:
    names, look = _said(view, "flow"), _look(view, "cases")
    flows = ((0, 0, 3, 5200), (0, 0, 4, 900), (0, 0, 5, 160), (0, 1, 3, 3100), (0, 1, 4, 420), (0, 2, 3, 980), (0, 2, 5, 70), (1, 3, 6, 4700), (1, 3, 7, 2900), (1, 3, 8, 1680), (1, 4, 6, 820), (1, 4, 7, 500))  # fmt: skip
    rows = pl.DataFrame(
        [{"stage": stage, "source": names[a], "target": names[b], "value": float(n), "href": ""} for stage, a, b, n in flows]
    )
    return sankey(rows, look), rows, sankey_alt(rows, look)


def _small_multiples(view: View) -> Drawn:
    names = samples.places(view.lang)
    rows = samples.panels([*names, f"{names[0]} 2"])
    whole = pl.DataFrame({"start": [month.start for month in samples.MONTHS], "value": list(samples.RISING)})
    return small_multiples(rows, _look(view, "share"), whole), rows, ""


def _hbars(view: View) -> Drawn:
    values = (0.91, 0.78, 0.64, None, 0.22)
    rows = pl.DataFrame(
        [
            {"name": name, "value": value, "low": value and value - 0.05, "high": value and value + 0.04, "n": 210.0, "target": 0.7 if value else None,
             "state": "value" if value else "insufficient_n", "href": ""}
            for name, value in zip(_said(view, "departments"), values, strict=True)
        ]
    )  # fmt: skip
    return hbars(rows, _look(view, "share")), rows, ""


def _comparison(view: View) -> Drawn:
    names = samples.places(view.lang)
    rows = pl.DataFrame([{"code": str(at), "name": name, "value": value, "low": value - 0.6, "high": value + 0.6, "n": 800.0, "href": ""} for at, (name, value) in enumerate(zip(names, (3.9, 4.6, 4.8, 5.2, 7.2), strict=True))])  # fmt: skip
    return comparison(rows, _look(view, "minutes"), highlight="2", reference=4.8), rows, ""


def _twin_bars(view: View) -> Drawn:
    rows = pl.DataFrame({"name": samples.places(view.lang), "declared": [0.41, 0.34, 0.3, 0.25, 0.12], "observed": [0.36, 0.31, 0.18, 0.24, None], "href": ""})  # fmt: skip
    return twin_bars(rows, _look(view, "share")), rows, ""


def _hourly(view: View) -> Drawn:
    rows = samples.day()
    return hourly(rows, _look(view, "minutes")), rows, ""


def _grades(view: View) -> Drawn:
    counts = ((6, 9, 41, 160, 420, 0), (4, 5, 22, 90, 260, 900), (15, 12, 30, 70, 110, 310))
    rows = pl.DataFrame(
        [
            {"part": part, "grade": min(grade, 5), "count": count, "by_default": grade == 6}
            for part, own in zip(_said(view, "channels")[:3], counts, strict=True)
            for grade, count in enumerate(own, start=1)
        ]
    )
    return grades(rows, _look(view, "share")), rows, ""


def _stages(view: View) -> Drawn:
    rows = pl.DataFrame({"stage": _said(view, "rectification"), "count": [1275, 1104, 1021, 940, 612]})
    return stages(rows, _look(view, "cases")), rows, ""


def _calendar(view: View) -> Drawn:
    rows = pl.DataFrame(
        [
            {"row": name, "day": (day := date(2018, 10, 1) + timedelta(days=at)), "state": _delivered(place, at, day)}
            for place, name in enumerate(_said(view, "sources"))
            for at in range(31)
        ]
    )
    look = _look(view, "cases")
    return calendar(rows, look), rows, calendar_alt(rows, look)


def _delivered(place: int, at: int, day: date) -> str:
    """The third source rests at weekends, the first has sent nothing since the 28th."""
    if place == 2 and day.weekday() > 4:
        return "unexpected"
    if place == 0 and at > 27:
        return "missing"
    return "late" if (7 * at + 3 * place) % 13 == 0 else "complete"


def _map(view: View) -> Drawn:
    values = (0.41, 0.27, 0.36, None)
    rows = pl.DataFrame(
        [
            {"code": str(at), "name": name, "value": value, "low": None, "high": None, "n": 900.0, "state": "value" if value else "not_provided", "href": ""}
            for at, (name, value) in enumerate(zip(samples.places(view.lang), values, strict=False), start=1)
        ]
    )  # fmt: skip
    site = pl.DataFrame({"lon": [113.1, 113.36], "lat": [23.29, 22.84], "name": _said(view, "halls"), "value": [0.5, None], "href": ""})
    look = _look(view, "share")
    return area_map(rows, look, Ground(samples.made_up_map(), sites=site, selected="2")), rows, map_alt(rows, look)


# in pairs of about the same height
FIGURES: dict[str, Callable[[View], Drawn]] = {
    "heat_map": _heat_map,
    "calendar": _calendar,
    "funnel": _funnel,
    "matrix": _matrix,
    "survival": _survival,
    "lines": _lines,
    "small_multiples": _small_multiples,
    "stages": _stages,
    "mix": partial(_mix, is_share=True),
    "mix_counts": partial(_mix, is_share=False),
    "map": _map,
    "hourly": _hourly,
    "sankey": _sankey,
    "twin_bars": _twin_bars,
    "hbars": _hbars,
    "comparison": _comparison,
    "grades": _grades,
}


def sparse_cards(view: View) -> html.Div:
    """A chart for each reason for which there may be nothing to draw, and charts of a single value."""
    cards = [_sparse(state, samples.history((None, None), 0.0), view) for state in STATES if state != "value"]
    return html.Div([*cards, _single("one", view), _single("provisional", view)], className="gallery-charts is-sparse")


def _sparse(state: str, readings: dict, view: View) -> html.Section:
    months = [{"period": key, "start": date.fromisoformat(f"{key}-01"), "value": None, "low": None, "high": None, "n": None, "state": state, "is_provisional": False} for key in readings]  # fmt: skip
    kinds = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Float64}
    rows = pl.DataFrame(months, schema_overrides=kinds)
    title = say(view.lang, f"state.{state}")
    alt, why = say(view.lang, "drawing.none_state", state=title), say(view.lang, f"because.{state}")
    figure = trend(rows, _look(view, "share"))
    return chart_card(Chart(title, figure, alt, table_of(f"no-{state}", title, rows, view.lang), why, 3), view)


def _single(kind: str, view: View) -> html.Section:
    month = {"period": "2018-10", "start": date(2018, 10, 1), "value": 0.42, "low": 0.36, "high": 0.48, "n": 260.0, "state": "value", "is_provisional": kind == "provisional"}  # fmt: skip
    rows = pl.DataFrame([month])
    title = say(view.lang, f"gallery.sparse.{kind}")
    alt = f"{title} {formats.share(0.42, view.lang)}"
    return chart_card(Chart(title, trend(rows, _look(view, "share")), alt, table_of(f"single-{kind}", title, rows, view.lang), "", 3), view)
