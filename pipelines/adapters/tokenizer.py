"""The slow lane's eye: cuts delimited text into records by the letter of RFC 4180, and says where it is broken.

A record that is broken by a quote costs the physical lines that it spans, each counted as one record, and reading goes on at the next line. A quote that never
closes costs every line that remains. Nothing here decodes: quotes, delimiters and line ends are the same bytes in every encoding that is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.adapters.batch import MAX_RECORD

LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\r|\n)")
COMPLETE, OPEN, BROKEN = "complete", "open", "broken"


class Span(NamedTuple):
    """A record's bytes within a piece, its line end included, and what is wrong with it."""

    start: int
    end: int
    code: str | None


def lines(piece: bytes, is_last: bool) -> Iterator[tuple[int, int]]:
    """Yield start and end of each physical line, its line end included; a line without an end only where the file ends."""
    end = 0
    while match := LINE.match(piece, end):  # a search would try every byte of a last line that does not end
        yield end, match.end()
        end = match.end()
    if is_last and end < len(piece):
        yield end, len(piece)


class Tokenizer:
    """Cuts pieces of one file into spans. `used` and `is_endless` tell about the piece last fed: where its last record stops, and whether what follows is too
    long to be one. `is_lost` holds on: the next piece starts inside a quote that did not close within the longest record."""

    def __init__(self, delimiter: bytes) -> None:
        d = re.escape(delimiter)
        inside = rb'(?:[^"]++|"")*+'
        field = rb'(?:"%b"|[^"\r\n%b]*+)' % (inside, d)
        self._whole = re.compile(rb"%b(?:%b%b)*+[\r\n]*" % (field, d, field))
        self._opens = re.compile(rb'(?:%b%b)*+"%b' % (field, d, inside))
        self._closes = re.compile(rb'%b"(?:%b%b)*+[\r\n]*' % (inside, d, field))
        self._stays_open = re.compile(rb'%b(?:"(?:%b%b(?=%b))*+%b"%b)?' % (inside, d, field, d, d, inside))
        self.is_lost, self.is_endless = False, False
        self.spans: list[Span] = []
        self.used = 0
        self._open: list[tuple[int, int, bool]] = []  # lines of a record whose quote has not closed yet, and whether they are blank

    def feed(self, piece: bytes, is_last: bool) -> list[Span]:
        """Cut the piece that begins where the last one was used up to."""
        self.spans, self._open, end = [], [], 0
        for start, end in lines(piece, is_last):
            self._line(piece[start:end], start, end)
        self.is_endless = not is_last and len(piece) - end > MAX_RECORD
        if is_last or self.is_endless:
            self._give_up()
            self.is_lost = False
        self.used = self._open[0][0] if self._open else end
        return self.spans

    def _line(self, line: bytes, start: int, end: int) -> None:
        if end - start > MAX_RECORD:
            self._give_up()
            self.is_lost = False
            self.spans.append(Span(start, end, "E_TOO_LONG"))
        elif self.is_lost:
            self._lost_line(line, start, end)
        elif self._open:
            self._open_line(line, start, end)
        elif b'"' not in line:
            if line.strip(b"\r\n"):
                self.spans.append(Span(start, end, None))
        else:
            self._first_line(line, start, end)

    def _first_line(self, line: bytes, start: int, end: int) -> None:
        if self._whole.fullmatch(line):
            self.spans.append(Span(start, end, None))
        elif self._opens.fullmatch(line):
            self._open = [(start, end, False)]
        else:
            self.spans.append(Span(start, end, "E_QUOTE"))

    def _open_line(self, line: bytes, start: int, end: int) -> None:
        self._open.append((start, end, not line.strip(b"\r\n")))
        first, state = self._open[0][0], self._inside(line)
        if state == COMPLETE and end - first <= MAX_RECORD:
            self.spans.append(Span(first, end, None))
            self._open = []
        elif state != OPEN or end - first > MAX_RECORD:
            self._give_up()
            self.is_lost = state == OPEN

    def _lost_line(self, line: bytes, start: int, end: int) -> None:
        if line.strip(b"\r\n"):
            self.spans.append(Span(start, end, "E_QUOTE"))
        self.is_lost = self._inside(line) == OPEN

    def _inside(self, line: bytes) -> str:
        """Tell what a line makes of a record whose quote is open at its start."""
        if b'"' not in line or self._stays_open.fullmatch(line):
            return OPEN
        return COMPLETE if self._closes.fullmatch(line) else BROKEN

    def _give_up(self) -> None:
        """Count each line of the open record as one broken record, blank ones apart."""
        self.spans += [Span(start, end, "E_QUOTE") for start, end, is_blank in self._open if not is_blank]
        self._open = []
