"""The state of a page and its URL: reading one from the other and writing links that change one thing and keep the rest.

A page has no state but this. Menus, tabs and sort heads are links made here, so that a view can be sent to somebody and Back works.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from urllib.parse import parse_qsl, quote, quote_plus, unquote

from dashboards.periods import Period

LANGUAGES = ("en", "zh")
THEMES = ("light", "dark")
CHANNELS = ("window", "web", "app", "wechat", "terminal", "hotline", "courier", "agent_station", "cross_region_window", "other")
LEVELS = ("1", "2", "3", "4")
PLACE_PATH = "/district/"  # of the pages about one place; everywhere else the place is a filter
_CODE = re.compile(r"^[\w.:/-]{1,80}$")  # letters of any script: codes of cities are not all Latin
_TEXT = re.compile(r"^[^\x00-\x1f\x7f]{1,120}$")


@dataclass(frozen=True)
class View:
    """What a page shows: its path and everything that its query string says. Empty text means the default.

    Filters, kept from page to page: period, channel, place (a division), dept, site, item, compare (a place to set beside), level (of depth).
    Of one page only: tile and pick (what is selected there), figure and side (whose rows `/cases` lists), and the state of a table:
    sort, find and at (page), each `<table>:<value>`. Of the screen: lang, theme, wall, define (the definition card that is open).
    """

    path: str = "/"
    lang: str = "en"
    theme: str = "light"
    period: str = ""
    channel: str = ""
    place: str = ""
    dept: str = ""
    site: str = ""
    item: str = ""
    compare: str = ""
    level: str = ""
    tile: str = ""
    pick: str = ""
    figure: str = ""
    side: str = ""
    sort: str = ""
    find: str = ""
    at: str = ""
    wall: str = ""
    define: str = ""

    def href(self, **changes: str) -> str:
        """The address of this view after `changes`."""
        said = vars(self) | changes  # a page has a thousand links: no copy of the view is made for each
        if len(said) > len(DEFAULTS):
            raise TypeError(f"A view has no {', '.join(sorted(said.keys() - DEFAULTS.keys()))}; see the fields of View.")
        query = "&".join([f"{name}={_quoted(said[name])}" for name in QUERY if said[name] != DEFAULTS[name]])
        path = _quoted_path(said["path"])
        return f"{path}?{query}" if query else path

    def go(self, path: str, **changes: str) -> str:
        """The address of another page: its filters go along, what was selected on this page stays behind."""
        return self.href(**{**dict.fromkeys(OF_A_PAGE, ""), "path": path, **changes})

    @property
    def here(self) -> str:
        """The code of the place that the page is about, wherever its address says it; empty for the whole."""
        return self.path.removeprefix(PLACE_PATH) if self.path.startswith(PLACE_PATH) else self.place

    @property
    def about(self) -> dict[str, str]:
        """The filter that the path itself says: `/site/S1` is about the hall S1."""
        found = ((name, self.path.removeprefix(path)) for path, name in ABOUT.items() if self.path.startswith(path))
        return dict(found)

    def rows_href(self, figure: str, side: str = "", **changes: str) -> str:
        """The address of the rows behind a figure (a metric's id or an indicator's key) in this page's place, period and filters."""
        return self.go("/cases", **{"figure": figure, "side": side, "place": self.here, **self.about, **changes})

    def table_state(self, name: str, table: str) -> str:
        """What `sort`, `find` or `at` says of a table; empty where it speaks of another one."""
        said, _, value = getattr(self, name).partition(":")
        return value if said == table else ""

    @property
    def chosen_period(self) -> Period | None:
        """The period asked for, if any."""
        return Period.parse(self.period)


DEFAULTS = {field.name: field.default for field in fields(View)}
QUERY = tuple(name for name in DEFAULTS if name != "path")
ABOUT = {"/site/": "site", "/department/": "dept", "/item/": "item"}
_quoted = lru_cache(maxsize=20_000)(quote_plus)  # the same few words again and again
_quoted_path = lru_cache(maxsize=20_000)(quote)
OF_A_PAGE = ("tile", "pick", "figure", "side", "sort", "find", "at", "define")
_ALLOWED = {
    "lang": LANGUAGES.__contains__,
    "theme": THEMES.__contains__,
    "channel": CHANNELS.__contains__,
    "level": LEVELS.__contains__,
    "wall": "1".__eq__,
    "find": lambda text: bool(_TEXT.match(text)),
    "period": lambda text: Period.parse(text) is not None,
}


def read_view(path: str | None, search: str | None) -> View:
    """The view that an address asks for; what it says wrongly is left at its default, never an error."""
    said = dict(parse_qsl((search or "").lstrip("?")))
    kept = {name: said[name] for name in QUERY if name in said and _is_allowed(name, said[name])}
    return View(path=_clean_path(path), **kept)


def _is_allowed(name: str, text: str) -> bool:
    check = _ALLOWED.get(name)
    return check(text) if check else bool(_CODE.match(text))


def _clean_path(path: str | None) -> str:
    return "/" + unquote(path or "").strip("/")
