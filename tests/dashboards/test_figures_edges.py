"""Every figure has something to say when there is little or nothing to draw, keeps to its palette, and reads no markup out of names."""

import re
from datetime import date

import polars as pl
import pytest

from dashboards.figures import (
    area_map,
    calendar,
    comparison,
    funnel,
    grades,
    hbars,
    heat_map,
    hourly,
    lines,
    matrix,
    mix,
    sankey,
    small_multiples,
    stages,
    survival,
    trend,
)
from dashboards.figures.look import Look, plain
from dashboards.theme import DARK, LIGHT

NASTY = "<b>Tax</b> & <a href='x'>customs</a>"
LONG = "Housing and urban–rural development bureau, section of provident funds, second floor"
CHINESE = "住房和城乡建设管理局（住房公积金管理中心）第二办事大厅"
SQUARE = {"type": "Polygon", "coordinates": [[[113.0, 23.0], [113.1, 23.0], [113.1, 23.1], [113.0, 23.1], [113.0, 23.0]]]}
FEATURES = [{"properties": {"code": "1"}, "geometry": SQUARE}]
COURSE = {
    "period": ["2018-01", "2018-02"],
    "start": [date(2018, 1, 1), date(2018, 2, 1)],
    "value": [0.2, 0.4],
    "low": [0.1, 0.3],
    "high": [0.3, 0.5],
}
COURSE |= {"n": [50.0, 60.0], "state": ["value", "value"], "is_provisional": [False, True]}


def frame(**columns):
    """Rows for one figure; single values stand in every row."""
    length = max(len(value) for value in columns.values() if isinstance(value, list))
    return pl.DataFrame({key: value if isinstance(value, list) else [value] * length for key, value in columns.items()})


def shares(name):
    return frame(code=["1"], name=name, value=[0.4], low=0.3, high=0.5, n=60.0, state="value", href="/district/1")


# by figure: how it is drawn from a frame and a look, a small frame with a name in it, and the column that carries its values
FIGURES = {
    "trend": (trend.trend, lambda name: pl.DataFrame(COURSE), "value"),
    "comparison": (comparison.comparison, shares, "value"),
    "twin_bars": (comparison.twin_bars, lambda name: frame(name=[name], declared=[0.5], observed=0.4, href="/"), "declared"),
    "heat_map": (
        lambda rows, look: heat_map.heat_map(rows, look, heat_map.Grid([(1, "Monday")], [(9, "9"), (10, "10")])),
        lambda name: frame(y_key=[1, 1], x_key=[9, 10], value=[0.2, 0.3], n=50.0, state="value", href="/"),
        "value",
    ),
    "mix": (mix.mix, lambda name: frame(period=["2018-01", "2018-02"], part=name, value=[3.0, 4.0], is_provisional=[False, True]), "value"),
    "matrix": (
        lambda rows, look: matrix.matrix(rows, look, matrix.Levels([("1", "Level 1"), ("2", "Level 2")])),
        lambda name: frame(row=["2", "1"], column=["1", "1"], count=[4, 5], href="/depth"),
        "count",
    ),
    "funnel": (
        lambda rows, look: funnel.funnel(rows, look, funnel.limits_of_shares(0.4, rows["n"])),
        lambda name: shares(name).with_columns(verdict=pl.lit("high")),
        "value",
    ),
    "survival": (
        survival.survival,
        lambda name: frame(name=[name, name], day=[1.0, 2.0], survival=[0.6, 0.3], low=[0.5, 0.2], high=[0.7, 0.4], at_risk=[60, 40]),
        "survival",
    ),
    "lines": (lines.lines, lambda name: pl.DataFrame(COURSE).with_columns(series=pl.lit(name)), "value"),
    "small_multiples": (small_multiples.small_multiples, lambda name: pl.DataFrame(COURSE).with_columns(part=pl.lit(name)), "value"),
    "sankey": (sankey.sankey, lambda name: frame(source=["Web"], target=[name], value=[8.0], href="/cases"), "value"),
    "hbars": (hbars.hbars, lambda name: shares(name).with_columns(target=pl.lit(0.5)), "value"),
    "hourly": (hourly.hourly, lambda name: frame(hour=[9, 10], arrivals=[4.0, 5.0], open_windows=2.0, wait=[3.0, 4.0]), "arrivals"),
    "grades": (grades.grades, lambda name: frame(part=[name, name], grade=[1, 5], count=[2, 9], by_default=[False, True]), "count"),
    "stages": (stages.stages, lambda name: frame(stage=[name, "Put right"], count=[9, 4]), "count"),
    "calendar": (
        calendar.calendar,
        lambda name: frame(row=[name, name], day=[date(2018, 1, 1), date(2018, 1, 2)], state=["late", "complete"]),
        "",
    ),
    "area_map": (lambda rows, look: area_map.area_map(rows, look, area_map.Ground(FEATURES)), shares, "value"),
}
SPEAKING = [name for name in FIGURES if name != "area_map"]  # the map keeps its outlines, with the reason in each area


