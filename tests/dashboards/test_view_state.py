"""The state of a page and its URL are the same thing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.controls import CHANNELS, View, read_view
from dashboards.periods import Period
from warehouse.contract import code_list

views = st.builds(
    View,
    path=st.sampled_from(["/", "/definitions", "/district/440604"]),
    lang=st.sampled_from(["en", "zh"]),
    theme=st.sampled_from(["light", "dark"]),
    period=st.sampled_from(["", "2018-10", "2018-Q4", "2018"]),
    channel=st.sampled_from(["", "web", "window"]),
    tile=st.sampled_from(["", "wait"]),
    sort=st.sampled_from(["", "n", "-value"]),
    define=st.sampled_from(["", "queue_wait"]),
)


@given(views)
def test_a_view_survives_its_own_address(view):
    path, _, query = view.href().partition("?")
    assert read_view(path, f"?{query}") == view


@given(views)
def test_changing_language_or_theme_keeps_everything_else(view):
    path, _, query = view.href(lang="zh", theme="dark").partition("?")
    again = read_view(path, query)
    assert (again.lang, again.theme) == ("zh", "dark")
    assert (again.path, again.period, again.channel, again.tile, again.sort) == (view.path, view.period, view.channel, view.tile, view.sort)


def test_defaults_are_left_out_of_the_address():
    assert View().href() == "/"
    assert View(lang="zh").href(tile="wait") == "/?lang=zh&tile=wait"


@pytest.mark.parametrize(
    "search",
    ["?lang=fr", "?period=2018-13", "?channel=pigeon", "?tile=<script>", "?sort=a b", "?unknown=1", "?lang", "?define=" + "x" * 81, None],
)
def test_what_an_address_says_wrongly_is_left_at_its_default(search):
    assert read_view("/", search) == View()


def test_a_path_without_or_with_slashes_is_one_path():
    assert {read_view(path, "").path for path in ("district/1", "/district/1", "/district/1/")} == {"/district/1"}
    assert read_view(None, "").path == "/"


def test_channels_are_those_of_the_contract():
    assert set(CHANNELS) == set(code_list("channel"))


@pytest.mark.parametrize(
    ("text", "start", "end", "before", "year_before"),
    [
        ("2018-10", date(2018, 10, 1), date(2018, 11, 1), "2018-09", "2017-10"),
        ("2018-01", date(2018, 1, 1), date(2018, 2, 1), "2017-12", "2017-01"),
        ("2018-Q1", date(2018, 1, 1), date(2018, 4, 1), "2017-Q4", "2017-Q1"),
        ("2018", date(2018, 1, 1), date(2019, 1, 1), "2017", "2017"),
    ],
)
def test_periods_know_their_bounds_and_neighbours(text, start, end, before, year_before):
    period = Period.parse(text)
    assert period is not None
    assert (period.key, period.start, period.end) == (text, start, end)
    assert (period.previous.key, period.year_before.key) == (before, year_before)


def test_the_latest_complete_period_ends_with_the_data():
    assert Period.latest_complete(date(2018, 10, 31)).key == "2018-10"
    assert Period.latest_complete(date(2018, 10, 30)).key == "2018-09"
    assert Period.latest_complete(date(2018, 12, 31), "year").key == "2018"


def test_a_run_up_ends_with_the_period():
    assert [period.key for period in Period(date(2018, 2, 1)).run_up(4)] == ["2017-11", "2017-12", "2018-01", "2018-02"]
