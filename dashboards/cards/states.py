"""Whole-page and whole-card states in words: loading, nothing published yet, an error with its number, nothing at this address."""

from __future__ import annotations

from dashboards import elements as html
from dashboards.attributes import aria
from dashboards.controls import View
from dashboards.words import say

COMMANDS = {"demo": ("onegate demo",), "own": ("onegate ingest PATH…",), "own_then": ("onegate build",)}


def skeleton() -> html.Div:
    """The final shape, empty, while data are read."""
    tiles = html.Div([html.Div(className="bone tall") for _ in range(6)], className="bones six")
    halves = html.Div([html.Div(className="bone taller"), html.Div(className="bone taller")], className="bones two")
    head = [html.Div(className="bone line"), html.Div(className="bone line short")]
    return html.Div([*head, tiles, halves], className="skeleton", **aria(busy="true"))


def empty(lang: str) -> html.Section:
    """First run: why nothing is here, and the commands that change it."""
    steps = []
    for key, commands in COMMANDS.items():
        steps += [html.Dt(say(lang, f"empty.{key}"))] + [html.Dd(html.Code(command)) for command in commands]
    return html.Section(
        [
            html.H1(say(lang, "empty.title")),
            html.P(say(lang, "empty.first")),
            html.Dl(steps, className="commands"),
            html.P(say(lang, "empty.after")),
        ],
        className="state-page",
    )


def error(request_id: str, lang: str) -> html.Section:
    """Something failed: what to tell whom."""
    body = [html.H1(say(lang, "error.title")), html.P(say(lang, "error.body", id=request_id))]
    return html.Section(body, className="state-page", role="alert")


def missing(view: View) -> html.Section:
    """No page at this address."""
    lang = view.lang
    home = html.A(say(lang, "missing.home"), href=View(lang=lang, theme=view.theme).href())
    return html.Section([html.H1(say(lang, "missing.title")), html.P(say(lang, "missing.body")), html.P(home)], className="state-page")


def not_allowed(owner: str, lang: str) -> html.Section:
    """The reader has no right to what stands here: whose data it is, and whom to ask."""
    body = [html.H1(say(lang, "denied.title")), html.P(say(lang, "denied.body", owner=owner))]
    return html.Section(body, className="state-page")
