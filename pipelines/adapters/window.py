"""A sliding view of a text file: whole pieces out of a stream, and the place of each in the file's own bytes."""

from __future__ import annotations

from pipelines.adapters.encoding import Encoding, wide_length, wide_reader
from pipelines.adapters.source import Source

READ = 1 << 22


class Window:
    """What has been read and not yet used. `offset` is the place of its start in the unpacked file."""

    def __init__(self, source: Source, encoding: Encoding) -> None:
        stream = source.stream()
        stream.read(len(encoding.bom))
        self._read = wide_reader(stream.read, encoding.codec) if encoding.is_wide else stream.read
        self._wide_codec = encoding.codec if encoding.is_wide else None
        self._data, self._start, self._is_drained = b"", 0, False
        self.offset = len(encoding.bom)

    def piece(self, size: int) -> tuple[bytes, bool]:
        """Return the next bytes, about `size`, and whether nothing follows them. A line end CR LF is never cut in two."""
        self._fill(size)
        while self._ends_in_cr(size):
            size += 1
            self._fill(size)
        end = self._start + size
        return self._data[self._start : end], self._is_drained and end >= len(self._data)

    def _ends_in_cr(self, size: int) -> bool:
        end = self._start + size
        return self._data[end - 1 : end] == b"\r" and not (self._is_drained and end >= len(self._data))

    def _fill(self, size: int) -> None:
        have = len(self._data) - self._start
        if have >= size or self._is_drained:
            return
        parts = [self._data[self._start :]]
        while have < size:
            chunk = self._read(max(READ, size - have))
            if not chunk:
                self._is_drained = True
                break
            parts.append(chunk)
            have += len(chunk)
        self._data, self._start = b"".join(parts), 0

    def advance(self, size: int) -> int:
        """Drop `size` bytes from the start; return how many bytes of the file they were."""
        used = self.native(self._data[self._start : self._start + size]) if self._wide_codec else size
        self._start += size
        self.offset += used
        return used

    def native(self, piece: bytes) -> int:
        """Return how many bytes of the file a piece stood for."""
        return wide_length(piece, self._wide_codec) if self._wide_codec else len(piece)

    def skip_line(self) -> int:
        """Drop everything up to and with the next line end, however far; return how many bytes of the file it was."""
        skipped = 0
        while True:
            piece, is_last = self.piece(READ)
            end = _line_end(piece)
            skipped += self.advance(end or len(piece))
            if end or is_last:
                return skipped


def _line_end(piece: bytes) -> int:
    """Return where the first line of a piece ends, its line end included; 0 if it does not end here."""
    ends = [place for place in (piece.find(b"\n"), piece.find(b"\r")) if place >= 0]
    if not ends:
        return 0
    place = min(ends)
    return place + (2 if piece[place : place + 2] == b"\r\n" else 1)
