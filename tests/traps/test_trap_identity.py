"""Traps of identity: one matter in several systems, one person with several accounts (T13, T24)."""

import pytest

HEADER = "event_id,case_id,event_type,occurred_at,channel,item_id,applicant_key,outcome,external_case_ref\n"


def test_trap_13_one_matter_in_two_systems(town):
    """Ann's matter is pre-filed online and keyed again at the window under the online number; Bo's without it; Cy really applies twice."""
    town.receive(case_events=HEADER + """1,ann,submitted,2024-03-05 09:00:00,web,A1,p1,,
2,bo,submitted,2024-03-05 20:00:00,web,A1,p2,,
3,cy1,submitted,2024-03-05 09:00:00,web,A1,p3,,
4,cy2,submitted,2024-03-06 09:00:00,web,A1,p3,,
""")  # fmt: skip
    town.receive("hall_system", case_events=HEADER + """1,H-1,received,2024-03-06 10:00:00,window,A1,,,ann
2,H-1,completed,2024-03-08 10:00:00,window,A1,,granted,ann
3,H-2,received,2024-03-06 10:00:00,window,A1,p2,,
4,H-2,completed,2024-03-08 10:00:00,window,A1,p2,granted,
""")  # fmt: skip
    town.build()
    assert town.sql("select count(distinct case_id) from core_case_event") == 6  # half as many again as there are
    assert town.row("cases_received")["value"] == 4
    assert town.parts("online_application_rate") == (2, 2)  # naively two of window: whoever keys it last would have it
    assert town.sql("select count(*) from mart_case where is_completed and channel = 'window'") == 0
    assert town.parts("duplicate_rate") == (2, 6)
    assert town.row("duplicate_rate")["value"] in (None, pytest.approx(1 / 3))
    assert town.row("open_cases")["value"] == 2  # Cy's; the pre-filed ones would stay open for ever


def test_trap_24_accounts_are_no_people(town):
    """Two people of a town of two, one of them registered on three platforms; one platform has closed the account."""
    header = "account_key,kind,verification,division_code,registered_on,closed_on\n"
    town.receive(accounts=header + "p1,person,real_name,440604,2023-01-10,\np2,person,real_name,440604,2023-02-10,\n")
    town.receive("app", accounts=header + "p1,person,real_name,440604,2023-06-01,\n")
    town.receive("wechat", accounts=header + "p1,person,none,440604,2023-05-01,2023-09-01\n")
    town.receive(sessions="""session_id,channel,account_key,started_at,reached
1,web,p1,2024-03-05 09:00:00,view
2,app,p1,2024-03-05 10:00:00,submit
3,app,p1,2024-03-06 10:00:00,submit
""")  # fmt: skip
    town.build()
    assert town.sql("select count(*) from core_account") == 4  # twice the population
    assert town.row("accounts_registered")["value"] == 2
    assert town.row("accounts_registered", where={"month": "2023-05"})["value"] == 2
    assert town.sql("select count(*) from core_session") == 3
    assert town.row("accounts_active")["value"] == 1
