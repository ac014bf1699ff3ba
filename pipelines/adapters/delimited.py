"""Reads CSV and TSV: clean blocks in one go, others record by record, so that one broken row costs neither the file nor its speed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.adapters.batch import PLACE, Batch, FileRefused, Profile, Reject, Tally
from pipelines.adapters.columns import CONTROL, check_names, text_frame
from pipelines.adapters.encoding import Encoding, decide_encoding
from pipelines.adapters.source import Source, sniff_format
from pipelines.adapters.survey import Layout, survey
from pipelines.adapters.tokenizer import Span, Tokenizer
from pipelines.adapters.window import Window

BLOCK = 1 << 25
SMALL = 1 << 18  # below this a block that is not clean goes the slow lane
MULTIBYTE = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")  # GB18030: its second byte may look like a delimiter
SHOWN = 1000  # characters kept of a record that is too long


@dataclass(frozen=True)
class Dialect:
    """How one file is written, and its header."""

    delimiter: bytes
    encoding: Encoding
    header: list[str]


def read_delimited(source: Source, profile: Profile, tally: Tally, block: int = BLOCK) -> Iterator[Batch]:
    """Read a CSV or TSV file; the first batch has every column of the header, even without rows."""
    delimiter = _delimiter(source, profile)
    encoding = decide_encoding(source, profile.encoding)
    tally.encoding, tally.bom_bytes = encoding.name, len(encoding.bom)
    window = Window(source, encoding)
    header = _read_header(window, encoding, delimiter, tally)
    yield Batch(text_frame(header, [], []))
    yield from _Reader(window, Dialect(delimiter, encoding, header), tally).batches(block)


def delimiter_of(path: Path, profile: Profile) -> str | None:
    """What separates the fields of a delimited file; None for a file of another format."""
    file_format = profile.format or sniff_format(path)
    return _chosen_delimiter(file_format, profile) if file_format in ("csv", "tsv") else None


def _chosen_delimiter(file_format: str, profile: Profile) -> str:
    return "\t" if file_format == "tsv" and profile.delimiter == "," else profile.delimiter


def _delimiter(source: Source, profile: Profile) -> bytes:
    chosen = _chosen_delimiter(source.format, profile)
    if len(chosen) != 1 or not chosen.isascii() or chosen in '"\r\n':
        raise FileRefused("E_HEADER", f"The source's delimiter {chosen!r} is not one ASCII character; correct the source.")
    return chosen.encode()


def _read_header(window: Window, encoding: Encoding, delimiter: bytes, tally: Tally) -> list[str]:
    size, is_last, spans = 1 << 16, False, []
    while not spans and not is_last and size <= 1 << 22:
        piece, is_last = window.piece(size)
        spans = Tokenizer(delimiter).feed(piece, is_last)
        size *= 4
    if not spans and is_last:
        raise FileRefused("E_EMPTY", "The file is empty: not even a header; deliver it again, with a header if there were no rows.")
    if not spans or spans[0].code:
        raise FileRefused("E_HEADER", "Its first record is no header: a quote does not close, or it is longer than a megabyte.")
    first = spans[0]
    names = check_names(split_record(_header_text(piece[first.start : first.end], encoding), delimiter.decode()))
    tally.blank_bytes += window.advance(first.start)
    tally.header_bytes = window.advance(first.end - first.start)
    return names


def _header_text(record: bytes, encoding: Encoding) -> str:
    if CONTROL.search(record):
        raise FileRefused("E_TYPE_MISMATCH", "Its header holds control characters: not text, or UTF-16 without a byte order mark.")
    try:
        return encoding.decode(record).rstrip("\r\n")
    except UnicodeError as error:
        raise FileRefused("E_ENCODING", f"Its header is not in {encoding.codec}; declare the source's encoding.") from error


def split_record(record: str, delimiter: str) -> list[str]:
    """Split one well-formed record."""
    if '"' not in record:
        return record.split(delimiter)
    d = re.escape(delimiter)
    found = re.findall(rf'(?:^|{d})(?:"((?:[^"]|"")*+)"|([^"{d}]*+))', record)
    return [quoted.replace('""', '"') or bare for quoted, bare in found]


class _Reader:
    """The walk through one file, block by block."""

    def __init__(self, window: Window, dialect: Dialect, tally: Tally) -> None:
        self._window, self._dialect, self._tally = window, dialect, tally
        self._tokenizer = Tokenizer(dialect.delimiter)
        self._row = 0

    def batches(self, largest: int) -> Iterator[Batch]:
        """Yield the records of the window: big blocks while they are clean, small ones around what is not."""
        size = largest
        smallest = floor = min(SMALL, largest)
        while (peek := self._window.piece(size))[0]:
            batch = None if self._tokenizer.is_lost else self._fast(*peek)
            if batch is None and size > smallest and not self._tokenizer.is_lost:
                size = max(size // 8, smallest)
                continue
            batch = batch or self._slow(*peek)
            if batch is None:  # no record ends in it: look further before judging
                size = smallest = size * 2
                continue
            size, smallest = min(size * 2, largest), floor
            yield batch
        self._tally.file_bytes = self._window.offset

    def _fast(self, piece: bytes, is_last: bool) -> Batch | None:
        dialect = self._dialect
        layout = survey(piece, dialect.delimiter, len(dialect.header), is_last)
        text = _recoded(piece[: layout.cut], dialect.encoding) if layout else None
        frame = _parse(text, layout, dialect) if layout and text is not None else None
        if frame is None or layout is None:
            return None
        ends = _wide_ends(piece, layout.ends) if dialect.encoding.is_wide else layout.ends
        lengths = np.diff(ends, prepend=0)
        offsets = ends - lengths + self._window.offset
        place = {"_row": np.arange(self._row + 1, self._row + 1 + len(lengths)), "_offset": offsets, "_length": lengths}
        series = [pl.Series(name, place[name], dtype) for name, dtype in PLACE.items()]
        self._account(len(lengths), self._window.advance(layout.cut), 0)
        return Batch(frame.with_columns(series))

    def _account(self, records: int, record_bytes: int, blank_bytes: int) -> None:
        self._row += records
        self._tally.records += records
        self._tally.record_bytes += record_bytes
        self._tally.blank_bytes += blank_bytes

    def _slow(self, piece: bytes, is_last: bool) -> Batch | None:
        spans = self._tokenizer.feed(_masked(piece, self._dialect), is_last)
        used = self._tokenizer.used
        if not used:
            return self._giant(piece) if self._tokenizer.is_endless else None
        good, places, rejects = [], [], []
        at, offset, record_bytes = 0, self._window.offset, 0
        for span in spans:
            offset += self._window.native(piece[at : span.start])
            length, at = self._window.native(piece[span.start : span.end]), span.end
            self._row += 1
            fields = self._judge(piece, span)
            if isinstance(fields, list):
                good.append(fields)
                places.append((self._row, offset, length))
            else:
                rejects.append(Reject(self._row, offset, length, *fields))
            offset, record_bytes = offset + length, record_bytes + length
        all_bytes = self._window.advance(used)
        self._row -= len(spans)
        self._account(len(spans), record_bytes, all_bytes - record_bytes)
        return Batch(text_frame(self._dialect.header, good, places), rejects)

    def _judge(self, piece: bytes, span: Span) -> list[str] | tuple[str, str]:
        """Return a record's fields, or why it is rejected and its text."""
        record = piece[span.start : span.end].rstrip(b"\r\n")
        if span.code == "E_TOO_LONG":
            return span.code, readable(record[:SHOWN]) + "…"
        if span.code or CONTROL.search(record):
            return span.code or "E_CTRL", readable(record)
        try:
            text = self._dialect.encoding.decode(record)
        except UnicodeError:
            return "E_ENCODING", readable(record)
        fields = split_record(text, self._dialect.delimiter.decode())
        is_fit = len(fields) == len(self._dialect.header) and any(fields)  # nothing but delimiters is no record of this table
        return fields if is_fit else ("E_FIELD_COUNT", text)

    def _giant(self, piece: bytes) -> Batch:
        """Reject a line of which the end is not in sight."""
        offset = self._window.offset
        length = self._window.skip_line()
        self._account(1, length, 0)
        reject = Reject(self._row, offset, length, "E_TOO_LONG", readable(piece[:SHOWN]) + "…")
        return Batch(text_frame(self._dialect.header, [], []), [reject])


