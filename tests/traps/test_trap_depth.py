"""Traps of declared depth and of other gaming (T8, T9): the figure that can be moved by declaring is shown beside the one that cannot."""

import pytest

CATALOGUE = """item_id,version,name_zh,item_type,dept_id,division_code,case_type,online_steps,visits_max,status,valid_from,valid_to
A1,1,许可,01,D1,440604,commitment,info|submit,1,in_force,2023-01-01,2024-03-01
A1,2,许可,01,D1,440604,commitment,info|submit,0,in_force,2024-03-01,
"""
EVENTS = "event_id,case_id,event_type,occurred_at,channel,item_id,outcome,point_id,on_site,actor_kind,assisted,special_kind\n"


def handled(case: str, month: str) -> list[str]:
    """Applied online, shown the originals at the window, granted."""
    return [
        f"{case}1,{case},submitted,2024-{month}-05 09:00:00,web,A1,,,,applicant,,",
        f"{case}2,{case},onsite_original_check,2024-{month}-06 09:00:00,window,A1,,W1,true,applicant,,",
        f"{case}3,{case},completed,2024-{month}-07 09:00:00,web,A1,granted,,,staff,,",
    ]


def test_trap_08_goodhart_on_declared_depth(town):
    """From March on the catalogue says that nobody need come. Everybody still comes once."""
    town.receive(service_items=CATALOGUE, case_events=EVENTS + "\n".join(
        line for month in ("02", "03") for number in range(12) for line in handled(f"M{month}N{number:02}", month)
    ) + "\n")  # fmt: skip
    town.build()
    declared = {row["month"]: row["numerator"] for row in town.rows("declared_depth_share", "month", level=4)}
    assert (declared["2024-02"], declared["2024-03"]) == (0, 1)  # the naive figure rises from none to all
    by_month = {metric: [row["value"] for row in town.rows(metric, "month")] for metric in ("depth_gap", "depth_overclaim_rate")}
    assert by_month == {"depth_gap": [0, 1], "depth_overclaim_rate": [0, 1]}
    assert [row["value"] for row in town.rows("observed_depth_share", "month", level=4)] == [0, 0]
    assert [row["value"] for row in town.rows("observed_depth_share", "month", level=3)] == [1, 1]


def test_trap_08_the_rise_that_nobody_sees(town):
    """The same rise, and 120 days of cases: the evidence contradicts the item, and after ninety days the alert names it."""
    months = ("03", "04", "05", "06")
    lines = [line for month in months for number in range(10) for line in handled(f"M{month}N{number:02}", month)]
    town.receive(service_items=CATALOGUE, case_events=EVENTS + "\n".join(lines) + "\n")
    town.build()
    assert town.parts("declared_depth_share", level=4) == (1, 1)  # all that the catalogue says
    verdicts = {variant: town.row("depth_verdict_items", variant=variant)["value"] for variant in ("supported", "contradicted", "untested")}
    assert verdicts == {"supported": 0, "contradicted": 1, "untested": 0}
    assert town.row("unmatched_depth_rise_items", where={"month": "2024-04"})["value"] == 0  # sixty days
    assert town.row("unmatched_depth_rise_items")["value"] == 1


def town_with(town, *lines: str):
    """Events (the rest of a line after the event's number) of an item of ten promised days."""
    town.receive(case_events=EVENTS + "".join(f"{number},{line}\n" for number, line in enumerate(lines)))
    town.build()
    return town


def test_trap_09_acceptance_that_is_put_off(town):
    """Both apply on 1 March and have their permit on the 22nd; one was accepted at once, the other three weeks later."""
    town_with(
        town,
        *(f"{case},submitted,2024-03-01 09:00:00,web,A1,,,,,," for case in ("prompt", "late")),
        "prompt,accepted,2024-03-01 10:00:00,web,A1,,,,,,",
        "late,accepted,2024-03-21 10:00:00,web,A1,,,,,,",
        *(f"{case},{kind},2024-03-22 10:00:00,web,A1,granted,,,,," for case in ("prompt", "late") for kind in ("decided", "result_ready")),
    )
    taken = dict(town.con.execute("select case_id, handling_working_days from mart_case").fetchall())
    assert taken == {"prompt": 15, "late": 1}  # the clock that starts at acceptance can be kept short
    assert dict(town.con.execute("select case_id, e2e_days from mart_case").fetchall()) == {"prompt": 21, "late": 21}
    assert (town.row("e2e_time")["value"], town.row("e2e_time", stat="p90")["value"]) == (21, 21)


