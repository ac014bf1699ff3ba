"""Opening a delivered file without trusting it: regular files only, the format by name, refused where the first bytes contradict it."""

from __future__ import annotations

import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pipelines.adapters.batch import FileRefused, Profile

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xes": "xes",
    ".jsonocel": "ocel",
    ".xmlocel": "ocel",
    ".sqlite": "ocel",
}
TEXT = frozenset({"csv", "tsv", "jsonl", "xes", "ocel"})  # may also come as .gz
MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF-": "a PDF document",
    b"\x7fELF": "a program",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "gzip data (its name must end in .gz)",
    b"BZh91AY": "bzip2 data",
    b"\xfd7zXZ\x00": "xz data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"7z\xbc\xaf\x27": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Office document",
    b"SQLite format 3": "an SQLite database",
}
EXPECTED_MAGIC = {"parquet": b"PAR1", "xlsx": b"PK\x03\x04"}
LOG_DATABASE = ("ocel", b"SQLite format 3")
OCEL = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:objectTypes|eventTypes|objects|events)"\s*:\s*\['
)  # how a .json that is an OCEL log begins
HEAD = 4096
MAX_RATIO = 200  # unpacked : packed; tables of text reach 5 to 40
RATIO_COUNTS_FROM = 100_000_000  # bytes unpacked


@dataclass(frozen=True)
class Source:
    """An opened file: its handle, its format, and whether it is packed."""

    path: Path
    handle: BinaryIO
    format: str
    is_packed: bool
    size: int

    def stream(self) -> BinaryIO | Unpacked:
        """Return its bytes from the start, unpacked."""
        self.handle.seek(0)
        return Unpacked(self.handle) if self.is_packed else self.handle


class Unpacked:
    """A gzip file that is read as a stream and stops when it swells beyond reason."""

    def __init__(self, handle: BinaryIO) -> None:
        self._packed = handle
        self._stream = gzip.GzipFile(fileobj=handle, mode="rb")
        self._read = 0

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end only."""
        try:
            data = self._stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise FileRefused("E_PARTIAL", f"The gzip data is cut off or damaged ({error}); deliver the file again.") from error
        self._read += len(data)
        if self._read > RATIO_COUNTS_FROM and self._read > MAX_RATIO * self._packed.tell():
            raise FileRefused("E_ZIP_RATIO", f"Unpacked it is more than {MAX_RATIO} times its size; deliver it without gzip.")
        return data


def sniff_format(path: Path) -> str | None:
    """Return the format that a file's name announces, or None: csv, tsv, jsonl, parquet, xlsx, xes or ocel."""
    name = Path(path.name.lower())
    if name.suffix == ".gz":
        inner = SUFFIXES.get(Path(name.stem).suffix)
        return inner if inner in TEXT else None
    return SUFFIXES.get(name.suffix)


@contextmanager
def open_source(path: Path, profile: Profile) -> Iterator[Source]:
    """Open a file that may be read; refuses links, pipes, devices, unknown formats and contents that contradict the name."""
    file_format = profile.format or sniff_format(path)
    if file_format is None:
        raise FileRefused(
            "E_NAME",
            "The name says no format that is read here: .csv .tsv .jsonl .parquet .xlsx .xes .jsonocel .xmlocel .sqlite, text also as .gz.",
        )
    with _open_regular(path) as handle:
        source = Source(path, handle, file_format, path.name.lower().endswith(".gz"), os.fstat(handle.fileno()).st_size)
        head = _check_magic(source)
        is_json = profile.format is None and Path(path.name.lower().removesuffix(".gz")).suffix == ".json"
        is_log = is_json and OCEL.match(head)
        yield replace(source, format="ocel") if is_log else source


def _open_regular(path: Path) -> BinaryIO:
    try:
        _check_regular(os.lstat(path))  # before opening: opening a device may already act on it
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileRefused("E_LINK", f"It cannot be opened ({reason}); deliver a regular, readable file.") from error
    handle = os.fdopen(descriptor, "rb")
    try:
        _check_regular(os.fstat(descriptor))  # again, on what was really opened
    except FileRefused:
        handle.close()
        raise
    return handle


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused("E_LINK", "It is a link, a folder, a pipe or a device; deliver a regular file.")
    if status.st_nlink > 1:
        raise FileRefused("E_LINK", "It is a hard link to another file, which may still change; deliver a copy.")
    if not status.st_mode & 0o444:
        raise FileRefused("E_LINK", "Nobody may read it (mode 000); make it readable and deliver it again.")


def _check_magic(source: Source) -> bytes:
    """Return the first bytes, unless they contradict the name."""
    head = source.stream().read(HEAD)
    if not head:
        raise FileRefused("E_EMPTY", "The file is empty: not even a header; deliver it again, with a header if there were no rows.")
    expected = EXPECTED_MAGIC.get(source.format)
    if expected and not head.startswith(expected):
        what = next((what for magic, what in MAGIC.items() if head.startswith(magic)), "something else")
        raise FileRefused("E_TYPE_MISMATCH", f"It is named {source.format} but is {what}.")
    if not expected:
        _check_text(head, source.format)
    return head


def _check_text(head: bytes, file_format: str) -> None:
    for magic, what in MAGIC.items():
        if head.startswith(magic) and (file_format, magic) != LOG_DATABASE:
            raise FileRefused("E_TYPE_MISMATCH", f"It is named {file_format} but is {what}.")
    if len(head) == HEAD and len(set(head)) == 1:
        raise FileRefused("E_TYPE_MISMATCH", f"It is named {file_format} but only repeats the byte 0x{head[0]:02x}.")
