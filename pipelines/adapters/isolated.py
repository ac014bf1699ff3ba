"""Reads formats that need a real parser in a process of their own. Whatever happens there, here it is a batch or a refusal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.adapters.batch import Batch, FileRefused, Profile, Reject, Tally
from pipelines.adapters.child import CODES
from pipelines.adapters.source import Source

MEMORY = 2 << 30  # bytes of address space; the libraries take 0.7 of it
LEAST_SECONDS, SECONDS_PER_MB = 60, 5
ROOT = Path(__file__).parents[2]
KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")  # of the environment: no secrets go in
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "RUST_BACKTRACE": "0"}


def read_isolated(source: Source, profile: Profile, tally: Tally) -> Iterator[Batch]:
    """Read a Parquet, Excel, XES or OCEL file."""
    with TemporaryDirectory(prefix="onegate-read-") as folder:
        for part in range(1, _parse(source, profile, Path(folder)) + 1):
            batch = _take(Path(folder), part)
            tally.records += batch.frame.height + len(batch.rejects)
            yield batch


def _take(folder: Path, part: int) -> Batch:
    path = folder / f"{part}.arrow"
    beside = json.loads((folder / f"{part}.json").read_text("utf-8"))
    text = pl.col(pl.String)
    frame = pl.read_ipc(path).with_columns(pl.when(text != "").then(text))  # empty text is null, in every format
    path.unlink()
    return Batch(frame, [Reject(*values) for values in beside["rejects"]], beside["types"])


def _parse(source: Source, profile: Profile, folder: Path) -> int:
    """Run the child; return how many parts it wrote, or raise FileRefused."""
    seconds = LEAST_SECONDS + SECONDS_PER_MB * source.size // 1_000_000
    options = {
        "sheet": profile.sheet,
        "object_type": profile.object_type,
        "is_packed": source.is_packed,
        "memory": MEMORY,
        "seconds": seconds,
    }
    ended = _run(source, [str(folder), json.dumps(options)], seconds)
    outcome = folder / "outcome.json"
    if ended or not outcome.exists():
        raise FileRefused(
            CODES[source.format],
            f"It cannot be read: the parser {ended or 'left nothing'}. It is damaged, hostile or too large; a large table can be delivered as CSV.",
        )
    told = json.loads(outcome.read_text("utf-8"))
    if "code" in told:
        raise FileRefused(told["code"], told["sentence"])
    return int(told["parts"])


def _run(source: Source, arguments: list[str], seconds: int) -> str:
    """Return how the child went wrong, or nothing."""
    descriptor = source.handle.fileno()
    os.lseek(descriptor, 0, os.SEEK_SET)
    command = [sys.executable, "-m", "pipelines.adapters.child", source.format, str(descriptor), *arguments]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD
    nowhere = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            pass_fds=(descriptor,),
            timeout=seconds,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"did not end within {seconds} s"
    return f"ended with status {done.returncode}" if done.returncode else ""
