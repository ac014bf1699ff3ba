"""Values, identities, corrections and schema drift, end to end. The numbers (M15 …) are the generator specification's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from warehouse.build import build_models
from warehouse.engine.duckdb import open_store
from warehouse.masking import masked_columns
from warehouse.settings import Settings


def test_m15_ambiguous_dates_are_never_guessed(bench) -> None:
    bench.put(bench.text([[*row[:3], "03/04/2026", *row[4:]] for row in bench.base(10)]))
    assert bench.counts() == (10, 0, 10)


def test_m16_offsets_are_honoured(bench) -> None:
    first, second = bench.base(2)
    first[3], second[3] = "2026-01-01T00:00:00+08:00", "2026-01-01T00:00:00Z"
    bench.put(bench.text([first, second]))
    assert bench.sql("select epoch(max(occurred_at)) - epoch(min(occurred_at)) from core_case_event") == [(8 * 3600.0,)]


def test_m18_order_and_future_load(bench) -> None:
    rows = bench.base(2)
    rows[0][3] = "2199-01-01T00:00:00+08:00"
    bench.put(bench.text(rows))
    assert bench.counts() == (2, 2, 0)


@pytest.mark.parametrize("missing", ["", "NULL", "null", "\\N", "-", "N/A"])
def test_m20_ids_that_are_none(bench, missing: str) -> None:
    bench.put(bench.text([[row[0], missing, *row[2:]] for row in bench.base(1)]))
    assert bench.counts() == (1, 0, 1)
    assert bench.reasons() == [["E_REQUIRED:case_id"]]


def test_m21_m22_hostile_texts_are_stored_verbatim(bench) -> None:
    texts = [
        "=cmd|'/c calc'!A1",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\tx",
        "\rx",
        " =1+1",
        '"=1+1',
        "＝1+1",
        "'; DROP TABLE cases; --",
        "%",
        "_",
        "\\",
        '"',
        "`",
    ]
    rows = [[*row[:7], f'"{each.replace(chr(34), chr(34) * 2)}"'] for row, each in zip(bench.base(len(texts)), texts, strict=True)]
    bench.put("\n".join(",".join(row) for row in [bench.columns, *rows]))
    assert [row[0] for row in bench.sql("select reason from core_case_event order by event_id")] == texts


@pytest.mark.parametrize("change", [lambda rows: rows, lambda rows: rows[::-1]], ids=["same", "other row order"])
def test_m25_the_same_records_under_another_name(bench, change: Callable[[list], list]) -> None:
    bench.put(bench.text(bench.base(100)))
    bench.put(bench.text(change(bench.base(100))), "case_events-again.csv")
    (receipt,) = bench.report.receipts
    assert (receipt.read, receipt.accepted, receipt.duplicate) == (100, 0, 100)


def test_m25_the_same_records_with_columns_in_another_order(bench) -> None:
    bench.put(bench.text(bench.base(100)))
    bench.put(bench.text([row[::-1] for row in bench.base(100)], bench.columns[::-1]), "case_events-again.csv")
    assert bench.report.receipts[0].duplicate == 100


def test_the_same_file_again_changes_nothing(bench) -> None:
    content = bench.text([*bench.base(100), ["bad"] * 8])
    bench.put(content)
    before = bench.sql("select count(*) from ledger_quarantine union all select count(*) from ledger_file")
    bench.put(content, "case_events-copy.csv")
    (receipt,) = bench.report.receipts
    assert (receipt.read, receipt.duplicate, receipt.quarantined) == (101, 100, 1)
    assert bench.sql("select count(*) from ledger_quarantine union all select count(*) from ledger_file") == before


def test_m26_m27_corrections_and_late_older_ones(bench) -> None:
    header = [*bench.columns, "source_version"]
    bench.put(bench.text([[*row, "1"] for row in bench.base(100)], header))
    corrected = [[*row, "1"] for row in bench.base(95)] + [[*row[:4], "web", *row[5:], "3"] for row in bench.base(5, 96)]
    bench.put(bench.text(corrected, header), "case_events-corrected.csv")
    assert (bench.report.receipts[0].accepted, bench.report.receipts[0].duplicate) == (5, 95)
    bench.put(bench.text([[*row[:4], "app", *row[5:], "2"] for row in bench.base(5, 96)], header), "case_events-older.csv")
    assert bench.report.receipts[0].superseded == 5
    assert bench.sql("select channel, count(*) from core_case_event group by 1 order by 1") == [("web", 5), ("window", 95)]
    assert bench.sql("select count(*) from history_case_event") == [(10,)]


def test_m30_retractions_of_known_and_unknown_ids(bench) -> None:
    bench.put(bench.text(bench.base(10)))
    bench.put(
        "event_id,case_id,event_type,occurred_at,channel,source_version,deleted\nE00001,,,,,2,true\nE99999,,,,,2,true\n",
        "case_events-deleted.csv",
    )
    assert bench.report.receipts[0].deleted == 2
    assert bench.sql("select count(*) from core_case_event") == [(9,)]


def test_m31_m32_optional_columns_order_and_names(bench) -> None:
    rows = [[row[3], row[4], row[2], row[1], row[0]] for row in bench.base(100)]
    bench.put(bench.text(rows, [" Occurred At", "渠道", "EVENT_TYPE", "办件编号", "event id "]))
    assert bench.counts() == (100, 100, 0)


@pytest.mark.parametrize("written", ["2026-01-01T24:00:00", "2026-01-01T10:00:60", "1767225600", "1767225600000", "45000"])
def test_m17_forms_that_no_profile_declares_are_set_aside(bench, written: str) -> None:
    bench.put(bench.text([[*row[:3], written, *row[4:]] for row in bench.base(3)]))
    assert bench.counts() == (3, 0, 3)
    assert bench.reasons() == [["E_TYPE_TS:occurred_at"]] * 3


def test_m17_nanoseconds_are_read(bench) -> None:
    bench.put(bench.text([[*row[:3], "2026-01-01T10:00:00.123456789+08:00", *row[4:]] for row in bench.base(1)]))
    assert bench.sql("select epoch_us(occurred_at) % 1000000 from core_case_event") == [(123456,)]


def test_m23_unknown_departments_load_and_are_kept_as_sent_but_for_stray_spaces(bench) -> None:
    header = [*bench.columns, "dept_id"]
    bench.put(bench.text([[*row, dept] for row, dept in zip(bench.base(3), ["D1", "D1 ", "d1"], strict=True)], header))
    assert bench.counts() == (3, 3, 0)
    assert bench.sql("select dept_id, count(*) from core_case_event group by 1 order by 1") == [("D1", 2), ("d1", 1)]


def test_m24_numbers_in_free_text_load_and_free_text_never_reaches_a_release(bench) -> None:
    bench.put(bench.text([[*row[:7], "电话 13800138000"] for row in bench.base(1)]))
    assert bench.counts() == (1, 1, 0)
    columns = [row[0] for row in bench.sql("select column_name from duckdb_columns() where table_name = 'core_case_event'")]
    assert "reason" in columns
    assert not {"reason", "detail", "applicant_key", "agent_key"} & set(masked_columns("core_case_event", columns))


def _cases(settings: Settings, *, full: bool) -> list[tuple]:
    con = open_store(settings)
    try:
        build_models(con, full=full)
        return con.execute("select * from mart_case order by case_id").fetchall()
    finally:
        con.close()


def test_m28_an_opening_that_arrives_late_gives_what_a_build_from_scratch_gives(bench) -> None:
    opened = ["E1", "C1", "submitted", "2026-01-05T09:00:00+08:00", "web", "I1", "p1", ""]
    closed = ["E2", "C1", "completed", "2026-02-10T09:00:00+08:00", "web", "I1", "p1", ""]
    other = ["E3", "C2", "submitted", "2026-03-20T09:00:00+08:00", "app", "I1", "p2", ""]
    bench.put(bench.text([closed, other]))
    before = _cases(bench.settings, full=False)
    bench.put(bench.text([opened]), "case_events-late.csv")
    after = _cases(bench.settings, full=False)
    assert before != after
    assert after == _cases(bench.settings, full=True)
    assert bench.sql("select application_on::varchar, completed_on::varchar from mart_case where case_id = 'C1'") == [
        ("2026-01-05", "2026-02-10")
    ]


def test_m29_one_case_from_two_channels_is_one_case(bench) -> None:
    header = [*bench.columns, "dept_id"]
    bench.put(bench.text([[*bench.base(1)[0], "Bureau A"]], header), source="hall")
    bench.put(
        bench.text([["W1", "C00001", "completed", "2026-02-01T09:00:00+08:00", "web", "I1", "p", "", "bureau a"]], header),
        "case_events-web.csv",
        source="web",
    )
    assert [row[0] for row in _cases(bench.settings, full=True)] == ["C00001"]
