"""The fast lane's eye: whether a whole block of delimited text is clean, and where its records end, by arithmetic on bytes.

Clean means that no reader could read it otherwise than the slow lane does: no control characters, one kind of line end wherever quotes make it matter, every
quote at a field's edge, the same number of fields in every record together (the parser itself stops at a record with too many), no blank lines, no giant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.adapters.batch import MAX_RECORD

TAB, LF, CR, QUOTE = 9, 10, 13, 34
TILE = 1 << 18  # bytes looked at in one go: what fits the processor's cache is several times faster
BOM = b"\xef\xbb\xbf"  # the parser would drop it at the start of a block


@dataclass(frozen=True)
class Layout:
    """The records of a clean block: where each ends, and whether quotes occur."""

    ends: np.ndarray
    has_quotes: bool

    @property
    def cut(self) -> int:
        """Return how many bytes the records are."""
        return int(self.ends[-1])


def survey(block: bytes, delimiter: bytes, columns: int, is_last: bool) -> Layout | None:
    """Find the records of a block that starts at a record's start; None if the slow lane has to look at it."""
    data = np.frombuffer(block, np.uint8)
    returns = block.count(b"\r")
    if block.startswith(BOM) or np.count_nonzero(data < 32) != returns + block.count(b"\n") + block.count(b"\t"):
        return None
    has_quotes = b'"' in block
    if returns and has_quotes and returns != block.count(b"\r\n"):
        return None
    inside = _inside(data) if has_quotes else None
    ends = _ends(data, inside, returns > 0, is_last)
    if not len(ends) or not _is_even(data, ends):
        return None
    cut = int(ends[-1])
    if inside is not None and not _quotes_are_at_edges(block[:cut], inside[:cut], delimiter):
        return None
    if _delimiters(data[:cut], None if inside is None else inside[:cut], delimiter[0]) != len(ends) * (columns - 1):
        return None
    return Layout(ends, has_quotes)


def _inside(data: np.ndarray) -> np.ndarray:
    """Tell of each byte whether it is inside quotes; the opening quote is, the closing one is not."""
    inside = (data == QUOTE).view(np.uint8)
    np.bitwise_xor.accumulate(inside, out=inside)
    return inside.view(bool)


def _ends(data: np.ndarray, inside: np.ndarray | None, has_returns: bool, is_last: bool) -> np.ndarray:
    """Return the place after each line end that is outside quotes, and the block's end if the file ends there."""
    is_end = data == LF
    if has_returns:
        is_end[:-1] |= (data[:-1] == CR) & (data[1:] != LF)
        is_end[-1] |= data[-1] == CR
    if inside is not None:
        is_end &= ~inside
    ends = np.flatnonzero(is_end) + 1
    if is_last and len(data) and not is_end[-1]:
        ends = np.append(ends, len(data))
    return ends


def _is_even(data: np.ndarray, ends: np.ndarray) -> bool:
    """Tell whether no record is blank and none is too long."""
    starts = np.concatenate(([0], ends[:-1]))
    first = data[starts]
    return not bool(((first == LF) | (first == CR)).any()) and int((ends - starts).max()) <= MAX_RECORD


def _quotes_are_at_edges(block: bytes, inside: np.ndarray, delimiter: bytes) -> bool:
    """Tell whether every opening quote follows an edge and every closing one is before an edge; a doubled quote is both."""
    edges = delimiter + b'\n\r"'
    is_edge = bytes(byte in edges for byte in range(256))
    for start in range(0, len(block), TILE):
        tile = block[max(start - 1, 0) : start + TILE + 1]  # one byte more on each side
        within = inside[max(start - 1, 0) : start + TILE + 1]
        edge = np.frombuffer(tile.translate(is_edge), bool)
        quote = np.frombuffer(tile, np.uint8) == QUOTE
        if (quote[1:] & within[1:] & ~edge[:-1]).any() or (quote[:-1] & ~within[:-1] & ~edge[1:]).any():
            return False
    return True


def _delimiters(data: np.ndarray, inside: np.ndarray | None, delimiter: int) -> int:
    if inside is None:
        return int(np.count_nonzero(data == delimiter))
    return sum(
        int(np.count_nonzero((data[start : start + TILE] == delimiter) & ~inside[start : start + TILE]))
        for start in range(0, len(data), TILE)
    )
