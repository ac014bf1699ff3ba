"""Items without a case in twelve months, by hand: which items count at a date, and which cases test them then."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.evaluate import Query, answer

OPEN = date(9999, 12, 31)
# item: its versions (status, from, until); all of one district
VERSIONS = {
    "tested": [("in_force", date(2014, 1, 1), OPEN)],
    "tested on the last day": [("in_force", date(2014, 1, 1), OPEN)],
    "tested a day too early": [("in_force", date(2014, 1, 1), OPEN)],
    "tested in early June": [("in_force", date(2014, 1, 1), OPEN)],
    "only a void case": [("in_force", date(2014, 1, 1), OPEN)],
    "changed, never gone": [("in_force", date(2014, 1, 1), date(2024, 3, 1)), ("in_force", date(2024, 3, 1), OPEN)],
    "twelve months old": [("in_force", date(2023, 7, 1), OPEN)],
    "a day too young": [("in_force", date(2023, 7, 2), OPEN)],
    "suspended for a month": [
        ("in_force", date(2014, 1, 1), date(2024, 1, 1)), ("suspended", date(2024, 1, 1), date(2024, 2, 1)), ("in_force", date(2024, 2, 1), OPEN),
    ],
    "gone for a month": [("in_force", date(2014, 1, 1), date(2024, 1, 1)), ("in_force", date(2024, 2, 1), OPEN)],
    "suspended now": [("in_force", date(2014, 1, 1), date(2024, 6, 1)), ("suspended", date(2024, 6, 1), OPEN)],
}  # fmt: skip
CASES = [
    ("tested", date(2023, 7, 1), False),
    ("tested", date(2019, 1, 1), False),
    ("tested on the last day", date(2024, 6, 30), False),
    ("tested a day too early", date(2023, 6, 30), False),
    ("tested in early June", date(2023, 6, 5), False),
    ("only a void case", date(2024, 5, 5), True),
]


@pytest.fixture
def catalogue(con, make_mart):
    """The items and cases above, as of 30 June 2024."""
    items = [
        {"item_id": item, "version": number, "status": status, "valid_from": since, "valid_to": until, "district_code": "440604"}
        for item, versions in VERSIONS.items()
        for number, (status, since, until) in enumerate(versions, start=1)
    ]
    make_mart(con, "mart_item", items)
    cases = [
        {"case_id": f"K{number}", "item_id": item, "application_on": day, "is_void": is_void}
        for number, (item, day, is_void) in enumerate(CASES)
    ]
    make_mart(con, "mart_case", cases)
    return con


def counts(con, by, **span):
    rows = answer(con, Query("untested_item_rate", by, **span)).rows
    return [(*(row[name] for name in by), row["numerator"], row["denominator"]) for row in rows]


def test_items_in_force_for_twelve_months_of_which_no_case_is_known(catalogue):
    # seven have been in force throughout; all but `tested` and `tested on the last day` saw no case since 1 July 2023
    assert counts(catalogue, ()) == [(5, 7)]
    assert counts(catalogue, ("district",)) == [("440604", 5, 7)]


def test_each_month_looks_back_from_its_own_last_day(catalogue):
    # at the end of May neither the two youngest nor the two that were away count; three of the seven others were applied for since 1 June 2023
    assert counts(catalogue, ("month",), start=date(2024, 5, 1), end=date(2024, 7, 1)) == [("2024-05", 4, 7), ("2024-06", 5, 7)]
