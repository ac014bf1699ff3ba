"""Where every byte and record of a file went, on small files whose account can be added up by hand."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest

from pipelines.account import ByteAccount
from pipelines.ingest import ingest

HEADER = "event_id,case_id,event_type,occurred_at,channel\n"  # 48 bytes
GOOD = "E1,C1,received,2026-01-01T09:00:00+08:00,web\n"  # 45
WRONG = "E2,C2,received,2026-01-01T09:00:00+08:00,wob\n"  # 45
SHORT = "E3,C3\n"  # 6
PARTS = "bytes_text, bytes_header, bytes_records, bytes_rejected, bytes_between"


def parts(bench) -> tuple[int, ...]:
    return bench.sql(f"select {PARTS} from ledger_account order by file_id desc limit 1")[0]


@pytest.mark.parametrize("packed", [False, True])
def test_bytes_of_a_table(bench, packed: bool) -> None:
    content = (HEADER + "\n" + GOOD + WRONG + "\r\n" + SHORT).encode()
    bench.put(codecs.BOM_UTF8 + content if not packed else gzip.compress(codecs.BOM_UTF8 + content), "case_events.csv" + ".gz" * packed)
    assert bench.counts() == (3, 1, 2)
    assert parts(bench) == (3 + 48 + 1 + 45 + 45 + 2 + 6, 48, 45, 51, 6)
    assert bench.sql("select row_no, byte_offset, byte_length from ledger_quarantine order by 1") == [(2, 97, 45), (3, 144, 6)]


def test_bytes_of_a_table_in_utf_16(bench) -> None:
    bench.put((HEADER + GOOD.replace("E1", "𠮷") + WRONG + SHORT).encode("utf-16"))
    assert parts(bench) == (2 + 2 * (48 + 45 + 45 + 6), 96, 90, 102, 2)
    assert bench.sql("select row_no, byte_offset, byte_length from ledger_quarantine order by 1") == [(2, 188, 90), (3, 278, 12)]


def test_bytes_of_json_lines(bench) -> None:
    good = '{"event_id":"1","case_id":"2","event_type":"received","occurred_at":"2026-01-01","channel":"web"}\n'
    bench.put(good + "\n{\n" + good.replace("web", "wob"), "case_events.jsonl")
    assert parts(bench) == (len(good) * 2 + 3, 0, len(good), len(good) + 2, 1)


def test_a_binary_file_has_no_account_of_bytes(bench) -> None:
    import polars as pl

    path = bench.folder / "case_events.parquet"
    pl.DataFrame({name: ["x"] for name in HEADER.strip().split(",")}).write_parquet(path)
    ingest(bench.settings, [path])
    assert parts(bench) == (None,) * 5


def test_an_account_that_does_not_add_up_is_refused() -> None:
    ByteAccount(10, 2, 3, 4, 1)
    for wrong in [(10, 2, 3, 4, 2), (10, 2, -1, 8, 1)]:
        with pytest.raises(AssertionError, match="do not add up"):
            ByteAccount(*wrong)


def test_a_record_that_becomes_several_rows_counts_once(bench) -> None:
    """Boston's requests become events of several kinds and more; the receipt counts requests."""
    golden = (Path(__file__).parent / "golden" / "boston311.csv").read_text("utf-8")
    path = bench.folder / "boston311.csv"
    path.write_text(golden + golden.splitlines()[1].replace("06/01/2015", "no date") + "\n" + golden.splitlines()[2] + "\n")
    (receipt,) = ingest(bench.settings, [path], source="boston311").receipts
    assert receipt.read == len(golden.splitlines()) + 1
    assert receipt.read == receipt.accepted + receipt.duplicate + receipt.superseded + receipt.deleted + receipt.quarantined
    assert (receipt.duplicate, receipt.quarantined >= 1) == (1, True)
    assert bench.sql("select count(*) from core_case_event")[0][0] > receipt.accepted
    assert parts(bench)[0] == len(path.read_bytes()) == sum(parts(bench)[1:])


def test_m51_the_order_of_files_does_not_hang_on_the_clock(bench) -> None:
    """A clock that jumps: the file that came later wins all the same, whatever time stands beside the earlier one."""
    bench.put(HEADER + GOOD)
    bench.sql("update ledger_file set received_at = received_at + interval 1 day")
    bench.put(HEADER + GOOD.replace("web", "app"), "case_events-later.csv")
    assert bench.sql("select channel, file_id from core_case_event") == [("app", 2)]
    assert bench.sql("select channel, overtaken_by from history_case_event") == [("web", 2)]
