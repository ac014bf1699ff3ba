"""How long answers take in the server process: every metric by district and month, its median and p95, and the table that answers.

Run: python -m benchmarks.answer_time [HOME]. Reads the current release of HOME (default ./var). A metric without districts or months is asked by
what it has of the two.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from statistics import median, quantiles

import duckdb

from metrics.compile import Query, compile_query
from metrics.evaluate import Store, answer_all, read_store
from metrics.registry import registry
from metrics.spec import QueryRefused
from warehouse.release import current
from warehouse.settings import Settings

ROUNDS = 9
GOAL = 50.0  # milliseconds at a million cases


@dataclass(frozen=True)
class Timing:
    """One question: median and p95 of its rounds in milliseconds, and the table that it read."""

    name: str
    middle: float
    p95: float
    table: str


def main() -> None:
    """Time each metric on the current release; the first round warms up and is left out."""
    release = current(Settings.load(sys.argv[1] if len(sys.argv) > 1 else None))
    if release is None:
        sys.exit("No release there; run onegate demo first.")
    con = release.connect()
    store = read_store(con)
    cases = con.execute("select count(*) from mart_case").fetchone()
    timings = [_timed(con, store, query) for query in _questions()]
    for each in sorted(timings, key=lambda each: -each.p95)[:12]:
        print(f"{each.middle:8.1f} ms  p95 {each.p95:8.1f} ms  {each.name}  ({each.table})")
    middles = sorted(each.middle for each in timings)
    cuts = quantiles(middles, n=20)
    slow = sum(each.p95 > GOAL for each in timings)
    print(
        f"{len(timings)} questions on {cases[0] if cases else 0:,} cases: p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms; {slow} above {GOAL:.0f} ms"
    )


def _questions() -> list[Query]:
    by = {name: tuple(each for each in ("district", "month") if each in metric.dimensions) for name, metric in registry().items()}
    return [*(Query(name, dimensions) for name, dimensions in by.items()), Query("open_cases", ("department", "month"))]


def _timed(con: duckdb.DuckDBPyConnection, store: Store, query: Query) -> Timing:
    runs = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer_all(con, [query], store)
        runs.append((time.perf_counter() - began) * 1000)
    try:
        table = compile_query(query, store.catalog).source_table
    except QueryRefused:
        table = "other answers"
    return Timing(f"{query.metric} by {', '.join(query.by) or 'nothing'}", median(runs[1:]), quantiles(runs[1:], n=20)[18], table)


if __name__ == "__main__":
    main()
