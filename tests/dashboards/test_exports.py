"""Tables as files: what is in them is what the table held, typed; and no text of a citizen or a clerk runs in a spreadsheet."""

import csv
import io
import shutil
import subprocess
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest

from dashboards.cards.table import Column, Table
from dashboards.exports.cover import Cover
from dashboards.exports.csv_file import csv_of
from dashboards.exports.excel import workbook_of
from dashboards.exports.excel_style import sheet_name, width

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.example\",\"click\")", "=IMPORTXML(CONCAT(\"http://x.example\"),\"//a\")",
    "=WEBSERVICE(\"http://x.example\")", "=DDE(\"cmd\";\"/C calc\";\"x\")", "-2+3+cmd|' /C calc'!D2", "+cmd|' /C calc'!G1", "@cmd|' /C calc'!A0",
    " =1+1", "  +1", "\u3000=1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\r\n=1+1", "\0=1+1", "\t", "\t@x",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", " ＝1", "﹦1+1", "﹣1", "−1+1", "=\"a\"&CHAR(34)", "\"=1+1", "',=1+1", "a,=1+1", "a;=1+1", "a\n=1+1", "a\"\n=1+1,\"b",
    "#=1+1", "# not a comment", "{=1+1}", "=-1", "--1", "=+@-1", "|calc", "%0A=1+1", "=\u00001", "0x=1", "-", "=", "@", "+",
]  # fmt: skip
COVER = Cover(
    "Waiting, by hall", (("Place", "Foshan"), ("Period", "=2018")), date(2018, 11, 6), "20181107T000000Z", datetime(2018, 11, 7, 1, 30)
)
STARTS = tuple("=+-@＝＋－＠﹣﹦−\t\r\n\0")


def payload_table() -> Table:
    frame = pl.DataFrame({"name": PAYLOADS, "value": [-float(number) for number in range(len(PAYLOADS))]})
    return Table("payloads", "=Title", (Column("name", "+Name"), Column("value", "@Value", "number")), frame)


