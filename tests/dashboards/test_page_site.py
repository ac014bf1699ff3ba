"""A hall's page: where it is reached from, what it says beside the city, its tickets, parts, and what stands there when it has none."""

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

S2 = "/site/S2?period=2018-10"


def text_of(response) -> str:
    body = response.text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())


def test_the_page_of_places_leads_to_the_halls(client):
    page = client.get("/district/440608?period=2018-10&tile=wait").text
    assert re.search(r'href="/site/S2\?[^"]*"[^>]*>Gaoming hall', page)


def test_a_hall_says_how_it_lies_against_the_city(client, tiny_city):
    text = text_of(client.get(S2))
    with Gate(tiny_city).holding().con.cursor() as con:
        query = Query("queue_wait", where=(("site", "S2"),), start=date(2018, 10, 1), end=date(2018, 11, 1), params=(("stat", "mean"),))
        mean = answer(con, query).to_json()["rows"][0]["value"]
    assert f"Those served wait {mean:.1f} min on average" in text
    assert "Gaoming hall is worse than Foshan." in text
    beside = text.split("Beside Gaoming and Foshan")[1]
    assert re.match(rf".*Mean wait, people served {mean:.1f} min [\d.–]+ min 20 {mean:.1f} min 11\.1 min worse", beside)


def test_the_way_down_is_city_district_hall_hour(client):
    response = client.get(f"{S2}&pick=1-9")
    trail = response.text.split('class="trail"')[1].split("</nav>")[0]
    steps = [html.unescape(step) for step in re.findall(r">([^<>]+)</(?:a|span)>", trail)]
    assert steps == ["Foshan", "Gaoming", "Gaoming hall", "Mondays 9–10"]
    assert 'href="/district/440608?' in trail
    assert "The longest waits on Mondays 9–10 (Nov 2017 to Oct 2018)" in text_of(response)


def test_the_longest_waits_stand_as_rows_the_longest_first(client):
    text = text_of(client.get("/site/S1?period=2018-10")).split("The longest waits of October 2018")[1]
    waits = [float(wait) for wait in re.findall(r"(\d+\.\d) min \d+ Oct 2018", text)]
    # by hand: n % 7 + 2 minutes in October for n of 1 to 40; 6, 13, 20, 27 and 34 have a remainder of 6
    assert waits[:5] == [8.0] * 5 and waits[5] == 7.0
    assert "served" in text and "/cases?" in client.get("/site/S1?period=2018-10").text


def test_rows_opened_from_a_hall_are_its_own(client):
    page = client.get(S2).text
    assert re.search(r'href="/cases\?[^"]*site=S2[^"]*figure=wait', page)


def test_another_place_leads_from_a_hall_to_the_halls_there(client):
    menu = client.get(S2).text.split('class="menu is-place"')[1].split("</details>")[0]
    assert 'href="/waiting?period=2018-10&amp;place=440604"' in menu


def test_a_place_without_counters_says_so_and_shows_its_machines(client):
    text = text_of(client.get("/site/440604-T1?period=2018-10"))
    assert "No queue tickets have ever come from this place" in text
    assert "Uses of its terminals 18 observed" in text  # 24 sessions of October, those with n % 4 > 0
    assert "Mean wait" not in text


def test_a_hall_that_nobody_knows_is_not_found(client):
    response = client.get("/site/S9")
    assert response.status_code == 404
    assert "No hall has the code S9." in text_of(response)


def test_chinese_has_no_english_in_it(client):
    text = text_of(client.get(f"{S2}&lang=zh&pick=1-9"))
    assert "高明大厅" in text and "等候最长的票号" in text
    assert not re.search(r"\b(hall|queue|wait|served|Mondays)\b", text.split("English")[1])


@pytest.fixture
def divided(tiny_store, tmp_path) -> Settings:
    """Tickets of S1 in October with queues A and B before and after noon, two windows, and an item on the second of October."""
    tiny_store.execute("""update mart_ticket set queue_code = case when ticket_id like '%L%' then null when issued_hour < 12 then 'A' else 'B' end,
        window_point_id = case when site_id = 'S1' and issued_on >= date '2018-10-01' then '440604-window' || (1 + issued_hour % 2) end,
        item_id = case when site_id = 'S1' and issued_on = date '2018-10-02' then 'I4406041' end""")
    # a display of queue A: four people and two desks each quarter of an hour from nine, once four people and no desk
    tiny_store.execute("""insert into mart_queue_snapshot by name select 'canonical' as source_id, 'S1' as site_id, 'A' as queue_code,
        timestamptz '2018-10-02 09:00:00+08' + to_minutes(15 * n) as observed_at, date '2018-10-02' as observed_on, 4 as waiting, if(n = 19, 0, 2) as open_desks,
        true as is_call, n = 19 as is_unstaffed, '440000' as province_code, '440600' as city_code, '440604' as district_code from range(0, 20) as numbers(n)""")
    build_rollups(tiny_store)
    settings = Settings.load(tmp_path)
    publish(tiny_store, settings, extra={})
    return settings


def test_queues_windows_and_items_each_have_their_table(divided, client_of):
    with client_of(divided) as client:
        response = client.get("/site/S1?period=2018-10")
    text = text_of(response)
    assert "Queue A" in text.split("Its queues, Nov 2017 to Oct 2018")[1]
    assert "Window 1" in text.split("Its windows, Nov 2017 to Oct 2018")[1]
    assert "Item 1" in text.split("What people came for, Nov 2017 to Oct 2018")[1]
    assert 'href="/item/I4406041' in response.text
    queues = text.split("Its queues, Nov 2017 to Oct 2018")[1].split("Its windows")[0]
    assert "People waiting" in queues and re.search(r"Queue A .* 4 5\.0 %", queues)
    assert "Open windows as the queue displays showed them." in text
    assert re.search(r"9:00 to 10:00 [\d.]+ 2 ", text)  # two desks on the day that was seen, however many days brought tickets
