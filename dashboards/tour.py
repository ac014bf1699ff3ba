"""The tour for a first visit: what to look at on the overview, in six steps. The script (assets/onegate.js) walks through them."""

from __future__ import annotations

import json

from dashboards import elements as html
from dashboards.attributes import data
from dashboards.words import say

# what each step points at; its words stand under tour.<step>
STEPS = {
    "sentence": ".headline",
    "trust": ".trust",
    "tiles": ".tiles",
    "league": ".league-section",
    "rows": ".tile .ways",
    "menus": ".filters",
}
BUTTONS = ("invite", "start", "later", "next", "back", "end", "step")


def tour(lang: str) -> html.Div:
    """An empty element that carries the steps for the script."""
    steps = [{"at": selector, "text": say(lang, f"tour.{name}")} for name, selector in STEPS.items()]
    words = {name: say(lang, f"tour.{name}", number="{number}", count="{count}") for name in BUTTONS}
    return html.Div("", id="tour", className="tour-data", hidden=True, **data(steps=json.dumps(steps), words=json.dumps(words)))
