"""Every text colour can be read on every ground, in both themes; charts take their colours from the palette."""

from dataclasses import asdict

import polars as pl
import pytest

from dashboards.figures.grades import colours as grade_colours
from dashboards.figures.hourly import hourly
from dashboards.figures.look import Look, blank, dressed
from dashboards.figures.series_colours import series_colours
from dashboards.figures.shades import ink_on, neutral, ramp, shades, thinned
from dashboards.theme import DARK, LIGHT, PALETTES, chart_template, contrast, see_through, stylesheet

TEXTS = ("ink", "ink_soft", "ink_faint", "accent", "good", "bad")
GROUNDS = ("ground", "surface", "accent_wash")


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_is_readable(theme, text, ground):
    palette = asdict(PALETTES[theme])
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_chosen_period_in_the_calendar_is_readable(palette):
    assert contrast(palette.surface, palette.accent) >= 4.5


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_good_and_bad_differ_in_lightness_from_neither_but_in_hue_for_the_colour_blind():
    # blue channel against red channel: bluish green and vermilion stay apart without red-green vision
    for palette in PALETTES.values():
        red, blue = int(palette.bad[1:3], 16) - int(palette.bad[5:7], 16), int(palette.good[5:7], 16) - int(palette.good[1:3], 16)
        assert red > 60 and blue > 40


def test_both_themes_define_the_same_variables():
    text = stylesheet()
    light, dark = text.split("@media screen")
    assert {line.split(":")[0] for line in dark.split("--")[1:]} <= {line.split(":")[0] for line in light.split("--")[1:]}
    assert f"--accent: {LIGHT.accent}" in light and f"--accent: {DARK.accent}" in dark


def test_a_chart_is_sent_in_the_look_of_its_reader():
    sent = dressed(blank(Look.of("zh", "dark", "share"), 300))
    assert sent["layout"]["template"]["layout"]["colorway"][0] == DARK.accent
    assert sent["layout"]["height"] == 300
    assert (
        dressed(hourly(pl.DataFrame({"hour": [9], "arrivals": [3.0]}), Look.of("en", "dark", "share")))["layout"]["template"]["layout"][
            "font"
        ]["color"]
        == DARK.ink_soft
    )


def test_the_chart_template_uses_the_palette():
    assert chart_template(DARK).layout.colorway[0] == DARK.accent
    assert see_through("#ff0080", 0.5) == "rgba(255,0,128,0.5)"


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("count", range(1, 9))
def test_text_on_every_shade_of_a_cell_is_readable(palette, count):
    grounds = [*shades(palette, count), *shades(palette, count, hue=palette.bad, most=0.42), *shades(palette, count, hue=palette.ink_faint)]
    assert min(contrast(ink_on(ground, palette), ground) for ground in grounds) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_ink_flips_where_the_ground_becomes_strong(palette):
    assert ink_on(shades(palette, 5)[0], palette) == palette.ink
    assert ink_on(shades(palette, 5)[-1], palette) == palette.surface


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["surface", "ground"])
def test_every_mark_stands_out_from_its_ground(palette, ground):
    steps = [colour for count in range(1, 7) for colour in ramp(palette, count)]
    single = [neutral(palette), *(thinned(palette, hue) for hue in (palette.accent, palette.good, palette.bad, palette.ink_faint))]
    marks = [*steps, *single, *grade_colours(Look(palette=palette)).values(), palette.accent, palette.good, palette.bad, palette.ink_faint]
    assert min(contrast(mark, getattr(palette, ground)) for mark in marks) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_names_in_the_colour_of_their_line_are_readable_on_surface_and_ground(palette):
    colours = [colour for colour, _ in series_colours(palette, 4)]
    assert len(set(colours)) == 4
    assert min(contrast(colour, ground) for colour in colours for ground in (palette.surface, palette.ground)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_words_on_a_hatched_area_are_readable_on_its_lines_too(palette):
    assert contrast(palette.ink, palette.rule_strong) >= 4.5


def test_a_ramp_goes_one_way_from_strong_to_faint():
    for palette in (LIGHT, DARK):
        strength = [contrast(colour, palette.surface) for colour in ramp(palette, 6)]
        assert strength == sorted(strength, reverse=True) and len(set(strength)) == 6
