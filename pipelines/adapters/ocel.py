"""Reads OCEL 2.0 event logs, JSON, XML or SQLite (in the child process): one record an event and object of the type that is the case.

Flattening to one case notion loses and repeats, and here both are seen: an event without an object of that type is a record without a case, an event
with several is a record of each. The names are those of an XES log (`case:concept:name`, `concept:name`, `time:timestamp`), beside `event:id`; the
other objects of an event stand in `object:<type>`, the object's attributes, as they were at the time of the event, in `case:<name>`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pipelines.adapters.batch import MAX_RECORD, Batch, FileRefused, Profile
from pipelines.adapters.columns import CONTROL_TEXT, text_frame
from pipelines.adapters.ocel_sqlite import MAGIC, parse_sqlite
from pipelines.adapters.ocel_text import PATIENCE, Log, Misshapen, parse_json, parse_xml
from pipelines.adapters.rows import BadEvent, Gathered, Place, TooManyColumns
from pipelines.adapters.source import Source

MAX_BYTES = 64_000_000  # it has to fit into memory whole: objects may come after events
MAX_SIGNS = {b"{": 1_000_000, b"[": 1_000_000, b",": 3_000_000, b"<": 1_000_000}  # each is something that takes memory once it is parsed
MAX_OBJECTS = 1_000  # of one event
LEAST_TEXT, TEXT_RATIO = 50_000_000, 50  # how much longer than the file its records may be

Row = dict[str, str | None]
Attributes = dict[str, list[tuple[datetime | None, str | None]]]


def read(source: Source, profile: Profile) -> Iterator[Batch]:
    """Read an event log; `object_type` of the profile says which objects are the cases."""
    yield Batch(text_frame([], [], []))
    data = source.stream().read(MAX_BYTES + 1)
    is_database = data.startswith(MAGIC)
    if len(data) > MAX_BYTES or (not is_database and any(data.count(sign) > most for sign, most in MAX_SIGNS.items())):
        raise FileRefused("E_SIZE", f"It is longer than {MAX_BYTES // 1_000_000} MB or has too many parts; deliver it in parts, or as CSV.")
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    log = parse_sqlite(data) if is_database else parse_xml(data) if is_xml else parse_json(data)
    yield from _Flattening(log, profile.object_type, max(LEAST_TEXT, TEXT_RATIO * len(data))).batches()


class _Flattening:
    """The walk over the events of one log, with the objects at hand."""

    def __init__(self, log: Log, case_type: str | None, most: int) -> None:
        self._events, self._left = log.events, most
        self._types: dict[str, str] = {}
        self._attributes: dict[str, Attributes] = {}
        for each in log.objects:
            self._learn(each)
        self._case_type = _case_type(case_type, {*self._types.values()})
        self._gathered = Gathered()
        self._number = self._rejected = 0

    def _learn(self, each: Any) -> None:
        try:
            name, kind = _texts(each, "id", "type")
            attributes = [(*_texts(one, "name"), _moment(one.get("time")), _value(one.get("value"))) for one in _list(each, "attributes")]
        except BadEvent as error:
            raise FileRefused("E_OCEL", f"An object is not as OCEL 2.0 has it ({error.code}): {_shown(each)[:200]}") from error
        if name in self._types:
            raise FileRefused("E_OCEL", f"Two objects have the id {name[:200]!r}; an id names one object.")
        self._types[name] = kind
        found: Attributes = {}
        for attribute, moment, value in attributes:
            found.setdefault(attribute, []).append((moment, value))
        if found:
            self._attributes[name] = found

    def batches(self) -> Iterator[Batch]:
        """Yield the records of the log."""
        for event in self._events:
            try:
                rows = self._rows(event)
            except BadEvent as error:
                rows = []
                self._reject(event, error.code)
            for row in rows:
                self._add(row)
                if self._gathered.is_full:
                    yield self._gathered.take()
            if self._gathered.is_full:
                yield self._gathered.take()
        if not self._gathered.is_empty:
            yield self._gathered.take()

    def _reject(self, event: Any, code: str) -> None:
        self._rejected += 1
        if self._rejected == self._number + 1 == PATIENCE:
            raise FileRefused("E_OCEL", f"None of its first {PATIENCE} events is as OCEL 2.0 has it (the last: {code}).")
        self._gathered.reject(self._place(), code, _shown(event)[:MAX_RECORD])

    def _place(self) -> Place:
        self._number += 1
        return self._number, None, None

    def _rows(self, event: Any) -> list[Row]:
        """One row for each case of an event; one without a case where it has none."""
        name, kind, time = _texts(event, "id", "type", "time")
        row: Row = {"event:id": name, "concept:name": kind, "time:timestamp": time}
        for attribute in _list(event, "attributes"):
            (key,) = _texts(attribute, "name")
            _put(row, key, _value(attribute.get("value")))
        related = self._related(event)
        for other, kinds in related.items():
            if other != self._case_type:
                _put(row, f"object:{other}", "|".join(kinds))
        return [self._of_case(row, case, qualifier) for case, qualifier in related.get(self._case_type, {}).items()] or [row]

    def _related(self, event: Any) -> dict[str, dict[str, str]]:
        """By type the ids of an event's objects with their qualifiers. An object that the log does not have is of the type unknown."""
        found: dict[str, dict[str, str]] = {}
        listed = _list(event, "relationships")
        if len(listed) > MAX_OBJECTS:
            raise BadEvent("E_TOO_LONG")
        for each in listed:
            (name,) = _texts(each, "objectId")
            of_type = found.setdefault(self._types.get(name, "unknown"), {})
            said = [text for text in (of_type.get(name), _value(each.get("qualifier"))) if text]
            of_type[name] = "|".join(said)
        return found

    def _of_case(self, row: Row, case: str, qualifier: str) -> Row:
        made = row | {"case:concept:name": case, "case:qualifier": qualifier or None}
        moment = _moment(row["time:timestamp"])
        for name, values in self._attributes.get(case, {}).items():
            _put(made, f"case:{name}", _at(values, moment))
        return made

    def _add(self, row: Row) -> None:
        place, length = self._place(), sum(len(text) for text in row.values() if text)
        self._left -= length
        if self._left < 0:
            raise FileRefused(
                "E_SIZE",
                f"Flattened to {self._case_type!r} it is more than {TEXT_RATIO} times its size; choose another object type, or CSV.",
            )
        fault = "E_TOO_LONG" if length > MAX_RECORD else None
        try:
            if not fault:
                self._gathered.add(row, place)
        except TooManyColumns:
            fault = "E_TOO_LONG"
        if fault:
            self._gathered.reject(place, fault, _shown(row)[:MAX_RECORD])


