"""How long answers take in the server process: every metric by district and month, p50 and p95, and the plain mart query beside it.

Run: python -m benchmarks.answer_time [HOME]. Reads the current release of HOME (default ./var).
"""

from __future__ import annotations

import sys
import time
from statistics import quantiles

from metrics.compile import Query
from metrics.evaluate import answer
from metrics.registry import registry
from warehouse.release import current
from warehouse.settings import Settings

ROUNDS = 5


def main() -> None:
    """Time each metric on the current release; the first round warms up."""
    release = current(Settings.load(sys.argv[1] if len(sys.argv) > 1 else None))
    if release is None:
        sys.exit("No release there; run onegate demo first.")
    con = release.connect()
    times: dict[str, float] = {}
    for name, metric in registry().items():
        by = tuple(dimension for dimension in ("district", "month") if dimension in metric.dimensions)
        runs = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            answer(con, Query(name, by))
            runs.append((time.perf_counter() - began) * 1000)
        times[name] = sorted(runs[1:])[len(runs) // 2 - 1]
    cuts = quantiles(times.values(), n=20)
    for name, milliseconds in sorted(times.items(), key=lambda pair: -pair[1])[:8]:
        print(f"{milliseconds:8.1f} ms  {name}")
    print(f"{len(times)} metrics by district and month: median {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms")


if __name__ == "__main__":
    main()
