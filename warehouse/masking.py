"""Which columns say, or may say, who somebody is."""

from __future__ import annotations

from functools import cache

from warehouse.contract import feeds, tables

FREE_TEXT = frozenset({"reason"})  # typed in by people about people: it may hold anything


@cache
def personal_columns() -> dict[str, frozenset[str]]:
    """Columns by table that say who somebody is: keys of persons, and JSON of a source's own, which may hold anything."""
    out = {feed.table: frozenset(name for name, kind in feed.columns.items() if kind in ("key", "json")) for feed in feeds().values()}
    out.update({table.name: frozenset(column.name for column in table.columns.values() if column.personal) for table in tables().values()})
    return out


def masked_columns(table: str, columns: list[str]) -> list[str]:
    """The columns of a table that may leave the store for analysts: nothing personal, no free text."""
    hidden = personal_columns().get(table, frozenset()) | FREE_TEXT
    return [column for column in columns if column not in hidden]
