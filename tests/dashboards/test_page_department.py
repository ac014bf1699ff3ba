"""A department's page: its figures and what holds it back, its items, those of the same work, and the way to it."""

import html
import re
from datetime import date

import pytest

from dashboards.gate import Gate
from metrics.evaluate import answer
from metrics.query import Query
from metrics.rollup import build_rollups
from warehouse.release import publish
from warehouse.settings import Settings

D1 = "/department/D1?period=2018-10"


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def test_the_page_of_places_leads_to_the_departments_of_that_place(client):
    page = client.get("/district/440608?period=2018-10&tile=promise").text
    assert re.search(r'href="/department/D1\?[^"]*place=440608[^"]*"[^>]*>Housing', page)


def test_its_numbers_are_the_answers_of_the_metrics(client, tiny_city):
    text = text_of(client.get(f"{D1}&tile=promise"))
    with Gate(tiny_city).holding().con.cursor() as con:

        def value(metric: str, **params: str) -> float:
            query = Query(
                metric, where=(("department", "D1"),), start=date(2018, 10, 1), end=date(2018, 11, 1), params=tuple(params.items())
            )
            return answer(con, query).to_json()["rows"][0]["value"]

        kept, brought, contradicted = (
            value("promise_kept_rate"),
            value("exemption_opportunity"),
            value("depth_verdict_items", variant="contradicted"),
        )
    assert f"{kept * 100:.1f} % of promised dates are kept" in text
    holds = text.split("What holds it back")[1]
    assert f"{contradicted:.0f} items whose cases contradict the declared depth" in holds
    assert f"{brought:.0f} papers brought although the city held them" in holds


def test_waiting_is_not_claimed_of_a_department(client):
    text = text_of(client.get(D1))
    assert "a queue ticket names a hall, not a department" in text
    assert "Waiting at the window" not in text and "Handling time 3.0 working days" in text


def test_every_item_in_force_has_a_row_that_leads_to_it(client):
    response = client.get(f"{D1}&place=440604")
    text = text_of(response)
    # by hand: of 40 items of a district the even ones are D1's
    assert "Its 20 items, cases of Nov 2017 to Oct 2018" in text
    assert re.search(r'href="/item/I4406042(\?[^"]*)?"[^>]*>Item 2<', response.text)


def test_the_rows_behind_a_count_are_its_own(client):
    page = client.get(D1).text
    assert re.search(r'href="/cases\?[^"]*dept=D1[^"]*figure=exemption_opportunity[^"]*side=numerator', page)


def test_the_way_down_names_the_place_that_is_set(client):
    trail = client.get(f"{D1}&place=440608").text.split('class="trail"')[1].split("</nav>")[0]
    assert [html.unescape(step) for step in re.findall(r">([^<>]+)</(?:a|span)>", trail)] == ["Foshan", "Gaoming", "Housing"]


def test_its_districts_stand_side_by_side(client):
    text = text_of(client.get(f"{D1}&tile=spot"))
    districts = text.split("Districts: Done on the spot")[1]
    assert "Chancheng" in districts and "Gaoming" in districts
    assert "Districts:" not in text_of(client.get(f"{D1}&tile=spot&place=440604"))


def test_an_unknown_department_is_not_found(client):
    response = client.get("/department/D9")
    assert response.status_code == 404
    assert "No department has the code D9." in text_of(response)


def test_chinese_has_no_english_in_it(client):
    text = text_of(client.get(f"{D1}&lang=zh"))
    assert "住建局" in text and "存在的主要问题" in text
    assert not re.search(r"\b(items|cases|Housing|department)\b", text.split("English")[1])


@pytest.fixture
def alike(tiny_store, tmp_path) -> Settings:
    """A third department that does what D1 does and answers for a target; it breaks one promise in two, D1 one in five."""
    tiny_store.execute(
        "insert into dim_department by name select 'D3' as dept_id, '高明住建局' as name_zh, 'Gaoming housing' as name_en, 'd1' as function_code, '440608' as district_code"
    )
    tiny_store.execute("update mart_case set function_code = 'd1' where dept_id = 'D1'")
    tiny_store.execute(
        "update mart_case set dept_id = 'D3', is_promise_kept = (right(case_id, 1) in ('2', '4')) where district_code = '440608' and dept_id = 'D1'"
    )
    tiny_store.execute(
        "update mart_target set dept_id = 'D3', metric_id = 'promise_kept_rate', params = null, op = '>=', value = 0.95 where target_id = 'T2'"
    )
    tiny_store.execute("""create or replace table ref_working_day as select 'CN' as calendar_id, day::date as day, isodow(day) < 6 as is_working,
        0 as working_day_no, true as is_published from generate_series(date '2014-01-01', date '2019-12-31', interval 1 day) as days(day)""")
    build_rollups(tiny_store)
    settings = Settings.load(tmp_path)
    publish(tiny_store, settings, extra={})
    return settings


def test_departments_of_the_same_work_and_targets_stand_on_the_page(alike, client_of):
    with client_of(alike) as client:
        response = client.get("/department/D3?period=2017&tile=promise")
        one = client.get("/department/D1?period=2017&tile=promise")
    text = text_of(response)
    league = text.split("Departments: Promise kept")[1]
    assert "Housing" in league and "Gaoming housing" in league and "departments of the same work" in league
    assert "Gaoming housing is worse than departments of the same work." in text
    assert re.search(r'href="/department/D1\?', response.text) and "Police" not in league
    assert "95.0 %" in text.split("Departments: Promise kept")[1] and "Targets" in text
    assert re.findall(r">([^<>]+)</(?:a|span)>", response.text.split('class="trail"')[1].split("</nav>")[0])[1] == "Gaoming"
    assert "D3" not in text_of(one) and "95.0 %" not in text_of(one).split("Departments: Promise kept")[1]
