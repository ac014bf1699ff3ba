"""Which encoding a file is in, and that no text is loaded in a wrong one."""

import json

import pytest

from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records

HEADER = "case_id,dept,citizen_name"
NAMES = ["张三", "欧阳娜娜", "李雷", "𠮷野家", "陈大文"]


def line(n: int) -> str:
    return f"{n:05d},禅城区行政服务中心,{NAMES[n % 5]}"


def base(first: int, last: int) -> str:
    return "".join(line(n) + "\n" for n in range(first, last + 1))


def read(path, content: bytes, **profile):
    """(rows, rejects, tally); every byte accounted for."""
    path.write_bytes(content)
    tally = Tally()
    batches = list(read_records(path, Profile(**profile), tally))
    assert tally.accounted_bytes == len(content)
    rows = [row for batch in batches for row in batch.frame.to_dicts()]
    rejects = [reject for batch in batches for reject in batch.rejects]
    for place, length in [(row["_offset"], row["_length"]) for row in rows] + [(reject.offset, reject.length) for reject in rejects]:
        assert place is None or 0 <= place < place + length <= len(content)
    return rows, rejects, tally


def names(rows) -> list[str]:
    return [f"{row['case_id']},{row['dept']},{row['citizen_name']}" for row in rows]


@pytest.mark.parametrize(
    ("codec", "mark", "found"),
    [
        ("gb18030", b"", "gb18030"),  # M01
        ("utf-8", b"\xef\xbb\xbf", "utf-8-bom"),  # M02
        ("utf-16-le", b"\xff\xfe", "utf-16-le-bom"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be-bom"),
        ("gb18030", b"\x84\x31\x95\x33", "gb18030-bom"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_encodings_are_found(tmp_path, codec, mark, found, kind):
    if kind == "csv":
        text = f"{HEADER}\n{base(1, 100)}"
    else:
        text = "".join(
            json.dumps(dict(zip(HEADER.split(","), line(n).split(","), strict=True)), ensure_ascii=False) + "\n" for n in range(1, 101)
        )
    rows, rejects, tally = read(tmp_path / f"a.{kind}", mark + text.encode(codec))
    assert names(rows) == [line(n) for n in range(1, 101)] and not rejects
    assert (tally.encoding, tally.bom_bytes) == (found, len(mark))
    assert set(rows[0]) == {"case_id", "dept", "citizen_name", "_row", "_offset", "_length"}


def test_one_record_that_is_no_utf8(tmp_path):  # M03
    rows = [line(n).encode() for n in range(1, 101)]
    rows[49] = rows[49].replace("禅".encode(), b"\xc3\x28")
    content = b"\n".join([HEADER.encode(), *rows])
    good, rejects, tally = read(tmp_path / "a.csv", content)
    assert len(good) == 99
    assert [(reject.row, reject.code) for reject in rejects] == [(50, "E_ENCODING")]
    assert content[rejects[0].offset :][: rejects[0].length] == rows[49] + b"\n"
    assert "\\xc3" in rejects[0].text
    assert tally.encoding == "utf-8 (mixed)"


@pytest.mark.parametrize(("utf8", "chinese"), [(50, 50), (20, 80), (80, 20), (1, 99), (99, 1)])
@pytest.mark.parametrize("chinese_first", [True, False])
def test_two_exports_in_one_file(tmp_path, utf8, chinese, chinese_first):  # M04
    parts = [base(1, utf8).encode(), base(utf8 + 1, 100).encode("gb18030")]
    content = HEADER.encode() + b"\n" + b"".join(reversed(parts) if chinese_first else parts)
    rows, rejects, _ = read(tmp_path / "a.csv", content)
    assert len(rows) == max(utf8, chinese)
    assert {reject.code for reject in rejects} == {"E_ENCODING"}
    assert set(names(rows)) <= {line(n) for n in range(1, 101)}  # no mojibake


def test_a_declared_encoding_stands(tmp_path):  # M14
    text = "a,b\n" + "".join(f"{n},caf\xe9 \x85 {n}\n" for n in range(100))
    rows, rejects, _ = read(tmp_path / "a.csv", text.encode("latin-1"), encoding="latin-1")
    assert [row["b"] for row in rows] == [f"caf\xe9 \x85 {n}" for n in range(100)] and not rejects


def test_a_declared_encoding_that_does_not_fit_costs_the_record(tmp_path):
    rows, rejects, _ = read(tmp_path / "a.csv", b"a,b\n1,x\n2,\xff\xff\n3,\xc4\xe3\n", encoding="GBK")
    assert [(row["a"], row["b"]) for row in rows] == [("1", "x"), ("3", "你")]
    assert [(reject.row, reject.code) for reject in rejects] == [(2, "E_ENCODING")]


@pytest.mark.parametrize("declared", ["no-such", "utf-7", "hex", "cp037", "idna", "unicode_escape"])
def test_a_declared_encoding_that_is_none(tmp_path, declared):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(FileRefused, match="E_ENCODING"):
        list(read_records(path, Profile(encoding=declared)))


def test_a_broken_utf16_record(tmp_path):
    content = b"\xff\xfe" + "a,b\n1,x\n2,".encode("utf-16-le") + b"\x00\xd8" + "\n3,z\n4,w".encode("utf-16-le") + b"\x41"
    rows, rejects, _ = read(tmp_path / "a.csv", content)
    assert [row["a"] for row in rows] == ["1", "3"]
    assert [(reject.row, reject.code) for reject in rejects] == [(2, "E_ENCODING"), (4, "E_ENCODING")]
    assert content[rejects[0].offset :][: rejects[0].length] == "2,".encode("utf-16-le") + b"\x00\xd8" + "\n".encode("utf-16-le")


def test_delimiters_inside_chinese_bytes(tmp_path):
    text = "a|b\n" + "".join(f'{n}|"丂亅"\n亅{n}|亅\n' for n in range(50))  # U+4E85 is 0x81 0x7C in GB18030, 0x7C is |
    assert b"\x7c" in "亅".encode("gb18030")
    rows, rejects, _ = read(tmp_path / "a.csv", text.encode("gb18030"), delimiter="|")
    assert not rejects
    assert [row["a"] for row in rows[:2]] == ["0", "亅0"] and {row["b"] for row in rows} == {"丂亅", "亅"}


def test_code_points_of_gb18030_survive(tmp_path):
    points = [chr(code) for code in range(0x80, 0x2FFFF, 37) if not 0xD800 <= code < 0xE000]
    content = ("a,b\n" + "".join(f"中文,{point}\n" for point in points)).encode("gb18030")
    rows, rejects, _ = read(tmp_path / "a.csv", content)
    assert [row["b"] for row in rows] == points and not rejects
