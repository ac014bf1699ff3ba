"""What became of each rule: the table quality_outcome, and samples of the rows that broke a rule, without personal columns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import duckdb

from data_quality.rules import Rule
from warehouse.contract import feeds, tables
from warehouse.masking import personal_columns

RUNS_KEPT = 30
SAMPLE_ROWS = 5
OUTCOME_DDL = """
create table if not exists quality_outcome (
    run_id VARCHAR not null, ran_at TIMESTAMPTZ not null, table_name VARCHAR not null, rule_id VARCHAR not null, rule VARCHAR not null,
    severity VARCHAR not null, because VARCHAR not null, result VARCHAR not null, observed VARCHAR, expected VARCHAR,
    unexpected_count BIGINT, sample VARCHAR
)
"""


@dataclass(frozen=True)
class Outcome:
    """One rule, judged: passed, failed (the data break it) or errored (it could not be judged)."""

    rule: Rule
    result: str
    observed: str = ""
    unexpected_count: int | None = None
    sample: str | None = None

    @property
    def is_blocking(self) -> bool:
        """It stops publication: a rule of that severity failed, or nobody knows whether it holds."""
        return self.rule.severity == "block" and self.result != "passed"

    @property
    def sentence(self) -> str:
        """One line for a log or a terminal."""
        return f"{self.rule.table}.{self.rule.id} {self.result}: {self.observed} (wanted {self.rule.expected}). {self.rule.because['en']}"


@dataclass(frozen=True)
class GateReport:
    """Counts of a run of the gate; `blocking` is empty when a release may be published."""

    passed: int
    warned: int
    failed: int
    errored: int
    blocking: list[Outcome]
    outcomes: list[Outcome] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, outcomes: list[Outcome]) -> GateReport:
        """Count outcomes: a failed rule that only warns is `warned`; an error is an error whatever its severity."""
        kinds = ["warned" if o.result == "failed" and o.rule.severity == "warn" else o.result for o in outcomes]
        counts = {kind: kinds.count(kind) for kind in ("passed", "warned", "failed", "errored")}
        return cls(**counts, blocking=[o for o in outcomes if o.is_blocking], outcomes=outcomes)

    @property
    def counts(self) -> dict[str, int]:
        """The four counts as `onegate build --json` prints them."""
        return {"passed": self.passed, "warned": self.warned, "failed": self.failed, "errored": self.errored}


def write_outcomes(con: duckdb.DuckDBPyConnection, run_id: str, ran_at: datetime, outcomes: list[Outcome]) -> None:
    """Append a run to quality_outcome and forget the oldest beyond RUNS_KEPT."""
    con.execute(OUTCOME_DDL)
    rows = [_row(run_id, ran_at, outcome) for outcome in outcomes]
    con.execute("begin")
    columns = ", ".join(f"unnest(${place + 1})" for place in range(len(rows[0])))  # one statement: row by row takes seconds
    con.execute(f"insert into quality_outcome select {columns}", [list(column) for column in zip(*rows, strict=True)])
    newest = "select run_id from quality_outcome group by run_id order by max(ran_at) desc, run_id desc limit ?"
    con.execute(f"delete from quality_outcome where run_id not in ({newest})", [RUNS_KEPT])
    con.execute("commit")


def sample(con: duckdb.DuckDBPyConnection, rule: Rule) -> str | None:
    """A few of the rows that break a rule, as JSON text: key and concerned columns, never a personal one."""
    query = rule.breaches(rule.table)
    if query is None:
        return None
    hidden = personal_columns().get(rule.table, frozenset())
    wanted = [*keys().get(rule.table, ()), *_concerned(rule)] if rule.predicate else []
    columns = [name for name in dict.fromkeys(wanted) if name not in hidden] or ["*"]
    with con.cursor() as cursor:
        found = cursor.execute(f"select {', '.join(columns)} from ({query}) as breaches limit {SAMPLE_ROWS}")
        names = [column[0] for column in found.description]
        rows = [{name: value for name, value in zip(names, row, strict=True) if name not in hidden} for row in found.fetchall()]
    return json.dumps(rows, ensure_ascii=False, default=str)


@cache
def keys() -> dict[str, tuple[str, ...]]:
    """Key columns by table."""
    out = {feed.table: ("source_id", *feed.key) for feed in feeds().values()}
    return out | {table.name: table.key for table in tables().values()}


def _concerned(rule: Rule) -> list[str]:
    return [rule.args["column"]] if "column" in rule.args else list(rule.args.get("columns", ()))


def _row(run_id: str, ran_at: datetime, outcome: Outcome) -> tuple:
    rule = outcome.rule
    because = json.dumps(rule.because, ensure_ascii=False)
    verdict = (outcome.result, outcome.observed, rule.expected, outcome.unexpected_count, outcome.sample)
    return (run_id, ran_at, rule.table, rule.id, rule.kind, rule.severity, because, *verdict)
