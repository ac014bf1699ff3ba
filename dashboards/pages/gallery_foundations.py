"""The first part of the gallery: type, space, colour with its measured contrast, and how numbers and dates are written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from dashboards import elements as html
from dashboards import formats
from dashboards.controls import LANGUAGES
from dashboards.figures.shades import ink_on, ramp, shades
from dashboards.periods import Period
from dashboards.theme import PALETTES, SPACE, TYPE, Palette, contrast
from dashboards.words import say

TEXTS = ("ink", "ink_soft", "ink_faint", "accent", "good", "bad")
GROUNDS = ("ground", "surface", "accent_wash")


def type_scale(lang: str) -> html.Div:
    """Every size of type in its own size."""
    lines = [
        html.Div(
            [
                html.Code(f"{name} · {pixels} px", className="faint"),
                html.Span(say(lang, "gallery.sample_text"), style={"fontSize": f"{pixels / 16}rem"}),
            ],
            className="type-line",
        )
        for name, pixels in TYPE.items()
    ]
    return html.Div(lines, className="plate")


def spaces() -> html.Div:
    """Every distance as a bar of its length."""
    bars = [
        html.Div(
            [html.Code(f"{name} · {pixels} px", className="faint"), html.Span(style={"width": f"{pixels * 4}px"}, className="space-bar")]
        )
        for name, pixels in SPACE.items()
    ]
    return html.Div(bars, className="plate spaces")


def palettes(lang: str) -> html.Div:
    """Both palettes side by side, whatever the screen's own theme is."""
    return html.Div([_palette(name, palette, lang) for name, palette in PALETTES.items()], className="palettes")


def _palette(name: str, palette: Palette, lang: str) -> html.Section:
    ground = {"background": palette.ground, "color": palette.ink, "borderColor": palette.rule_strong}
    return html.Section(
        [html.H3(say(lang, f"theme.{name}")), _swatches(palette, lang), _contrasts(palette, lang), _steps(palette, lang)],
        className="palette",
        style=ground,
    )


def _swatches(palette: Palette, lang: str) -> html.Ul:
    items = [
        html.Li(
            [
                html.Span(className="swatch", style={"background": colour, "borderColor": palette.ink_faint}),
                html.Span([html.Span(say(lang, f"gallery.colour.{key}")), html.Code(colour, style={"color": palette.ink_faint})]),
            ]
        )
        for key, colour in asdict(palette).items()
    ]
    return html.Ul(items, className="swatches")


def _contrasts(palette: Palette, lang: str) -> html.Table:
    """Each text colour on each ground, with its ratio written in it."""
    colours = asdict(palette)
    edge = {"borderColor": palette.rule_strong}
    head = [
        html.Th(say(lang, "gallery.contrast"), scope="col"),
        *(html.Th(say(lang, f"gallery.colour.{key}"), scope="col") for key in GROUNDS),
    ]
    rows = []
    for text in TEXTS:
        cells = [
            html.Td(_ratio(colours[text], colours[ground]), style={"color": colours[text], "background": colours[ground], **edge})
            for ground in GROUNDS
        ]
        rows.append(html.Tr([html.Th(say(lang, f"gallery.colour.{text}"), scope="row"), *cells]))
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="contrasts")


def _ratio(one: str, other: str) -> str:
    return f"{contrast(one, other):.1f} : 1"


def _steps(palette: Palette, lang: str) -> html.Div:
    """Grounds of cells with the text that stands on them, and marks against the surface."""
    cells = [
        html.Span(_ratio(ink_on(shade, palette), shade), style={"background": shade, "color": ink_on(shade, palette)})
        for shade in shades(palette, 6)
    ]
    marks = [
        html.Span([html.Span(style={"background": colour}, className="mark-step"), _ratio(colour, palette.surface)])
        for colour in ramp(palette, 6)
    ]
    return html.Div(
        [
            html.P(say(lang, "gallery.cells")),
            html.Div(cells, className="steps"),
            html.P(say(lang, "gallery.marks")),
            html.Div(marks, className="steps", style={"background": palette.surface, "color": palette.ink_soft}),
        ]
    )


def written(lang: str) -> html.Div:
    """Numbers and dates in both languages beside each other."""
    heads = [
        html.Th(say(lang, "gallery.kind"), scope="col"),
        *(html.Th(say(lang, f"language.{other}"), scope="col", lang=other) for other in LANGUAGES),
    ]
    columns = [_examples(other) for other in LANGUAGES]
    rows = [
        html.Tr(
            [
                html.Th(say(lang, f"gallery.written.{key}"), scope="row"),
                *(html.Td(column[key], className="num", lang=other) for column, other in zip(columns, LANGUAGES, strict=True)),
            ]
        )
        for key in columns[0]
    ]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain")
    return html.Div(table, className="plate scroller", tabIndex="0")


def _examples(lang: str) -> dict[str, str]:
    month, day = Period(date(2018, 10, 1)), date(2018, 10, 31)
    return {
        "count": formats.count(5344, lang),
        "large": formats.count(5_790_000, lang),
        "share": formats.share(0.2728, lang),
        "nearly_all": formats.share(0.99996, lang),
        "chance": formats.chance(0.998, lang),
        "minutes": formats.amount(4.82, "minutes", lang),
        "days": formats.amount(11.3, "working_days", lang),
        "rate": formats.amount(16.4, "per_100k", lang),
        "points": formats.difference(-0.127, "share", lang),
        "negative": formats.number(-12.5, 1),
        "interval": formats.interval(0.27, 0.276, "share", lang),
        "rank": formats.ranks(f"2{formats.DASH}4", lang),
        "day": formats.day(day, lang),
        "day_short": formats.day(day, lang, short=True),
        "month": formats.period(month, lang),
        "quarter": formats.period(Period(date(2018, 10, 1), "quarter"), lang),
        "year": formats.period(Period(date(2018, 1, 1), "year"), lang),
    }
