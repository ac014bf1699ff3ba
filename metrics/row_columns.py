"""Which columns of a mart a reader sees of its rows, chosen from the contract: what names the row, when and where it was, and whatever the
definition looks at. Columns that say who somebody is never leave the store (warehouse/masking.py) and are not among them.
"""

from __future__ import annotations

from metrics.row_terms import columns_in
from metrics.rows import Opened
from warehouse.contract import Column, tables
from warehouse.masking import masked_columns

WHERE = ("case_id", "item_id", "dept_id", "district_code", "town_code", "site_id", "channel", "material_code")
LAST = ("source_id",)


def shown_columns(opened: Opened) -> tuple[Column, ...]:
    """The columns to show, in their order: key, dates, where, what the definition mentions, source."""
    contract = tables()[opened.mart]
    metric = opened.question.metric
    dates = [name for sql in (metric.time, metric.since, metric.until) if sql for name in columns_in(sql)]
    mentioned = [name for _, sql in opened.fragments for name in columns_in(sql)]
    wanted = dict.fromkeys((*contract.key, *dates, *WHERE, *mentioned, *LAST))
    known = set(masked_columns(opened.mart, list(contract.columns)))
    made = [Column(name, "BOOLEAN", "") for name in mentioned if name not in contract.columns]  # by the definition's own relation
    own = [contract.columns[name] for name in wanted if name in known and not (name in LAST and name in contract.key)]
    named = own + [contract.columns[name] for name in LAST if name in contract.key]
    return (*dict.fromkeys(named), *dict.fromkeys(made))