def test_trap_09_serial_supplements_and_parking(town):
    """Ten working days were promised. One case is asked for papers three times, one is parked with experts: both are decided a month later, "in time"."""
    asked = [("04", "06"), ("11", "13"), ("18", "27")]
    town_with(
        town,
        *(f"{case},accepted,2024-03-01 09:00:00,web,A1,,,,,," for case in ("asked", "parked", "plain")),
        *(f"asked,supplement_requested,2024-03-{first} 09:00:00,web,A1,,,,,," for first, _ in asked),
        *(f"asked,supplement_received,2024-03-{last} 09:00:00,web,A1,,,,,," for _, last in asked),
        "parked,special_started,2024-03-04 09:00:00,web,A1,,,,,,clock_stop",
        "parked,special_ended,2024-04-02 09:00:00,web,A1,,,,,,clock_stop",
        "asked,decided,2024-04-01 09:00:00,web,A1,granted,,,,,",
        "parked,decided,2024-04-03 09:00:00,web,A1,granted,,,,,",
        "plain,decided,2024-03-08 09:00:00,web,A1,granted,,,,,",
        "later,submitted,2024-04-30 09:00:00,web,B9,,,,,,",
    )
    assert town.parts("promise_kept_rate") == (3, 3)  # the figure that pauses can move
    # 1 March to 1 April is 21 working days, to 3 April 23; paused 2 + 2 + 7 = 11, and 4 March to 2 April 21; the plain case took 5
    taken = "select case_id, handling_working_days, paused_working_days from mart_case where case_id <> 'later' order by 1"
    assert town.con.execute(taken).fetchall() == [("asked", 10, 11), ("parked", 2, 21), ("plain", 5, 0)]
    assert town.parts("clock_stop_share") == (32, 49)
    assert town.parts("supplement_rate") == (1, 4)
    assert town.parts("multi_supplement_rate") == (1, 4)


def test_trap_09_window_staff_filing_online(town):
    """Three come to the window, whose staff key their forms into the web hall; one applies from home."""
    helped = [f"H{n},submitted,2024-03-05 09:00:00,window,A1,,,,applicant,true," for n in range(3)]
    keyed = [f"H{n},accepted,2024-03-05 09:05:00,web,A1,,,,staff,," for n in range(3)]
    done = [f"{case},completed,2024-03-06 09:00:00,web,A1,granted,,,staff,," for case in ("H0", "H1", "H2", "home")]
    town_with(town, *helped, *keyed, "home,submitted,2024-03-05 20:00:00,web,A1,,,,applicant,,", *done)
    assert town.sql("select count(distinct case_id) from core_case_event where channel = 'web'") == 4  # "all online"
    assert town.parts("online_application_rate") == (1, 4)
    assert town.sql("select count(*) from mart_case where is_assisted") == 3


def test_trap_09_a_ticket_drawn_late(town):
    """The wait begins with the ticket; who draws two within ten minutes has not given up once."""
    town.receive(queue_tickets="""ticket_id,site_id,queue_code,person_key,issued_at,called_at,service_ended_at,status
Q1,S1,A,p,2024-03-05 09:00:00,,2024-03-05 09:04:00,left
Q2,S1,A,p,2024-03-05 09:05:00,2024-03-05 09:20:00,,served
""")  # fmt: skip
    town.build()
    assert town.sql("select avg((status = 'left')::int) from core_queue_ticket") == 0.5
    assert town.parts("queue_abandonment") == (0, 1)
    assert town.parts("queue_wait") == (pytest.approx(15), 1)
