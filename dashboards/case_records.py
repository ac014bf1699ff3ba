"""The single records of a case, of every feed, in one shape and in the order of time: events, tickets, ratings, deliveries and payments.

Read from the release's file of single records, which holds nobody's keys and no free text (warehouse/masking.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from warehouse.contract import code_list


@dataclass(frozen=True)
class Record:
    """One record of a case. `at` is its time in the installation's zone, `day` its local date at the source; `extra`: what else it says, by name."""

    kind: str
    type: str
    at: datetime
    day: date
    until: datetime | None
    is_timed: bool
    channel: str | None
    place: str | None
    extra: dict[str, str]
    case_id: str
    source_id: str
    file_id: int | None
    row_no: int | None
    overtaken_by: int | None
    is_deleted: bool

    @property
    def is_overtaken(self) -> bool:
        """Whether a later file overtook or retracted it: it counts no more."""
        return self.overtaken_by is not None or self.is_deleted

    @property
    def is_elsewhere(self) -> bool:
        """Whether the source keeps another time than the installation: its day is not the day of `at`."""
        return self.at.date() != self.day


_OF_CASE = "case_id in (select unnest($cases))"
_META = "case_id, source_id, file_id, row_no"
_CURRENT = f"{_META}, null::bigint as overtaken_by, false as is_deleted"
_OVERTAKEN = f"{_META}, overtaken_by, coalesce(is_deleted, false) as is_deleted"
_EVENT = """select 'event' as kind, event_type as type, occurred_at::timestamp as moment, occurred_on as day, ended_at::timestamp as until,
        coalesce(ts_precision, 's') <> 'day' as is_timed, channel, point_id as place,
        map {{'actor': actor_kind, 'outcome': outcome, 'special': special_kind, 'on_site': on_site::varchar}} as extra, {meta}
    from {table} where {where}"""
_OTHERS = f"""
    select 'ticket', 'ticket', issued_at::timestamp, issued_on, null, true, null, coalesce(window_point_id, site_id),
        map {{'status': status, 'wait': round(date_diff('second', issued_at, called_at) / 60.0, 1)::varchar,
            'service': round(date_diff('second', service_started_at, service_ended_at) / 60.0, 1)::varchar}}, {_CURRENT}
    from core_queue_ticket where {_OF_CASE}
    union all select 'rating', 'rating', rated_at::timestamp, rated_on, null, true, channel, point_id,
        map {{'grade': grade::varchar, 'is_default': is_default::varchar}}, {_CURRENT} from core_rating where {_OF_CASE}
    union all select 'delivery', 'dispatched', dispatched_at::timestamp, dispatched_on, null, true, null, point_id, map {{'mode': mode}}, {_CURRENT}
    from core_delivery where {_OF_CASE} and dispatched_at is not null
    union all select 'delivery', 'delivery_received', received_at::timestamp, received_on, null, true, null, point_id, map {{'mode': mode}}, {_CURRENT}
    from core_delivery where {_OF_CASE} and received_at is not null
    union all select 'payment', 'payment', coalesce(paid_at, requested_at)::timestamp, coalesce(paid_on, requested_on), null, true, channel, null,
        map {{'amount': amount::varchar, 'method': method, 'status': status}}, {_CURRENT}
    from core_payment where {_OF_CASE} and coalesce(paid_at, requested_at) is not null"""
_POINTS = """select point_id, any_value(site_id) as site_id, arg_max(name_zh, valid_from) as name_zh, arg_max(name_en, valid_from) as name_en
    from core_service_point where point_id in (select unnest($points)) group by point_id"""
_DOCUMENTS = """select material_code, arg_max(name_zh, valid_from), arg_max(name_en, valid_from) from core_item_material
    where item_id = $item group by material_code"""


def read_records(con: Any, cases: Sequence[str]) -> list[Record]:
    """Every record of these case numbers, overtaken ones among them where the release has kept them."""
    events = [_EVENT.format(table="core_case_event", meta=_CURRENT, where=_OF_CASE)]
    if con.execute("select 1 from duckdb_tables() where table_name = 'history_case_event'").fetchone():
        events.append(_EVENT.format(table="history_case_event", meta=_OVERTAKEN, where=_OF_CASE))
    found = con.execute(f"{' union all '.join(events)} union all {_OTHERS}", {"cases": list(cases)}).fetchall()
    steps = {
        name: number for number, name in enumerate(code_list("event_type"))
    }  # of one moment the contract's order is the order of events
    return sorted(map(_record, found), key=lambda one: (one.at, steps.get(one.type, len(steps)), one.file_id or 0, one.row_no or 0))


def _record(row: tuple) -> Record:
    values: dict[str, Any] = dict(zip((each.name for each in fields(Record)), row, strict=True))
    values["extra"] = {name: value for name, value in values["extra"].items() if value is not None}
    return Record(**values)


def read_documents(con: Any, item: str | None) -> dict[str, tuple[str, str]]:
    """Names of an item's documents by code, Chinese and English."""
    return {code: (zh or "", en or "") for code, zh, en in con.execute(_DOCUMENTS, {"item": item}).fetchall()}


def read_points(con: Any, records: Sequence[Record]) -> dict[str, tuple[str, str]]:
    """Names of the service points of records, Chinese and English."""
    points = sorted({record.place for record in records if record.place})
    return {point: (zh or "", en or "") for point, _, zh, en in con.execute(_POINTS, {"points": points}).fetchall()}
