"""Rules that follow from the contracts, for every core and built table: its columns are there, its key is unique, what is required is there, codes are in their lists.

They all block: ingest and models guarantee them, so a breach is a defect of ours, never a peculiarity of a source.
"""

from __future__ import annotations

from collections.abc import Iterator

from data_quality.rules import Rule
from warehouse.contract import META, Feed, Table, feeds, tables
from warehouse.engine.duckdb import table_columns

_WHY = {
    "columns": {"en": "The contract of this table names these columns.", "zh": "本表的契约规定了这些列。"},
    "key": {"en": "The contract says that one row is one of these.", "zh": "契约规定每行由这些列唯一确定。"},
    "required": {"en": "The contract requires a value here.", "zh": "契约要求此列必须有值。"},
    "codes": {"en": "The contract lists the only codes that may stand here.", "zh": "契约列出了此列允许的全部代码。"},
}


def derived_rules() -> dict[str, list[Rule]]:
    """Rules by table, from the contracts of the feeds and of the built tables."""
    out = {feed.table: list(_of_feed(feed)) for feed in feeds().values()}
    out.update({table.name: list(_of_table(table)) for table in tables().values()})
    return out


def _of_feed(feed: Feed) -> Iterator[Rule]:
    columns = [*table_columns(feed), *META]
    yield _rule(feed.table, "columns", "columns", {"names": columns})
    yield _rule(feed.table, "key_unique", "unique", {"columns": ["source_id", *feed.key]}, "key")
    for column in (*feed.required, *META):
        yield _rule(feed.table, f"{column}_required", "not_null", {"column": column}, "required")
    for column, codes in feed.codes.items():
        yield _codes(feed.table, column, codes, feed.core_columns[column])


def _of_table(table: Table) -> Iterator[Rule]:
    yield _rule(table.name, "columns", "columns", {"names": list(table.columns)})
    yield _rule(table.name, "key_unique", "unique", {"columns": list(table.key)}, "key")
    for column in table.columns.values():
        if not column.nullable:
            yield _rule(table.name, f"{column.name}_required", "not_null", {"column": column.name}, "required")
        if column.codes:
            yield _codes(table.name, column.name, column.codes, column.type)


def _codes(table: str, column: str, codes: tuple[str, ...], kind: str) -> Rule:
    values = [int(code) for code in codes] if kind.startswith("BIGINT") else list(codes)
    shape = "list_in_set" if kind.endswith("[]") else "in_set"
    return _rule(table, f"{column}_codes", shape, {"column": column, "values": values}, "codes")


def _rule(table: str, name: str, kind: str, args: dict, why: str = "columns") -> Rule:
    return Rule(name, table, kind, args, "block", _WHY[why])
