"""Reads XES event logs as text (in the child process): one record an event, its trace's attributes as `case:<key>`. Values stay as they are written.

An attribute inside an attribute becomes a column `<key>/<inner key>`; a list or container becomes JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (lxml ships no types)

from pipelines.adapters.batch import MAX_RECORD, Batch, FileRefused, Profile
from pipelines.adapters.columns import text_frame
from pipelines.adapters.rows import BadEvent, Gathered, TooManyColumns
from pipelines.adapters.source import Source

SIMPLE = frozenset({"string", "date", "int", "float", "boolean", "id"})
GROUPS = frozenset({"list", "container"})
MAX_DEPTH = 64
MAX_ELEMENTS = 10_000  # between the ends of two events
MAX_HELD = 200_000  # events of one trace that wait for its attributes
REFUSALS = (
    ("depth", "E_XML_DEPTH"),
    ("too long", "E_TOO_LONG"),
    ("huge", "E_TOO_LONG"),
    ("entity", "E_XML_DTD"),
    ("entities", "E_XML_DTD"),
)

Row = dict[str, str | None]


def read(source: Source, profile: Profile) -> Iterator[Batch]:
    """Read an event log."""
    yield Batch(text_frame([], [], []))
    try:
        yield from _Log().batches(source)
    except etree.XMLSyntaxError as error:
        message = str(error.msg)
        code = next((code for word, code in REFUSALS if word in message.lower()), "E_XML")
        raise FileRefused(code, f"It is not well-formed XML, or beyond its limits ({message[:200]}).") from error


class _Log:
    """The walk through one log, element by element; nothing stays in memory but the trace that is being read."""

    def __init__(self) -> None:
        self._gathered = Gathered()
        self._depth = self._elements = self._number = 0
        self._in_event = False
        self._start_trace()

    def _start_trace(self) -> None:
        self._case: Row = {}
        self._case_fault: str | None = None
        self._events: list[tuple[int, Row | BadEvent, str]] = []
        self._is_flushed = False

    def batches(self, source: Source) -> Iterator[Batch]:
        """Yield the events of the log."""
        walk = etree.iterparse(
            source.stream(),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
        )
        for event, element in walk:
            if not isinstance(element.tag, str):
                continue
            name = etree.QName(element).localname
            if event == "start":
                self._open(name, element)
            elif self._close(name, element) and self._gathered.is_full:
                yield self._gathered.take()
        if not self._gathered.is_empty:
            yield self._gathered.take()

    def _open(self, name: str, element: etree._Element) -> None:
        if not self._depth:
            _check_root(name, element)
        self._depth += 1
        self._elements += 1
        self._in_event = self._in_event or name == "event"
        if self._depth > MAX_DEPTH:
            raise FileRefused("E_XML_DEPTH", f"Its elements are nested more than {MAX_DEPTH} deep; no event log needs that.")
        if self._elements > MAX_ELEMENTS:
            raise FileRefused("E_TOO_LONG", f"One event or trace has more than {MAX_ELEMENTS} attributes.")

    def _close(self, name: str, element: etree._Element) -> bool:
        """Take in a finished element; tell whether rows may have been added."""
        self._depth -= 1
        if name == "event":
            self._take_event(element)
        elif name == "trace":
            self._flush()
            self._start_trace()
        elif self._in_event or self._depth != 2:
            return False
        elif (parent := element.getparent()) is not None and etree.QName(parent).localname == "trace":
            self._take_case(element)
        self._elements = 0
        _drop(element)
        return True

    def _take_case(self, element: etree._Element) -> None:
        if self._is_flushed:
            raise FileRefused("E_XML", f"A trace gives attributes after {MAX_HELD} of its events; write them first.")
        try:
            _add(self._case, element, "case:")
        except BadEvent as error:
            self._case_fault = error.code
        if len(self._case) > MAX_ELEMENTS:
            raise FileRefused("E_TOO_LONG", f"One trace has more than {MAX_ELEMENTS} attributes.")

    def _take_event(self, element: etree._Element) -> None:
        self._in_event = False
        self._number += 1
        row: Row = {}
        try:
            for child in element.iterchildren("{*}*"):
                _add(row, child, "")
            self._events.append((self._number, row, ""))
        except BadEvent as error:
            text = etree.tostring(element, encoding="unicode", with_tail=False)
            self._events.append((self._number, error, text[:MAX_RECORD]))
        if self._depth < 2 or len(self._events) >= MAX_HELD:  # an event outside a trace, or a trace without end
            self._flush()
            self._is_flushed = self._depth >= 2

    def _flush(self) -> None:
        for number, row, text in self._events:
            place = (number, None, None)
            if isinstance(row, BadEvent):
                self._gathered.reject(place, row.code, text)
            else:
                self._add_row(place, self._case | row)
        self._events = []

    def _add_row(self, place: tuple[int, None, None], row: Row) -> None:
        fault = self._case_fault or ("E_TOO_LONG" if sum(len(text) for text in row.values() if text) > MAX_RECORD else None)
        if not fault:
            try:
                self._gathered.add(row, place)
            except TooManyColumns:
                fault = "E_TOO_LONG"
        if fault:
            self._gathered.reject(place, fault, json.dumps(row, ensure_ascii=False)[:MAX_RECORD])


def _check_root(name: str, element: etree._Element) -> None:
    if element.getroottree().docinfo.doctype:
        raise FileRefused("E_XML_DTD", "It declares a document type; an event log has none. Export it anew.")
    if name != "log":
        raise FileRefused("E_XML", f"Its root element is <{name}>, not <log>: it is no XES event log.")


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    if parent is not None:
        parent.remove(element)


def _add(row: Row, element: etree._Element, prefix: str) -> None:
    """Add an attribute, and those inside it, to a row."""
    kind, key, value = etree.QName(element).localname, element.get("key"), element.get("value")
    if key is None or kind not in SIMPLE | GROUPS or (kind in SIMPLE and value is None):
        raise BadEvent("E_XML")
    if prefix + key in row:
        raise BadEvent("E_JSON_DUPKEY")
    if kind in GROUPS:
        row[prefix + key] = json.dumps(_grouped(element, kind), ensure_ascii=False)
        return
    row[prefix + key] = value
    for child in element.iterchildren("{*}*"):
        _add(row, child, f"{prefix}{key}/")


def _grouped(element: etree._Element, kind: str) -> list[object] | dict[str, object]:
    """Return a list's values, or a container's attributes by key."""
    inner = [
        each
        for child in element.iterchildren("{*}*")
        for each in (child.iterchildren("{*}*") if etree.QName(child).localname == "values" else (child,))
    ]
    made = [
        (each.get("key", ""), _grouped(each, etree.QName(each).localname) if etree.QName(each).localname in GROUPS else each.get("value"))
        for each in inner
    ]
    return [value for _, value in made] if kind == "list" else dict(made)
