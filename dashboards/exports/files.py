"""One table as the bytes of a file."""

from __future__ import annotations

from dashboards.cards.table import Table
from dashboards.exports.cover import Cover
from dashboards.exports.csv_file import csv_of
from dashboards.exports.excel import workbook_of

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def write_table(kind: str, table: Table, cover: Cover) -> bytes:
    """The table with its cover as `csv` or `xlsx`."""
    return csv_of(table, cover) if kind == "csv" else workbook_of([table], cover)
