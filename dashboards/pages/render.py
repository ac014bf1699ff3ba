"""From an address to what stands on the page: which page it is, and what is shown instead when something is missing or fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dashboards import elements as html
from dashboards.asking import new_request_id
from dashboards.attributes import data
from dashboards.cards.states import empty, error, missing
from dashboards.cards.table import Table, tables_in
from dashboards.controls import LANGUAGES, View
from dashboards.course import Scope
from dashboards.gate import Gate, NoRelease
from dashboards.markup import lighten, to_html
from dashboards.pages import definitions
from dashboards.pages.catalog import PAGES, page_at
from dashboards.pages.frame import frame_of
from dashboards.shell import bare_header, header
from dashboards.words import say

log = logging.getLogger(__name__)
PAUSE = 0.2  # seconds between pages made before anybody wants them


MENU = tuple((page.key, page.path) for page in PAGES if page.in_menu)


def is_page(path: str) -> bool:
    """Whether a page of this application lives at the path (the code of a place or case may still be unknown)."""
    return page_at(path) is not None


def page(gate: Gate, view: View) -> Any:
    """The page of a view, made once for a release and what else it shows."""
    found = page_at(view.path)
    if found and not found.needs_release:
        return _guarded(lambda: lighten(found.layout(gate, view)), view)
    return _guarded(lambda: gate.made((view, "page", found and found.changing(gate)), lambda: lighten(_page(gate, view))), view)


def _page(gate: Gate, view: View) -> Any:
    found = page_at(view.path)
    return found.layout(gate, view) if found else _titled(missing(view), view, "page.missing")


def tables_of(gate: Gate, view: View) -> list[Table]:
    """Every table that the page of a view carries, for an export."""
    return list(tables_in(_page(gate, view)))


def page_header(gate: Gate, view: View) -> Any:
    """The bar of a view."""
    try:
        return gate.made((view, "header"), lambda: lighten(header(gate, view, MENU)))
    except Exception as failure:  # the page below says what is wrong; the bar must still lead somewhere
        if not isinstance(failure, NoRelease):
            log.exception("The header could not be made.")
        return lighten(bare_header(view, MENU))


def page_panel(gate: Gate, view: View) -> Any:
    """The definition card of a view, if it asks for one."""
    return _guarded(lambda: lighten(definitions.panel(gate, view, _scope(gate, view))), view) if view.define else []


def warm_up(gate: Gate) -> None:
    """Make every page of the bar once in each language, the overview first; with pauses, for readers come before it."""
    for _, path in MENU:
        for lang in LANGUAGES:
            first_html(gate, View(path=path, lang=lang))
            time.sleep(PAUSE)


def first_html(gate: Gate, view: View) -> str:
    """Header, page and card as HTML: what a reader sees before any script has run."""
    parts = (
        f'<header class="header">{to_html(page_header(gate, view))}</header>',
        f"<main>{to_html(page(gate, replace(view, define='')))}</main>",
    )
    card = to_html(page_panel(gate, view))
    return "".join(parts) + (f'<aside class="panel">{card}</aside>' if card else "")


def place_of(view: View) -> View:
    """The view with its place, department, hall or item among the filters, wherever its address says it."""
    return replace(view, place=view.here, **view.about)


def _scope(gate: Gate, view: View) -> Scope:
    return frame_of(gate, place_of(view)).scope


def _guarded(make: Callable[[], Any], view: View) -> Any:
    """What `make` gives; the first-run page without a release; words and a request id when it fails."""
    try:
        return make()
    except NoRelease:
        return lighten(_titled(empty(view.lang), view, "empty.title"))
    except Exception:
        request_id = new_request_id()
        log.exception("[%s] %s failed", request_id, view.href())
        return lighten(_titled(error(request_id, view.lang), view, "error.title"))


def _titled(body: Any, view: View, title: str) -> html.Div:
    return html.Div(body, className="page", **data(title=say(view.lang, "app.title", page=say(view.lang, title))))