def readable(record: bytes) -> str:
    """Return a record for a person to look at: what is not UTF-8 shows as escapes."""
    return record.decode("utf-8", "backslashreplace")


def _wide_ends(block: bytes, ends: np.ndarray) -> np.ndarray:
    """Return where records end in a file of UTF-16, from where they end in its UTF-8: two bytes a character, four beyond the first plane."""
    data = np.frombuffer(block, np.uint8)[: int(ends[-1])]
    units = np.cumsum(((data & 0xC0) != 0x80).view(np.int8) + (data >= 0xF0).view(np.int8), dtype=np.int64)
    return units[ends - 1] * 2


def _masked(piece: bytes, dialect: Dialect) -> bytes:
    """Hide the second bytes of Chinese characters where one of them may look like the delimiter."""
    is_at_risk = dialect.encoding.codec == "gb18030" and not dialect.encoding.beside_utf8 and dialect.delimiter >= b"\x40"
    return MULTIBYTE.sub(b"\x80\x80", piece) if is_at_risk else piece


def _recoded(block: bytes, encoding: Encoding) -> bytes | None:
    """Return a block as UTF-8, or None where its records have to be tried one by one."""
    if encoding.beside_utf8:
        return block if block.isascii() else None
    if encoding.codec == "utf-8" and encoding.is_whole:
        return block
    try:
        return block.decode("utf-8" if encoding.is_wide else encoding.codec).encode()
    except UnicodeDecodeError:
        return None


def _parse(block: bytes, layout: Layout, dialect: Dialect) -> pl.DataFrame | None:
    """Parse a clean block; None where the parser disagrees with the survey."""
    if not layout.has_quotes and b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    schema = {f"c{place}": pl.String for place in range(len(dialect.header))}
    quote = '"' if layout.has_quotes else None
    try:
        frame = pl.read_csv(block, has_header=False, schema=schema, separator=dialect.delimiter.decode(), quote_char=quote)
    except pl.exceptions.PolarsError:
        return None
    frame.columns = dialect.header
    frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    first = frame.to_series(0)
    if frame.height != len(layout.ends) or (first.null_count() and frame.select(pl.all_horizontal(pl.all().is_null()).any()).item()):
        return None
    return frame
