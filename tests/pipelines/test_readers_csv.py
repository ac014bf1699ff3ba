"""CSV and TSV: every record is handed over or rejected with its place, and every byte is accounted for."""

import csv
import gzip
import io

import pytest

from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.delimited import read_delimited
from pipelines.adapters.read import read_records
from pipelines.adapters.source import open_source

HEADER = "case_id,service_item,dept,district,channel,opened_at,closed_at,amount,citizen_name,phone"


def line(n: int) -> str:
    return f"{n:020d},户口登记,公安局,禅城区,window,2026-01-01T08:00:00+08:00,2026-01-02T08:00:00+08:00,1.5,张三丰,1380000{n:04d}"


def base(n: int) -> str:
    return "\n".join([HEADER, *(line(number) for number in range(1, n + 1))]) + "\n"


def with_line(text: str, row: int, new: str) -> str:
    """The same file with record `row` written otherwise."""
    rows = text.split("\n")
    rows[row] = new
    return "\n".join(rows)


def read(path, content: bytes, **profile):
    """(rows as dicts, rejects, tally), with the identities that hold for every file."""
    path.write_bytes(content)
    tally, rows, rejects = Tally(), [], []
    for batch in read_records(path, Profile(**profile), tally):
        rows += batch.frame.to_dicts()
        rejects += batch.rejects
    numbers = sorted([row["_row"] for row in rows] + [reject.row for reject in rejects])
    assert numbers == list(range(1, tally.records + 1))
    unpacked = gzip.decompress(content) if path.suffix == ".gz" else content
    assert tally.accounted_bytes == len(unpacked)
    for place in [(row["_offset"], row["_length"]) for row in rows] + [(reject.offset, reject.length) for reject in rejects]:
        if place[0] is not None:
            assert place[0] >= tally.bom_bytes + tally.header_bytes
            assert place[0] + place[1] <= len(unpacked)
    return rows, rejects, tally


def codes(rejects) -> list[tuple[int, str]]:
    return [(reject.row, reject.code) for reject in rejects]


def test_records_keep_their_text_and_place(tmp_path):
    content = b'id,note\n007,x\n,"a""b\n"\n'
    rows, rejects, tally = read(tmp_path / "a.csv", content)
    assert rows == [
        {"id": "007", "note": "x", "_row": 1, "_offset": 8, "_length": 6},
        {"id": None, "note": 'a"b\n', "_row": 2, "_offset": 14, "_length": 9},
    ]
    assert (rejects, tally.encoding, tally.header_bytes) == ([], "utf-8", 8)


def test_header_only_is_an_empty_delivery(tmp_path):  # M05
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "\n")
    [batch] = read_records(path)
    assert batch.frame.columns == HEADER.split(",") + ["_row", "_offset", "_length"]
    assert batch.frame.height == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_is_one(tmp_path, ends, last):  # M09
    text = base(100).replace("\n", ends)
    rows, rejects, _ = read(tmp_path / "a.csv", (text if last else text.removesuffix(ends)).encode())
    assert len(rows) == 100 and not rejects
    assert {row["phone"] for row in rows} == {f"1380000{n:04d}" for n in range(1, 101)}


def test_mixed_line_ends_in_one_file(tmp_path):  # M09
    ends = ["\n", "\r\n", "\r"]
    text = "".join(one + ends[place % 3] for place, one in enumerate(base(100).splitlines()))
    rows, rejects, _ = read(tmp_path / "a.csv", text.encode())
    assert [row["case_id"] for row in rows] == [f"{n:020d}" for n in range(1, 101)] and not rejects


def test_mixed_line_ends_around_quotes(tmp_path):
    rows, rejects, _ = read(tmp_path / "a.csv", b'a,b\r\n"1\n",x\r2,"y\r"\n"3\r\n",z\r\n')
    assert [(row["a"], row["b"]) for row in rows] == [("1\n", "x"), ("2", "y\r"), ("3\r\n", "z")] and not rejects


