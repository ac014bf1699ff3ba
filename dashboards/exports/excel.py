"""Excel workbooks: a cover sheet and typed cells. Texts go in as texts, whatever they look like, so nothing in a workbook can run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dashboards.cards.table import Table
from dashboards.exports.cover import Cover
from dashboards.exports.excel_style import DAY_FORMAT, INSTANT_FORMAT, drawn, number_format, sheet_name, width
from dashboards.exports.fields import Field, fields_of
from dashboards.exports.harmless import is_harmful
from dashboards.theme import LIGHT
from dashboards.words import say

LONGEST = 32_767  # characters that a cell of Excel holds
ROWS = 1_048_575  # below the heads
SAMPLED = 1_000  # rows that a column's width is taken from
TEXT_FORMAT = "@"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


class Workbook:
    """A workbook that is being written."""

    def __init__(self, cover: Cover) -> None:
        """Begin with the cover sheet."""
        self.cover, self.lang = cover, cover.lang
        self._bytes = BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, _OPTIONS)
        self._book.set_properties({"title": cover.title, "comments": say(self.lang, "export.release_line", stamp=cover.release)})
        self._formats: dict[tuple, Format] = {}
        self._front = self._sheet(say(self.lang, "export.cover"))
        self._contents: list[tuple[str, str]] = []

    def style(self, **look: Any) -> Format:
        """A cell format, made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {"font_name": "Microsoft YaHei" if self.lang == "zh" else "Calibri", "valign": "top", **look}
            )
        return self._formats[key]

    def add_table(self, table: Table) -> None:
        """A sheet with the table: heads that stay, filters, one type a column."""
        whole = table.whole
        fields = fields_of(whole, self.lang)
        sheet = self._sheet(table.title)
        self._contents.append((table.title, table.note))
        head = self.style(
            bold=True, bottom=1, text_wrap=True, font_color=LIGHT.ink, bg_color=LIGHT.accent_wash, border_color=LIGHT.rule_strong
        )
        for place, field in enumerate(fields):
            sheet.write_string(0, place, field.title, head)
            self._column(sheet, place, field)
        self._finish(sheet, len(fields), min(whole.rows.height, ROWS))

    def _column(self, sheet: Worksheet, place: int, field: Field) -> None:
        wide = width([field.title[:24], *(drawn(value) for value in field.values[:SAMPLED] if value is not None)])
        sheet.set_column(place, place, wide)
        look = self.style(num_format=number_format(field.kind, field.values)) if field.is_number else self.style()
        for row, value in enumerate(field.values[:ROWS], start=1):
            self.cell(sheet, (row, place), value, look)

    def cell(self, sheet: Worksheet, place: tuple[int, int], value: Any, look: Format) -> None:
        """Write one value as what it is."""
        if value is None:
            sheet.write_string(*place, say(self.lang, "table.missing"), self.style(align="right", font_color=LIGHT.ink_faint))
        elif isinstance(value, bool):
            sheet.write_boolean(*place, value, look)
        elif isinstance(value, datetime):
            sheet.write_datetime(*place, value.replace(tzinfo=None), self.style(num_format=INSTANT_FORMAT, align="left"))
        elif isinstance(value, date):
            sheet.write_datetime(*place, datetime(value.year, value.month, value.day), self.style(num_format=DAY_FORMAT, align="left"))
        elif isinstance(value, int | float):
            sheet.write_number(*place, value, look)
        else:
            self.text(sheet, place, str(value), look)

    def text(self, sheet: Worksheet, place: tuple[int, int], text: str, look: Format | None = None) -> None:
        """Write a text as a text; one that looks like a formula stays one even when somebody edits the cell."""
        guarded = self.style(num_format=TEXT_FORMAT, quote_prefix=True) if is_harmful(text) else look or self.style()
        short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
        sheet.write_string(*place, short, guarded)

    def _finish(self, sheet: Worksheet, columns: int, rows: int) -> None:
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&8" + _plain(self.cover.title) + "&R&8&P / &N")
        if columns and rows:
            sheet.autofilter(0, 0, rows, columns - 1)

    def sheet(self, title: str, note: str = "", tab: str = "") -> Worksheet:
        """A sheet that the caller fills, listed on the cover; `tab`: a shorter name for it."""
        self._contents.append((title, note))
        return self._sheet(tab or title)

    def _sheet(self, title: str) -> Worksheet:
        made = self._book.add_worksheet(sheet_name(title, self._book.sheetnames))
        made.hide_gridlines(2)
        return made

    def close(self) -> bytes:
        """Write the cover, which now knows what is inside, and give the file."""
        self._write_cover()
        self._book.close()
        return self._bytes.getvalue()

    def _write_cover(self) -> None:
        sheet, cover, lang = self._front, self.cover, self.lang
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 96)
        label, body = self.style(font_color=LIGHT.ink_faint), self.style(text_wrap=True, align="left")
        self.text(sheet, (0, 0), cover.title, self.style(bold=True, font_size=16, font_color=LIGHT.accent))
        facts = [*cover.filters, (say(lang, "export.as_of"), cover.as_of), (say(lang, "export.release"), cover.release)]
        facts.append((say(lang, "export.published"), cover.published_at))
        read = [say(lang, f"export.read.{key}") for key in ("typed", "missing", "interval")]
        groups = [facts, self._contents, [(say(lang, "export.how") if not place else "", text) for place, text in enumerate(read)]]
        groups.append([(say(lang, "export.notes") if not place else "", text) for place, text in enumerate(cover.notes)])
        row = 2
        for group in groups:
            for name, value in group:
                self.text(sheet, (row, 0), name, label)
                self.cell(sheet, (row, 1), value, body)
                row += 1
            row += 1 if group else 0


def workbook_of(tables: Sequence[Table], cover: Cover) -> bytes:
    """Tables as a workbook: the cover, then a sheet for each."""
    book = Workbook(cover)
    for table in tables:
        book.add_table(table)
    return book.close()


def _plain(text: str) -> str:
    """Text in a footer, where & begins an instruction."""
    return text.replace("&", "&&")[:200]
