"""Hostile files, ingested together by one process: each is refused or set aside, at a bounded cost, and the good file among them loads.

Resident memory is that of the ingesting process and of the largest process that it started; the times are guards against hanging, not measurements.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MEGABYTES, SECONDS = 500, 60
HEADER = b"event_id,case_id,event_type,occurred_at,channel\n"
GOOD = HEADER + b"E1,C1,received,2026-01-01T09:00:00+08:00,web\n"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</worksheet>'
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(sheet: str | bytes, **more: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": sheet, **more}.items():
            parts.writestr(name, content)
    return out.getvalue()


def row(number: int, column: str, value: str) -> str:
    return f'<row r="{number}"><c r="{column}{number}" t="inlineStr"><is><t>{value}</t></is></c></row>'


def endless_parquet() -> bytes:
    """Twenty million rows of nothing in some kilobytes."""
    out = io.BytesIO()
    names = HEADER.decode().strip().split(",")
    pq.write_table(pa.table({name: pa.nulls(20_000_000, pa.string()) for name in names}), out, row_group_size=20_000_000)
    return out.getvalue()


def long_footer() -> bytes:
    content = endless_parquet()
    return content[:-8] + (0x7FFFFFFF).to_bytes(4, "little") + b"PAR1"


def swelling() -> bytes:
    return gzip.compress(HEADER + b"E1,C1,received,2026-01-01T09:00:00+08:00,web\n" * 3_000_000, 9)


XES = '<log><trace><event><string key="a" value="%s"/></event></trace></log>'
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "M36-deep.jsonl": ("E_JSON_DEPTH", lambda: b'{"event_id":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"),
    "M36-key.jsonl": ("E_TOO_LONG", lambda: b'{"' + b"k" * 10_000_000 + b'":1}\n'),
    "M36-digits.jsonl": ("E_TYPE_NUM", lambda: b'{"event_id":' + b"9" * 900_000 + b"}\n"),
    "M36-infinite.jsonl": ("E_TYPE_NUM", lambda: b'{"event_id":1e999999}\n'),
    "endless.jsonl": ("E_TOO_LONG", lambda: b'{"event_id":"' + b"x" * 60_000_000),
    "endless.csv": ("E_TOO_LONG", lambda: HEADER + b"x" * 60_000_000),
    "columns.csv": ("E_HEADER", lambda: b",".join(b"c%d" % n for n in range(100_000)) + b"\n"),
    "swelling.csv.gz": ("E_ZIP_RATIO", swelling),
    "nested.csv.gz": ("E_TYPE_MISMATCH", lambda: gzip.compress(gzip.compress(b"\0" * 50_000_000))),
    "swelling.xes.gz": ("E_TOO_LONG", lambda: gzip.compress((XES % ("x" * 50_000_000)).encode())),
    "M43-string.xlsx": ("E_ZIP_RATIO", lambda: workbook(SHEET % "", **{"xl/sharedStrings.xml": b"x" * 300_000_000})),
    "M43-rows.xlsx": ("E_ZIP_RATIO", lambda: workbook(SHEET % ("<row><c><v>1</v></c></row>" * 4_000_000))),
    "dimensions.xlsx": ("E_XLSX", lambda: workbook(SHEET % f"<sheetData>{row(1, 'A', 'event_id')}{row(1048576, 'XFD', 'x')}</sheetData>")),
    "traversal.xlsx": ("E_ZIP_PATH", lambda: workbook(SHEET % "", **{"../../tmp/out.xml": "<a/>"})),
    "absolute.xlsx": ("E_ZIP_PATH", lambda: workbook(SHEET % "", **{"/etc/out.xml": "<a/>"})),
    "inside.xlsx": ("E_XLSX", lambda: _zip("inner.xlsx", workbook(SHEET % ""))),
    "M44-laughs.xlsx": ("E_XML_DTD", lambda: workbook(f"<!DOCTYPE worksheet [{LAUGHS}]>" + SHEET % "&l9;")),
    "M44-link.xlsx": ("E_TYPE_MISMATCH", lambda: workbook(SHEET % "", **{"xl/externalLinks/externalLink1.xml": "<a/>"})),
    "M44-macros.xlsx": ("E_TYPE_MISMATCH", lambda: workbook(SHEET % "", **{"xl/vbaProject.bin": b"\0"})),
    "M45-deep.xes": ("E_XML_DEPTH", lambda: b"<log><trace><event>" + b'<list key="a">' * 200_000),
    "M45-long.xes": ("E_TOO_LONG", lambda: (XES % ("x" * 50_000_000)).encode()),
    "M45-many.xes": ("E_TOO_LONG", lambda: b"<log><trace><event>" + b'<string key="a" value="b"/>' * 1_000_000),
    "laughs.xes": ("E_XML_DTD", lambda: f"<!DOCTYPE log [{LAUGHS}]>{XES % '&l9;'}".encode()),
    "external.xes": ("E_XML_DTD", lambda: f'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>{XES % "&x;"}'.encode()),
    "rows.parquet": ("E_ZIP_RATIO", endless_parquet),
    "footer.parquet": ("E_PARQUET", long_footer),
    "M49-pdf.csv": ("E_TYPE_MISMATCH", lambda: b"%PDF-1.7\n" + b"x" * 1000),
    "M49-elf.csv": ("E_TYPE_MISMATCH", lambda: b"\x7fELF" + b"x" * 1000),
}


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr(name, content)
    return out.getvalue()


INGESTED = """
import json, re, resource, sys, time
from pathlib import Path
from pipelines.ingest import ingest
from warehouse.settings import Settings
began = []
report = ingest(Settings(Path(sys.argv[1])), [Path(sys.argv[2])], on_progress=lambda _: began.append(time.monotonic()))
began.append(time.monotonic())
print(json.dumps({
    "refused": {Path(each.file).name: each.reason for each in report.refused},
    "loaded": {Path(each.file).name: [each.read, each.accepted, each.quarantined] for each in report.receipts},
    "longest": max(end - start for start, end in zip(began, began[1:])),
    # ru_maxrss of a process counts what its parent had before exec; the high-water mark in /proc does not
    "megabytes": [int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024,
                  resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024],
}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What one ingest of all hostile files came to."""
    root = tmp_path_factory.mktemp("hostile")
    landing = root / "landing"
    landing.mkdir()
    for name, (_, make) in HOSTILE.items():
        (landing / f"case_events-{name}").write_bytes(make())
    (landing / "case_events-zz-good.csv").write_bytes(GOOD)
    (landing / "case_events-link.csv").symlink_to("/etc/passwd")
    os.mkfifo(landing / "case_events-pipe.csv")
    command = [sys.executable, "-c", INGESTED, str(root / "home"), str(landing)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return {**json.loads(done.stdout), "root": root}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_or_set_aside(outcome: dict, name: str) -> None:
    code, _ = HOSTILE[name]
    file = f"case_events-{name}"
    if file in outcome["loaded"]:
        assert outcome["loaded"][file] == [1, 0, 1]
        assert (code, 1) in reasons(outcome["root"])[file]
    else:
        assert outcome["refused"][file].startswith(code)


def reasons(root: Path) -> dict[str, list[tuple[str, int]]]:
    import duckdb

    with duckdb.connect(str(root / "home" / "warehouse.duckdb"), read_only=True) as con:
        found = con.execute(
            "select name, reasons[1], count(*) from ledger_quarantine join ledger_file using (file_id) group by all"
        ).fetchall()
    return {Path(name).name: [(reason, count) for other, reason, count in found if other == name] for name, _, _ in found}


def test_links_and_pipes_are_refused_and_the_good_file_is_loaded(outcome: dict) -> None:
    assert all(outcome["refused"][f"case_events-{name}.csv"].startswith("E_LINK") for name in ("link", "pipe"))
    assert outcome["loaded"]["case_events-zz-good.csv"] == [1, 1, 0]


def test_nothing_is_written_outside_the_installation(outcome: dict) -> None:
    assert not Path("/tmp/out.xml").exists() and not Path("/etc/out.xml").exists()
    assert {path.name for path in outcome["root"].iterdir()} == {"landing", "home"}
    assert list((outcome["root"] / "home" / "tmp").iterdir()) == []


def test_hostile_files_cost_little(outcome: dict) -> None:
    assert max(outcome["megabytes"]) < MEGABYTES, outcome["megabytes"]
    assert outcome["longest"] < SECONDS
