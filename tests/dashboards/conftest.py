"""A tiny city published as a release: two districts, a few departments and halls, twenty-six months, made of rows written here."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import httpx
import pytest
import uvicorn
from dash import dcc

from dashboards.app import create_app
from metrics.rollup import build_rollups
from warehouse.contract import tables
from warehouse.engine.duckdb import open_store
from warehouse.release import publish
from warehouse.settings import Settings

PLACES = "select '440000' as province_code, '440600' as city_code, district as district_code, null::varchar as town_code, district as division_code"
MONTHS = "generate_series(date '2016-09-01', date '2018-10-01', interval 1 month) as months(month)"
DIVISIONS = [
    ("440000", "广东省", "Guangdong", 2, None, "440000", None, None),
    ("440600", "佛山市", "Foshan", 3, "440000", "440000", "440600", None),
    ("440604", "禅城区", "Chancheng", 4, "440600", "440000", "440600", "440604"),
    ("440608", "高明区", "Gaoming", 4, "440600", "440000", "440600", "440608"),
]
# per district: cases a month, share done the same day, share kept, share of good ratings
DISTRICTS = "(values ('440604', 40), ('440608', 20)) as d(district, cases)"


def make_marts(con: duckdb.DuckDBPyConnection) -> None:
    """The marts as their contracts say, filled with literal rows."""
    for table in tables().values():
        columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns.values())
        con.execute(f"create or replace table {table.name} ({columns})")
    con.execute(
        "create or replace table build_as_of as select timestamptz '2018-10-31 23:59:59+08' as as_of_at, date '2018-10-31' as as_of_on"
    )
    rows = "insert into dim_division (division_code, name_zh, name_en, level, parent_code, province_code, city_code, district_code) values (?,?,?,?,?,?,?,?)"
    con.executemany(rows, DIVISIONS)
    con.execute("insert into dim_department by name select 'D1' as dept_id, '住建局' as name_zh, 'Housing' as name_en")
    con.execute("insert into dim_department by name select 'D2' as dept_id, '公安局' as name_zh, 'Police' as name_en")
    con.execute(
        "insert into dim_site by name select 'S1' as site_id, '禅城大厅' as name_zh, 'Chancheng hall' as name_en, '440604' as district_code"
    )
    con.execute(ITEMS)
    con.execute(CASES)
    con.execute(TICKETS)
    con.execute(RATINGS)
    con.execute(f"create or replace temp table spot as select places.* from {DISTRICTS}, lateral ({PLACES}) as places")
    con.execute(f"create or replace temp table size as select district as district_code, cases from {DISTRICTS}")
    con.execute(f"create or replace temp table months as select * from {MONTHS}")
    con.execute((Path(__file__).parent / "city.sql").read_text("utf-8"))


ITEMS = f"""insert into mart_item by name
select places.*, 'I' || district || n as item_id, 1 as version, date '1900-01-01' as valid_from, date '9999-12-31' as valid_to, 'in_force' as status,
    '01' as item_type, true as is_application_based, case when n % 2 = 0 then 'D1' else 'D2' end as dept_id, case when n <= 12 then 3 else 2 end as level_gd_4,
    case when n <= 12 then 3 else 2 end as level_gd_2013, false as is_on_online_hall, false as is_limit_converted, false as supports_epay, false as id_only,
    '事项' || n as name_zh, 'Item ' || n as name_en, ['person'] as audience, 'housing' as theme, 'commitment' as case_type, 2 as visits_max,
    20.0 as legal_working_days, 5.0 as promised_working_days
from range(1, 41) as numbers(n), {DISTRICTS}, lateral ({PLACES}) as places"""

CASES = f"""insert into mart_case by name
select places.*, district || month || n as case_id, 'canonical' as source_id, case when n % 2 = 0 then 'D1' else 'D2' end as dept_id, 'commitment' as case_type,
    'CN' as calendar_id, month::timestamptz as application_at, month::date as application_on, case when n % 4 = 0 then 'web' else 'window' end as channel,
    case when n % 4 = 0 then 'online' else 'staffed' end as channel_group, n % 4 = 0 as is_applied_online, false as is_assisted,
    month::date as received_on, month::date as accepted_on, false as is_acceptance_imputed, month::date as decided_on, month::timestamptz as completed_at,
    month::date as completed_on, month::date as clock_end_on, 'granted' as outcome, false as is_void, true as is_completed, false as is_order_broken,
    20.0 as legal_working_days, 5.0 as promised_working_days, 0 as paused_working_days, 3 as handling_working_days, 3 as survival_working_days,
    0 as waiting_working_days, 3 as delivery_working_days,
    true as is_handling_event, month::date as due_on, false as has_open_pause_at_due, true as is_promise_countable, n % 10 <> 0 as is_promise_kept,
    n % 2 = 0 as is_decided_same_day, false as is_decided_same_session, 1 as visits, 1 as visits_upper, 0 as terminal_visits,
    case when n % 4 = 0 then 3 else 1 end as observed_level, 0 as supplement_count, n % 3 = 0 as has_active_rating, n = 1 as has_bad_rating,
    3 as e2e_days, true as is_e2e_event, [] as dq_flags, 'I' || district || n % 10 + 1 as item_id, '01' as item_type, ['person'] as audience, 'housing' as theme,
    2 as declared_visits_max, 3 as declared_level, n % 9 = 0 as is_overclaimed, case when n % 9 = 0 then 'original_check' end as overclaim_cause
