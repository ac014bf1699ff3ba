"""How good the data behind a number are: the faults that are known of a release, and which of them touch which number in which period.

A fault belongs to a table and, where it can be told, to days. It touches a number when the number rests on the table (rests.py) and its period
on the days. Worked out once for a release; a badge is a pure function of the faults found, the tables behind a metric and a period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.spec import Metric
from warehouse.contract import feeds
from warehouse.freshness import SILENT_DAYS

GOOD, WARNED, INCOMPLETE, FAILED = "good", "warned", "incomplete", "failed"
STATES = (GOOD, WARNED, INCOMPLETE, FAILED)  # the worst last
SET_ASIDE = 0.01  # share of a feed's records in quarantine from which on its numbers are warned
KINDS = {"check_warned": WARNED, "set_aside": WARNED, "late": INCOMPLETE, "gap": INCOMPLETE, "silent": FAILED, "check_failed": FAILED}
LINEAGE = "metric_lineage"  # tables of a release
Read = Callable[[str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the data of a table. Days: None where the fault has no beginning, no end, or none that is known.

    `of`, `among`: records in quarantine and records of the same files; days missing.
    """

    kind: str
    table: str
    subject: str
    feed: str = ""
    first_on: date | None = None
    last_on: date | None = None
    of: int = 0
    among: int = 0

    @property
    def state(self) -> str:
        """What it makes of a number that rests on it."""
        return KINDS[self.kind]

    def touches(self, start: date, end: date) -> bool:
        """Whether it concerns a day of a period (`end` is the first day after it)."""
        return (self.first_on is None or self.first_on < end) and (self.last_on is None or self.last_on >= start)


@dataclass(frozen=True)
class Badge:
    """The state of a number's data, and what it comes from, worst first. `tables`: what the number rests on."""

    state: str
    faults: tuple[Fault, ...]
    tables: frozenset[str]


@dataclass(frozen=True)
class Quality:
    """What a release knows of its data: the tables behind each metric, and the faults."""

    rests: Mapping[str, frozenset[str]]
    faults: tuple[Fault, ...]

    def badge(self, metric: Metric, start: date, end: date) -> Badge | None:
        """The badge of a metric over a period; None for a metric that the release does not know. A stock rests on everything up to its date."""
        tables = self.rests.get(metric.id)
        if tables is None:
            return None
        begin = date.min if metric.default_form.is_stock or not metric.time else start
        touching = [fault for fault in self.faults if fault.table in tables and fault.touches(begin, end)]
        return Badge(*_judged(touching), tables)


def read_quality(read: Read, there: Iterable[str]) -> Quality:
    """Read lineage and faults of a release; `there`: its tables. A release without lineage gives no badges."""
    known = set(there)
    if LINEAGE not in known:
        return Quality({}, ())
    rests: dict[str, set[str]] = {}
    for row in read(f"select metric_id, table_name from {LINEAGE}"):
        rests.setdefault(row["metric_id"], set()).add(row["table_name"])
    parts = [
        (_CHECKS, "quality_outcome", _check),
        (_FRESH, "source_freshness", _late),
        (_GAPS, "source_gap", _gap),
        (_ASIDE, "delivery_part", _aside),
    ]
    faults = [fault for sql, table, make in parts if table in known for row in read(sql) if (fault := make(row))]
    return Quality({name: frozenset(tables) for name, tables in rests.items()}, tuple(faults))


def _judged(touching: list[Fault]) -> tuple[str, tuple[Fault, ...]]:
    """The worst state, and the faults that count: of parts in quarantine only where they are too many of a source's records in the period."""
    heavy = _too_many([fault for fault in touching if fault.kind == "set_aside"])
    counted = [fault for fault in touching if fault.kind != "set_aside"] + heavy
    counted.sort(key=lambda fault: (-STATES.index(fault.state), fault.kind, fault.subject, fault.feed, fault.first_on or date.min))
    return (counted[0].state if counted else GOOD), tuple(counted)


def _too_many(parts: list[Fault]) -> list[Fault]:
    """Files of a source and feed taken together, where more than SET_ASIDE of their records are in quarantine."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for part in parts:
        groups.setdefault((part.table, part.subject, part.feed), []).append(part)
    sums = [(key, sum(part.of for part in found), sum(part.among for part in found)) for key, found in groups.items()]
    return [Fault("set_aside", *key, of=of, among=among) for key, of, among in sums if of > SET_ASIDE * among]


_CHECKS = """select table_name, rule_id, severity, result, because from quality_outcome
    where run_id = (select run_id from quality_outcome order by ran_at desc, run_id limit 1) and result <> 'passed'"""
_FRESH = "select source_id, feed, newest_on, days_behind, complete_on from source_freshness where is_late"
_GAPS = "select source_id, feed, day_on from source_gap"
_ASIDE = """select source_id, feed, first_on, last_on, kept, set_aside from delivery_part
    semi join (select source_id, feed from delivery_part where set_aside > 0) as touched using (source_id, feed)"""


def _check(row: dict[str, Any]) -> Fault:
    is_warning = row["severity"] != "block" and row["result"] == "failed"
    return Fault("check_warned" if is_warning else "check_failed", row["table_name"], row["rule_id"])


def _late(row: dict[str, Any]) -> Fault | None:
    after = row["complete_on"] or row["newest_on"]
    if row["feed"] not in feeds() or after is None:
        return None
    kind = "silent" if row["days_behind"] > SILENT_DAYS else "late"
    return Fault(kind, feeds()[row["feed"]].table, row["source_id"], row["feed"], after + timedelta(days=1), of=row["days_behind"])


def _gap(row: dict[str, Any]) -> Fault | None:
    known = feeds().get(row["feed"])
    return Fault("gap", known.table, row["source_id"], row["feed"], row["day_on"], row["day_on"], of=1) if known else None


def _aside(row: dict[str, Any]) -> Fault | None:
    known = feeds().get(row["feed"])
    if known is None:
        return None
    among = row["kept"] + row["set_aside"]
    return Fault("set_aside", known.table, row["source_id"], row["feed"], row["first_on"], row["last_on"], row["set_aside"], among)
