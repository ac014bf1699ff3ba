"""The disposable process in which Parquet, Excel, XES and OCEL files are parsed: limited in memory, time and output, so that a hostile file costs only itself.

Called by isolated.py as `python -m pipelines.adapters.child FORMAT DESCRIPTOR FOLDER OPTIONS`; leaves numbered parts and outcome.json in the folder."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import astuple
from importlib import import_module
from pathlib import Path

from pipelines.adapters.batch import Batch, FileRefused, Profile
from pipelines.adapters.source import Source

CODES = {"parquet": "E_PARQUET", "xlsx": "E_XLSX", "xes": "E_XML", "ocel": "E_OCEL"}
READERS = {"parquet": "columnar", "xlsx": "excel", "xes": "xes", "ocel": "ocel"}  # modules, imported only where needed
LEAST_OUTPUT, OUTPUT_RATIO = 2_000_000_000, 100


def main(arguments: list[str]) -> int:
    """Parse one file; return 0 whenever an outcome was written."""
    file_format, descriptor, folder, options = arguments
    chosen = json.loads(options)
    _limit(chosen["memory"], chosen["seconds"])
    handle = os.fdopen(int(descriptor), "rb")
    size = os.fstat(handle.fileno()).st_size
    source = Source(Path("input"), handle, file_format, chosen["is_packed"], size)
    outcome = _outcome(source, Profile(sheet=chosen["sheet"], object_type=chosen["object_type"]), Path(folder))
    (Path(folder) / "outcome.json").write_text(json.dumps(outcome), "utf-8")
    return 0


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _outcome(source: Source, profile: Profile, folder: Path) -> dict[str, object]:
    try:
        reader: Callable[[Source, Profile], Iterator[Batch]] = import_module(f"pipelines.adapters.{READERS[source.format]}").read
        return {"parts": _write(reader(source, profile), folder, max(LEAST_OUTPUT, source.size * OUTPUT_RATIO))}
    except FileRefused as refused:
        return {"code": refused.code, "sentence": refused.sentence}
    except Exception as error:
        return {
            "code": CODES[source.format],
            "sentence": f"It is damaged or of a kind that is not read ({type(error).__name__}: {str(error)[:200]}).",
        }


def _write(batches: Iterator[Batch], folder: Path, most: int) -> int:
    parts, written = 0, 0
    for parts, batch in enumerate(batches, 1):
        path = folder / f"{parts}.arrow"
        batch.frame.write_ipc(path, compression="uncompressed")
        beside = {"rejects": [astuple(each) for each in batch.rejects], "types": batch.types}
        (folder / f"{parts}.json").write_text(json.dumps(beside), "utf-8")
        written += path.stat().st_size
        if written > most:
            raise FileRefused("E_SIZE", f"It unpacks to more than {most // 1_000_000_000} GB; deliver it in parts.")
    return parts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
