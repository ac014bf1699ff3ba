"""The same job as `onegate ingest` + `onegate build`, by hand: what one engineer would write in plain DuckDB for these very files.

Reads the channel files of a demo city with declared types, keeps the latest version of each key, hashes personal keys, builds a case, a ticket,
a rating and a material table, sums them by day and by month, and writes one database file. No quarantine, no archive, no receipts, no checks,
no incremental state: the lower bound that a product is measured against.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from warehouse.contract import DUCKDB_TYPES, Feed, feeds
from warehouse.settings import Settings
from warehouse.working_days import install_calendar

LOAD = """create table {feed} as select {columns} from read_csv({files}, header = true, all_varchar = true, union_by_name = true)
qualify row_number() over (partition by {keys} order by {version} desc) = 1"""

CASE = """
create table case_fact as
with first as (
    select case_id, arg_min(item_id, occurred_at) filter (item_id is not null) as item_id, arg_min(channel, occurred_at) as channel,
        min(occurred_at) filter (event_type in ('submitted', 'received', 'onsite_submission')) as applied_at,
        min(occurred_at) filter (event_type = 'accepted') as accepted_at, min(occurred_at) filter (event_type = 'decided') as decided_at,
        min(occurred_at) filter (event_type in ('completed', 'decided', 'not_accepted', 'withdrawn')) as completed_at,
        arg_max(outcome, occurred_at) filter (outcome is not null) as outcome, count(*) filter (event_type = 'supplement_requested') as supplements,
        min(occurred_at) filter (event_type = 'supplement_requested') as paused_at, max(occurred_at) filter (event_type = 'supplement_received') as resumed_at,
        count(distinct (point_id, occurred_at::date)) filter (on_site) as visits
    from case_events group by case_id
), item as (select * from service_items qualify row_number() over (partition by item_id order by version desc) = 1)
select f.*, i.dept_id, i.division_code, i.item_type, i.case_type, i.visits_max,
    b.working_day_no - a.working_day_no - coalesce(r.working_day_no - p.working_day_no, 0) as handling,
    b.working_day_no - a.working_day_no - coalesce(r.working_day_no - p.working_day_no, 0) <= i.promised_limit as is_kept,
    i.legal_limit, i.promised_limit, t.minutes is not null as has_ticket
from first f left join item i using (item_id)
left join ref_working_day a on a.calendar_id = 'CN' and a.day = coalesce(accepted_at, applied_at)::date
left join ref_working_day b on b.calendar_id = 'CN' and b.day = decided_at::date
left join ref_working_day p on p.calendar_id = 'CN' and p.day = paused_at::date
left join ref_working_day r on r.calendar_id = 'CN' and r.day = resumed_at::date
left join (select case_id, min(epoch(called_at) - epoch(issued_at)) / 60 as minutes from queue_tickets where case_id is not null group by 1) t using (case_id)
"""

SUMS = [
    """create table case_month as select date_trunc('month', completed_at) as month, division_code, dept_id, item_id, channel, outcome, count(*) as cases,
    count(*) filter (channel in ('web', 'app', 'wechat')) as online, sum(visits) as visits, count(*) filter (visits <= 1) as one_visit,
    sum(handling) filter (legal_limit > 0) as actual, sum(legal_limit) filter (handling is not null) as legal, count(*) filter (is_kept) as kept,
    count(*) filter (decided_at::date = applied_at::date) as same_day, count(*) filter (supplements > 0) as supplemented,
    count(*) filter (visits > visits_max) as overclaimed from case_fact group by all""",
    "create table case_day as select completed_at::date as day, division_code, channel, count(*) as cases, sum(visits) as visits from case_fact group by all",
    "create table handling_bin as select date_trunc('month', applied_at) as month, division_code, dept_id, handling, count(*) as n from case_fact group by all",
    """create table ticket_bin as select issued_at::date as day, site_id, queue_code, extract(hour from issued_at) as hour,
    floor((epoch(called_at) - epoch(issued_at)) / 60) as minutes, status, count(*) as n from queue_tickets group by all""",
    """create table rating_month as select date_trunc('month', rated_at) as month, division_code, dept_id, r.channel, grade, is_default, count(*) as n
    from ratings r left join case_fact c using (case_id) group by all""",
    """create table material_month as select date_trunc('month', applied_at) as month, division_code, dept_id, m.licence_type, provided_by, was_available,
    count(*) as n from case_materials m join case_fact c using (case_id) group by all""",
]


def main(folder: Path, target: Path, memory: str = "") -> None:
    """Load the files of `folder` into a new database at `target` and sum them, in as much memory as OneGate may take unless said otherwise."""
    target.unlink(missing_ok=True)
    con = duckdb.connect(str(target))
    memory = memory or Settings.load(target.parent).build_memory_limit
    con.execute(f"set threads = 2; set memory_limit = '{memory}'; set preserve_insertion_order = false; set TimeZone = 'Asia/Shanghai'")
    pads = [bytes(byte ^ mask for byte in b"key".ljust(64, b"\0")) for mask in (0x36, 0x5C)]
    con.execute("create temp table pad as select $1::blob as i, $2::blob as o", pads)
    con.execute("create table build_state (name VARCHAR primary key, value VARCHAR not null)")
    install_calendar(con)
    for feed in feeds().values():
        files = sorted(str(path) for path in folder.rglob("*.csv") if path.name.startswith(feed.name))
        if files:
            con.execute(LOAD.format(feed=feed.name, files=files, keys=", ".join(feed.key), **_columns(con, feed, files)))
    con.execute(CASE)
    for statement in SUMS:
        con.execute(statement)
    print(
        {
            name: con.execute(f"select count(*) from {name}").fetchall()[0][0]
            for name in ("case_events", "case_fact", "case_month", "ticket_bin")
        }
    )
    con.close()


def _columns(con: duckdb.DuckDBPyConnection, feed: Feed, files: list[str]) -> dict[str, str]:
    present = {
        row[0]
        for row in con.execute(
            f"describe select * from read_csv({files}, header = true, all_varchar = true, union_by_name = true)"
        ).fetchall()
    }
    made = []
    for name, kind in feed.columns.items():
        if name not in present:
            made.append(f"null::{DUCKDB_TYPES[kind]} as {name}")
        elif kind == "key":
            made.append(f"(select sha256(o || unhex(sha256(i || encode({name})))) from pad) as {name}")
        elif kind == "list":
            made.append(f"string_split({name}, '|') as {name}")
        else:
            made.append(f"{name}::{DUCKDB_TYPES[kind]} as {name}")
    version = "source_version::bigint" if "source_version" in present else "1"
    return {"columns": ", ".join(made), "version": version}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
