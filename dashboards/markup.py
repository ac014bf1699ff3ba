"""Components as HTML text. Dash's renderer spends milliseconds on every component, and a page has a thousand of them.

`lighten` turns whatever has no live component inside into one element that carries its content as text (assets/onegate.js sets it);
`to_html` writes a whole page, so that the first answer of the server is already readable. Everything is escaped here; links lead only
inside. Components stay ordinary `dash.html` ones wherever they are made.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from html import escape
from typing import Any

from dash import dcc
from dash.development.base_component import Component

NAMES = {"className": "class", "tabIndex": "tabindex", "colSpan": "colspan", "rowSpan": "rowspan", "hrefLang": "hreflang"}
PLAIN = {"id", "class", "title", "lang", "role", "type", "scope", "href", "tabindex", "colspan", "rowspan", "hreflang", "open", "hidden"}
_INSIDE = re.compile(r"^(/(?!/)|#)")


def lighten(node: Any, _seen: list[str] | None = None) -> Any:
    """The same tree with every part that holds no live component folded into one element."""
    seen = [] if _seen is None else _seen
    if isinstance(node, list | tuple):
        return [lighten(child, seen) for child in node]
    if not isinstance(node, Component) or _is_live(node):
        return node
    children = getattr(node, "children", None)
    if _holds_live(children):
        node.children = lighten(children, seen)
        return node
    return _folded(node, children, seen)


def _folded(node: Component, children: Any, seen: list[str]) -> Component:
    """One element with its content as text; the id changes with the content, so that React never mixes two of them."""
    if not isinstance(children, Component | list | tuple):
        return node
    content = to_html(children)
    props = {name: value for name, value in node.to_plotly_json()["props"].items() if name not in ("children", "id")}
    digest = hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()[:12]
    seen.append(digest)
    identity = getattr(node, "id", None) or f"fold-{digest}-{seen.count(digest)}"
    return type(node)(id=identity, **{**props, "data-html": content})


def _is_live(node: Component) -> bool:
    return node._namespace != "dash_html_components"


def _holds_live(children: Any) -> bool:
    if isinstance(children, list | tuple):
        return any(_holds_live(child) for child in children)
    return isinstance(children, Component) and (_is_live(children) or _holds_live(getattr(children, "children", None)))


def to_html(node: Any) -> str:
    """Text of a component, or of several. A chart, which needs scripts, leaves its place free."""
    if node is None:
        return ""
    if isinstance(node, list | tuple):
        return "".join(to_html(child) for child in node)
    if not isinstance(node, Component):
        return escape(str(node), quote=False)
    if _is_live(node):
        return _placeholder(node)
    tag = node._type.lower()
    props = node.to_plotly_json()["props"]
    content = props.get("data-html") or to_html(props.get("children"))
    return f"<{tag}{_attributes(props)}>{content}</{tag}>"


def _placeholder(node: Component) -> str:
    height = (getattr(node, "style", None) or {}).get("height") if isinstance(node, dcc.Graph) else None
    return f'<div style="height:{int(height)}px"></div>' if height else ""


def _attributes(props: dict[str, Any]) -> str:
    return "".join(f" {text}" for name, value in props.items() if (text := _attribute(NAMES.get(name, name), value)))


def _attribute(name: str, value: Any) -> str:
    if name in ("children", "data-html") or value is None or value is False:
        return ""
    if name == "style":
        return f'style="{escape(_css(value.items()))}"'
    if name not in PLAIN and not name.startswith(("aria-", "data-")):
        raise ValueError(f"The attribute {name!r} has no place in static markup; make its component live or leave it out.")
    if name == "href" and not _INSIDE.match(str(value)):
        raise ValueError(f"The link {value!r} leads outside; pages link only to addresses of this application.")
    return name if value is True else f'{name}="{escape(str(value))}"'


def _css(rules: Iterable[tuple[str, Any]]) -> str:
    """`maskImage` as `mask-image`, `WebkitMaskImage` as `-webkit-mask-image`."""
    return ";".join(f"{re.sub('[A-Z]', lambda found: '-' + found[0].lower(), name)}:{value}" for name, value in rules)
