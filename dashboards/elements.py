"""HTML elements under the names that `dash.html` gives them, but light: a page makes thousands, and each of Dash's own takes a fiftieth of a
millisecond to make and as long to write. `markup.lighten` hands Dash what it has to draw.
"""

from __future__ import annotations

from typing import Any


class Element:
    """One element: what is inside, and its attributes by the names that Dash uses (className, tabIndex, …). `tag`: its name in HTML."""

    tag = ""

    def __init_subclass__(cls) -> None:
        cls.tag = cls.__name__.lower()

    def __init__(self, children: Any = None, **props: Any) -> None:
        """`children`: text, an element, or a list of these; attributes are checked when the page is written."""
        self.children = children
        self.props = props

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.children!r}, {self.props!r})"


class A(Element): ...


class Article(Element): ...


class Aside(Element): ...


class B(Element): ...


class Button(Element): ...


class Code(Element): ...


class Dd(Element): ...


class Details(Element): ...


class Div(Element): ...


class Dl(Element): ...


class Dt(Element): ...


class Em(Element): ...


class Figcaption(Element): ...


class Figure(Element): ...


class Footer(Element): ...


class H1(Element): ...


class H2(Element): ...


class H3(Element): ...


class H4(Element): ...


class Header(Element): ...


class Li(Element): ...


class Main(Element): ...


class Nav(Element): ...


class Ol(Element): ...


class P(Element): ...


class Pre(Element): ...


class Section(Element): ...


class Small(Element): ...


class Span(Element): ...


class Strong(Element): ...


class Summary(Element): ...


class Table(Element): ...


class Tbody(Element): ...


class Td(Element): ...


class Th(Element): ...


class Thead(Element): ...


class Time(Element): ...


class Tr(Element): ...


class Ul(Element): ...
