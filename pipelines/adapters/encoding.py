"""Which encoding a text file is in: a byte order mark decides, else a declaration, else UTF-8 if it decodes the whole file, else whichever of UTF-8 and GB18030 decodes more records."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.adapters.batch import FileRefused
from pipelines.adapters.source import Source

CHUNK = 1 << 23
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
CHINESE = {"gb2312", "gbk", "cp936", "gb18030"}  # each is contained in the last
FAR = "\u0800"  # from here on a character takes three bytes of UTF-8
NO_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}  # Python's codecs for other things
LINES = re.compile(rb"[\r\n]+")


@dataclass(frozen=True)
class Encoding:
    """How a file's records are decoded. Not `is_whole`: some records are not in it, so each is tried by itself."""

    codec: str
    bom: bytes = b""
    is_whole: bool = True
    beside_utf8: bool = False  # found by counting: a record that is plainly UTF-8 is not forced into GB18030

    @property
    def is_wide(self) -> bool:
        """Tell whether the file must be recoded before its line ends can be seen."""
        return self.codec.startswith("utf-16")

    @property
    def name(self) -> str:
        """Return the encoding's name as the ledger holds it."""
        return self.codec + ("-bom" if self.bom else "") + ("" if self.is_whole else " (mixed)")

    def decode(self, record: bytes) -> str:
        """Decode one record, or raise UnicodeError."""
        if self.beside_utf8 and is_plainly_utf8(record):
            raise UnicodeError("the record is in UTF-8, the file in GB18030")
        return record.decode("utf-8" if self.is_wide else self.codec)


def is_plainly_utf8(record: bytes) -> bool:
    """Tell whether the bytes are valid UTF-8 with a character from U+0800 on: three bytes in a row do not fit by chance."""
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and max(text) >= FAR


def decide_encoding(source: Source, declared: str | None) -> Encoding:
    """Read the file once and decide."""
    head = source.stream().read(4)
    for bom, codec in BOMS:
        if head.startswith(bom):
            return Encoding(codec, bom, _decodes(source, codec))
    if declared:
        codec = _known(declared)
        return Encoding(codec, is_whole=_decodes(source, codec))
    return Encoding("utf-8") if _decodes(source, "utf-8") else _better_of_two(source)


def _known(declared: str) -> str:
    try:
        codec = codecs.lookup(declared).name
        ascii_stays = codec not in NO_TEXT and bytes(range(32, 127)).decode(codec) == bytes(range(32, 127)).decode("ascii")
    except (LookupError, UnicodeError):
        codec, ascii_stays = declared, False
    codec = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(codec, codec)
    if not ascii_stays and not codec.startswith("utf-16"):
        raise FileRefused("E_ENCODING", f"The source declares the encoding {declared!r}, which cannot be read; name one such as gb18030.")
    return "gb18030" if codec in CHINESE else codec


def _decodes(source: Source, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for chunk in _chunks(source):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _better_of_two(source: Source) -> Encoding:
    utf8 = chinese = plainly_utf8 = foreign = 0
    for lines, is_chinese in _lines_beyond_ascii(source):
        for line in lines:
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                fits = is_chinese or _is_chinese(line)
                chinese += fits
                foreign += not fits
                continue
            utf8 += 1
            if max(text) >= FAR:
                plainly_utf8 += 1
            elif _is_chinese(line):
                chinese += 1
    if chinese > utf8:
        return Encoding("gb18030", is_whole=not plainly_utf8 and not foreign, beside_utf8=bool(plainly_utf8))
    return Encoding("utf-8", is_whole=False)


def _lines_beyond_ascii(source: Source) -> Iterator[tuple[Iterator[bytes], bool]]:
    """Yield the lines of each chunk that are not ASCII, and whether all of them fit GB18030."""
    left = b""
    for chunk in _chunks(source):
        chunk = left + chunk
        cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        yield (line for line in LINES.split(chunk[:cut]) if not line.isascii()), _is_chinese(chunk[:cut])
        left = chunk[cut:] if len(chunk) - cut < CHUNK else b""  # a line of megabytes is no record anyway
    if not left.isascii():
        yield iter((left,)), _is_chinese(left)


def _is_chinese(text: bytes) -> bool:
    try:
        text.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _chunks(source: Source) -> Iterator[bytes]:
    stream = source.stream()
    while chunk := stream.read(CHUNK):
        yield chunk


def wide_reader(read: Callable[[int], bytes], codec: str) -> Callable[[int], bytes]:
    """Wrap a reader of UTF-16 so that it gives UTF-8; what cannot be decoded comes out as bytes that are no UTF-8."""
    decoder = codecs.getincrementaldecoder(codec)("surrogatepass")

    def read_utf8(size: int) -> bytes:
        while chunk := read(size):
            if text := decoder.decode(chunk):
                return text.encode("utf-8", "surrogatepass")
        try:
            return decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            decoder.reset()
            return b"\xff" * (error.end - error.start)

    return read_utf8


def wide_length(recoded: bytes, codec: str) -> int:
    """Return how many bytes of the file a recoded piece stood for."""
    odd = recoded.count(b"\xff")  # 0xff stands in no UTF-8: it marks a cut-off character
    return odd + len(recoded.replace(b"\xff", b"").decode("utf-8", "surrogatepass").encode(codec, "surrogatepass"))
