"""OCEL 2.0 as an SQLite database into the same plain lists of events and objects. The database is opened in memory, and only its plain tables are read.

Rows that stand alone are not lost: an event that only a type's table or a relation names is an event without a type, which its reader sets aside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from math import isfinite
from sys import getsizeof
from typing import Any

from pipelines.adapters.batch import MAX_RECORD, FileRefused
from pipelines.adapters.ocel_text import Log, NoNumber

MAGIC = b"SQLite format 3\0"
MAX_ROWS, MAX_CELLS = 500_000, 3_000_000  # of all tables; each is something that takes memory once it is read
MAX_TEXT = 200_000_000  # bytes of memory for all texts: a default is stored once and read with every row
TABLES = {
    "event": ("ocel_id", "ocel_type"),
    "object": ("ocel_id", "ocel_type"),
    "event_map_type": ("ocel_type", "ocel_type_map"),
    "object_map_type": ("ocel_type", "ocel_type_map"),
    "event_object": ("ocel_event_id", "ocel_object_id", "ocel_qualifier"),
}
OWN = frozenset({"ocel_id", "ocel_time", "ocel_changed_field"})  # columns of a type's table that are no attributes

Named = dict[str, list[dict[str, Any]]]


def parse_sqlite(data: bytes) -> Log:
    """Read a whole database."""
    try:
        with closing(sqlite3.connect(":memory:")) as con:
            con.deserialize(data[:18] + b"\1\1" + data[20:])  # as if it never had a log of writes beside it, which would be looked for
            con.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
            con.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_RECORD)
            con.execute("pragma trusted_schema = off")
            return _Database(con).log()
    except (sqlite3.Error, UnicodeError) as error:
        raise FileRefused("E_OCEL", f"SQLite cannot read it ({str(error)[:200]}); export the log again.") from error


class _Database:
    """The tables of one log, and how much more may be read of them."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con, self._text, self._rows, self._cells = con, MAX_TEXT, MAX_ROWS, MAX_CELLS
        listed = con.execute("select name from sqlite_master where type = 'table' and rootpage > 0").fetchall()
        self._columns = {name: self._plain_columns(name) for (name,) in listed}

    def _plain_columns(self, table: str) -> tuple[str, ...]:
        """Names of the columns that hold what is stored, not what is worked out."""
        return tuple(row[1] for row in self._con.execute(f"pragma table_xinfo({_quoted(table)})") if not row[6])

    def log(self) -> Log:
        """Events and objects of all types."""
        for table, columns in TABLES.items():
            if lacking := [name for name in columns if name not in self._columns.get(table, ())]:
                raise FileRefused("E_OCEL", f"Its table {table} lacks {', '.join(lacking)}: it is no OCEL 2.0 log.")
        return Log(self._events(), self._objects())

    def _events(self) -> list[Any]:
        told, related = self._of_types("event"), self._related()
        events: list[Any] = []
        for name, kind in self._read("event", *TABLES["event"]):
            rows = told.pop(_key(name), [{}])
            row = rows.pop()
            if rows:
                told[_key(name)] = rows
            events.append({"id": name, "type": kind, **_of_event(row), "relationships": related.pop(_key(name), [])})
        events += [{"id": name, **_of_event(row)} for name, rows in told.items() for row in rows]
        return events + [{"id": name, "relationships": listed} for name, listed in related.items()]

    def _related(self) -> Named:
        found: Named = {}
        for event, thing, qualifier in self._read("event_object", *TABLES["event_object"]):
            found.setdefault(_key(event), []).append({"objectId": thing, "qualifier": qualifier})
        return found

    def _objects(self) -> list[Any]:
        told, objects = self._of_types("object"), []
        for name, kind in self._read("object", *TABLES["object"]):
            objects.append({"id": name, "type": kind, "attributes": [each for row in told.pop(_key(name), []) for each in _of_object(row)]})
        return objects + [{"id": name} for name in told]

    def _of_types(self, what: str) -> Named:
        """Rows of the tables of all types of events or objects, by id."""
        found: Named = {}
        for kind, mapped in self._read(f"{what}_map_type", *TABLES[f"{what}_map_type"]):
            table = f"{what}_{mapped}"
            columns = self._columns.get(table, ())
            if "ocel_id" not in columns:
                raise FileRefused("E_OCEL", f"There is no table {table[:200]!r} with an ocel_id for the type {str(kind)[:200]!r}.")
            for row in self._read(table, *columns):
                named = dict(zip(columns, row, strict=True))
                found.setdefault(_key(named["ocel_id"]), []).append(named)
        return found

    def _read(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The rows of some columns, as texts."""
        for row in self._con.execute(f"select {', '.join(map(_quoted, columns))} from {_quoted(table)} not indexed"):
            made = tuple(map(_text, row))
            self._rows -= 1
            self._cells -= len(made)
            self._text -= sum(getsizeof(each) for each in made)
            if min(self._rows, self._cells, self._text) < 0:
                raise FileRefused("E_SIZE", "It has too many rows or too much text for one log; deliver it in parts, or as CSV.")
            yield made


def _of_event(row: dict[str, Any]) -> dict[str, Any]:
    return {"time": row.get("ocel_time"), "attributes": _attributes(row)}


def _of_object(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The attributes that a row speaks of: the one that changed, else all."""
    changed = row.get("ocel_changed_field")
    return [{**each, "time": row.get("ocel_time")} for each in _attributes(row) if changed in (None, each["name"])]


def _attributes(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in row.items() if name not in OWN and value is not None]


def _text(value: Any) -> Any:
    """What is stored as JSON would have it: numbers with their text."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if isfinite(value) else NoNumber()
    return NoNumber() if isinstance(value, bytes) else value


def _key(name: Any) -> str:
    return name if isinstance(name, str) else ""


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
