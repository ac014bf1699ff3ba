"""Elements as HTML text. Dash's renderer spends milliseconds on every component, and a page has thousands of elements.

`lighten` turns whatever has no live component inside into one element that carries its content as text (assets/onegate.js sets it);
`to_html` writes a whole page, so that the first answer of the server is already readable. Everything is escaped here; links lead only
inside. Elements of `dashboards.elements` and of `dash.html` are the same here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape
from typing import Any

from dash import dcc
from dash import html as dash_html
from dash.development.base_component import Component

from dashboards.elements import Element

NAMES = {"className": "class", "tabIndex": "tabindex", "colSpan": "colspan", "rowSpan": "rowspan", "hrefLang": "hreflang"}
PLAIN = {"id", "class", "title", "lang", "role", "type", "scope", "href", "tabindex", "colspan", "rowspan", "hreflang", "open", "hidden"}
_INSIDE = re.compile(r"^(/(?!/)|#)")
_INNER = ("children", "data-html")  # properties that are content
Put = Callable[[str], None]


def lighten(node: Any, _seen: list[str] | None = None) -> Any:
    """The same tree as Dash draws it, with every part that holds no live component folded into one element."""
    seen = [] if _seen is None else _seen
    if isinstance(node, list | tuple):
        return [lighten(child, seen) for child in node]
    if not isinstance(node, Element | Component) or _is_live(node):
        return node
    children = getattr(node, "children", None)
    if _holds_live(children):
        return _dash(node, children=lighten(children, seen))
    return _folded(node, children, seen)


def _folded(node: Element | Component, children: Any, seen: list[str]) -> Component:
    """One element with its content as text; the id changes with the content, so that React never mixes two of them."""
    if not isinstance(children, Element | Component | list | tuple):
        return _dash(node)
    content = to_html(children)
    digest = hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()[:12]
    seen.append(digest)
    identity = _props(node).get("id") or f"fold-{digest}-{seen.count(digest)}"
    return _dash(node, **{"id": identity, "children": None, "data-html": content})


def _dash(node: Element | Component, **changes: Any) -> Component:
    """The element as one of Dash's own."""
    given = {**_props(node), **changes}
    kept = {name: value for name, value in given.items() if value is not None}
    return getattr(dash_html, type(node).__name__)(**kept)


def _props(node: Element | Component) -> dict[str, Any]:
    if isinstance(node, Element):
        return {"children": node.children, **node.props}
    return node.to_plotly_json()["props"]


def _is_live(node: Element | Component) -> bool:
    return not isinstance(node, Element) and node._namespace != "dash_html_components"


def _holds_live(children: Any) -> bool:
    if isinstance(children, list | tuple):
        return any(_holds_live(child) for child in children)
    if not isinstance(children, Element | Component):
        return False
    return _is_live(children) or _holds_live(getattr(children, "children", None))


def to_html(node: Any) -> str:
    """Text of an element, or of several. A chart, which needs scripts, leaves its place free."""
    written: list[str] = []
    _write(node, written.append)
    return "".join(written)


def _write(node: Any, put: Put) -> None:
    if isinstance(node, str):
        put(escape(node, quote=False))
    elif isinstance(node, list | tuple):
        for child in node:
            _write(child, put)
    elif isinstance(node, Element):
        _write_element(node.tag, node.props, node.children, put)
    elif isinstance(node, Component):
        _write_component(node, put)
    elif node is not None:
        put(escape(str(node), quote=False))


def _write_component(node: Component, put: Put) -> None:
    if _is_live(node):
        put(_placeholder(node))
        return
    props = _props(node)
    _write_element(node._type.lower(), props, props.get("children"), put)


def _write_element(tag: str, props: dict[str, Any], children: Any, put: Put) -> None:
    put(f"<{tag}")
    for name, value in props.items():
        if value is not None and value is not False and name not in _INNER:
            put(_attribute(name, value))
    put(">")
    content = props.get("data-html")
    if content:
        put(content)
    else:
        _write(children, put)
    put(f"</{tag}>")


def _placeholder(node: Component) -> str:
    height = (getattr(node, "style", None) or {}).get("height") if isinstance(node, dcc.Graph) else None
    return f'<div style="height:{int(height)}px"></div>' if height else ""


def _attribute(name: str, value: Any) -> str:
    if name == "style":
        return f' style="{escape(_css(value.items()))}"'
    written = _name(name)
    if written == "href" and not _INSIDE.match(str(value)):
        raise ValueError(f"The link {value!r} leads outside; pages link only to addresses of this application.")
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'


@lru_cache(maxsize=1000)
def _name(name: str) -> str:
    """The attribute's name in HTML; ValueError when it has no place in text."""
    written = NAMES.get(name, name)
    if written not in PLAIN and not written.startswith(("aria-", "data-")):
        raise ValueError(f"The attribute {name!r} has no place in static markup; make its component live or leave it out.")
    return written


def _css(rules: Iterable[tuple[str, Any]]) -> str:
    """`maskImage` as `mask-image`, `WebkitMaskImage` as `-webkit-mask-image`."""
    return ";".join(f"{re.sub('[A-Z]', lambda found: '-' + found[0].lower(), name)}:{value}" for name, value in rules)