def words(figure):
    """Everything that stands in a figure as text of its own."""
    return [note.text for note in figure.layout.annotations]


def drawn(key, rows, look=None):
    return FIGURES[key][0](rows, look or Look()).checked()


@pytest.mark.parametrize("key", SPEAKING)
def test_no_rows_are_said_in_words(key):
    figure = drawn(key, FIGURES[key][1]("A").clear())
    assert "No data for this period" in words(figure)
    assert not any(len(trace.y or []) for trace in figure.data if "y" in trace)


@pytest.mark.parametrize("key", [key for key in SPEAKING if FIGURES[key][2]])
def test_rows_without_any_value_are_said_in_words_in_the_readers_language(key):
    rows = FIGURES[key][1]("A")
    values = [column for column in (FIGURES[key][2], "observed", "open_windows", "wait") if column in rows.columns]
    nothing = rows.with_columns([pl.lit(None, rows.schema[column]).alias(column) for column in values])
    assert any(text.startswith("本期无数据") for text in words(drawn(key, nothing, Look("zh"))))


@pytest.mark.parametrize("key", ["trend", "comparison", "heat_map", "lines", "small_multiples", "hbars", "funnel"])
def test_nothing_to_divide_by_is_named_as_the_reason(key):
    rows = FIGURES[key][1]("A")
    nothing = rows.with_columns(value=pl.lit(None, pl.Float64), state=pl.lit("not_applicable"), low=pl.lit(None, pl.Float64))
    assert "No data for this period: Not applicable" in words(drawn(key, nothing))


def test_areas_without_a_value_are_hatched_and_say_why():
    nothing = shares("A").with_columns(value=pl.lit(None, pl.Float64), state=pl.lit("not_applicable"))
    figure = drawn("area_map", nothing)
    assert figure.data[0].fillpattern.shape == "/"
    assert "A<br><b>Not applicable</b>" in [*figure.data[-1].text, *words(figure)]
    assert drawn("area_map", nothing.clear()).data[0].fillpattern.shape is None


@pytest.mark.parametrize("key", FIGURES)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("name", [LONG, CHINESE])
def test_one_row_of_a_long_name_is_drawn_in_either_palette(key, palette, name):
    figure = drawn(key, FIGURES[key][1](name).head(1), Look("zh", palette))
    assert len(figure.data) > 0
    assert not [text for text in words(figure) if text.startswith("本期无数据")]
    other = {LIGHT: DARK, DARK: LIGHT}[palette]
    used = set(re.findall(r"#[0-9a-f]{6}", figure.to_json()))
    assert used & set(vars(palette).values())
    assert used & (set(vars(other).values()) - set(vars(palette).values())) == set()


@pytest.mark.parametrize("key", FIGURES)
def test_names_are_shown_letter_by_letter(key):
    text = drawn(key, FIGURES[key][1](NASTY)).to_plotly_json()
    assert "<b>Tax" not in str(text) and "<a href" not in str(text)


def test_plain_text_escapes_what_plotly_would_read():
    assert plain("a <b> & c") == "a &lt;b&gt; &amp; c"
    assert plain("佛山 “市”") == "佛山 “市”"
