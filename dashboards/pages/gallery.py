"""`/gallery`: the design system on one page, every component in every state with sample data. It needs no release."""

from __future__ import annotations

from dashboards import elements as html
from dashboards.attributes import aria, data
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.pages import gallery_charts as charts
from dashboards.pages import gallery_foundations as foundations
from dashboards.pages import gallery_parts as parts
from dashboards.pages.page import Page
from dashboards.words import say

SECTIONS = ("type", "space", "colour", "written", "tiles", "league", "trend", "charts", "sparse", "table", "messages")


def layout(gate: Gate, view: View) -> html.Div:
    """The page; the gate is not asked for anything."""
    lang = view.lang
    bodies = {
        "type": foundations.type_scale(lang),
        "space": foundations.spaces(),
        "colour": foundations.palettes(lang),
        "written": foundations.written(lang),
        "tiles": parts.tiles(view),
        "league": parts.league(view),
        "trend": parts.trends(view),
        "charts": charts.chart_cards(view),
        "sparse": charts.sparse_cards(view),
        "table": parts.rows_table(view),
        "messages": parts.messages(view),
    }
    head = [
        html.H1(say(lang, "page.gallery")),
        html.P(say(lang, "gallery.intro"), className="headline-note"),
        html.P(say(lang, "gallery.sample"), className="sample-note", role="note"),
    ]
    sections = html.Div([_section(key, bodies[key], lang) for key in SECTIONS], className="gallery-body")
    title = say(lang, "app.title", page=say(lang, "page.gallery"))
    return html.Div([*head, html.Div([_index(lang), sections], className="gallery")], className="page is-gallery", **data(title=title))


def _index(lang: str) -> html.Nav:
    links = [html.Li(html.A(say(lang, f"gallery.section.{key}"), href=f"#{key}")) for key in SECTIONS]
    return html.Nav(html.Ul(links), className="gallery-index", **aria(label=say(lang, "gallery.index")))


def _section(key: str, body: html.Div, lang: str) -> html.Section:
    head = [html.H2(say(lang, f"gallery.section.{key}")), html.P(say(lang, f"gallery.about.{key}"), className="note")]
    return html.Section([*head, body], id=key, className=f"gallery-section is-{key}")


PAGE = Page("gallery", "/gallery", layout, in_menu=False, needs_release=False)
