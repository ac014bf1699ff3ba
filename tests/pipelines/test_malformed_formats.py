"""Other formats, packed files, hostile files, batches of files, end to end. The numbers (M33 …) are the generator specification's."""

from __future__ import annotations

import gzip
import os

import polars as pl
import pytest

from pipelines.ingest import ingest


def test_m35_m36_json_lines(bench) -> None:
    good = '{"event_id":"1","case_id":"0012","event_type":"received","occurred_at":"2026-01-01T09:00:00+08:00","channel":"web"}'
    lines = [
        good,
        good.replace('"1"', '"2","event_id":"3"', 1),
        good.replace('"1"', "4", 1),
        "[1]",
        "{",
        good.replace('"1"', "NaN", 1),
        "[" * 100_000,
    ]
    bench.put("\n".join(lines), "case_events.jsonl")
    assert bench.counts() == (7, 2, 5)
    assert bench.sql("select event_id, case_id from core_case_event order by 1") == [("1", "0012"), ("4", "0012")]


@pytest.mark.parametrize("pack", [False, True])
def test_csv_and_jsonl_may_be_packed(bench, pack: bool) -> None:
    content = bench.text(bench.base(100)).encode()
    bench.put(gzip.compress(content) if pack else content, "case_events.csv" + (".gz" if pack else ""))
    assert bench.counts() == (100, 100, 0)


def test_m33_parquet_with_types_of_its_own(bench) -> None:
    frame = pl.DataFrame(bench.base(100), schema=bench.columns, orient="row").with_columns(
        pl.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%:z").dt.convert_time_zone("Asia/Shanghai"),
        detail=pl.struct(pl.lit([1, 2]).alias("list")),
    )
    frame.write_parquet(bench.folder / "case_events.parquet")
    bench.report = ingest(bench.settings, [bench.folder / "case_events.parquet"])
    assert bench.counts() == (100, 100, 0)
    assert (
        bench.sql("select min(occurred_at)::varchar, min(occurred_on)::varchar from core_case_event where event_id = 'E00028'")[0][1]
        == "2026-01-01"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("case_events.parquet", b"event_id,case_id\n1,2\n"),
        ("case_events.parquet", b"PAR1" + b"\x00" * 50),
        ("case_events.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 9000),
        ("case_events.csv", b"\x00" * 100_000),
        ("case_events.csv", b'"' * 2_000_000),
        ("case_events.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600),
        ("case_events.xlsx", b"PK\x03\x04 not a workbook"),
    ],
)
def test_m40_m44_m49_files_that_are_not_what_their_names_say(bench, name: str, content: bytes) -> None:
    report = bench.put(content, name)
    assert (report.receipts, len(report.refused)) == ([], 1)


def test_m41_numbers_in_excel_that_have_lost_digits(bench) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(bench.columns)
    for row in bench.base(3):
        sheet.append(row)
    sheet["B3"] = 12345678901234567890
    book.save(bench.folder / "case_events.xlsx")
    bench.report = ingest(bench.settings, [bench.folder / "case_events.xlsx"])
    assert bench.counts() == (3, 2, 1)
    assert bench.reasons() == [["E_XLSX_PRECISION"]]


def test_m48_links_and_pipes_are_refused(bench) -> None:
    (bench.folder / "real.csv").write_text(bench.text(bench.base(1)))
    link, pipe = bench.folder / "case_events-link.csv", bench.folder / "case_events-pipe.csv"
    link.symlink_to(bench.folder / "real.csv")
    os.mkfifo(pipe)
    bench.report = ingest(bench.settings, [link, pipe])
    assert (bench.report.receipts, len(bench.report.refused)) == ([], 2)


def test_m54_one_bad_file_never_blocks_the_others(bench) -> None:
    landing = bench.folder / "landing"
    landing.mkdir()
    (landing / "case_events-1.csv").write_text(bench.text(bench.base(10)))
    (landing / "case_events-2.csv").write_text("nothing,useful\n1,2\n")
    (landing / "case_events-3.csv").write_text(bench.text(bench.base(10, 11)))
    (landing / "readme.md").write_text("hello")
    report = ingest(bench.settings, [landing])
    assert [receipt.accepted for receipt in report.receipts] == [10, 10]
    assert (len(report.refused), len(report.ignored)) == (1, 1)
