"""The wall screen (`?wall=1`): no menus, one screen high, and the places in turn. The script (assets/onegate.js) turns the pages."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import elements as html
from dashboards.attributes import aria, data
from dashboards.controls import View
from dashboards.words import say

SECONDS = 20  # that each place stays


def wall_bar(view: View, stops: Sequence[tuple[str, str]]) -> html.Div:
    """What is left of the header: the name, the places that follow one another (name, address), a way to stop them and a way out."""
    lang = view.lang
    links = [html.Li(html.A(name, href=href, **(aria(current="true") if _is_here(href, view) else {}))) for name, href in stops]
    turning = [html.Nav(html.Ol(links), className="stops", **data(seconds=str(SECONDS)), **aria(label=say(lang, "wall.stops")))]
    pause = html.Button(say(lang, "wall.pause"), className="tool pause", type="button", **data(resume=say(lang, "wall.resume")))
    leave = html.A(say(lang, "wall.leave"), href=view.href(wall=""), className="tool leave")
    mark = html.Span(
        [html.Span("一门", className="mark", lang="zh"), html.Span("OneGate", className="mark-latin", lang="en")], className="home"
    )
    return html.Div([mark, *turning, html.Div([pause, leave] if len(stops) > 1 else [leave], className="tools")], className="bar wall-bar")


def _is_here(href: str, view: View) -> bool:
    return href == view.href(define="")