def test_blank_lines_are_no_records(tmp_path):
    rows, rejects, tally = read(tmp_path / "a.csv", b"\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n")
    assert [row["_row"] for row in rows] == [1, 2] and not rejects
    assert tally.blank_bytes == 8


def test_field_counts(tmp_path):  # M07
    text = with_line(base(100), 10, line(10).removesuffix(",13800000010"))
    text = with_line(with_line(text, 20, line(20) + ",more"), 30, "," * 9)
    rows, rejects, _ = read(tmp_path / "a.csv", text.encode())
    assert len(rows) == 97
    assert codes(rejects) == [(10, "E_FIELD_COUNT"), (20, "E_FIELD_COUNT"), (30, "E_FIELD_COUNT")]
    assert rejects[1].text == line(20) + ",more"


def test_a_quote_that_never_closes_costs_the_rest(tmp_path):  # M08
    content = with_line(base(100), 40, line(40).replace("张三丰", '"张三丰')).encode()
    rows, rejects, _ = read(tmp_path / "a.csv", content)
    assert [row["_row"] for row in rows] == list(range(1, 40))
    assert codes(rejects) == [(row, "E_QUOTE") for row in range(40, 101)]
    assert content[rejects[5].offset :][: rejects[5].length].decode() == line(45) + "\n"


def test_junk_after_a_quote_costs_its_lines_only(tmp_path):
    rows, rejects, _ = read(tmp_path / "a.csv", b'a,b\n1,x\n"2"2,y\n3,"z\nz"z\n4,w\n5"5,v\n6,"u"\n')
    assert [(row["_row"], row["a"]) for row in rows] == [(1, "1"), (5, "4"), (7, "6")]
    assert codes(rejects) == [(2, "E_QUOTE"), (3, "E_QUOTE"), (4, "E_QUOTE"), (6, "E_QUOTE")]
    assert [reject.text for reject in rejects] == ['"2"2,y', '3,"z', 'z"z', '5"5,v']


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b"])
def test_control_characters(tmp_path, bad):  # M10
    rows, rejects, _ = read(tmp_path / "a.csv", with_line(base(100), 50, line(50).replace("禅城区", "禅城" + bad)).encode())
    assert len(rows) == 99
    assert codes(rejects) == [(50, "E_CTRL")]
    assert bad in rejects[0].text


def test_the_declared_delimiter_counts(tmp_path):  # M11
    content = base(100).replace("1.5", "1@5").replace(",", ";").replace("@", ",").encode()
    rows, _, _ = read(tmp_path / "a.csv", content, delimiter=";", decimal=",")
    assert len(rows) == 100 and rows[0]["amount"] == "1,5"
    path = tmp_path / "b.csv"
    path.write_bytes(content)
    assert next(iter(read_records(path))).frame.columns[0] == HEADER.replace(",", ";")


def test_tabs_separate_in_tsv(tmp_path):
    rows, _, _ = read(tmp_path / "a.tsv", b"a\tb\n1\t2,3\n")
    assert (rows[0]["a"], rows[0]["b"]) == ("1", "2,3")


