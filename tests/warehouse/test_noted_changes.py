"""What builds note of their changes suffices to sum and to judge a mart: rollups come out as from all its rows, and faults in new rows are found."""

from __future__ import annotations

import random

import pytest

from data_quality.gate import run_gate
from data_quality.outcomes import GateReport
from metrics.catalog import table_names
from metrics.rollup import build_rollups
from warehouse.models.noted import noted_marts, notes_of


def month(city, rng: random.Random, *, cases: int, file_id: int) -> None:
    """Cases of two months, each with a ticket, a rating and a payment; cases of a later file add to earlier ones."""
    city.file_id = file_id
    for _ in range(cases):
        number, day = rng.randint(1, 60), f"2024-{rng.randint(2, 3):02}-{rng.randint(1, 28):02}"
        case = f"K{number:02}"
        city.events(
            case, (rng.choice(["submitted", "accepted", "onsite_pickup"]), f"{day} 09:00"), item_id="A1", applicant_key=f"P{number % 7}"
        )
        if rng.random() < 0.5:
            city.events(case, ("completed", f"{day} 15:00", {"outcome": rng.choice(["granted", "void"])}), item_id="A1")
        at = f"{day} {rng.randint(8, 16):02}:00"
        ticket = {"ticket_id": f"t{city.rows}", "site_id": "S1", "issued_at": at, "called_at": at[:-1] + "9", "status": "served"}
        city.add("queue_tickets", ticket | {"case_id": rng.choice([case, None]), "person_key": f"P{number % 7}"})
        rating = {"rating_id": f"r{city.rows}", "case_id": case, "grade": rng.randint(1, 5), "rated_at": at}
        city.add("ratings", rating | {"channel": "web", "rater_key": f"P{number % 7}"})
        money = {"payment_id": f"p{city.rows}", "case_id": case, "amount": 10, "method": "cash", "channel": "web"}
        city.add("payments", money | {"paid_at": at, "status": rng.choice(["paid", "refunded"])})


def broken(report: GateReport) -> set[tuple[str, str]]:
    """Tables and rules that block."""
    return {(outcome.rule.table, outcome.rule.id) for outcome in report.blocking}


@pytest.fixture
def settled(city, monkeypatch):
    """A city that is built, summed and judged, so that its changes are noted from here on."""
    monkeypatch.setattr("warehouse.build.LARGE_SHARE", 2.0)
    monkeypatch.setattr("metrics.rollup_months.LARGE_SHARE", 2.0)
    city.item()
    month(city, random.Random(1), cases=60, file_id=1)
    city.build_all()
    assert run_gate(city.con).blocking == []
    build_rollups(city.con)
    return city


@pytest.mark.parametrize("seed", [0, *(pytest.param(more, marks=pytest.mark.soak) for more in range(1, 10))])
def test_sums_by_noted_changes_are_those_of_all_rows(settled, contents, seed):
    rng, con = random.Random(seed), settled.con
    for step in (2, 3):
        before = contents(con)
        month(settled, rng, cases=4, file_id=step)
        settled.build_all()
        noted = {mart for mart in noted_marts(con) if con.execute(f"select count(*) from {notes_of(mart)}").fetchone() != (0,)}
        assert noted >= {"mart_case", "mart_ticket", "mart_rating", "mart_payment"}
        build_rollups(con)
        by_notes = contents(con)
        build_rollups(con, full=True)
        assert contents(con) == by_notes != before


def test_what_is_noted_is_what_left_and_what_came(settled):
    old = set(settled.con.execute("select case_id, visits, is_completed from mart_case").fetchall())
    month(settled, random.Random(3), cases=5, file_id=2)
    settled.build_all()
    new = set(settled.con.execute("select case_id, visits, is_completed from mart_case").fetchall())
    for sign, rows, others in ((-1, old, new), (1, new, old)):
        noted = set(
            settled.con.execute(f"select case_id, visits, is_completed from {notes_of('mart_case')} where sign = {sign}").fetchall()
        )
        assert rows - others <= noted <= rows


def test_a_fault_in_a_noted_row_is_found_and_one_elsewhere_by_a_full_build_only(settled):
    con = settled.con
    month(settled, random.Random(3), cases=2, file_id=2)
    settled.build_all()
    noted = f"select ticket_id from {notes_of('mart_ticket')} where sign > 0"
    con.execute(f"update mart_ticket set status = null where ticket_id in ({noted})")
    con.execute(f"update {notes_of('mart_ticket')} set status = null")
    con.execute(f"update mart_case set channel_group = null where case_id not in (select case_id from {notes_of('mart_case')})")
    assert broken(run_gate(con)) == {("mart_ticket", "status_required")}
    assert broken(run_gate(con, full=True)) == {("mart_ticket", "status_required"), ("mart_case", "channel_group_required")}


def test_changes_that_were_summed_without_being_judged_are_judged_with_all_rows(settled):
    month(settled, random.Random(3), cases=2, file_id=2)
    settled.build_all()
    settled.con.execute("update mart_ticket set status = null")
    build_rollups(settled.con)  # takes the notes in, though nobody has judged them
    assert broken(run_gate(settled.con)) == {("mart_ticket", "status_required")}


def test_a_mart_that_is_built_in_full_is_summed_and_judged_as_a_whole(settled):
    settled.build_all(full=True)
    assert noted_marts(settled.con) == {}
    assert not [name for name in table_names(settled.con) if name.startswith("build_change_")]
    build_rollups(settled.con)
    assert {"mart_case", "mart_ticket", "mart_source_day"} <= set(noted_marts(settled.con))
