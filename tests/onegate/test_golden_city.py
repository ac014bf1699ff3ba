"""A city of eleven cases worked out by hand, from files to answers: every decision that changes a number has a case here.

Working days used below (2024): 9 February works, 10–17 February is Spring Festival, 18 February (Sunday) works; 4–6 April is Qingming,
7 April (Sunday) works; 28 April (Sunday) works.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from metrics.compile import Query
from metrics.evaluate import answer
from metrics.rollup import build_rollups
from pipelines.ingest import ingest
from warehouse.build import build_models
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

FILES = {
    "divisions": """division_code,parent_code,level,name_zh
440000,,2,广东省
440600,440000,3,佛山市
440604,440600,4,禅城区
440608,440600,4,高明区
""",
    "departments": """dept_id,name_zh,division_code,function_code
D1,禅城局,440604,F
D2,高明局,440608,F
""",
    "service_items": """item_id,version,name_zh,item_type,dept_id,division_code,audience,case_type,legal_limit,legal_unit,promised_limit,promised_unit,online_steps,visits_max,declared_depth,status,valid_from,valid_to
A1,1,许可,01,D1,440604,person|enterprise,commitment,20,working_day,5,working_day,info|submit,1,3,in_force,2023-01-01,2024-03-01
A1,2,许可,01,D1,440604,person|enterprise,commitment,20,working_day,10,working_day,info|submit,0,4,in_force,2024-03-01,
B1,1,确认,07,D1,440604,person,on_the_spot,1,working_day,0,working_day,info|submit,2,2,in_force,2023-01-01,
C1,1,核准,01,D2,440608,enterprise,commitment,20,natural_day,10,natural_day,info,,1,in_force,2023-01-01,
X1,1,处罚,02,D1,440604,enterprise,other,,,,,info,,,in_force,2023-01-01,
""",
    "service_points": """point_id,site_id,kind,name_zh,division_code
H1,S1,hall,大厅,440604
W1,S1,window,一号窗,440604
W2,S1,window,二号窗,440604
T1,S2,terminal,自助机,440604
""",
    # K01 the Spring Festival; K02 two overlapping pauses; K03 on the spot; K04 the night before, a terminal; K05 a date that UTC would get wrong,
    # and a visit that the catalogue denies; K06 open and overdue; K07 withdrawn in time; K08 void; K09 natural days, no acceptance;
    # K10 not accepted; K11 an item that nobody knows
    "case_events": """event_id,case_id,event_type,occurred_at,channel,item_id,dept_id,division_code,point_id,on_site,actor_kind,outcome,special_kind
