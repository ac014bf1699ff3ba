"""One million cases (about six million events, CSV): `onegate ingest` and `onegate build` against the same job in plain DuckDB.

Run: python -m benchmarks.build_million [--scale 4.6]. Prints seconds, peak memory and the ratio; both sides run in turn, twice, in fresh processes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.demo.cities import make_city


def main() -> None:
    """Make the files once, then time both sides in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=4.6)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--files", type=Path, help="a folder of files made before")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onegate-bench-") as folder:
        files = given.files or Path(folder) / "files"
        if not given.files:
            make_city("foshan", files, scale=given.scale)
        size = sum(path.stat().st_size for path in files.rglob("*") if path.is_file())
        print(f"files: {size / 1e6:,.0f} MB")
        rounds = [(_ours(files, Path(folder) / "home"), _raw(files, Path(folder) / "raw.duckdb")) for _ in range(given.rounds)]
    for ours, raw in rounds:
        print(
            f"onegate {ours['seconds']:.1f} s (peak {ours['peak'] / 1e9:.2f} GB)   plain {raw['seconds']:.1f} s (peak {raw['peak'] / 1e9:.2f} GB)"
        )
        print(f"  ratio {ours['seconds'] / raw['seconds']:.2f}   parts {ours['parts']}")


def _ours(files: Path, home: Path) -> dict:
    shutil.rmtree(home, ignore_errors=True)
    sources = sorted(entry for entry in files.iterdir() if entry.is_dir())
    commands = [["ingest", str(entry), "--source", entry.name] for entry in sources] + [["build", "--full"]]
    parts = {
        " ".join(command[:1] + command[-1:]): _timed([sys.executable, "-m", "onegate", *command, "--home", str(home)])
        for command in commands
    }
    return {
        "seconds": sum(part["seconds"] for part in parts.values()),
        "peak": max(part["peak"] for part in parts.values()),
        "parts": {name: round(part["seconds"], 1) for name, part in parts.items()},
    }


def _raw(files: Path, target: Path) -> dict:
    return _timed([sys.executable, "-m", "benchmarks.raw_duckdb", str(files), str(target)])


def _timed(command: list[str]) -> dict:
    """Wall seconds and peak memory (bytes) of one process."""
    probe = "import json,resource,subprocess,sys;c=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL).returncode;" \
            "print(json.dumps([c,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss*1024]))"  # fmt: skip
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", probe, *command], capture_output=True, text=True, check=True)
    code, peak = json.loads(done.stdout)
    if code:
        sys.exit(f"{' '.join(command)} ended with {code}:\n{done.stderr[-2000:]}")
    return {"seconds": time.monotonic() - began, "peak": peak}


if __name__ == "__main__":
    main()
