"""Tables of a release about the quality of its data: what each metric rests on, what was delivered part by part, which rows were set aside.

Of a row that was set aside a release holds less than the store (decision 0006): of its values only what is plainly a code, a date or a number.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

import duckdb

from metrics.registry import registry
from metrics.rests import all_rests
from pipelines.personal import MASK, PERSONAL_VALUE
from warehouse.lineage import Lineage
from warehouse.models.graph import models
from warehouse.partitions import gaps_query, months_query, parts_query

OF_EACH, IN_ALL = 200, 5000  # rows in a release: of one source, feed and reason; in all
PLAIN_VALUE = r"[A-Za-z0-9_.:/+%-]{1,40}([ T][0-9:.+Z-]{1,20})?"
CODE = "lambda text: regexp_extract(text, '^E_[A-Z_]+(:[A-Za-z_]+)?')"
_STATE = "metric_lineage"

# how many open rows there are for each reason: its code and column, never a value of the row
REASONS = f"""select source_id, feed, reason, count(*) as rows from (
    select source_id, feed, unnest(list_distinct(list_transform(reasons, {CODE}))) as reason
    from ledger_quarantine anti join ledger_resolution using (file_id, row_no)
) group by all order by all"""

ROWS = rf"""with told as (
    select q.file_id, q.row_no, q.source_id, q.feed, q.record, list_distinct(list_transform(q.reasons, {CODE})) as reasons,
        coalesce(r.decision, 'open') as state, r.decided_at,
        row_number() over (partition by q.source_id, q.feed, q.reasons[1] order by r.decision is null desc, q.file_id desc, q.row_no) as place
    from ledger_quarantine q left join ledger_resolution r using (file_id, row_no)
    qualify place <= {OF_EACH} order by state <> 'open', q.file_id desc, q.row_no limit {IN_ALL}
)
select told.file_id || ':' || row_no as record_id, told.source_id, told.feed, regexp_extract(f.name, '[^/\\]*$') as file, row_no, told.state, decided_at,
    list_sort(reasons) as reasons,
    case when json_keys(record) = ['raw'] then record else to_json(map_from_entries(list_transform(json_keys(record),
        lambda name: (name, case when record->>name is null then null
            when regexp_full_match(record->>name, '{PLAIN_VALUE}') and not regexp_matches(record->>name, '{PERSONAL_VALUE}') then record->>name
            else '{MASK}' end))))::varchar end as record
from told join ledger_file f on f.file_id = told.file_id order by told.state <> 'open', told.file_id desc, row_no"""


def quality_tables(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Query by name of each table."""
    return {
        "metric_lineage": lineage_query(con),
        "source_gap": gaps_query(),
        "source_month": months_query(),
        "delivery_part": parts_query(),
        "quarantine_reason": REASONS,
        "quarantine_row": ROWS,
    }


def lineage_query(con: duckdb.DuckDBPyConnection) -> str:
    """Query for (metric_id, table_name). Taking the models apart takes seconds, so it is done again only when models or definitions changed."""
    targeted = [
        name for (name,) in con.execute("select distinct metric_id from mart_target where metric_id is not null order by all").fetchall()
    ]
    mark = hashlib.sha256(repr([[model.sql for model in models().values()], list(registry().values()), targeted]).encode()).hexdigest()
    found = con.execute("select value from build_state where name = ?", [_STATE]).fetchone()
    known = json.loads(found[0]) if found else {}
    if known.get("mark") != mark:
        known = {"mark": mark, "rests": _rests(mark, json.dumps(schema_of(con)), tuple(targeted))}
        con.execute("insert or replace into build_state values (?, ?)", [_STATE, json.dumps(known)])
    rows = ", ".join(f"('{name}', '{table}')" for name, tables in known["rests"].items() for table in tables)
    return f"select * from (values {rows}) as rests (metric_id, table_name)"


@lru_cache(maxsize=4)
def _rests(mark: str, schema: str, targeted: tuple[str, ...]) -> dict[str, list[str]]:
    """Tables by metric for models and definitions with this mark; kept for the stores that one process publishes one after another."""
    return {name: sorted(tables) for name, tables in all_rests(Lineage(json.loads(schema)), targeted).items()}


def schema_of(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns with their types, by table of the store."""
    out: dict[str, dict[str, str]] = {}
    query = "select table_name, column_name, data_type from duckdb_columns() where database_name = current_database() and not internal order by all"
    for table, column, kind in con.execute(query).fetchall():
        out.setdefault(table, {})[column] = kind
    return out
