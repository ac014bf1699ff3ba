"""The bulletin as a workbook: a cover, the figures of the month, a sheet for every table. Numbers stay numbers; their formats carry the units."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from dashboards import formats
from dashboards.bulletin.model import Bulletin, Cell, Grid, Head, Line, Row
from dashboards.exports.cover import Cover
from dashboards.exports.excel import Workbook
from dashboards.exports.excel_style import number_format, width
from dashboards.theme import LIGHT
from dashboards.words import say

TONES = {1: LIGHT.good, -1: LIGHT.bad, 0: LIGHT.ink}
LETTERS_OF_HEAD = 22  # of a title that widen its column; the rest wraps


def xlsx_of(bulletin: Bulletin) -> bytes:
    """The file."""
    lang = bulletin.lang
    filters = [(say(lang, "bulletin.place"), bulletin.place), (say(lang, "bulletin.month"), formats.period(bulletin.month, lang))]
    filters += [(say(lang, "bulletin.status"), bulletin.provisional)] if bulletin.provisional else []
    notes = (*bulletin.headline, " · ".join(bulletin.trust))
    title = f"{bulletin.title} · {say(lang, 'bulletin.provisional')}" if bulletin.provisional else bulletin.title
    book = Workbook(Cover(title, tuple(filters), bulletin.as_of, bulletin.release, bulletin.published_at, notes, lang))
    _add_grid(book, bulletin.summary)
    _add_lines(book, [*bulletin.attention, *bulletin.improved])
    for section in bulletin.sections:
        for grid in section.grids:
            _add_grid(book, grid)
    return book.close()


def _add_lines(book: Workbook, lines: list[Line]) -> None:
    """What needs attention and what improved."""
    lang = book.lang
    sheet = book.sheet(say(lang, "attention.title"))
    for place, (text, wide) in enumerate(
        ((say(lang, "bulletin.status"), 18), (say(lang, "bulletin.figure"), 36), (say(lang, "bulletin.reason"), 100))
    ):
        sheet.set_column(place, place, wide)
        book.text(sheet, (0, place), text, _head(book))
    for row, line in enumerate(lines, start=1):
        word = say(lang, "attention.improved" if line.tone > 0 else "attention.title")
        book.text(sheet, (row, 0), word, book.style(font_color=TONES[line.tone]))
        book.text(sheet, (row, 1), line.what)
        book.text(sheet, (row, 2), line.said, book.style(text_wrap=True))
    sheet.freeze_panes(1, 0)


def _add_grid(book: Workbook, grid: Grid) -> None:
    sheet = book.sheet(grid.title, grid.note, grid.sheet)
    columns = list(_columns(grid, book.lang))
    for place, (title, texts) in enumerate(columns):
        book.text(sheet, (0, place), title, _head(book))
        sheet.set_column(place, place, width([title[:LETTERS_OF_HEAD], *texts]))
    for number, row in enumerate(grid.rows, start=1):
        for place, cell in enumerate(_spread(grid, row)):
            _write(book, sheet, (number, place), (cell, row.mark))
    if not grid.rows:
        book.text(sheet, (1, 0), grid.nothing)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if grid.rows:
        sheet.autofilter(0, 0, len(grid.rows), len(columns) - 1)


def _head(book: Workbook):
    return book.style(bold=True, bottom=1, text_wrap=True, font_color=LIGHT.ink, bg_color=LIGHT.accent_wash, border_color=LIGHT.rule_strong)


def _forms(grid: Grid) -> list[str]:
    """What each column holds: a change and an interval take two columns of a sheet."""
    return [_form(head, [row.cells[place] for row in grid.rows]) for place, head in enumerate(grid.heads)]


def _form(head: Head, cells: list[Cell]) -> str:
    return head.form if head.form != "plain" else "change" if any(cell.form == "change" for cell in cells) else "plain"


def _columns(grid: Grid, lang: str) -> Iterator[tuple[str, list[str]]]:
    spread = [list(_spread(grid, row)) for row in grid.rows]
    place = 0
    for head, form in zip(grid.heads, _forms(grid), strict=True):
        for title in _titles(head.title, form, lang):
            yield title, [row[place].text(lang) for row in spread]
            place += 1


def _titles(title: str, form: str, lang: str) -> list[str]:
    if form == "interval":
        return [say(lang, "export.low", name=title), say(lang, "export.high", name=title)]
    return [title, say(lang, "bulletin.assessed", name=title)] if form == "change" else [title]


def _spread(grid: Grid, row: Row) -> Iterator[Cell]:
    """The cells of a row as a sheet has them: both ends of an interval, a change and what is to be thought of it."""
    for cell, form in zip(row.cells, _forms(grid), strict=True):
        if form == "interval":
            low, high = cell.value if cell.value is not None else (None, None)
            yield Cell(low, cell.kind, state=cell.state)
            yield Cell(high, cell.kind, state=cell.state)
        elif form == "change":
            yield Cell(cell.value, cell.kind, cell.form, "" if cell.value is None else cell.state, tone=cell.tone)
            yield Cell(cell.after if cell.value is not None else cell.state or cell.text(""), tone=cell.tone)
        else:
            yield cell


def _write(book: Workbook, sheet: Worksheet, place: tuple[int, int], marked: tuple[Cell, str]) -> None:
    cell, mark = marked
    look = {
        "font_color": TONES[cell.tone],
        **({"bold": True} if mark in ("whole", "main") else {}),
        **({"bg_color": LIGHT.accent_wash} if mark == "here" else {}),
    }
    if cell.value is None:
        book.text(sheet, place, cell.state, book.style(**look, align="right" if cell.is_number else "left"))
    elif cell.is_number:
        book.cell(sheet, place, _stored(cell), book.style(**look, num_format=_format(cell, book.lang)))
    else:
        book.cell(sheet, place, cell.value, book.style(**look, text_wrap=isinstance(cell.value, str) and len(cell.value) > 40))


def _stored(cell: Cell) -> float:
    """Differences of shares are points, so that nobody reads them as shares."""
    return cell.value * 100 if cell.form in ("change", "gap") and cell.kind == "share" else cell.value


def _format(cell: Cell, lang: str) -> str:
    """A number format with the unit, the sign of a target and the mark behind a value in it."""
    before, after = (_literal(f"{cell.before} " if cell.before else ""), _literal(f" {cell.after}" if cell.after else ""))
    if cell.kind == "number" or cell.form == "count":
        return f"{before}#,##0{after}"
    if cell.form in ("change", "gap"):
        unit = _literal(f" {say(lang, 'unit.points')}") if cell.kind == "share" else _unit(cell, lang)
        return f"+#,##0.0{unit};{formats.MINUS}#,##0.0{unit};0.0{unit}"
    return f"{before}{number_format(cell.kind, [cell.value])}{_unit(cell, lang)}{after}"


def _unit(cell: Cell, lang: str) -> str:
    return "" if cell.kind in ("share", "per_100k") else _literal(formats.parts(cell.value, cell.kind, lang)[1])


def _literal(text: str) -> str:
    return f'"{text.replace(chr(34), "")}"' if text else ""
