"""The gallery shows every figure and every state, in both languages and themes, before there is any data."""

import re
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from plotly.graph_objects import Figure

import dashboards.figures as figures
from dashboards.controls import LANGUAGES, THEMES, View
from dashboards.gate import Gate
from dashboards.markup import to_html
from dashboards.pages import gallery
from dashboards.pages.gallery_charts import FIGURES, drawn
from dashboards.pages.gallery_samples import tiles
from dashboards.pages.render import first_html, page
from dashboards.theme import DARK, LIGHT, PALETTES
from dashboards.words import say
from metrics.states import STATES
from metrics.statistics.attainment import STATUSES
from warehouse.settings import Settings

VIEW = View(path="/gallery")
MODULE_OF = {"map": "area_map", "mix_counts": "mix", "twin_bars": "comparison"}


@pytest.fixture
def no_release(tmp_path):
    return Gate(Settings(home=tmp_path))


def test_the_gallery_stands_without_a_release(no_release, charts):
    text = first_html(no_release, VIEW)
    assert say("en", "gallery.sample") in text and say("en", "empty.title") in text
    assert all(f'id="{key}"' in text and f'href="#{key}"' in text for key in gallery.SECTIONS)
    assert len(charts(page(no_release, VIEW))) == len(FIGURES) + 3 + 7


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_speaks_one_language(no_release, lang):
    text = to_html(gallery.layout(no_release, replace(VIEW, lang=lang)))
    assert say(lang, "page.gallery") in text
    words = re.sub(r"<[^>]*>", " ", re.sub(r'<(\w+)[^>]* lang="(?:zh|en)"[^>]*>.*?</\1>', " ", text))
    if lang == "en":
        assert re.findall(r"[\u4e00-\u9fff]+", words) == []


def test_every_state_of_a_value_and_every_status_of_a_target_has_a_tile():
    shown = dict(tiles())
    assert {data.main.now.state for data in shown.values()} == {*STATES, "errored"}
    statuses = {data.standing.status for data in shown.values() if data.standing}
    assert statuses == set(STATUSES) - {"not_evaluable"}
    assert shown["provisional"].main.is_provisional and not shown["value"].main.is_provisional


def test_every_figure_module_is_shown():
    modules = {path.stem for path in Path(figures.__file__).parent.glob("*.py")}
    parts = {
        "__init__",
        "look",
        "labels",
        "hover",
        "shades",
        "series_colours",
        "time_axis",
        "outlines",
        "marks",
        "drawing",
        "panels",
        "points",
    }
    drawn_in = {MODULE_OF.get(key, key) for key in FIGURES}
    assert modules - parts - {"trend"} <= drawn_in


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("key", FIGURES)
def test_figures_of_the_gallery_are_drawn_in_their_theme(key, theme):
    figure, rows, alt = drawn(key, "zh", theme)
    assert rows.height > 0 and isinstance(alt, str)
    other = {LIGHT: DARK, DARK: LIGHT}[PALETTES[theme]]
    foreign = set(asdict(other).values()) - set(asdict(PALETTES[theme]).values())
    assert set(re.findall(r"#[0-9a-f]{6}", figure.checked().to_json())) & foreign == set()
    assert say("zh", "drawing.none") not in [note["text"] for note in figure.notes]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_in_every_state_is_sent_as_plotly_knows_it(no_release, charts, lang, theme):
    found = charts(page(no_release, replace(VIEW, lang=lang, theme=theme)))
    assert [chart for chart in found if not Figure(chart.figure).data and not Figure(chart.figure).layout.annotations] == []


def test_contrast_is_measured_not_copied(no_release):
    text = to_html(gallery.layout(no_release, VIEW))
    assert text.count(" : 1</td>") == 36
    ratios = [float(found) for found in re.findall(r"([\d.]+) : 1</td>", text)]
    assert min(ratios) >= 4.5 and max(ratios) > 14


def test_titles_of_samples_say_what_their_rows_say():
    rows = drawn("matrix", "en", "light")[1]
    over = [row["count"] for row in rows.iter_rows(named=True) if row["column"].isdigit() and row["row"] > row["column"]]
    assert say("en", "gallery.chart.matrix").startswith(f"Matrix: {sum(over)} items")
    heat = drawn("heat_map", "en", "light")[1].sort("value", nulls_last=True, descending=True).row(0, named=True)
    assert (heat["y_key"], heat["x_key"]) == (0, 10)
    assert drawn("calendar", "en", "light")[1].filter(day=date(2018, 10, 29), row="Hall queue machines")["state"].to_list() == ["missing"]
    bars = drawn("hbars", "en", "light")[1].drop_nulls("value")
    assert [row["low"] > row["target"] for row in bars.iter_rows(named=True)] == [True, True, False, False]
    assert [row["high"] < row["target"] for row in bars.iter_rows(named=True)] == [False, False, True, True]
    places = drawn("comparison", "en", "light")[1]
    assert places.filter(places["low"] > 4.8)["name"].to_list() == ["Harbour"]
