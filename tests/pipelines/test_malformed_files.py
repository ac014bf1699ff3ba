"""The malformed files of the generator specification, end to end: what is loaded, what is set aside, and that the counts add up.

The case numbers (M01 …) are the specification's; its BASE(n) stands here for n rows of case_events.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.ingest import ingest
from pipelines.receipts import IngestReport
from warehouse.settings import Settings

COLUMNS = ["event_id", "case_id", "event_type", "occurred_at", "channel", "item_id", "applicant_key", "reason"]


def base(count: int, start: int = 1) -> list[list[str]]:
    return [
        [
            f"E{n:05}",
            f"C{n:05}",
            "received",
            f"2026-01-{n % 28 + 1:02}T09:00:00+08:00",
            "window",
            f"I{n % 7}",
            f"person-{n}",
            f"第{n}号申请",
        ]
        for n in range(start, start + count)
    ]


def text(rows: list[list[str]], header: list[str] | None = COLUMNS, end: str = "\n", delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, delimiter=delimiter)
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


class Bench:
    """An installation into which tests put files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, Settings(folder / "home")
        self.report = IngestReport()

    def put(self, content: bytes | str, name: str = "case_events.csv", **options: str) -> IngestReport:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.report = ingest(self.settings, [path], **options)
        return self.report

    def counts(self) -> tuple[int, int, int]:
        """Read, accepted and quarantined of the only receipt."""
        (receipt,) = self.report.receipts
        return receipt.read, receipt.accepted, receipt.quarantined

    def sql(self, statement: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.warehouse_path)) as con:
            return con.execute(statement).fetchall()

    def reasons(self) -> list[list[str]]:
        return [row[0] for row in self.sql("select reasons from ledger_quarantine order by row_no")]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_m01_gb18030_with_a_four_byte_character(bench: Bench) -> None:
    rows = base(100)
    rows[6][7] = "𠮷野家"
    bench.put(text(rows).encode("gb18030"))
    assert bench.counts() == (100, 100, 0)
    assert bench.sql("select reason from core_case_event where event_id = 'E00007'") == [("𠮷野家",)]
    assert bench.sql("select encoding from ledger_file")[0][0].lower() == "gb18030"


def test_m02_byte_order_mark(bench: Bench) -> None:
    bench.put(b"\xef\xbb\xbf" + text(base(100)).encode())
    assert bench.counts() == (100, 100, 0)


def test_m03_bad_bytes_cost_their_own_row_only(bench: Bench) -> None:
    lines = text(base(100)).encode().split(b"\n")
    lines[50] = lines[50].replace("第".encode(), b"\xc3\x28")
    bench.put(b"\n".join(lines))
    assert bench.counts() == (100, 99, 1)
    assert bench.reasons() == [["E_ENCODING"]]
    assert bench.sql("select row_no from ledger_quarantine") == [(50,)]


def test_m04_two_encodings_in_one_file_load_no_nonsense(bench: Bench) -> None:
    rows = base(100)
    bench.put(text(rows[:50]).encode() + text(rows[50:], None).encode("gb18030"))
    read, accepted, quarantined = bench.counts()
    assert (read, accepted + quarantined) == (100, 100)
    assert accepted >= 50
    assert {row[0] for row in bench.sql("select reason from core_case_event")} <= {row[7] for row in rows}


def test_m05_header_only_is_an_empty_delivery(bench: Bench) -> None:
    bench.put(text([]))
    assert bench.counts() == (0, 0, 0)
    assert not bench.report.needs_a_person


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text(base(100), None), id="M06 no header"),
        pytest.param(text(base(100), delimiter=";"), id="M11 other delimiter"),
        pytest.param(text(base(9), [*COLUMNS[:7], "Item_ID"]), id="M12 a column twice"),
        pytest.param(text([row[1:] for row in base(9)], COLUMNS[1:]), id="M31 no required column"),
        pytest.param("", id="empty"),
    ],
)
def test_files_that_are_refused_whole(bench: Bench, content: str) -> None:
    report = bench.put(content)
    assert report.receipts == []
    assert len(report.refused) == 1
    assert report.needs_a_person
    assert bench.sql("select count(*) from core_case_event") == [(0,)]


def test_m07_wrong_numbers_of_fields(bench: Bench) -> None:
    lines = text(base(100)).split("\n")
    lines[10] = lines[10].rsplit(",", 1)[0]
    lines[20] += ",more"
    lines[30] = "," * 7
    bench.put("\n".join(lines))
    assert bench.counts() == (100, 97, 3)
    assert bench.sql("select row_no from ledger_quarantine order by 1") == [(10,), (20,), (30,)]


