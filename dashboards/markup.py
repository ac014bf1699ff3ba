"""Elements as HTML text. Dash's renderer spends milliseconds on every component, and a page has thousands of elements.

`lighten` turns whatever has no live component inside into one element that carries its content as text (assets/onegate.js sets it);
`to_html` writes a whole page, so that the first answer of the server is already readable. Everything is escaped here; links lead only
inside. Elements of `dashboards.elements` and of `dash.html` are the same here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
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
_SEVERAL, _NODES = (list, tuple), (Element, Component)  # named once: asking `list | tuple` makes a type at every question


def lighten(node: Any) -> Any:
    """The same tree as Dash draws it, with every part that holds no live component folded into one element."""
    around: set[int] = set()
    _find_live(node, around)
    return _lightened(node, around, [])


def _find_live(node: Any, around: set[int]) -> bool:
    """Whether it is or holds a live component; the identities of what holds one go into `around`."""
    if isinstance(node, Element):
        children = node.children
    elif isinstance(node, _SEVERAL):
        return any([_find_live(child, around) for child in node if type(child) is not str])  # a list: every child is looked at
    elif not isinstance(node, Component):
        return False
    elif _is_live(node):
        return True
    else:
        children = getattr(node, "children", None)
    if children is None or type(children) is str or not _find_live(children, around):
        return False
    around.add(id(node))
    return True


def _lightened(node: Any, around: set[int], seen: list[str]) -> Any:
    if isinstance(node, _SEVERAL):
        return [_lightened(child, around, seen) for child in node]
    if not isinstance(node, _NODES) or _is_live(node):
        return node
    children = getattr(node, "children", None)
    if id(node) in around:
        return _dash(node, children=_lightened(children, around, seen))
    return _folded(node, children, seen)


def _folded(node: Element | Component, children: Any, seen: list[str]) -> Component:
    """One element with its content as text; the id changes with the content, so that React never mixes two of them."""
    if not isinstance(children, (*_NODES, *_SEVERAL)):
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


def to_html(node: Any) -> str:
    """Text of an element, or of several. A chart, which needs scripts, leaves its place free."""
    if type(node) is str:
        return escape(node, quote=False)
    if isinstance(node, Element):
        return _element(node.tag, node.props, node.children)
    if isinstance(node, _SEVERAL):
        return "".join(map(to_html, node))
    if isinstance(node, Component):
        return _component(node)
    return "" if node is None else escape(str(node), quote=False)


def _component(node: Component) -> str:
    if _is_live(node):
        return _placeholder(node)
    props = _props(node)
    return _element(node._type.lower(), props, props.get("children"))


def _element(tag: str, props: dict[str, Any], children: Any) -> str:
    if not props:
        return f"<{tag}>{to_html(children)}</{tag}>"
    given = [_attribute(name, value) for name, value in props.items() if not (value is None or value is False or name in _INNER)]
    return f"<{tag}{''.join(given)}>{props.get('data-html') or to_html(children)}</{tag}>"


def _placeholder(node: Component) -> str:
    height = (getattr(node, "style", None) or {}).get("height") if isinstance(node, dcc.Graph) else None
    return f'<div style="height:{int(height)}px"></div>' if height else ""


def _attribute(name: str, value: Any) -> str:
    if name == "style":
        return f' style="{escape(_css(value.items()))}"'
    return f" {_name(name)}" if value is True else _said(name, str(value))


@lru_cache(maxsize=20_000)
def _said(name: str, value: str) -> str:
    """The attribute with its value: a page says the same few hundred of them thousands of times."""
    written = _name(name)
    if written == "href" and not _INSIDE.match(value):
        raise ValueError(f"The link {value!r} leads outside; pages link only to addresses of this application.")
    return f' {written}="{escape(value)}"'


@lru_cache(maxsize=1000)
def _name(name: str) -> str:
    """The attribute's name in HTML; ValueError when it has no place in text."""
    written = NAMES.get(name, name)
    if written not in PLAIN and not written.startswith(("aria-", "data-")):
        raise ValueError(f"The attribute {name!r} has no place in static markup; make its component live or leave it out.")
    return written


def _css(rules: Iterable[tuple[str, Any]]) -> str:
    return ";".join([f"{_css_name(name)}:{value}" for name, value in rules])


@lru_cache(maxsize=1000)
def _css_name(name: str) -> str:
    """`maskImage` as `mask-image`, `WebkitMaskImage` as `-webkit-mask-image`."""
    return re.sub("[A-Z]", lambda found: "-" + found[0].lower(), name)
