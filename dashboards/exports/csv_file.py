"""CSV that both a spreadsheet and a program read right: UTF-8 with its mark, one line of `#` with filters and date, texts quoted, numbers bare.

Dates are ISO 8601, shares 0 to 1, flags true or false; a missing value is empty and its state stands in the next column. Texts are
always in quotes, so that one that begins with # is not taken for the first line's kind (polars: comment_prefix="#").
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from dashboards.cards.table import Table
from dashboards.exports.cover import Cover
from dashboards.exports.fields import Field, fields_of
from dashboards.exports.harmless import harmless

MARK = "\ufeff"
LINE = "\r\n"


def csv_of(table: Table, cover: Cover) -> bytes:
    """The table as a CSV file."""
    fields = fields_of(table.whole, cover.lang)
    rows = zip(*(_column(field) for field in fields), strict=True)
    head = ",".join(_quoted(field.title) for field in fields)
    return (MARK + LINE.join([_cover_line(cover), head, *map(",".join, rows), ""])).encode()


def _cover_line(cover: Cover) -> str:
    """Without what would part it into cells (of which the second might begin like a formula) or lines."""
    text = re.sub(r"(?<=\d),(?=\d)", "", cover.line())
    return "# " + re.sub(r'\s*[,;\t\r\n\0"]+\s*', " / ", text)


def _column(field: Field) -> list[str]:
    return [_cell(value, field) for value in field.values]


def _cell(value: Any, field: Field) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if field.is_number else _quoted(str(value))


def _quoted(text: str) -> str:
    doubled = harmless(text).replace('"', '""')
    return f'"{doubled}"'
