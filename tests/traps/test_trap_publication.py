"""Traps of publication: small cells, self-selection, populations (T20, T21, T24)."""

from datetime import date

import polars as pl
import pytest

from metrics.evaluate import Query, answer
from metrics.privacy.cube import Dimension, build_cube
from metrics.privacy.protect import protect
from metrics.registry import registry
from metrics.spec import QueryRefused

TOWNS = [("440604", "town 1", 3), ("440604", "town 2", 41), ("440604", "town 3", 27), ("440608", "town 4", 12), ("440608", "town 5", 30)]


def test_trap_20_a_small_cell_behind_its_total():
    """Refusals by town, with the districts' totals. Hiding only the 3 leaves 71 − 41 − 27."""
    frame = pl.DataFrame([(town, district, count) for district, town, count in TOWNS], schema=["town", "district", "count"], orient="row")
    protected = protect(build_cube(frame, [Dimension("place", ("town", "district"))]))
    counts = dict(zip(protected.cells["town"], protected.cells["count"], strict=True))
    total = sum(count for district, _, count in TOWNS if district == "440604")
    assert total - counts["town 2"] - counts["town 3"] == 3  # the attack on a table that hides small counts alone
    shown = dict(zip(protected.cells["town"], protected.cells["shown"], strict=True))
    assert shown["town 1"] is None
    assert [shown["town 2"], shown["town 3"]].count(None) == 1  # one companion, or the sum gives it away
    assert (shown["town 4"], shown["town 5"]) == (12, 30)
    assert protected.pinned() == []


def test_trap_20_a_count_that_grows_into_the_open():
    """Last release hid a 3 and showed the total 71; now the 3 is a 6. Who subtracts must not learn more."""
    dimensions = [Dimension("place", ("town", "district"))]
    before = pl.DataFrame({"town": ["town 1", "town 2", "town 3"], "district": "d", "count": [3, 41, 27]})
    after = before.with_columns(pl.Series("count", [6, 41, 27]))
    first = protect(build_cube(before, dimensions))
    alone, remembering = protect(build_cube(after, dimensions)), protect(build_cube(after, dimensions), earlier=[first.cells])
    assert alone.cells["shown"].null_count() == 0  # all counts are five and more: shown, and with them last month's 3
    assert remembering.cells.filter(pl.col("town") == "town 1")["shown"].to_list() == [None]


def test_trap_20_what_the_public_is_told(town):
    """Three were refused in one district and thirty in the other, of thirty-three in all."""
    item = "B1,1,确认,07,D2,440608,on_the_spot,in_force\n"
    town.receive(service_items="item_id,version,name_zh,item_type,dept_id,division_code,case_type,status\n" + item)
    town.events(*(f"K{n:02},completed,2024-03-05 09:00:00,web,{'A1' if n < 3 else 'B1'},refused" for n in range(33)))
    town.build()
    query = Query("cases_completed", ("district",), start=date(2024, 1, 1), end=date(2025, 1, 1))
    whole = Query("cases_completed", start=date(2024, 1, 1), end=date(2025, 1, 1))
    inside = {row["district"]: row["value"] for row in answer(town.con, query).rows}
    assert inside == {"440604": 3, "440608": 30}
    total = answer(town.con, whole, scope="public").rows[0]["value"]
    assert total - inside["440608"] == 3  # what hiding small counts alone would leave to be subtracted
    told = answer(town.con, query, scope="public").rows
    assert [(row["value"], row["state"]) for row in told] == [(None, "suppressed")] * 2
    with pytest.raises(QueryRefused, match="item"):
        answer(town.con, Query("cases_completed", ("item",), start=date(2024, 1, 1), end=date(2025, 1, 1)), scope="public")


CAUSAL = (" is caused by ", "because of the channel", "thanks to", "leads to", "due to the channel", "makes people faster")


def test_trap_21_definitions_do_not_claim_causes():
    for metric in registry().values():
        words = " ".join([metric.meaning["en"], metric.formula["en"], *(case["en"] for case in metric.edge_cases)]).lower()
        assert not [phrase for phrase in CAUSAL if phrase in words], metric.id
    for metric in ("walk_in_wait", "appointment_wait", "walk_in_service_time", "appointment_service_time"):
        assert any("association" in words["en"] and "相关" in words["zh"] for words in registry()[metric].edge_cases), metric


def test_trap_21_quicker_by_appointment_or_by_what_they_come_for(town):
    """Whoever books comes for the quick item. Overall an appointment seems to save a quarter of an hour; within each item it saves nothing."""
    header = "ticket_id,site_id,item_id,issued_at,slot_start_at,called_at,service_started_at,service_ended_at,status\n"
    served = [("A1", False, 25)] * 8 + [("A1", True, 25)] * 2 + [("B1", False, 5)] * 2 + [("B1", True, 5)] * 8
    lines = []
    for number, (item, booked, minutes) in enumerate(served):
        slot = "2024-03-05 09:00:00" if booked else ""
        lines.append(
            f"Q{number},S1,{item},2024-03-05 09:00:00,{slot},2024-03-05 09:00:00,2024-03-05 09:00:00,2024-03-05 09:{minutes:02}:00,served"
        )
    town.receive(queue_tickets=header + "\n".join(lines) + "\n")
    town.build()
    assert (town.row("walk_in_service_time")["value"], town.row("appointment_service_time")["value"]) == (21, 9)
    within = "select item_id, avg(service_minutes) filter (where is_appointment) - avg(service_minutes) filter (where not is_appointment) from mart_ticket group by all"
    assert {difference for _, difference in town.con.execute(within).fetchall()} == {0}