def _case_type(chosen: str | None, types: set[str]) -> str:
    """The object type that is the case: the one that the source names, or the only one there is."""
    if chosen:
        return chosen
    if len(types) > 1:
        listed = ", ".join(sorted(types))[:500]
        raise FileRefused(
            "E_OCEL_CASE",
            f"Its objects are of the types {listed}; say in the source's definition which is the case: read: {{object_type: …}}.",
        )
    return next(iter(types), "")


def _texts(each: Any, *names: str) -> tuple[str, ...]:
    if not isinstance(each, dict):
        raise BadEvent("E_JSON_SHAPE")
    if isinstance(each, Misshapen):
        raise BadEvent("E_JSON_DUPKEY")
    found = tuple(each.get(name) for name in names)
    if not all(isinstance(text, str) and text for text in found):
        raise BadEvent("E_JSON_SHAPE")
    return tuple(_clean(text) for text in found if isinstance(text, str))


def _list(each: dict[str, Any], name: str) -> list[Any]:
    found = each.get(name) or []
    if not isinstance(found, list):
        raise BadEvent("E_JSON_SHAPE")
    return found


def _value(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return _clean(value) if value else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    raise BadEvent("E_TYPE_NUM")  # NaN, Infinity


def _clean(text: str) -> str:
    """Refuse control characters and half characters, which only an escape can bring."""
    if CONTROL_TEXT.search(text):
        raise BadEvent("E_CTRL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadEvent("E_ENCODING") from error
    return text


def _put(row: Row, name: str, value: str | None) -> None:
    if name in row:
        raise BadEvent("E_JSON_DUPKEY")
    row[name] = value


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=None) - (found.utcoffset() or timedelta())


def _at(values: list[tuple[datetime | None, str | None]], moment: datetime | None) -> str | None:
    """The value that held at a moment: the latest one not after it, else the first."""
    dated = [(when, value) for when, value in values if when is not None and moment is not None and when <= moment]
    return max(dated, key=lambda each: each[0])[1] if dated else values[0][1]


def _shown(each: Any) -> str:
    return json.dumps(each, ensure_ascii=False, default=str)