1,K01,submitted,2024-02-07 20:00:00,web,A1,,,,,applicant,,
2,K01,accepted,2024-02-08 09:00:00,web,A1,,,,,staff,,
3,K01,decided,2024-02-21 10:00:00,web,A1,,,,,staff,granted,
4,K01,completed,2024-02-21 10:05:00,web,A1,,,,,staff,granted,
5,K02,onsite_submission,2024-02-08 09:00:00,window,A1,,,W1,true,applicant,,
6,K02,accepted,2024-02-08 09:05:00,window,A1,,,,,staff,,
7,K02,supplement_requested,2024-02-19 10:00:00,window,A1,,,,,staff,,
8,K02,special_started,2024-02-22 10:00:00,window,A1,,,,,staff,,clock_stop
9,K02,supplement_received,2024-02-27 10:00:00,window,A1,,,,,applicant,,
10,K02,special_ended,2024-02-28 10:00:00,window,A1,,,,,staff,,clock_stop
11,K02,decided,2024-03-04 10:00:00,window,A1,,,,,staff,granted,
12,K02,completed,2024-03-04 11:00:00,window,A1,,,,,staff,granted,
13,K02,onsite_pickup,2024-03-05 09:00:00,window,A1,,,W2,true,applicant,,
14,K03,onsite_submission,2024-03-05 09:00:00,window,B1,,,W1,true,agent,,
15,K03,received,2024-03-05 09:05:00,window,B1,,,,,staff,,
16,K03,decided,2024-03-05 09:30:00,window,B1,,,,,staff,granted,
17,K03,completed,2024-03-05 09:31:00,window,B1,,,,,staff,granted,
18,K04,submitted,2024-03-05 22:00:00,web,B1,,,,,applicant,,
19,K04,onsite_identity_check,2024-03-06 08:00:00,terminal,B1,,,T1,true,applicant,,
20,K04,decided,2024-03-06 09:00:00,web,B1,,,,,staff,granted,
21,K04,completed,2024-03-06 09:00:00,web,B1,,,,,staff,granted,
22,K05,submitted,2024-03-31T17:30:00Z,app,A1,,,,,applicant,,
23,K05,accepted,2024-04-01 09:00:00,app,A1,,,,,staff,,
24,K05,onsite_original_check,2024-04-09 09:00:00,window,A1,,,W1,true,applicant,,
25,K05,onsite_consult,2024-04-08 09:00:00,window,A1,,,W1,true,applicant,,
26,K05,decided,2024-04-15 09:00:00,app,A1,,,,,staff,refused,
27,K05,completed,2024-04-15 09:00:00,app,A1,,,,,staff,refused,
28,K06,submitted,2024-04-02 09:00:00,web,A1,,,,,applicant,,
29,K06,accepted,2024-04-02 10:00:00,web,A1,,,,,staff,,
30,K07,submitted,2024-04-03 09:00:00,web,A1,,,,,applicant,,
31,K07,accepted,2024-04-03 10:00:00,web,A1,,,,,staff,,
32,K07,withdrawn,2024-04-10 10:00:00,web,A1,,,,,applicant,withdrawn,
33,K08,submitted,2024-04-03 09:00:00,web,A1,,,,,applicant,,
34,K08,completed,2024-04-05 10:00:00,web,A1,,,,,staff,void,
35,K09,received,2024-04-01 10:00:00,window,C1,,,,,staff,,
36,K09,decided,2024-04-12 10:00:00,window,C1,,,,,staff,granted,
37,K09,completed,2024-04-12 10:00:00,window,C1,,,,,staff,granted,
38,K10,submitted,2024-04-29 10:00:00,web,C1,,,,,applicant,,
39,K10,not_accepted,2024-04-30 10:00:00,web,C1,,,,,staff,not_accepted,
40,K11,submitted,2024-04-20 10:00:00,hotline,ZZ,D9,440608,,,applicant,,
""",
    # waits: Q1 8, Q2 25, Q3 gives up after 30, Q4 transferred 5 + 20, Q5 implausible, Q6 cancelled, Q7 appointment 6, Q8 drawn twice 15
    "queue_tickets": """ticket_id,site_id,queue_code,case_id,person_key,issued_at,checkin_at,slot_start_at,called_at,service_started_at,service_ended_at,status,prev_ticket_id
Q1,S1,A,K03,,2024-03-05 08:50:00,,,2024-03-05 08:58:00,2024-03-05 08:59:00,2024-03-05 09:40:00,served,
Q2,S1,A,,,2024-03-05 09:00:00,,,2024-03-05 09:25:00,,,served,
Q3,S1,A,,,2024-03-05 09:10:00,,,,,2024-03-05 09:40:00,left,
Q4a,S1,A,,,2024-03-05 10:00:00,,,2024-03-05 10:05:00,,,transferred,
Q4b,S1,B,,,2024-03-05 10:10:00,,,2024-03-05 10:30:00,,,served,Q4a
Q5,S1,A,,,2024-03-05 08:00:00,,,2024-03-05 17:30:00,,,served,
Q6,S1,A,,,2024-03-05 11:00:00,,,,,,cancelled,
Q7,S1,A,,,2024-03-05 13:45:00,2024-03-05 13:50:00,2024-03-05 14:00:00,2024-03-05 14:06:00,,,served,
Q8a,S1,A,,P9,2024-03-05 15:00:00,,,,,,left,
Q8b,S1,A,,P9,2024-03-05 15:05:00,,,2024-03-05 15:20:00,,,served,
""",
    "ratings": """rating_id,case_id,grade,is_default,rated_at,channel,rater_key,validity
