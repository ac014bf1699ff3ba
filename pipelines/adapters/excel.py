"""Reads one sheet of an Excel workbook as text (in the child process): its first row is the header, wholly empty rows are no records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipelines.adapters.batch import MAX_RECORD, Batch, FileRefused, Profile
from pipelines.adapters.columns import CONTROL_TEXT, check_names, text_frame
from pipelines.adapters.rows import Gathered
from pipelines.adapters.source import Source
from pipelines.adapters.workbook import absent_values, check_workbook

MAX_EXACT = 10**15  # Excel keeps 15 digits of a number: a longer one has already lost some
REAL_DATES = date(1900, 3, 1)  # before it, Excel counts a day that never was (29 February 1900), and programs differ


class BadCell(ValueError):
    """A cell that cannot be text, with its reason code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(source: Source, profile: Profile) -> Iterator[Batch]:
    """Read the sheet that the profile names, or the only one that holds anything."""
    check_workbook(source.handle)
    source.handle.seek(0)
    sheet = _chosen(CalamineWorkbook.from_filelike(source.handle), profile.sheet)
    if sheet.start is None:
        raise FileRefused("E_EMPTY", f"Sheet {sheet.name!r} is empty: not even a header.")
    source.handle.seek(0)
    absent = absent_values(source.handle, sheet.name)
    rows = (
        (place, row) for place, row in enumerate(sheet.iter_rows(), sheet.start[0]) if place in absent or any(cell != "" for cell in row)
    )
    first, header = next(rows)
    yield from _records(_names(header, first in absent), rows, absent)


def _chosen(workbook: CalamineWorkbook, wanted: str | None) -> CalamineSheet:
    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise FileRefused("E_HEADER", f"It has no sheet {wanted!r}; it has {', '.join(workbook.sheet_names)}.")
        return workbook.get_sheet_by_name(wanted)
    visible = [
        each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
    ]
    if not visible:
        raise FileRefused("E_EMPTY", "It has no visible sheet with cells.")
    sheets = [workbook.get_sheet_by_name(name) for name in visible]
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if len(filled) > 1:
        raise FileRefused(
            "E_HEADER", f"Several sheets hold data ({', '.join(sheet.name for sheet in filled)}); name one as `sheet` in the source."
        )
    return filled[0] if filled else sheets[0]


def _names(header: list[Any], is_faulty: bool) -> list[str]:
    try:
        names = [_text(cell) or "" for cell in header]
    except BadCell as error:
        raise FileRefused("E_HEADER", "Its first row is no header: it holds numbers that cannot be column names.") from error
    while names and not names[-1]:
        names.pop()
    if is_faulty or "" in names:
        raise FileRefused("E_HEADER", "Its first row leaves a column without a name; name every column.")
    return check_names(names)


def _records(names: list[str], rows: Iterator[tuple[int, list[Any]]], absent: dict[int, str]) -> Iterator[Batch]:
    yield Batch(text_frame(names, [], []))
    gathered = Gathered()
    for number, (place, cells) in enumerate(rows, 1):
        try:
            gathered.add(_record(names, cells, absent.get(place)), (number, None, None))
        except BadCell as error:
            gathered.reject((number, None, None), error.code, _shown(names, cells))
        if gathered.is_full:
            yield gathered.take()
    if not gathered.is_empty:
        yield gathered.take()


def _record(names: list[str], cells: list[Any], fault: str | None) -> dict[str, str | None]:
    if fault:
        raise BadCell(fault)
    if any(cell != "" for cell in cells[len(names) :]):
        raise BadCell("E_FIELD_COUNT")
    row = {name: _text(cell) for name, cell in zip(names, cells, strict=False)}
    if sum(len(text) for text in row.values() if text) > MAX_RECORD:
        raise BadCell("E_TOO_LONG")
    return row


def _shown(names: list[str], cells: list[Any]) -> str:
    """Return a rejected row as JSON text."""
    beyond = [f"column {place}" for place in range(len(names) + 1, len(cells) + 1)]
    shown = {name: str(cell)[:MAX_RECORD] for name, cell in zip(names + beyond, cells, strict=False) if cell != ""}
    return json.dumps(shown, ensure_ascii=False)


def _text(cell: Any) -> str | None:
    """Return a cell as text: dates and times by ISO 8601, numbers as Excel shows them."""
    if isinstance(cell, str):
        return _checked(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, date):  # a datetime is one too
        if (cell.date() if isinstance(cell, datetime) else cell) < REAL_DATES:
            raise BadCell("E_TYPE_TS")
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    raise BadCell("E_XLSX")


def _checked(text: str) -> str | None:
    if CONTROL_TEXT.search(text):
        raise BadCell("E_CTRL")
    return text or None


def _number(number: float) -> str:
    if abs(number) >= MAX_EXACT:
        raise BadCell("E_XLSX_PRECISION")
    return str(int(number)) if number == int(number) else f"{number:.15g}"