@pytest.mark.parametrize("header", ["dept,dept", "Dept,dept", "dept, DEPT ", "_row,a", '"a,b', "a\x00,b"])
def test_a_header_that_cannot_be_one(tmp_path, header):  # M12
    path = tmp_path / "a.csv"
    path.write_text(header + "\n1,2\n")
    with pytest.raises(FileRefused) as refused:
        list(read_records(path))
    assert refused.value.code == ("E_TYPE_MISMATCH" if "\x00" in header else "E_HEADER")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_a_file_of_nothing(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        list(read_records(path))
    assert refused.value.code == "E_EMPTY"


def test_a_file_cut_off_in_a_record(tmp_path):  # M13
    content = base(100).encode()
    cut = content.index(b",window", content.index(f"{77:020d}".encode()))
    rows, rejects, _ = read(tmp_path / "a.csv", content[:cut])
    assert len(rows) == 76
    assert codes(rejects) == [(77, "E_FIELD_COUNT")]


IDS = ["00123", "123456789012345678901", "1.23E+05", " 00123 ", "００１２３"]
FORMULAS = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", " =1+1", '"=1+1', "＝1+1"]
HOSTILE = ["'; DROP TABLE cases; --", "%", "_", "\\", '"', "`", "a\u2028b", "a\u0085b", "a\u2029b", "\ufeffx", "NULL", "\\N", "-", "N/A"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_values_stay_as_they_stand(tmp_path, quoting, end):  # M14, M19, M20, M21, M22
    values = [value for value in IDS + FORMULAS + HOSTILE if quoting == csv.QUOTE_ALL or "\r" not in value]
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([["k", "v"], *([f"k{n}", value] for n, value in enumerate(values))])
    rows, rejects, _ = read(tmp_path / "a.csv", text.getvalue().encode())
    assert [row["v"] for row in rows] == values and not rejects


def test_declared_words_are_nulls(tmp_path):  # M20
    rows, _, _ = read(tmp_path / "a.csv", b"a,b\nNULL,1\nN/A,2\nnull,3\n", null_values=("", "NULL", "N/A"))
    assert [row["a"] for row in rows] == [None, None, "null"]


def test_a_record_of_more_than_a_megabyte(tmp_path):
    content = b"a,b\n1,2\n" + b"x" * 3_000_000 + b',y\n3,"' + b"z" * 1_000_100 + b'"\n5,6\n'
    for block in (1 << 16, 1 << 25):
        rows, rejects = in_blocks(tmp_path, content, block)
        assert [row["a"] for row in rows] == ["1", "5"]
        assert [(reject.code, reject.offset, reject.length) for reject in rejects] == [
            ("E_TOO_LONG", 8, 3_000_003),
            ("E_TOO_LONG", 3_000_011, 1_000_105),
        ]
        assert all(len(reject.text) < 2000 for reject in rejects)


def test_a_quote_open_for_more_than_a_megabyte(tmp_path):
    content = b'a,b\n1,2\n3,"open\n' + (b"4," + b"5" * 500 + b"\n") * 3000 + b'6",7\n8,9\n'
    for block in (1 << 16, 1 << 25):
        rows, rejects = in_blocks(tmp_path, content, block)
        assert [row["a"] for row in rows] == ["1", "8"]
        assert {reject.code for reject in rejects} == {"E_QUOTE"}
        assert len(rejects) == 3002


def in_blocks(tmp_path, content: bytes, block: int):
    """(rows, rejects) read in blocks of this size."""
    path = tmp_path / "blocks.csv"
    path.write_bytes(content)
    with open_source(path, Profile()) as source:
        batches = list(read_delimited(source, Profile(), Tally(), block))
    return [row for batch in batches for row in batch.frame.to_dicts()], [reject for batch in batches for reject in batch.rejects]


def test_gzip(tmp_path):
    rows, _, tally = read(tmp_path / "a.csv.gz", gzip.compress(base(100).encode()))
    assert len(rows) == 100 and tally.accounted_bytes == len(base(100).encode())


def test_one_broken_row_leaves_the_fast_lane_for_a_moment_only(tmp_path):
    rows = [line(n) for n in range(6_000)]
    rows[2_222] = rows[2_222].replace("张三丰", "张\x00")
    good, rejects, tally = read(tmp_path / "a.csv", "\n".join([HEADER, *rows]).encode())
    assert codes(rejects) == [(2_223, "E_CTRL")]
    assert [row["_row"] for row in good] == [n for n in range(1, 6_001) if n != 2_223]
    assert good[-1]["case_id"] == f"{5_999:020d}"
    assert tally.records == 6_000


def test_a_column_may_have_no_name(tmp_path):
    rows, rejects, _ = read(tmp_path / "a.csv", b",b\n1,2\n3\x00,4\n")
    assert rows == [{"": "1", "b": "2", "_row": 1, "_offset": 3, "_length": 4}]
    assert codes(rejects) == [(2, "E_CTRL")]
