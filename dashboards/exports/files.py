"""One table as the bytes of a file."""

from __future__ import annotations

import io

from dashboards.cards.table import Table
from dashboards.exports.cover import Cover

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def write_table(kind: str, table: Table, cover: Cover) -> bytes:
    """The table with its cover as `csv` or `xlsx`."""
    columns = [column.key for column in table.columns if column.key in table.rows.columns]
    out = io.BytesIO()
    table.rows.select(columns).write_csv(out)
    return out.getvalue()
