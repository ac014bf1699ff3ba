"""Code tables for the models: the order of event types, the group of each channel, what counts as a visit, the priority of each source."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import yaml

from warehouse.contract import code_list


def install_codes(con: duckdb.DuckDBPyConnection) -> None:
    """Write ref_event_type, ref_channel and ref_visit_policy; create ref_source_priority (empty) when it is missing."""
    order = ", ".join(f"('{code}', {place}::tinyint)" for place, code in enumerate(code_list("event_type")))
    con.execute(f"create or replace table ref_event_type as select * from (values {order}) as t (event_type, ordinal)")
    groups = ", ".join(f"('{channel}', '{group}', {online})" for channel, group, online in channel_rows())
    con.execute(f"create or replace table ref_channel as select * from (values {groups}) as t (channel, channel_group, is_online)")
    rows = ", ".join(f"('{kind}', {counts})" for kind, counts in visit_policy().items())
    con.execute(f"create or replace table ref_visit_policy as select * from (values {rows}) as t (kind, counts)")
    con.execute("create table if not exists ref_source_priority (source_id VARCHAR, priority BIGINT)")


def install_source_priority(con: duckdb.DuckDBPyConnection, priorities: dict[str, int]) -> None:
    """Replace the stated priorities of the sources: where two describe one thing, the lowest number is believed; unlisted sources have 100."""
    con.execute("create or replace table ref_source_priority (source_id VARCHAR, priority BIGINT)")
    if priorities:
        con.executemany("insert into ref_source_priority values (?, ?)", sorted(priorities.items()))


def channel_rows() -> list[tuple[str, str, bool]]:
    """Every channel with its group and whether it is online."""
    group_of = {channel: group for group, channels in _codes()["channel_groups"].items() for channel in channels}
    return [(channel, group_of[channel], group_of[channel] == "online") for channel in code_list("channel")]


def visit_policy() -> dict[str, bool]:
    """Whether each doubtful kind of coming counts as a visit."""
    return {kind: entry["counts"] for kind, entry in _codes()["visit_policy"].items()}


@cache
def _codes() -> dict[str, Any]:
    return yaml.safe_load((files("warehouse") / "reference" / "codes.yaml").read_text("utf-8"))
