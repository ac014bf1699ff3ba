"""Text to types: what each kind of column accepts, and what it refuses by name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipelines import casts
from pipelines.adapters.batch import Batch  # noqa: F401  (the conform room rests on it)
from pipelines.conform import HeaderUnfit, check_header, conform
from pipelines.source import Condition, Emission, Mapping, Source
from warehouse.contract import feeds


def instant(text: str, zone: str = "Asia/Shanghai", form: str | None = None) -> tuple[datetime | None, date | None]:
    row = casts.instants(pl.Series([text]), zone, form).row(0, named=True)
    return row["at"], row["local"].date() if row["local"] else None


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at", "on"),
    [
        ("2024-03-31 17:30:00", utc(2024, 3, 31, 9, 30), date(2024, 3, 31)),
        ("2024-03-31T17:30:00Z", utc(2024, 3, 31, 17, 30), date(2024, 4, 1)),
        ("2024-03-31T17:30:00-05:00", utc(2024, 3, 31, 22, 30), date(2024, 4, 1)),
        ("2024-03-31 17:30:00+0800", utc(2024, 3, 31, 9, 30), date(2024, 3, 31)),
        ("20240331T173000", utc(2024, 3, 31, 9, 30), date(2024, 3, 31)),
        ("20240331173000", utc(2024, 3, 31, 9, 30), date(2024, 3, 31)),
        ("2024-03-31T17:30", utc(2024, 3, 31, 9, 30), date(2024, 3, 31)),
        ("2024-03-31T17:30:00.123456789", utc(2024, 3, 31, 9, 30, 0, 123456), date(2024, 3, 31)),
        ("2024-03-31", utc(2024, 3, 30, 16), date(2024, 3, 31)),
        ("1990-07-01 12:00:00", utc(1990, 7, 1, 3), date(1990, 7, 1)),  # Shanghai had summer time then
    ],
)
def test_iso_instants(text: str, at: datetime, on: date) -> None:
    assert instant(text) == (at, on)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026",
        "24:00:00",
        "2024-03-31T24:00:00",
        "2024-03-31T10:00:60",
        "1712011000",
        "1704067200000",
        "45000",
        "2024-02-30",
        "soon",
        "2024-3-1",
    ],
)
def test_what_is_no_iso_instant_is_never_guessed(text: str) -> None:
    assert instant(text) == (None, None)


def test_mixed_forms_in_one_column_keep_their_places() -> None:
    texts = ["2024-01-01 08:00:00", None, "bad", "2024-01-01T08:00:00+08:00", "20240101T080000", "2024-01-01 08:00:00"]
    at = casts.instants(pl.Series(texts), "Asia/Shanghai")["at"].to_list()
    assert at == [utc(2024, 1, 1), None, None, utc(2024, 1, 1), utc(2024, 1, 1), utc(2024, 1, 1)]


def test_a_declared_format_and_a_source_zone() -> None:
    assert instant("01/02/2015 03:37:49 PM", "America/New_York", "%m/%d/%Y %I:%M:%S %p") == (utc(2015, 1, 2, 20, 37, 49), date(2015, 1, 2))


def test_offsets_are_written_but_dates_are_the_sources() -> None:
    assert instant("2014-05-20T01:00:00+03:00", "Europe/Amsterdam") == (utc(2014, 5, 19, 22), date(2014, 5, 20))


def value(expression: pl.Expr) -> object:
    return pl.select(expression).item()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("1", True), ("是", True), ("YES", True), ("F", False), ("0", False), ("否", False), ("maybe", None)],
)
def test_booleans(text: str, expected: bool | None) -> None:
    assert value(casts.boolean(pl.lit(text))) is expected


@pytest.mark.parametrize(("text", "expected"), [("12", 12), ("-3", -3), ("12.0", 12), ("1.5", None), ("1e3", None), ("x", None)])
def test_integers(text: str, expected: int | None) -> None:
    assert value(casts.integer(pl.lit(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1.5", 1.5), ("1e3", 1000.0), ("NaN", None), ("inf", None), ("1e999999", None), ("1,5", None)]
)
def test_numbers(text: str, expected: float | None) -> None:
    assert value(casts.number(pl.lit(text))) == expected


def test_decimal_commas_are_a_matter_of_the_source() -> None:
    assert value(casts.number(pl.lit("1,5"), ",")) == 1.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a|b", ["a", "b"]), ('["a","b"]', ["a", "b"]), ('["a, c"]', ["a, c"]), ("[]", []), ("a", ["a"]), ('["1", 2]', ["1", "2"])],
)
def test_lists(text: str, expected: list[str]) -> None:
    assert pl.select(casts.items(pl.lit(text))).to_series().to_list() == [expected]


def frame(**columns: str | None) -> pl.DataFrame:
    return pl.DataFrame({name: [text] for name, text in columns.items()}, schema=dict.fromkeys(columns, pl.String)).with_columns(
        _row=pl.lit(1, pl.Int64)
    )


EVENT = {"event_id": "1", "case_id": "2", "event_type": "received", "occurred_at": "2024-01-01", "channel": "web"}


def conformed(feed: str, source: Source | None = None, **columns: str | None):
    result = conform(frame(**columns), Emission(feeds()[feed]), source or Source("s"))
    return result.rows.to_dicts(), sorted(result.faults["reason"])


def test_a_date_only_instant_has_precision_day() -> None:
    rows, faults = conformed("case_events", **EVENT)
    assert faults == []
    assert (rows[0]["ts_precision"], rows[0]["occurred_on"], rows[0]["source_version"]) == ("day", date(2024, 1, 1), 1)


def test_midnight_means_a_day_where_the_source_says_so() -> None:
    rows, _ = conformed("case_events", Source("s", midnight_is_day=True), **{**EVENT, "occurred_at": "2024-01-01T00:00:00"})
    assert rows[0]["ts_precision"] == "day"


@pytest.mark.parametrize("missing", ["", "NULL", "null", "\\N", "-", "N/A", "   "])
def test_null_like_ids_are_missing(missing: str) -> None:
    assert conformed("case_events", **{**EVENT, "case_id": missing})[1] == ["E_REQUIRED:case_id"]


def test_codes_are_trimmed_but_letter_case_counts() -> None:
    assert conformed("case_events", **{**EVENT, "channel": " web "})[1] == []
    assert conformed("case_events", **{**EVENT, "channel": "Web"})[1] == ["E_ENUM:channel"]


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", " =1+1", '"=1+1', "＝1+1", "'; DROP TABLE cases; --", "%"]
)
def test_free_text_stays_as_it_was_sent(text: str) -> None:
    rows, faults = conformed("case_events", **{**EVENT, "reason": text})
    assert faults == []
    assert rows[0]["reason"] == text


def test_ids_stay_text() -> None:
    for text in ("00123", "123456789012345678901", "1.23E+05", "１２３"):
        assert conformed("case_events", **{**EVENT, "case_id": text})[0][0]["case_id"] == text


def test_values_of_a_list_are_checked_one_by_one() -> None:
    item = {
        "item_id": "i",
        "name_zh": "事项",
        "item_type": "01",
        "dept_id": "d",
        "division_code": "4",
        "case_type": "commitment",
        "status": "in_force",
    }
    assert conformed("service_items", **item, online_steps="info|submit")[0][0]["online_steps"] == ["info", "submit"]
    assert conformed("service_items", **item, online_steps="info|dance")[1] == ["E_ENUM:online_steps"]


def test_headers_in_other_case_with_spaces_or_in_chinese() -> None:
    row = {"Event ID": "1", " CASE_ID": "2", "事件类型": "received", "发生时间": "2024-01-01 10:00:00", "channel": "web"}
    result = conform(frame(**row), Emission(feeds()["case_events"]), Source("s"))
    assert result.rows.select("event_id", "case_id", "event_type").row(0) == ("1", "2", "received")


def test_a_file_without_a_required_column_is_refused() -> None:
    with pytest.raises(HeaderUnfit, match="channel"):
        check_header(["event_id", "case_id", "event_type", "occurred_at"], Emission(feeds()["case_events"]))


def test_mappings_codes_conditions_and_joins() -> None:
    columns = {
        "event_id": Mapping(join=("id", "kind")), "case_id": Mapping(column="id"), "event_type": Mapping(constant="completed"),
        "occurred_at": Mapping(column="when", format="%d.%m.%Y"), "channel": Mapping(column="how", codes={"Call": "hotline"}),
        "detail": Mapping(object_of={"ward": "ward"}),
    }  # fmt: skip
    emission = Emission(feeds()["case_events"], columns, (Condition("when", present=True),))
    row = {"id": "7", "kind": "c", "when": "31.12.2015", "how": "Call", "ward": "W"}
    result = conform(frame(**row), emission, Source("s", zone="America/New_York"))
    made = result.rows.row(0, named=True)
    assert (made["event_id"], made["channel"], made["detail"], made["occurred_on"]) == (
        "7:c",
        "hotline",
        '{"ward":"W"}',
        date(2015, 12, 31),
    )
    refused = conform(frame(**{**row, "how": "Pigeon"}), emission, Source("s"))
    assert refused.faults["reason"].to_list() == ["E_ENUM:channel"]
