"""Looks at an Excel workbook before it is parsed (in the child process): bombs, macros, links to other files, document types, and cells whose value is not there."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (lxml ships no types)

from pipelines.adapters.batch import FileRefused

MAX_PARTS = 10_000
MAX_UNPACKED = 500_000_000
MAX_RATIO = 100
RATIO_COUNTS_FROM = 1_000_000
MAX_ROWS = 1_048_576  # what Excel itself can hold in a sheet
CHUNK = 1 << 20
TAIL = 64  # so that a word across two chunks is seen
FORBIDDEN = {
    b"<!doctype": ("E_XML_DTD", "It declares a document type, which no workbook has; save it anew in Excel."),
    b"<!entity": ("E_XML_DTD", "It declares XML entities, which no workbook has; save it anew in Excel."),
    b'"file:': ("E_TYPE_MISMATCH", "It links to a file of another machine; break the links and save it again."),
}
SUSPECT = re.compile(rb"<(?:\w+:)?f[ />]|t=[\"']e[\"']")  # a formula or an error, in lower case


def check_workbook(handle: BinaryIO) -> None:
    """Refuse a workbook that is a bomb, carries macros or links, or is no workbook."""
    try:
        with zipfile.ZipFile(handle) as parts:
            _check_directory(parts.infolist(), handle.seek(0, 2))
            for part in parts.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(parts, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise FileRefused("E_XLSX", f"It is a damaged or encrypted zip archive ({error}); save it anew.") from error


def _check_directory(parts: list[zipfile.ZipInfo], packed: int) -> None:
    names = [part.filename for part in parts]
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed):
        raise FileRefused("E_ZIP_RATIO", f"It unpacks from {packed} to {unpacked} bytes in {len(parts)} parts; deliver it as CSV.")
    if len(set(names)) != len(names) or any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise FileRefused("E_ZIP_PATH", "Its archive holds names that are doubled or lead out of it; save it anew in Excel.")
    if any("vbaproject" in name.lower() for name in names):
        raise FileRefused("E_TYPE_MISMATCH", "It carries macros; save it as .xlsx without them.")
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        raise FileRefused("E_TYPE_MISMATCH", "It links to other workbooks; break the links and save it again.")
    if "xl/workbook.xml" not in names:
        raise FileRefused("E_XLSX", "It is a zip archive but no Excel workbook.")


def _check_part(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    seen = rows = 0
    is_sheet = part.filename.startswith("xl/worksheets/")
    for text in _chunks(parts, part):
        if not seen and text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise FileRefused("E_XLSX", "Its parts are in UTF-16; save it anew in Excel.")
        for word, refusal in FORBIDDEN.items():
            if word in text and (word != b'"file:' or part.filename.endswith(".rels")):
                raise FileRefused(*refusal)
        seen += len(text)
        rows += text.count(b"<row") if is_sheet else 0
        if rows > MAX_ROWS * 1.01 or seen > part.file_size * 1.01 + CHUNK:
            raise FileRefused(
                "E_ZIP_RATIO", f"Its part {part.filename} holds more than it says or than a sheet can hold; deliver it as CSV."
            )


def _chunks(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part unpacked, in lower case, each chunk with the last bytes of the one before."""
    tail = b""
    with parts.open(part) as stream:
        while chunk := stream.read(CHUNK):
            text = tail + chunk.lower()
            yield text
            tail = text[-TAIL:]


def absent_values(handle: BinaryIO, sheet: str) -> dict[int, str]:
    """Return the rows (from 0) of a sheet in which a cell holds an error, or a formula whose result was not saved: row, code.

    The parser would give such cells as empty, and an error must not look like an empty cell."""
    with zipfile.ZipFile(handle) as parts:
        path = _path_of(parts, sheet)
        if not any(SUSPECT.search(chunk) for chunk in _chunks(parts, parts.getinfo(path))):
            return {}
        with parts.open(path) as stream:
            return dict(_faulty_rows(stream))


def _path_of(parts: zipfile.ZipFile, sheet: str) -> str:
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    ids = {each.get("name"): each.get(relation) for each in _parsed(parts, "xl/workbook.xml").iter("{*}sheet")}
    targets = {each.get("Id"): each.get("Target", "") for each in _parsed(parts, "xl/_rels/workbook.xml.rels").iter("{*}Relationship")}
    target = targets[ids[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parsed(parts: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(parts.read(name), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))


def _faulty_rows(stream: object) -> Iterator[tuple[int, str]]:
    number = -1
    for _, row in etree.iterparse(stream, tag="{*}row", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False):
        number = int(row.get("r", number + 2)) - 1
        for cell in row.iterchildren("{*}c"):
            has_value = any(child.text for child in cell.iterchildren("{*}v", "{*}is"))
            if cell.get("t") == "e":
                yield number, "E_TYPE_NUM"
            elif not has_value and cell.find("{*}f") is not None and cell.get("t") != "str":
                yield number, "E_XLSX_FORMULA"
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]