from {MONTHS}, {DISTRICTS}, range(1, 61) as numbers(n), lateral ({PLACES}) as places where n <= cases"""

TICKETS = f"""insert into mart_ticket by name
select places.*, district || month || n as ticket_id, 'canonical' as source_id, 'S' || case when district = '440604' then '1' else '2' end as site_id,
    month::timestamptz + to_days(n::int % 5) + to_hours(8 + n % 9) as issued_at, month::date + (n % 5)::int as issued_on, 8 + n % 9 as issued_hour, n % 6 = 0 as is_appointment, 'served' as status, true as is_chain_head,
    false as is_repeat, false as is_implausible, true as is_called, false as is_abandoned, 5.0 as service_minutes,
    -- Gaoming's waits double in the last month: that is what the lists must find
    (n % 7) + case when district = '440608' and month = date '2018-10-01' then 20 else 2 + month(month) % 2 end as wait_minutes
from {MONTHS}, {DISTRICTS}, range(1, 61) as numbers(n), lateral ({PLACES}) as places where n <= cases"""

RATINGS = f"""insert into mart_rating by name
select places.*, district || month || n as rating_id, 'canonical' as source_id, 'window' as channel, 'staffed' as channel_group,
    case n when 1 then 1 when 2 then 2 when 3 then 3 when 4 then 4 else 5 end as grade, district || month || n as case_id, 'D1' as dept_id,
    'I' || district || n % 10 + 1 as item_id, month::timestamptz as rated_at, month::date as rated_on, true as is_valid, n % 5 > 0 as is_active,
    true as is_latest, true as is_first
from {MONTHS}, {DISTRICTS}, range(1, 21) as numbers(n), lateral ({PLACES}) as places"""


TARGETS = """insert into mart_target (target_id, metric_id, params, division_code, city_code, op, value, baseline_value, baseline_on, due_on, source_id, is_superseded)
values ('T1', 'declared_depth_share', '{"level": 3}', '440600', '440600', '>=', 0.4, 0.2, date '2017-01-01', date '2018-12-31', 'canonical', false),
       ('T2', 'queue_wait', '{"stat": "mean"}', '440600', '440600', '<=', 10, null, null, date '2018-12-31', 'canonical', false)"""
MAP = [("440604", "Chancheng", 113.0), ("440608", "Gaoming", 112.8)]  # two squares side by side
WORKING_DAYS = """create or replace table ref_working_day as select 'CN' as calendar_id, day::date as day, isodow(day) < 6 as is_working,
    0 as working_day_no, true as is_published from generate_series(date '2014-01-01', date '2019-12-31', interval 1 day) as days(day)"""


def publish_city(home: Path, extra: dict[str, str] | None = None) -> Settings:
    """The tiny city as a release of its own, with further tables."""
    settings = Settings.load(home).prepare()
    con = open_store(settings)
    make_marts(con)
    con.execute(TARGETS)
    con.execute(WORKING_DAYS)
    build_rollups(con)
    publish(con, settings, extra=extra)
    con.close()
    areas = [{"type": "Feature", "properties": {"code": code, "name": name}, "geometry": _square(west)} for code, name, west in MAP]
    (settings.maps_dir / "districts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": areas}))
    return settings


def _square(west: float) -> dict:
    corners = [(0, 0), (0.2, 0), (0.2, 0.2), (0, 0.2), (0, 0)]
    return {"type": "Polygon", "coordinates": [[[west + x, 22.9 + y] for x, y in corners]]}


@pytest.fixture(scope="session")
def tiny_city(tmp_path_factory) -> Settings:
    """Settings of an installation with one release."""
    return publish_city(tmp_path_factory.mktemp("home"))


@pytest.fixture
def tiny_store(tmp_path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working store of the tiny city, before it is published."""
    con = open_store(Settings.load(tmp_path).prepare())
    make_marts(con)
    con.execute(TARGETS)
    build_rollups(con)
    yield con
    con.close()


@pytest.fixture(scope="session")
def late_city(tmp_path_factory) -> Settings:
    """The same, but the tickets of one hall have come to 24 October only, and the build has looked ahead for the target of depth."""
    fresh = "select 'halls' as source_id, 'queue_tickets' as feed, date '2018-10-24' as complete_on, 7 as days_behind, true as is_late"
    outlook = """select 'T1' as target_id, date '2018-09-30' as measured_on, 'at_risk' as status, 'forecast_falls_short' as reason,
        null::varchar as no_forecast, 0.25::double as probability, '[["2018-10-31", 0.31, 0.29, 0.33], ["2018-12-31", 0.35, 0.3, 0.41]]' as forecast"""
    complete = "select 'mart_ticket' as mart, date '2018-10-24' as complete_on"
    extra = {"source_freshness": fresh, "completeness_by_mart": complete, "target_outlook": outlook}
    return publish_city(tmp_path_factory.mktemp("late"), extra)


@pytest.fixture(scope="session")
def city_with(tmp_path_factory):
    """A way to publish the tiny city with further tables of one's own."""
    return lambda extra: publish_city(tmp_path_factory.mktemp("city"), extra)


@pytest.fixture(scope="session")
def charts():
    """A way to find every chart in a laid-out page."""

    def found_in(node):
        if isinstance(node, dcc.Graph):
            return [node]
        if isinstance(node, list | tuple):
            return [found for child in node for found in found_in(child)]
        return found_in(node.children) if getattr(node, "children", None) is not None else []

    return found_in


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The dashboards of an installation on a free port of this machine; the address."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings).server, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "The server ended before it answered."
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def address(tiny_city) -> Iterator[str]:
    """Where the tiny city is served."""
    with served(tiny_city) as found:
        yield found


@pytest.fixture(scope="session")
def client(address) -> Iterator[httpx.Client]:
    """A reader of the tiny city."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as found:
        yield found


@pytest.fixture(scope="session")
def client_of():
    """A way to read any installation."""

    @contextmanager
    def reader(settings: Settings) -> Iterator[httpx.Client]:
        with served(settings) as found, httpx.Client(base_url=found, timeout=60) as client:
            yield client

    return reader
