"""From the columns of a page's table to those of a file: every value typed, its state, its interval each in a column of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dashboards.cards.table import WORDS, Column, Table
from dashboards.sentences import state_word
from dashboards.words import has_word, say


@dataclass(frozen=True)
class Field:
    """One column of a file. `kind` as of a table's column; None is a missing value."""

    title: str
    kind: str
    values: list[Any]

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind not in WORDS


def fields_of(table: Table, lang: str) -> list[Field]:
    """The columns of a table as a file has them; titles are made distinct."""
    titles: dict[str, int] = {}
    found = []
    for field in _fields(table, lang):
        titles[field.title] = titles.get(field.title, 0) + 1
        again = titles[field.title]
        found.append(field if again == 1 else Field(f"{field.title} ({again})", field.kind, field.values))
    return found


def _fields(table: Table, lang: str) -> Iterator[Field]:
    shown = {column.key for column in table.columns}
    for column in table.columns:
        if column.key not in table.rows.columns:
            continue
        yield _field(table, column.key, column.kind, _with_unit(column, lang))
        for key, word in ((column.low, "export.low"), (column.high, "export.high")):
            if key and key in table.rows.columns and key not in shown:
                yield _field(table, key, column.kind, say(lang, word, name=_with_unit(column, lang)))
        if column.state and column.state in table.rows.columns and column.state not in shown:
            words = [state_word(state, lang) if state else "" for state in table.rows[column.state].to_list()]
            yield Field(say(lang, "export.state", name=column.title), "text", words)


def _field(table: Table, key: str, kind: str, title: str) -> Field:
    values = table.rows[key].to_list()
    if kind not in WORDS:
        values = [value if value is not None and math.isfinite(value) else None for value in values]
    elif kind in ("text", "code"):
        values = [None if value is None else str(value) for value in values]
    return Field(title, kind, values)


def _with_unit(column: Column, lang: str) -> str:
    """`Waiting (min)`: a column of bare numbers names its unit, unless it is counts or shares."""
    if not column.is_number or column.kind in ("number", "share") or not has_word(lang, f"unit.{column.kind}"):
        return column.title
    return say(lang, "export.with_unit", name=column.title, unit=say(lang, f"unit.{column.kind}"))
