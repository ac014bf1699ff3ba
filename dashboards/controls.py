"""The state of a page and its URL: reading one from the other and writing links that change one thing and keep the rest.

A page has no state but this. Menus, tabs and sort heads are links made here, so that a view can be sent to somebody and Back works.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

from dashboards.periods import Period

LANGUAGES = ("en", "zh")
THEMES = ("light", "dark")
CHANNELS = ("window", "web", "app", "wechat", "terminal", "hotline", "courier", "agent_station", "cross_region_window", "other")
_CODE = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")


@dataclass(frozen=True)
class View:
    """What a page shows: its path and everything that its query string says. Empty text means the default."""

    path: str = "/"
    lang: str = "en"
    theme: str = "light"
    period: str = ""
    channel: str = ""
    tile: str = ""
    sort: str = ""
    define: str = ""

    def href(self, **changes: str) -> str:
        """The address of this view after `changes`."""
        changed = replace(self, **changes)
        query = urlencode([(name, getattr(changed, name)) for name in QUERY if getattr(changed, name) != DEFAULTS[name]])
        return f"{changed.path}?{query}" if query else changed.path

    @property
    def chosen_period(self) -> Period | None:
        """The period asked for, if any."""
        return Period.parse(self.period)


DEFAULTS = {field.name: field.default for field in fields(View)}
QUERY = tuple(name for name in DEFAULTS if name != "path")
_ALLOWED = {
    "lang": LANGUAGES.__contains__,
    "theme": THEMES.__contains__,
    "channel": CHANNELS.__contains__,
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
    trimmed = "/" + (path or "").strip("/")
    return trimmed