def test_m08_a_quote_that_never_closes(bench: Bench) -> None:
    lines = text(base(100)).split("\n")
    lines[40] = lines[40].replace("window", '"window')
    bench.put("\n".join(lines))
    assert bench.counts() == (100, 39, 61)


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_m09_line_ends(bench: Bench, end: str) -> None:
    bench.put(text(base(100), end=end))
    assert bench.counts() == (100, 100, 0)


def test_m09_mixed_line_ends(bench: Bench) -> None:
    rows = base(100)
    bench.put(text(rows[:30]) + text(rows[30:60], None, "\r\n") + text(rows[60:], None, "\r"))
    assert bench.counts() == (100, 100, 0)


def test_m10_a_nul_byte(bench: Bench) -> None:
    bench.put(text(base(100)).replace("第33号", "第\x0033号"))
    assert bench.counts() == (100, 99, 1)
    assert bench.reasons() == [["E_CTRL"]]


def test_m13_cut_off_in_a_row(bench: Bench) -> None:
    lines = text(base(100)).split("\n")
    bench.put("\n".join([*lines[:77], lines[77][:20]]))
    assert bench.counts() == (77, 76, 1)


def test_m14_characters_that_other_tools_take_for_line_ends(bench: Bench) -> None:
    rows = base(100)
    rows[3][7], rows[4][7] = "a\u2028b", "a\u0085b"
    bench.put(text(rows))
    assert bench.counts() == (100, 100, 0)
    assert bench.sql("select reason from core_case_event where event_id = 'E00005'") == [("a\u0085b",)]


def test_m15_ambiguous_dates_are_never_guessed(bench: Bench) -> None:
    bench.put(text([[*row[:3], "03/04/2026", *row[4:]] for row in base(10)]))
    assert bench.counts() == (10, 0, 10)


def test_m16_offsets_are_honoured(bench: Bench) -> None:
    first, second = base(2)
    first[3], second[3] = "2026-01-01T00:00:00+08:00", "2026-01-01T00:00:00Z"
    bench.put(text([first, second]))
    assert bench.sql("select epoch(max(occurred_at)) - epoch(min(occurred_at)) from core_case_event") == [(8 * 3600.0,)]


def test_m18_order_and_future_load(bench: Bench) -> None:
    rows = base(2)
    rows[0][3] = "2199-01-01T00:00:00+08:00"
    bench.put(text(rows))
    assert bench.counts() == (2, 2, 0)


@pytest.mark.parametrize("missing", ["", "NULL", "null", "\\N", "-", "N/A"])
def test_m20_ids_that_are_none(bench: Bench, missing: str) -> None:
    bench.put(text([[row[0], missing, *row[2:]] for row in base(1)]))
    assert bench.counts() == (1, 0, 1)
    assert bench.reasons() == [["E_REQUIRED:case_id"]]


def test_m21_m22_hostile_texts_are_stored_verbatim(bench: Bench) -> None:
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
    rows = [[*row[:7], f'"{each.replace(chr(34), chr(34) * 2)}"'] for row, each in zip(base(len(texts)), texts, strict=True)]
    bench.put("\n".join(",".join(row) for row in [COLUMNS, *rows]))
    assert [row[0] for row in bench.sql("select reason from core_case_event order by event_id")] == texts


@pytest.mark.parametrize("change", [lambda rows: rows, lambda rows: rows[::-1]], ids=["same", "other row order"])
def test_m25_the_same_records_under_another_name(bench: Bench, change: Callable[[list], list]) -> None:
    bench.put(text(base(100)))
    bench.put(text(change(base(100))), "case_events-again.csv")
    (receipt,) = bench.report.receipts
    assert (receipt.read, receipt.accepted, receipt.duplicate) == (100, 0, 100)


def test_m25_the_same_records_with_columns_in_another_order(bench: Bench) -> None:
    bench.put(text(base(100)))
    bench.put(text([row[::-1] for row in base(100)], COLUMNS[::-1]), "case_events-again.csv")
    assert bench.report.receipts[0].duplicate == 100


def test_the_same_file_again_changes_nothing(bench: Bench) -> None:
    content = text([*base(100), ["bad"] * 8])
    bench.put(content)
    before = bench.sql("select count(*) from ledger_quarantine union all select count(*) from ledger_file")
    bench.put(content, "case_events-copy.csv")
    (receipt,) = bench.report.receipts
    assert (receipt.read, receipt.duplicate, receipt.quarantined) == (101, 100, 1)
    assert bench.sql("select count(*) from ledger_quarantine union all select count(*) from ledger_file") == before


