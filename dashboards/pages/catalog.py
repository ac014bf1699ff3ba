"""Every page of the application, in the order of the bar. A new page is a module and one line here."""

from __future__ import annotations

from dashboards.pages import (
    case,
    cases,
    channels,
    definitions,
    department,
    depth,
    district,
    documents,
    gallery,
    handling,
    item,
    overview,
    quality,
    satisfaction,
    site,
    targets,
    waiting,
)
from dashboards.pages.page import Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    depth.PAGE,
    waiting.PAGE,
    handling.PAGE,
    satisfaction.PAGE,
    channels.PAGE,
    documents.PAGE,
    targets.PAGE,
    quality.PAGE,
    definitions.PAGE,
    cases.PAGE,
    district.PAGE,
    department.PAGE,
    site.PAGE,
    item.PAGE,
    case.PAGE,
    gallery.PAGE,
)


def page_at(path: str) -> Page | None:
    """The page of an address, if there is one."""
    return next((page for page in PAGES if page.code(path) is not None), None)
