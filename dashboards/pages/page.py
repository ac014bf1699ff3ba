"""What a page is: its address, the function that lays it out, and whether a thing of that code exists."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from dashboards import elements as html
from dashboards.controls import View
from dashboards.gate import Gate

Layout = Callable[[Gate, View], html.Div]


@dataclass(frozen=True)
class Page:
    """One page. `key` names its words: page.<key> (in the menu), help.<key> (two sentences: what it answers, how to use it).

    `path` ends with "/" where a code follows it (`/district/440604`); `exists` then tells whether there is such a thing.
    `changing`: what else it shows, apart from the release; where that changes, the page is made again.
    `in_menu`: whether the bar of pages leads to it. `needs_release`: False for a page that asks the gate nothing, so that it is there before any data.
    """

    key: str
    path: str
    layout: Layout
    in_menu: bool = True
    exists: Callable[[Gate, str], bool] | None = None
    needs_release: bool = True
    changing: Callable[[Gate], Hashable] = lambda gate: None

    @property
    def takes_code(self) -> bool:
        """Whether its address ends with the code of what it is about."""
        return self.path.endswith("/") and self.path != "/"

    def code(self, path: str) -> str | None:
        """The code that an address gives this page: empty for a page without one, None when the address is not this page's."""
        if not self.takes_code:
            return "" if path == self.path else None
        code = path.removeprefix(self.path)
        return code if path.startswith(self.path) and code else None
