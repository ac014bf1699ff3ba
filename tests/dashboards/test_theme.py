"""Every text colour can be read on every ground, in both themes; charts take their colours from the palette."""

from dataclasses import asdict

import pytest

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


def test_the_chart_template_uses_the_palette():
    assert chart_template(DARK).layout.colorway[0] == DARK.accent
    assert see_through("#ff0080", 0.5) == "rgba(255,0,128,0.5)"
