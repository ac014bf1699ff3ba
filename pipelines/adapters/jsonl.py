"""Reads one JSON object a line: keys are columns, numbers keep their text, nested values become JSON text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from pipelines.adapters.batch import MAX_RECORD, Batch, FileRefused, Profile, Tally
from pipelines.adapters.columns import CONTROL_TEXT, text_frame
from pipelines.adapters.delimited import BLOCK, SHOWN, readable
from pipelines.adapters.encoding import Encoding, decide_encoding
from pipelines.adapters.rows import Gathered, TooManyColumns
from pipelines.adapters.source import Source
from pipelines.adapters.tokenizer import lines
from pipelines.adapters.window import Window

MAX_DEPTH = 64
MAX_DIGITS = 400
BLANK = b" \t\r\n"
ARRAY = re.compile(rb"\s*\[\s*(?:\{|[\r\n])")


class BadRecord(ValueError):
    """A record that is no row, with its reason code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_jsonl(source: Source, profile: Profile, tally: Tally, block: int = BLOCK) -> Iterator[Batch]:
    """Read a file of JSON lines; each batch has the columns that occur in it."""
    encoding = decide_encoding(source, profile.encoding)
    tally.encoding, tally.bom_bytes = encoding.name, len(encoding.bom)
    window = Window(source, encoding)
    if ARRAY.match(window.piece(1 << 16)[0]):
        raise FileRefused("E_JSON_SHAPE", "It is one JSON array; write one object a line.")
    yield Batch(text_frame([], [], []))
    yield from _Reader(window, encoding, tally).batches(block)


class _Reader:
    """The walk through one file, line by line."""

    def __init__(self, window: Window, encoding: Encoding, tally: Tally) -> None:
        self._window, self._encoding, self._tally = window, encoding, tally
        self._offset = window.offset
        self._gathered = Gathered()

    def batches(self, largest: int) -> Iterator[Batch]:
        """Yield the records of the window."""
        size = largest
        while (peek := self._window.piece(size))[0]:
            piece, used = peek[0], 0
            for start, used in lines(*peek):
                self._line(piece[start:used])
                if self._gathered.is_full:
                    yield self._gathered.take()
            self._window.advance(used)
            is_endless = not used and len(piece) > MAX_RECORD
            if is_endless:
                self._giant(piece)
            size = largest if used or is_endless else size * 2
            if not self._gathered.is_empty:
                yield self._gathered.take()
        self._tally.file_bytes = self._window.offset

    def _line(self, line: bytes) -> None:
        length = self._window.native(line)
        record = line.strip(BLANK)
        if not record:
            self._tally.blank_bytes += length
            self._offset += length
            return
        place = self._place(length)
        if len(line) > MAX_RECORD:
            self._gathered.reject(place, "E_TOO_LONG", readable(line[:SHOWN]) + "…")
            return
        try:
            self._gathered.add(parse_record(self._encoding.decode(record)), place)
        except BadRecord as error:
            self._gathered.reject(place, error.code, readable(record))
        except TooManyColumns:
            self._gathered.reject(place, "E_JSON_SHAPE", readable(record))
        except UnicodeError:
            self._gathered.reject(place, "E_ENCODING", readable(record))

    def _place(self, length: int) -> tuple[int, int, int]:
        """Count a record; return its row, offset and length."""
        self._tally.records += 1
        self._tally.record_bytes += length
        self._offset += length
        return self._tally.records, self._offset - length, length

    def _giant(self, piece: bytes) -> None:
        """Reject a line of which the end is not in sight."""
        self._gathered.reject(self._place(self._window.skip_line()), "E_TOO_LONG", readable(piece[:SHOWN]) + "…")


def parse_record(text: str) -> dict[str, str | None]:
    """Return one JSON object as texts, or raise BadRecord."""
    try:
        row, end = DECODER.raw_decode(text)
    except RecursionError as error:
        raise BadRecord("E_JSON_DEPTH") from error
    except json.JSONDecodeError as error:
        raise BadRecord("E_JSON_SYNTAX") from error
    if end != len(text):
        raise BadRecord("E_JSON_SYNTAX")
    if not isinstance(row, dict):
        raise BadRecord("E_JSON_SHAPE")
    if text.find("{", 1) > 0 or "[" in text:
        row = _flattened(row, text)
    if "true" in text or "false" in text:
        row = {name: WORDS[value] if isinstance(value, bool) else value for name, value in row.items()}
    if "\\" in text:
        _check_escapes(row)
    return row


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise BadRecord("E_JSON_DUPKEY")
    return row


def _integer(digits: str) -> str:
    if len(digits) > MAX_DIGITS:
        raise BadRecord("E_TYPE_NUM")
    return digits


def _decimal(digits: str) -> str:
    if len(digits) > MAX_DIGITS or math.isinf(float(digits)):
        raise BadRecord("E_TYPE_NUM")
    return digits


def _no_number(word: str) -> str:
    raise BadRecord("E_TYPE_NUM")


WORDS = {True: "true", False: "false"}
DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_float=_decimal, parse_constant=_no_number)


def _flattened(row: dict[str, Any], text: str) -> dict[str, Any]:
    """Replace nested values by their JSON text; a second parse, because the first made texts of their numbers."""
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(row) > MAX_DEPTH:
        raise BadRecord("E_JSON_DEPTH")
    nested = [name for name, value in row.items() if isinstance(value, dict | list)]
    if nested:
        plain = json.loads(text)
        row |= {name: json.dumps(plain[name], ensure_ascii=False) for name in nested}
    return row


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            inner for outer in level if isinstance(outer, dict | list) for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth - 1


def _check_escapes(row: dict[str, str | None]) -> None:
    """Refuse control characters and half characters, which only an escape can bring."""
    for text in (*row.keys(), *row.values()):
        if text is None:
            continue
        if CONTROL_TEXT.search(text):
            raise BadRecord("E_CTRL")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise BadRecord("E_ENCODING") from error