R1,K01,5,false,2024-02-21 11:00:00,web,p1,valid
R2,K01,2,false,2024-02-22 11:00:00,web,p1,
R3,K02,5,true,2024-03-04 11:00:00,window,p2,
R4,K03,3,,2024-03-05 11:00:00,window,p3,
R5,K04,1,,2024-03-06 11:00:00,web,p4,invalid
R6,,4,,2024-03-06 11:00:00,window,,
R7,K08,1,,2024-04-06 11:00:00,web,p5,
""",
    "case_materials": """case_id,material_code,required,provided_by,was_available,resubmission_no
K01,M1,,paper,true,0
K01,M2,,elicence,,0
K01,M3,true,data_share,,0
K02,M1,true,paper,,0
K02,M1,true,upload,false,1
K02,M4,true,not_provided,,0
K03,M1,true,commitment,,0
K03,M5,false,reuse,,0
K08,M1,true,elicence,,0
""",
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("golden")
    for feed, content in FILES.items():
        (folder / f"{feed}.csv").write_text(content)
    settings = Settings(folder / "home")
    report = ingest(settings, [folder / f"{feed}.csv" for feed in FILES])
    assert not report.needs_a_person, report.refused
    con = open_store(settings)
    build_models(con, full=True)
    build_rollups(con)
    yield con
    con.close()


def rows(city: duckdb.DuckDBPyConnection, metric: str, by: str = "", **options) -> list[dict]:
    where = tuple(options.pop("where", {}).items())
    params = tuple((name, str(value)) for name, value in options.pop("params", {}).items())
    query = Query(metric, tuple(filter(None, by.split(","))), where, options.pop("start", None), options.pop("end", None), params)
    return answer(city, query).to_json()["rows"]


def parts(city: duckdb.DuckDBPyConnection, metric: str, **options) -> tuple[float, float]:
    (row,) = rows(city, metric, **options)
    return row["numerator"], pytest.approx(row["denominator"])


def test_as_of_is_the_last_case_event(city: duckdb.DuckDBPyConnection) -> None:
    assert city.execute("select as_of_on from build_as_of").fetchall() == [(date(2024, 4, 30),)]


def test_cases_received_by_month_and_channel(city: duckdb.DuckDBPyConnection) -> None:
    assert rows(city, "cases_received")[0]["value"] == 10
    assert [(row["month"], row["value"]) for row in rows(city, "cases_received", "month")] == [
        ("2024-02", 2),
        ("2024-03", 2),
        ("2024-04", 6),
    ]
    assert {row["channel"]: row["value"] for row in rows(city, "cases_received", "channel")} == {
        "app": 1,
        "hotline": 1,
        "web": 5,
        "window": 3,
    }


def test_unknown_items_keep_their_cases(city: duckdb.DuckDBPyConnection) -> None:
    assert [(row["district"], row["value"]) for row in rows(city, "cases_received", "district")] == [("440604", 7), ("440608", 3)]
    assert [(row["item_type"], row["value"]) for row in rows(city, "cases_received", "item_type")] == [("01", 7), ("07", 2), (None, 1)]


def test_completed_and_online(city: duckdb.DuckDBPyConnection) -> None:
    assert rows(city, "cases_completed")[0]["value"] == 8
    assert parts(city, "online_application_rate") == (5, 8)
    assert rows(city, "online_application_rate")[0]["state"] == "insufficient_n"


def test_visits(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "observed_visits_mean") == (4, 8)
    assert rows(city, "observed_visits_mean")[0]["value"] == 0.5
    assert parts(city, "observed_visit_share", params={"k": 1}) == (7, 8)
    assert parts(city, "observed_visit_share", params={"k": 0}) == (5, 8)
    assert parts(city, "observed_visit_share", params={"k": 0, "variant": "conditional"}) == (4, 5)
    assert city.execute("select terminal_visits from mart_case where case_id = 'K04'").fetchall() == [(1,)]


def test_depth_declared_against_observed(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "declared_depth_share") == (1, 3)
    assert parts(city, "declared_depth_share", params={"level": 4}) == (1, 3)
    assert parts(city, "declared_depth_share", params={"level": 4}, end=date(2024, 3, 1)) == (0, 3)
    assert parts(city, "declared_depth_share", params={"level": 2}) == (2, 3)
    assert parts(city, "declared_visits_share", params={"k": 1}) == (1, 3)
    assert rows(city, "catalogue_items")[0]["value"] == 4
    assert parts(city, "depth_overclaim_rate") == (1, 4)
    assert parts(city, "depth_gap") == (-5, 5)  # K01 3−4, K04 2−4, K05 4−3, K07 4−4, K10 1−4


def test_promise_counts_what_was_due_open_cases_included(city: duckdb.DuckDBPyConnection) -> None:
    due = dict(city.execute("select case_id, due_on from mart_case").fetchall())
    assert due["K01"] == date(2024, 2, 21)
    assert due["K02"] == date(2024, 3, 1)
    assert due["K03"] == date(2024, 3, 5)
    assert due["K05"] == date(2024, 4, 16)
    assert due["K06"] == date(2024, 4, 17)
    assert due["K09"] == date(2024, 4, 11)
    assert parts(city, "promise_kept_rate") == (3, 7)  # kept K01 K03 K05; missed K02 K04 K06 K09
    assert parts(city, "promise_kept_rate", where={"case_type": "commitment"}) == (2, 5)


def test_handling_time_and_time_cut(city: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        city.execute(
            "select case_id, handling_working_days from mart_case where handling_working_days is not null and not is_void"
        ).fetchall()
    )
    assert found == {"K01": 5, "K02": 6, "K03": 0, "K04": 1, "K05": 9, "K09": 8}
    assert parts(city, "actual_time_cut") == (28, 60 + 20 * 5 / 7)
    assert rows(city, "handling_time", params={"stat": "p50"})[0]["value"] == 8  # 1c 4c 5 6 8 9 20c
    assert rows(city, "handling_time", params={"stat": "p90"})[0]["value"] is None  # the curve does not reach it


def test_on_the_spot(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "on_the_spot_completion_rate") == (1, 8)
    assert parts(city, "on_the_spot_completion_rate", params={"variant": "same_session"}) == (1, 8)


def test_supplements(city: duckdb.DuckDBPyConnection) -> None:
    (row,) = rows(city, "supplement_rate")
    assert (row["numerator"], row["denominator"], row["value"], row["state"]) == (1, 10, 0.1, "value")
    assert row["low"] < 0.1 < row["high"]


def test_waits(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "queue_wait") == (79, 5)
    assert rows(city, "queue_wait")[0]["value"] == pytest.approx(15.8)
    assert rows(city, "queue_wait", params={"stat": "p50"})[0]["value"] == pytest.approx(15, abs=1)
    assert parts(city, "wait_within_target") == (2, 6)
    assert parts(city, "wait_within_target", params={"minutes": 30}) == (5, 5)
    assert parts(city, "window_service_time") == (41, 1)
    by_hour = [(row["hour"], row["denominator"], row["state"]) for row in rows(city, "queue_wait", "hour")]
    assert by_hour == [(8, 1, "value"), (9, 1, "value"), (10, 1, "value"), (11, 0, "not_applicable"), (13, 1, "value"), (15, 1, "value")]


def test_abandonment_leaves_out_the_earlier_of_a_pair(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "queue_abandonment") == (1, 9)


def test_ratings(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "good_rating_rate") == (3, 4)
    assert parts(city, "good_rating_rate", params={"variant": "first"}) == (4, 4)
    assert parts(city, "active_good_rating_rate") == (2, 3)
    assert parts(city, "response_rate") == (2, 8)
    assert parts(city, "bad_rating_rate_per_100k") == (1, 8)


def test_materials(city: duckdb.DuckDBPyConnection) -> None:
    assert parts(city, "exemption_rate") == (2, 6)
    assert parts(city, "exemption_opportunity") == (1, 2)


def test_audience_is_many_valued(city: duckdb.DuckDBPyConnection) -> None:
    by_audience = {row["audience"]: row["value"] for row in rows(city, "cases_received", "audience")}
    assert by_audience == {"enterprise": 7, "person": 7, None: 1}
