"""OCEL 2.0 as text: JSON or XML into the same plain lists of events and objects. Nothing is expanded, nothing is fetched."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (lxml ships no types)

from pipelines.adapters.batch import FileRefused

MAX_DEPTH = 64
MAX_PARTS = 10_000  # of one event or object
PATIENCE = 10_000  # events that are none, before the first that is one


@dataclass
class Log:
    """Events and objects as JSON has them: dicts of texts, lists and dicts."""

    events: list[Any] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)


class Misshapen(dict[str, Any]):
    """An object of which one key stands twice."""


class NoNumber:
    """NaN or Infinity."""


def parse_json(data: bytes) -> Log:
    """Parse a JSON log; numbers keep their text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused("E_ENCODING", f"It is not UTF-8 (byte {error.start}), and JSON is.") from error
    try:
        found = json.loads(text, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=lambda word: NoNumber())
    except RecursionError as error:
        raise FileRefused("E_JSON_DEPTH", "Its values are nested too deep; no event log needs that.") from error
    except json.JSONDecodeError as error:
        raise FileRefused("E_JSON_SYNTAX", f"It is not JSON ({error}); deliver it again.") from error
    if not isinstance(found, dict) or isinstance(found, Misshapen):
        raise FileRefused("E_OCEL", "It is not one JSON object whose keys are all different.")
    if any(name.startswith("ocel:") for name in found):
        raise FileRefused("E_OCEL", "It is an OCEL 1.0 log; export it as OCEL 2.0.")
    events, objects = found.get("events"), found.get("objects")
    if not isinstance(events, list) or not isinstance(objects, list):
        raise FileRefused("E_OCEL", "It lacks the list `events` or `objects`: it is no OCEL 2.0 log.")
    return Log(events, objects)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Misshapen(found)


def parse_xml(data: bytes) -> Log:
    """Parse an XML log."""
    log, depth, parts = Log(), 0, 0
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False}
    try:
        for event, element in etree.iterparse(BytesIO(data), events=("start", "end"), **options):
            if not isinstance(element.tag, str):
                continue
            name = etree.QName(element).localname
            if event == "start":
                if not depth:
                    _check_root(name, element)
                depth, parts = depth + 1, parts + 1
                _check_size(depth, parts)
            else:
                depth -= 1
                if depth == 2:
                    _take(log, name, element)
                    parts = 0
    except etree.XMLSyntaxError as error:
        raise FileRefused("E_XML", f"It is not well-formed XML, or beyond its limits ({str(error.msg)[:200]}).") from error
    return log


def _check_root(name: str, element: etree._Element) -> None:
    if element.getroottree().docinfo.doctype:
        raise FileRefused("E_XML_DTD", "It declares a document type; an event log has none. Export it anew.")
    if name != "log":
        raise FileRefused("E_XML", f"Its root element is <{name}>, not <log>: it is no OCEL event log.")


def _check_size(depth: int, parts: int) -> None:
    if depth > MAX_DEPTH:
        raise FileRefused("E_XML_DEPTH", f"Its elements are nested more than {MAX_DEPTH} deep; no event log needs that.")
    if parts > MAX_PARTS:
        raise FileRefused("E_TOO_LONG", f"One event or object has more than {MAX_PARTS} parts.")


def _take(log: Log, name: str, element: etree._Element) -> None:
    """Take in a finished event or object, and forget its element."""
    parent = element.getparent()
    group = etree.QName(parent).localname if parent is not None else ""
    if (group, name) in (("events", "event"), ("objects", "object")):
        made: dict[str, Any] = {key: str(value) for key, value in element.attrib.items()}
        made["attributes"] = [
            {**{key: str(value) for key, value in each.attrib.items()}, "value": each.text}
            for each in element.iterfind("{*}attributes/{*}attribute")
        ]
        made["relationships"] = [
            {"objectId": each.get("object-id"), "qualifier": each.get("qualifier")}
            for each in element.iterfind("{*}objects/{*}relationship")
        ]
        (log.events if name == "event" else log.objects).append(made)
        if len(log.events) == PATIENCE and not any({"id", "type", "time"} <= each.keys() for each in log.events):
            raise FileRefused("E_OCEL", f"None of its first {PATIENCE} events has an id, a type and a time.")
    element.clear()
    if parent is not None:
        parent.remove(element)
