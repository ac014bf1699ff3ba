"""Excel workbooks: cells as Excel shows them, no silent loss of digits, errors or formulas; bombs and disguises refused before parsing."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipelines.adapters import excel
from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records
from pipelines.adapters.source import open_source


def workbook(*rows) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def read(path, book: openpyxl.Workbook, **profile):
    """(rows, rejects) parsed in this process: the parser by itself."""
    book.save(path)
    with open_source(path, Profile()) as source:
        batches = list(excel.read(source, Profile(**profile)))
    return [row for batch in batches for row in batch.frame.drop("_offset", "_length").to_dicts()], [
        r for batch in batches for r in batch.rejects
    ]


def packed(path, parts: dict[str, bytes]) -> None:
    """A good workbook with these parts added or replaced."""
    plain = io.BytesIO()
    workbook(["a", "b"], ["1", "2"]).save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)


def test_cells_become_text(tmp_path):
    day, noon = dt.date(2024, 2, 8), dt.datetime(2024, 2, 8, 12, 30, 15)
    rows, rejects = read(
        tmp_path / "a.xlsx",
        workbook(["id", "v"], *enumerate(["007", 7, 1.5, 0.1 + 0.2, True, False, day, noon, dt.time(8, 30), None, "x"])),
    )
    assert [row["v"] for row in rows] == [
        "007",
        "7",
        "1.5",
        "0.3",
        "true",
        "false",
        "2024-02-08",
        "2024-02-08T12:30:15",
        "08:30:00",
        None,
        "x",
    ]
    assert [row["_row"] for row in rows] == list(range(1, 12)) and not rejects


def test_both_calendars_give_the_same_instant(tmp_path):  # M42
    instants = [dt.datetime(2024, 2, 29, 23, 59, 59), dt.datetime(1999, 12, 31, 0, 0, 1), dt.datetime(2026, 1, 1, 8, 0, 0, 250000)]
    seen = []
    for epoch in (None, CALENDAR_MAC_1904):
        book = openpyxl.Workbook()
        book.epoch = epoch or book.epoch
        for row in [["at"], *([instant] for instant in instants)]:
            book.active.append(row)
        seen.append([row["at"] for row in read(tmp_path / "a.xlsx", book)[0]])
    assert seen[0] == seen[1] == ["2024-02-29T23:59:59", "1999-12-31T00:00:01", "2026-01-01T08:00:00.250000"]


def test_days_that_never_were_and_bare_serials(tmp_path):  # M42
    book = workbook(["id", "on"], ["1", 60], ["2", 45330], ["3", 45330])
    book.active["B2"].number_format = book.active["B3"].number_format = "yyyy-mm-dd"
    rows, rejects = read(tmp_path / "a.xlsx", book)
    assert [(row["id"], row["on"]) for row in rows] == [("2", "2024-02-08"), ("3", "45330")]
    assert [(reject.row, reject.code) for reject in rejects] == [(1, "E_TYPE_TS")]


def test_numbers_that_have_lost_digits(tmp_path):  # M41
    numbers = [123456789012345678, 440106199001011234, 999999999999999, -(10**15), "123456789012345678"]
    rows, rejects = read(tmp_path / "a.xlsx", workbook(["id", "n"], *([f"k{n}", number] for n, number in enumerate(numbers))))
    assert [(row["id"], row["n"]) for row in rows] == [("k2", "999999999999999"), ("k4", "123456789012345678")]
    assert [(reject.row, reject.code) for reject in rejects] == [(1, "E_XLSX_PRECISION"), (2, "E_XLSX_PRECISION"), (4, "E_XLSX_PRECISION")]
    assert '"id": "k0"' in rejects[0].text


def test_errors_and_formulas_without_result_are_not_empty(tmp_path):
    rows, rejects = read(tmp_path / "a.xlsx", workbook(["id", "v"], ["1", "#N/A"], ["2", "=1+1"], [], ["3", None]))
    assert [(row["_row"], row["id"], row["v"]) for row in rows] == [(3, "3", None)]
    assert [(reject.row, reject.code) for reject in rejects] == [(1, "E_TYPE_NUM"), (2, "E_XLSX_FORMULA")]


def test_a_formula_with_its_result_is_its_result(tmp_path):
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:A2"/><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c></row><row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'
        '<row r="3"><c r="A3" t="str"><f>"x"</f><v>x</v></c></row></sheetData></worksheet>'
    )
    packed(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": sheet.encode()})
    tally = Tally()
    batches = list(read_records(tmp_path / "a.xlsx", tally=tally))  # a dimension that tells too little is not believed
    assert [value for batch in batches for value in batch.frame["n"]] == ["2", "x"] and tally.records == 2


def test_blank_rows_a_shifted_table_and_cells_beyond_the_header(tmp_path):
    book = openpyxl.Workbook()
    for place, value in {"B3": "a", "C3": "b", "B5": "1", "C6": "2", "B8": "3", "F8": "more"}.items():
        book.active[place] = value
    rows, rejects = read(tmp_path / "a.xlsx", book)
    assert rows == [{"a": "1", "b": None, "_row": 1}, {"a": None, "b": "2", "_row": 2}]
    assert [(reject.row, reject.code) for reject in rejects] == [(3, "E_FIELD_COUNT")]
    assert "more" in rejects[0].text


@pytest.mark.parametrize("header", [["a", "A"], ["a", None, "b"], ["a", 1e20], ["a", "=1"], [" a", "a"]])
def test_a_first_row_that_is_no_header(tmp_path, header):
    with pytest.raises(FileRefused, match="E_HEADER"):
        read(tmp_path / "a.xlsx", workbook(header, ["1", "2", "3"]))


def test_header_only_and_empty(tmp_path):
    assert read(tmp_path / "a.xlsx", workbook(["a", "b"])) == ([], [])
    with pytest.raises(FileRefused, match="E_EMPTY"):
        read(tmp_path / "b.xlsx", workbook())


def test_which_sheet(tmp_path):
    book = workbook(["a"], ["1"])
    book.create_sheet("empty")
    book.create_sheet("hidden").append(["h"])
    book["hidden"].sheet_state = "hidden"
    assert read(tmp_path / "a.xlsx", book)[0] == [{"a": "1", "_row": 1}]
    book.create_sheet("more").append(["b"])
    book["more"].append(["2"])
    with pytest.raises(FileRefused, match="E_HEADER.*Several sheets"):
        read(tmp_path / "a.xlsx", book)
    assert read(tmp_path / "a.xlsx", book, sheet="more")[0] == [{"b": "2", "_row": 1}]
    with pytest.raises(FileRefused, match="E_HEADER.*no sheet"):
        read(tmp_path / "a.xlsx", book, sheet="none")


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'
LINK = b'<Relationships><Relationship Id="x" Type="t" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
HOSTILE = {
    "string bomb": ({"xl/sharedStrings.xml": b"<sst><si><t>" + b"A" * 300_000_000 + b"</t></si></sst>"}, "E_ZIP_RATIO"),  # M43
    "row bomb": ({"xl/worksheets/sheet1.xml": SHEET % (b"<row><c><v>1</v></c></row>" * 4_000_000)}, "E_ZIP_RATIO"),  # M43
    "doctype": ({"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET % b""}, "E_XML_DTD"),  # M44
    "link to a file": ({"xl/worksheets/_rels/sheet1.xml.rels": LINK}, "E_TYPE_MISMATCH"),  # M44
    "other workbook": ({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}, "E_TYPE_MISMATCH"),  # M44
    "macros": ({"xl/vbaProject.bin": b"\xd0\xcf"}, "E_TYPE_MISMATCH"),  # M44
    "path out": ({"../../evil.xml": b"<x/>"}, "E_ZIP_PATH"),
    "utf-16 part": ({"xl/worksheets/sheet1.xml": ("\ufeff" + (SHEET % b"").decode()).encode("utf-16-le")}, "E_XLSX"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_workbooks_are_refused(tmp_path, kind):
    parts, code = HOSTILE[kind]
    packed(tmp_path / "a.xlsx", parts)
    with pytest.raises(FileRefused) as refused, open_source(tmp_path / "a.xlsx", Profile()) as source:
        list(excel.read(source, Profile()))
    assert refused.value.code == code


def test_a_cell_far_away_costs_the_parser_only(tmp_path):
    book = workbook(["a"], ["1"])
    book.active["XFD1048576"] = "far"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileRefused) as refused:
        list(read_records(tmp_path / "a.xlsx"))
    assert refused.value.code == "E_XLSX"


@pytest.mark.parametrize("kind", ["truncated", "no workbook", "damaged sheet"])
def test_damaged_workbooks_are_refused(tmp_path, kind):
    path = tmp_path / "a.xlsx"
    if kind == "no workbook":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "x")
    else:
        packed(path, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c>"} if kind == "damaged sheet" else {})
    if kind == "truncated":
        path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(FileRefused) as refused:
        list(read_records(path))
    assert refused.value.code == "E_XLSX"


@pytest.mark.parametrize("head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"a,b\n1,2\n", b"%PDF-1.7\n"])
def test_what_is_no_xlsx_at_all(tmp_path, head):  # M44: encrypted workbooks and old .xls files are OLE documents
    path = tmp_path / "a.xlsx"
    path.write_bytes(head)
    with pytest.raises(FileRefused) as refused:
        list(read_records(path))
    assert refused.value.code == "E_TYPE_MISMATCH"
