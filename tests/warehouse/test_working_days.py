"""Working days against dates that anyone can check in the State Council's notices."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.working_days import LocalCalendar, calendar_frame, install_calendar, local_calendars


def days(calendar_id: str = "CN", local: list[LocalCalendar] | None = None) -> dict[date, tuple]:
    frame = calendar_frame(local or []).filter(pl.col("calendar_id") == calendar_id)
    return {row[1]: row for row in frame.iter_rows()}


def after(start: date, count: int, found: dict[date, tuple]) -> date:
    wanted = found[start][3] + count
    return min(day for day, row in found.items() if row[3] == wanted)


def test_due_dates_over_spring_festival_and_national_day():
    found = days()
    assert after(date(2024, 2, 8), 5, found) == date(2024, 2, 21)
    assert after(date(2024, 9, 27), 5, found) == date(2024, 10, 10)


def test_a_make_up_sunday_works_and_a_holiday_does_not():
    found = days()
    assert found[date(2024, 2, 18)][2] is True
    assert found[date(2024, 2, 12)][2] is False
    assert found[date(2024, 2, 12)][3] == found[date(2024, 2, 9)][3]


def test_years_have_as_many_working_days_as_published():
    found = days()
    per_year = {year: sum(row[2] for day, row in found.items() if day.year == year) for year in (2014, 2018, 2024, 2025)}
    assert per_year == {2014: 250, 2018: 250, 2024: 251, 2025: 248}


def test_years_without_a_notice_are_monday_to_friday_and_say_so():
    found = days()
    assert found[date(2045, 10, 2)][2:5:2] == (True, False)
    assert found[date(1990, 1, 1)][2:] == (True, 1, False)
    assert found[date(2024, 1, 2)][4] is True
    assert max(found) == date(2060, 12, 31)


def test_weekdays_know_no_holidays():
    found = days("WEEKDAYS")
    assert found[date(2024, 2, 12)][2] is True and found[date(2024, 2, 18)][2] is False and found[date(2024, 2, 12)][4] is True


def test_local_days_change_their_base():
    local = LocalCalendar("CN-GX", "CN", frozenset({date(2024, 4, 11)}), frozenset({date(2024, 4, 13)}))
    found = days("CN-GX", [local])
    assert found[date(2024, 4, 11)][2] is False and found[date(2024, 4, 13)][2] is True and found[date(2024, 4, 10)][2] is True


def test_a_calendar_on_an_unknown_base_is_refused_by_name():
    with pytest.raises(ValueError, match="CN-XX .* rests on NOWHERE"):
        calendar_frame([LocalCalendar("CN-XX", "NOWHERE")])


def test_local_days_are_read_from_yaml(tmp_path: Path):
    path = tmp_path / "days.yaml"
    path.write_text("calendars:\n  - {id: L, base: WEEKDAYS, holidays: [2024-04-11]}\n")
    assert local_calendars(path) == [LocalCalendar("L", "WEEKDAYS", frozenset({date(2024, 4, 11)}))]
    path.write_text("calendars:\n  - {id: L, holidays: [April]}\n")
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        local_calendars(path)


def test_the_table_is_written_once_and_again_when_days_change(city):
    city.con.execute("delete from build_state where name = 'ref_working_day'")
    assert install_calendar(city.con, []) is True
    assert install_calendar(city.con, []) is False
    assert install_calendar(city.con, [LocalCalendar("L", "CN", frozenset({date(2024, 4, 11)}))]) is True
    assert city.con.execute("select count(distinct calendar_id) from ref_working_day").fetchone() == (3,)
