"""Malformed text files, end to end: encodings, quotes, line ends, headers. The numbers (M01 …) are the generator specification's."""

from __future__ import annotations

import pytest


def test_m01_gb18030_with_a_four_byte_character(bench) -> None:
    rows = bench.base(100)
    rows[6][7] = "𠮷野家"
    bench.put(bench.text(rows).encode("gb18030"))
    assert bench.counts() == (100, 100, 0)
    assert bench.sql("select reason from core_case_event where event_id = 'E00007'") == [("𠮷野家",)]
    assert bench.sql("select encoding from ledger_file")[0][0].lower() == "gb18030"


def test_m02_byte_order_mark(bench) -> None:
    bench.put(b"\xef\xbb\xbf" + bench.text(bench.base(100)).encode())
    assert bench.counts() == (100, 100, 0)


def test_m03_bad_bytes_cost_their_own_row_only(bench) -> None:
    lines = bench.text(bench.base(100)).encode().split(b"\n")
    lines[50] = lines[50].replace("第".encode(), b"\xc3\x28")
    bench.put(b"\n".join(lines))
    assert bench.counts() == (100, 99, 1)
    assert bench.reasons() == [["E_ENCODING"]]
    assert bench.sql("select row_no from ledger_quarantine") == [(50,)]


def test_m04_two_encodings_in_one_file_load_no_nonsense(bench) -> None:
    rows = bench.base(100)
    bench.put(bench.text(rows[:50]).encode() + bench.text(rows[50:], None).encode("gb18030"))
    read, accepted, quarantined = bench.counts()
    assert (read, accepted + quarantined) == (100, 100)
    assert accepted >= 50
    assert {row[0] for row in bench.sql("select reason from core_case_event")} <= {row[7] for row in rows}


def test_m05_header_only_is_an_empty_delivery(bench) -> None:
    bench.put(bench.text([]))
    assert bench.counts() == (0, 0, 0)
    assert not bench.report.needs_a_person


REFUSED = {
    "M06 no header": lambda bench: bench.text(bench.base(100), None),
    "M11 other delimiter": lambda bench: bench.text(bench.base(100), delimiter=";"),
    "M12 a column twice": lambda bench: bench.text(bench.base(9), [*bench.columns[:7], "Item_ID"]),
    "M31 no required column": lambda bench: bench.text([row[1:] for row in bench.base(9)], bench.columns[1:]),
    "empty": lambda bench: "",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_files_that_are_refused_whole(bench, content) -> None:
    report = bench.put(content(bench))
    assert report.receipts == []
    assert len(report.refused) == 1
    assert report.needs_a_person
    assert bench.sql("select count(*) from core_case_event") == [(0,)]


def test_m07_wrong_numbers_of_fields(bench) -> None:
    lines = bench.text(bench.base(100)).split("\n")
    lines[10] = lines[10].rsplit(",", 1)[0]
    lines[20] += ",more"
    lines[30] = "," * 7
    bench.put("\n".join(lines))
    assert bench.counts() == (100, 97, 3)
    assert bench.sql("select row_no from ledger_quarantine order by 1") == [(10,), (20,), (30,)]


def test_m08_a_quote_that_never_closes(bench) -> None:
    lines = bench.text(bench.base(100)).split("\n")
    lines[40] = lines[40].replace("window", '"window')
    bench.put("\n".join(lines))
    assert bench.counts() == (100, 39, 61)


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_m09_line_ends(bench, end: str) -> None:
    bench.put(bench.text(bench.base(100), end=end))
    assert bench.counts() == (100, 100, 0)


def test_m09_mixed_line_ends(bench) -> None:
    rows = bench.base(100)
    bench.put(bench.text(rows[:30]) + bench.text(rows[30:60], None, "\r\n") + bench.text(rows[60:], None, "\r"))
    assert bench.counts() == (100, 100, 0)


def test_m10_a_nul_byte(bench) -> None:
    bench.put(bench.text(bench.base(100)).replace("第33号", "第\x0033号"))
    assert bench.counts() == (100, 99, 1)
    assert bench.reasons() == [["E_CTRL"]]


def test_m13_cut_off_in_a_row(bench) -> None:
    lines = bench.text(bench.base(100)).split("\n")
    bench.put("\n".join([*lines[:77], lines[77][:20]]))
    assert bench.counts() == (77, 76, 1)


def test_m14_characters_that_other_tools_take_for_line_ends(bench) -> None:
    rows = bench.base(100)
    rows[3][7], rows[4][7] = "a\u2028b", "a\u0085b"
    bench.put(bench.text(rows))
    assert bench.counts() == (100, 100, 0)
    assert bench.sql("select reason from core_case_event where event_id = 'E00005'") == [("a\u0085b",)]


def test_no_personal_key_stands_in_the_warehouse(bench) -> None:
    rows = bench.base(50)
    rows[5][4] = "no such channel"
    rows[6] = rows[6][:7]
    bench.put(bench.text(rows))
    assert bench.counts()[2] == 2
    stored = bench.settings.warehouse_path.read_bytes()
    assert b"person-6" not in stored
    assert b"person-" not in stored


def test_the_archive_is_readable_by_its_owner_alone(bench) -> None:
    bench.put(bench.text(bench.base(3)))
    stored, note = sorted((entry for entry in bench.settings.archive_dir.rglob("*") if entry.is_file()), key=lambda entry: entry.suffix)
    assert (stored.suffix, note.suffix) == (".csv", ".delivery")
    assert stored.stat().st_mode & 0o077 == note.stat().st_mode & 0o077 == 0
    assert stored.read_text() == bench.text(bench.base(3))