def test_m26_m27_corrections_and_late_older_ones(bench: Bench) -> None:
    header = [*COLUMNS, "source_version"]
    bench.put(text([[*row, "1"] for row in base(100)], header))
    corrected = [[*row, "1"] for row in base(95)] + [[*row[:4], "web", *row[5:], "3"] for row in base(5, 96)]
    bench.put(text(corrected, header), "case_events-corrected.csv")
    assert (bench.report.receipts[0].accepted, bench.report.receipts[0].duplicate) == (5, 95)
    bench.put(text([[*row[:4], "app", *row[5:], "2"] for row in base(5, 96)], header), "case_events-older.csv")
    assert bench.report.receipts[0].superseded == 5
    assert bench.sql("select channel, count(*) from core_case_event group by 1 order by 1") == [("web", 5), ("window", 95)]
    assert bench.sql("select count(*) from history_case_event") == [(10,)]


def test_m30_retractions_of_known_and_unknown_ids(bench: Bench) -> None:
    bench.put(text(base(10)))
    bench.put(
        "event_id,case_id,event_type,occurred_at,channel,source_version,deleted\nE00001,,,,,2,true\nE99999,,,,,2,true\n",
        "case_events-deleted.csv",
    )
    assert bench.report.receipts[0].deleted == 2
    assert bench.sql("select count(*) from core_case_event") == [(9,)]


def test_m31_m32_optional_columns_order_and_names(bench: Bench) -> None:
    rows = [[row[3], row[4], row[2], row[1], row[0]] for row in base(100)]
    bench.put(text(rows, [" Occurred At", "渠道", "EVENT_TYPE", "办件编号", "event id "]))
    assert bench.counts() == (100, 100, 0)


def test_m35_m36_json_lines(bench: Bench) -> None:
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
def test_csv_and_jsonl_may_be_packed(bench: Bench, pack: bool) -> None:
    content = text(base(100)).encode()
    bench.put(gzip.compress(content) if pack else content, "case_events.csv" + (".gz" if pack else ""))
    assert bench.counts() == (100, 100, 0)


def test_m33_parquet_with_types_of_its_own(bench: Bench) -> None:
    frame = pl.DataFrame(base(100), schema=COLUMNS, orient="row").with_columns(
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
def test_m40_m44_m49_files_that_are_not_what_their_names_say(bench: Bench, name: str, content: bytes) -> None:
    report = bench.put(content, name)
    assert (report.receipts, len(report.refused)) == ([], 1)


def test_m41_numbers_in_excel_that_have_lost_digits(bench: Bench) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(COLUMNS)
    for row in base(3):
        sheet.append(row)
    sheet["B3"] = 12345678901234567890
    book.save(bench.folder / "case_events.xlsx")
    bench.report = ingest(bench.settings, [bench.folder / "case_events.xlsx"])
    assert bench.counts() == (3, 2, 1)
    assert bench.reasons() == [["E_XLSX_PRECISION"]]


def test_m48_links_and_pipes_are_refused(bench: Bench) -> None:
    (bench.folder / "real.csv").write_text(text(base(1)))
    link, pipe = bench.folder / "case_events-link.csv", bench.folder / "case_events-pipe.csv"
    link.symlink_to(bench.folder / "real.csv")
    os.mkfifo(pipe)
    bench.report = ingest(bench.settings, [link, pipe])
    assert (bench.report.receipts, len(bench.report.refused)) == ([], 2)


def test_m54_one_bad_file_never_blocks_the_others(bench: Bench) -> None:
    landing = bench.folder / "landing"
    landing.mkdir()
    (landing / "case_events-1.csv").write_text(text(base(10)))
    (landing / "case_events-2.csv").write_text("nothing,useful\n1,2\n")
    (landing / "case_events-3.csv").write_text(text(base(10, 11)))
    (landing / "readme.md").write_text("hello")
    report = ingest(bench.settings, [landing])
    assert [receipt.accepted for receipt in report.receipts] == [10, 10]
    assert (len(report.refused), len(report.ignored)) == (1, 1)


def test_no_personal_key_stands_in_the_warehouse(bench: Bench) -> None:
    rows = base(50)
    rows[5][4] = "no such channel"
    rows[6] = rows[6][:7]
    bench.put(text(rows))
    assert bench.counts()[2] == 2
    stored = bench.settings.warehouse_path.read_bytes()
    assert b"person-6" not in stored
    assert b"person-" not in stored


def test_the_archive_is_readable_by_its_owner_alone(bench: Bench) -> None:
    bench.put(text(base(3)))
    (stored,) = [entry for entry in bench.settings.archive_dir.rglob("*") if entry.is_file()]
    assert stored.stat().st_mode & 0o077 == 0
    assert stored.read_text() == text(base(3))
