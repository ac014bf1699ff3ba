"""Random damage to good files (M52), through the whole ingest: nothing crashes or hangs, every record and byte is accounted for, what is loaded is what stands in the file.

200 files a format in the quick run, 5,000 in `make soak`. Formats that are parsed in a process of their own (Excel, Parquet, XES) go through their readers
in one such process, and a few of them through the whole ingest.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.adapters.batch import FileRefused, Profile
from pipelines.adapters.source import Source
from pipelines.ingest import ingest
from warehouse.settings import Settings

QUICK, LONG = 200, 5000
ROWS = 30
HANGS_AFTER = 10  # seconds
COLUMNS = ["event_id", "case_id", "event_type", "occurred_at", "channel", "applicant_key", "reason"]
REASONS = ["", "好", "a,b", 'say "no"', "two\nlines", "\u2028", "'; DROP", " 007 ", "=1+1"]
TEXT = ["csv", "tsv", "jsonl"]  # every fourth file is packed


def records(seed: int, rng: random.Random) -> list[list[str]]:
    """Good events whose ids occur in no other file."""
    return [
        [f"E{seed}-{n}", f"C{seed}-{n // 3}", rng.choice(["received", "decided"]), f"2026-01-{rng.randrange(1, 29):02}T09:00:00+08:00", "web", f"p{n}", rng.choice(REASONS)]
        for n in range(ROWS)
    ]  # fmt: skip


def good_text(kind: str, seed: int, rng: random.Random) -> bytes:
    rows, out = records(seed, rng), io.StringIO()
    if kind.startswith("jsonl"):
        out.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=rng.random() < 0.3) + "\n" for row in rows)
    else:
        delimiter = "\t" if kind.startswith("tsv") else ","
        csv.writer(out, lineterminator=rng.choice(["\n", "\r\n"]), delimiter=delimiter).writerows([COLUMNS, *rows])
    return out.getvalue().encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"]) if "gz" not in kind else "utf-8")


def damaged(content: bytes, rng: random.Random, most: int = 20) -> bytes:
    """Bits flipped, bytes put in and taken out, chunks doubled and swapped."""
    data = bytearray(content)
    for _ in range(rng.randrange(1, most)):
        place, kind = rng.randrange(len(data)), rng.randrange(6)
        if kind == 0:
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[place:place] = rng.choice([b'"', b"\n", b"\r", b",", b"\t", b"\x00", b"\xff", b"{", b'""', b"\\", b"NaN"])
        elif kind == 2:
            del data[place : place + rng.randrange(1, 30)]
        elif kind == 3:
            data[place:place] = data[place : place + rng.randrange(1, 50)]
        elif kind == 4:
            data[place : place + 9] = rng.randbytes(9)
        else:
            other, size = rng.randrange(len(data)), rng.randrange(1, 60)
            data[place : place + size], data[other : other + size] = data[other : other + size], data[place : place + size]
    return bytes(data) or b"x"


def damaged_file(kind: str, seed: int) -> bytes:
    rng = random.Random(f"{kind}{seed}")
    good = good_text(kind, seed, rng)
    if not kind.endswith(".gz"):
        return damaged(good, rng)
    return damaged(gzip.compress(good, mtime=0), rng, 3) if rng.random() < 0.3 else gzip.compress(damaged(good, rng), mtime=0)


class Hang(Exception):
    """An ingest that took longer than any small file may."""


def ingested(home: Path, kind: str, seeds: Iterable[int]) -> tuple[Settings, int, int]:
    """Ingest damaged files in one call; return how many were loaded and how many refused."""
    folder, settings = home / "files", Settings(home / "home")
    folder.mkdir(parents=True)
    for seed in seeds:
        packed = ".gz" if seed % 4 == 0 else ""
        (folder / f"case_events-{seed}.{kind}{packed}").write_bytes(damaged_file(kind + packed, seed))

    def give_up(*_: object) -> None:
        raise Hang(said[-1])

    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        signal.alarm(HANGS_AFTER)

    signal.signal(signal.SIGALRM, give_up)
    try:
        report = ingest(settings, [folder], on_progress=say)
    finally:
        signal.alarm(0)
    assert len(report.receipts) + len(report.refused) == len(list(folder.iterdir())) and not report.ignored
    return settings, len(report.receipts), len(report.refused)


def plain(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def independent(path: Path, content: bytes) -> dict[int, dict[str, str | None]] | None:
    """The records of a damaged file as the standard library reads them, by number; None where it reads by other rules (broken quotes, mixed encodings)."""
    codec = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return None
    if ".jsonl" in path.name:
        lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip(" \t\r\n")]
        return {number: found for number, line in enumerate(lines, 1) if (found := as_object(line)) is not None}
    header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t" if ".tsv" in path.name else ",") if row]
    return {number: dict(zip(header, row, strict=True)) for number, row in enumerate(rows, 1) if len(row) == len(header)}


def as_object(line: str) -> dict[str, str | None] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def check_account(settings: Settings) -> int:
    """Records and bytes of every loaded file add up, and its rows are those of an independent reading; returns how many rows were compared."""
    compared = 0
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as con:
        files = con.execute(
            """select f.file_id, f.name, f.read, f.accepted, f.duplicate, f.superseded, f.deleted, f.quarantined, a.bytes_text, a.bytes_header,
            a.bytes_records, a.bytes_rejected, a.bytes_between from ledger_file f join ledger_account a using (file_id) where f.status = 'loaded'"""
        ).fetchall()
        quarantine = con.execute("select file_id, row_no, byte_offset, byte_length, reasons from ledger_quarantine order by 1, 3").pl()
        columns = "file_id, row_no, event_id, case_id, reason"
        rows = con.execute(f"select {columns} from core_case_event union all select {columns} from history_case_event").pl()
    aside, stored = quarantine.partition_by("file_id", as_dict=True), rows.partition_by("file_id", as_dict=True)
    for file_id, name, read, accepted, duplicate, superseded, deleted, quarantined, text, *parts in files:
        content, mine = plain(Path(name)), stored.get((file_id,), rows.clear())
        lost = aside.get((file_id,), quarantine.clear())
        assert read == accepted + duplicate + superseded + deleted + quarantined, name
        assert text == len(content) == sum(parts), name
        assert (lost.height, lost["byte_length"].sum()) == (quarantined, parts[2]), name
        ends = (lost["byte_offset"] + lost["byte_length"]).to_list()
        assert all(start >= end for start, end in zip(lost["byte_offset"].to_list()[1:], ends, strict=False)) and (
            not ends or ends[-1] <= len(content)
        ), name
        assert mine.height == accepted + superseded + deleted and not set(mine["row_no"]) & set(lost["row_no"]), name
        expected = independent(Path(name), content)
        if expected is not None and "E_QUOTE" not in lost["reasons"].explode().to_list():
            compared += compare(mine, expected, name)
    return compared


def compare(mine: pl.DataFrame, expected: dict[int, dict[str, str | None]], name: str) -> int:
    for row in mine.to_dicts():
        there = {key.strip().lower(): value for key, value in expected[row["row_no"]].items()}
        for column in ("event_id", "case_id", "reason"):
            written = there.get(column)
            shown = json.dumps(written) if isinstance(written, list | dict) else {True: "true", False: "false"}.get(written, written)
            told = row[column] or ""
            is_same = str(shown if shown is not None else "").strip(" \u3000\u00a0\t\r\n") == told.strip(" \u3000\u00a0\t\r\n")
            assert is_same or not isinstance(written, str), (name, row, there)
    return mine.height


@pytest.mark.parametrize("kind", TEXT)
def test_damaged_text_is_accounted_for(tmp_path: Path, kind: str) -> None:
    settings, loaded, _ = ingested(tmp_path, kind, range(QUICK))
    assert loaded > QUICK / 3
    assert check_account(settings) > 100  # the damage left enough to compare


@pytest.mark.soak
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("kind", TEXT)
def test_much_damaged_text_is_accounted_for(tmp_path: Path, kind: str, part: int) -> None:
    settings, _, _ = ingested(tmp_path, kind, range(QUICK + part * LONG // 10, QUICK + (part + 1) * LONG // 10))
    check_account(settings)


def good_binary(kind: str, seed: int, rng: random.Random) -> bytes:
    frame, out = pl.DataFrame(records(seed, rng), schema=COLUMNS, orient="row"), io.BytesIO()
    if kind == "xes":
        events = "".join(f'<event><string key="event_id" value="E{seed}-{n}"/><int key="n" value="{n}"/></event>' for n in range(ROWS))
        return f'<log><trace><string key="case" value="C"/>{events}</trace></log>'.encode()
    if kind == "xlsx":
        frame.write_excel(out)
    else:
        frame.with_columns(n=pl.int_range(pl.len())).write_parquet(out, compression=rng.choice(["snappy", "zstd", "uncompressed"]))
    return out.getvalue()


def damaged_binary(kind: str, seed: int) -> bytes:
    rng = random.Random(f"{kind}{seed}")
    good = good_binary(kind, seed, rng)
    if kind != "xlsx" or rng.random() < 0.3:
        return damaged(good, rng, 4)
    with zipfile.ZipFile(io.BytesIO(good)) as parts:  # inside the archive, where the damage gets past its checksums
        held = {name: parts.read(name) for name in parts.namelist()}
    name = rng.choice(sorted(held))
    held[name] = damaged(held[name], rng, 4)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for each, content in held.items():
            parts.writestr(each, content)
    return out.getvalue()


def read_in_this_process(kind: str, folder: Path, seeds: Iterable[int]) -> dict[str, int]:
    """Read damaged files one after the other, as the disposable process does; numbers of rows must be without gaps."""
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    reader = import_module(
        {"xlsx": "pipelines.adapters.excel", "parquet": "pipelines.adapters.columnar", "xes": "pipelines.adapters.xes"}[kind]
    ).read
    outcomes: dict[str, int] = {}
    for seed in seeds:
        path = folder / f"{kind}.{seed}"
        path.write_bytes(damaged_binary(kind, seed))
        signal.alarm(HANGS_AFTER)  # nothing catches it: the process ends
        outcome = read_one(reader, kind, path)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        path.unlink()
    signal.alarm(0)
    return outcomes


def read_one(reader, kind: str, path: Path) -> str:
    with path.open("rb") as handle:
        try:
            batches = list(reader(Source(path, handle, kind, False, path.stat().st_size), Profile()))
        except FileRefused as refused:
            return refused.code
        except Exception as error:  # a parser's own error: the disposable process turns it into a refusal
            return type(error).__name__
    numbers = [row for batch in batches for row in [*batch.frame["_row"], *(reject.row for reject in batch.rejects)]]
    assert sorted(numbers) == list(range(1, len(numbers) + 1)), path
    return "read"


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "xes"])
def test_damaged_binary_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    outcomes = in_a_process(tmp_path, kind, 0, QUICK)
    assert sum(outcomes.values()) == QUICK and len(outcomes) > 1


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["xlsx", "parquet", "xes"])
def test_many_damaged_binary_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    assert sum(in_a_process(tmp_path, kind, QUICK, QUICK + LONG).values()) == LONG


def in_a_process(folder: Path, kind: str, first: int, last: int) -> dict[str, int]:
    done = subprocess.run([sys.executable, __file__, kind, str(folder), str(first), str(last)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_damaged_binary_files_through_the_whole_ingest(tmp_path: Path) -> None:
    settings, folder = Settings(tmp_path / "home"), tmp_path / "files"
    folder.mkdir()
    for kind in ("xlsx", "parquet", "xes"):
        for seed in range(2):
            (folder / f"case_events-{seed}.{kind}").write_bytes(damaged_binary(kind, seed))
    report = ingest(settings, [folder])
    assert len(report.receipts) + len(report.refused) == 6 and report.refused


if __name__ == "__main__":
    told, place, *span = sys.argv[1:]
    print(json.dumps(read_in_this_process(told, Path(place), range(*map(int, span)))))