def typed_table() -> Table:
    frame = pl.DataFrame(
        {
            "place": ["禅城", "Gaoming"],
            "wait": [4.75, None],
            "low": [4.5, None],
            "high": [5.0, None],
            "state": ["value", "insufficient_n"],
            "share": [0.273, -0.01],
            "cases": [12345, 0],
            "day": [date(2018, 10, 31), None],
            "at": [datetime(2018, 10, 31, 9, 5), None],
            "late": [True, False],
        }
    )
    columns = (
        Column("place", "Place"),
        Column("wait", "Waiting", "minutes", state="state", low="low", high="high"),
        Column("share", "Share", "share"),
        Column("cases", "Cases", "cases"),
        Column("day", "Day", "day"),
        Column("at", "At", "instant"),
        Column("late", "Late", "flag"),
    )
    return Table("typed", "Waiting", columns, frame)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheets_of(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_no_text_of_a_csv_begins_like_a_formula():
    cover, head, *rows = rows_of(csv_of(payload_table(), COVER))
    assert len(rows) == len(PAYLOADS) > 40
    for text, _ in [head, *rows]:
        assert not text.startswith(STARTS)
        assert not text.lstrip(" \u3000\u00a0\u200b\ufeff\u202e").startswith(STARTS)
    assert len(cover) == 1, "a comma would part the cover line into cells that may run"
    assert head == ["'+Name", "'@Value"]


def test_quoting_changes_nothing_but_the_first_character():
    _, _, *rows = rows_of(csv_of(payload_table(), COVER))
    written = {text.removeprefix("'") for text, _ in rows}
    assert {"=1+1", "# not a comment", "a,=1+1", "{=1+1}", 'a"\n=1+1,"b'} <= written
    assert ["# not a comment", str(-float(PAYLOADS.index("# not a comment")))] in rows


def test_negative_numbers_stay_numbers():
    read = pl.read_csv(csv_of(payload_table(), COVER), comment_prefix="#")
    assert read.height == len(PAYLOADS)
    assert read["'@Value"].dtype == pl.Float64
    assert read["'@Value"][7] == -7.0


def test_a_program_reads_the_types_of_a_csv():
    read = pl.read_csv(csv_of(typed_table(), COVER), comment_prefix="#", try_parse_dates=True)
    assert read.columns == [
        "Place",
        "Waiting (min)",
        "Waiting (min), lower end",
        "Waiting (min), upper end",
        "Waiting: state",
        "Share",
        "Cases",
        "Day",
        "At",
        "Late",
    ]
    assert read.row(0) == ("禅城", 4.75, 4.5, 5.0, "Available", 0.273, 12345, date(2018, 10, 31), datetime(2018, 10, 31, 9, 5), True)
    assert read.row(1) == ("Gaoming", None, None, None, "Too few cases", -0.01, 0, None, None, False)


def test_a_csv_opens_in_a_spreadsheet_as_utf_8_and_says_what_it_is():
    content = csv_of(typed_table(), COVER)
    assert content.startswith(b"\xef\xbb\xbf# ")
    assert content.decode("utf-8-sig").splitlines()[0] == (
        "# Waiting / by hall · Place: Foshan · Period: =2018 · Data to 6 November 2018 · Release 20181107T000000Z · Shares are 0 to 1"
    )


def test_no_cell_of_a_workbook_is_a_formula_or_a_link():
    book = sheets_of(workbook_of([payload_table(), typed_table()], COVER))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 100
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
    assert not any(cell.hyperlink for cell in cells)


def test_a_workbook_holds_the_texts_as_they_are():
    sheet = sheets_of(workbook_of([payload_table()], COVER)).worksheets[1]
    found = [row[0].value for row in sheet.iter_rows(min_row=2)]
    # openpyxl leaves Excel's spelling of control characters as it stands, and a line's end is \n in XML
    expected = [text.replace("\r\n", "\n").replace("\r", "\n") for text in PAYLOADS]
    spelled = [str(text).replace("_x0000_", "\0").replace("_x000D_\n", "\n").replace("_x000D_", "\n") for text in found]
    assert spelled == expected
    assert all(row[0].quotePrefix for row in sheet.iter_rows(min_row=2) if str(row[0].value).startswith(("=", "+", "-", "@")))


def test_the_cells_of_a_workbook_are_typed():
    sheet = sheets_of(workbook_of([typed_table()], COVER)).worksheets[1]
    place, wait, low, high, state, share, cases, day, at, late = next(sheet.iter_rows(min_row=2, max_row=2))
    assert (place.value, wait.value, low.value, high.value, state.value) == ("禅城", 4.75, 4.5, 5, "Available")
    assert (share.value, share.number_format, wait.number_format, cases.number_format) == (0.273, "0.0%", "#,##0.0", "#,##0")
    assert (day.value, day.is_date, at.value, late.value) == (datetime(2018, 10, 31), True, datetime(2018, 10, 31, 9, 5), True)
    missing = next(sheet.iter_rows(min_row=3, max_row=3))
    assert [cell.value for cell in missing[1:5]] == ["–", "–", "–", "Too few cases"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:J3")


def test_the_cover_says_what_how_and_when():
    book = sheets_of(workbook_of([typed_table()], COVER))
    said = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows() if row[0].value}
    assert said["Period"] == "=2018"
    assert (said["Data to"], said["Release"], said["Published"]) == (
        datetime(2018, 11, 6),
        "20181107T000000Z",
        datetime(2018, 11, 7, 1, 30),
    )
    assert {"Place", "How to read", "Waiting, by hall"} <= set(said)


def test_a_chinese_file_is_chinese():
    cover = Cover("窗口等候", (("地区", "佛山市"),), date(2018, 11, 6), "R1", datetime(2018, 11, 7), lang="zh")
    book = sheets_of(workbook_of([typed_table()], cover))
    assert book.worksheets[0].title == "封面"
    assert [cell.value for cell in book.worksheets[1][1]][4] == "Waiting：状态"
    assert rows_of(csv_of(typed_table(), cover))[0] == ["# 窗口等候 · 地区：佛山市 · 数据截至2018年11月6日 · 发布 R1 · 占比以0至1表示"]


def test_a_table_of_nothing_is_a_file_all_the_same():
    empty = Table(
        "none",
        "Nothing",
        (Column("name", "Name"), Column("value", "Value", "share")),
        pl.DataFrame(schema={"name": pl.String, "value": pl.Float64}),
    )
    assert rows_of(csv_of(empty, COVER))[1:] == [["Name", "Value"]]
    assert [cell.value for cell in sheets_of(workbook_of([empty], COVER)).worksheets[1][1]] == ["Name", "Value"]


def test_an_export_holds_every_page_of_a_table():
    page, every = pl.DataFrame({"name": ["a"]}), pl.DataFrame({"name": ["a", "b", "c"]})
    table = Table("paged", "Paged", (Column("name", "Name"),), page, total=3, every=lambda: every)
    assert rows_of(csv_of(table, COVER))[2:] == [["a"], ["b"], ["c"]]


def test_columns_of_one_title_stay_apart():
    table = Table("twice", "Twice", (Column("one", "Value"), Column("two", "Value")), pl.DataFrame({"one": ["a"], "two": ["b"]}))
    assert rows_of(csv_of(table, COVER))[1] == ["Value", "Value (2)"]


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("a/b:c*[d]?", [], "a b c  d"),
        ("'quoted'", [], "quoted"),
        ("", [], "Sheet"),
        ("History", [], "History (2)"),
        ("x" * 40, [], "x" * 31),
        ("x" * 40, ["X" * 31], "x" * 27 + " (2)"),
    ],
)
def test_titles_become_names_that_sheets_may_have(title, taken, name):
    assert sheet_name(title, taken) == name


def test_chinese_counts_double_in_a_columns_width():
    assert (width(["窗口等候时长"]), width(["waiting time"]), width([""])) == (14, 14, 8)


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed; it would show what a spreadsheet makes of the files"
)
def test_a_spreadsheet_runs_nothing(tmp_path):
    (tmp_path / "table.csv").write_bytes(csv_of(payload_table(), COVER))
    (tmp_path / "book.xlsx").write_bytes(workbook_of([payload_table()], COVER))
    for name in ("table.csv", "book.xlsx"):
        command = ["soffice", "--headless", "--convert-to", "fods", "--outdir", str(tmp_path), str(tmp_path / name)]
        subprocess.run(command, check=True, timeout=120, capture_output=True)
        assert "table:formula=" not in (tmp_path / name).with_suffix(".fods").read_text(encoding="utf-8")
