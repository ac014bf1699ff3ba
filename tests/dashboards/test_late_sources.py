"""A source that is behind keeps its periods provisional: the page opens on the last settled one, and says what it waits for."""

import html
import re

import pytest


@pytest.fixture
def text_at(late_city, client_of):
    """What a reader sees of a page of the city whose hall is late."""

    def read(address: str) -> str:
        with client_of(late_city) as client:
            body = client.get(address).text.split('<div id="first">')[1].split('<div id="react-entry-point">')[0]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u202f", " ").split())

    return read


def test_the_page_opens_on_the_last_month_that_is_settled(text_at):
    assert "Foshan, September 2018" in text_at("/")


def test_a_provisional_tile_names_its_source_and_compares_as_many_working_days(text_at):
    text = text_at("/?period=2018-10&tile=wait")
    assert "October 2018 is not complete yet: figures will still change." in text
    tile = text.split("Waiting at the window")[1].split("Done on the spot")[0]
    # 1 to 24 October 2018 are 18 weekdays; all tickets of a month are issued on its first day, so September's mean is 3 + 183 ÷ 60
    assert "Provisional: data of halls (Queue tickets) to 24 October 2018 First 18 working days 11.1 min" in tile
    assert re.search(r"As many of Sep 2018 6\.0 min As many of Oct 2017 5\.[01] min", tile)
    assert "▲" not in tile and "▼" not in tile
    settled = text.split("Done on the spot")[1].split("Promise kept")[0]
    assert "Provisional" not in settled and "on Sep 2018" in settled


def test_a_provisional_month_is_not_news(text_at):
    attention = text_at("/?period=2018-10").split("Needs attention")[1].split("Improved")[0]
    assert "Waiting at the window" not in attention


def test_chinese_says_so_too(text_at):
    assert "暂定：halls（排队票号）数据至2018年10月24日 前18个工作日 11.1 分钟" in text_at("/?period=2018-10&tile=wait&lang=zh")


def test_status_and_forecast_are_those_of_the_build(text_at):
    text = text_at("/")
    assert "At risk : target 40.0 % by 31 Dec 2018 · the forecast falls short (chance 25 %)" in text
    assert "Forecast for 31 December 2018: 35.0 % (95 %: 30.0–41.0 %); chance of the target of 40.0 %: 25 %." in text
    assert "forecast to miss the target of 40.0 % by 31 December 2018 (chance 25 %)" in text


def test_an_earlier_month_is_judged_by_its_path_and_has_no_forecast(text_at):
    text = text_at("/?period=2018-06")
    # 30.0 % against 0.2 + 0.2 × 545 ÷ 729 on 30 June
    assert "At risk : target 40.0 % by 31 Dec 2018 · behind its path (35.0 % by now)" in text
    assert "No forecast: it is made only from the newest month that is complete for all figures." in text


def test_a_target_of_the_city_has_no_forecast_for_its_districts(text_at):
    depth = text_at("/district/440604?period=2018-09")
    assert "30.0 % of items need one visit at most, 10.0 pts short of the target of 40.0 %." in depth
    assert "No forecast: the target was set for the place around this one." in depth
