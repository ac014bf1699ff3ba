"""The one door to Great Expectations: judges every rule over the writer's own open connection and keeps the outcomes.

A rule that could not be judged (an exception, a table that is gone, a result that never came) is errored, which blocks like a failure.
A table without rows is judged only by the rules that say how many rows there should be: a feed that was never loaded breaks nothing.
Rows that kept a rule are not judged by it again, unless everything is to be judged anew.
"""

from __future__ import annotations

import logging
import os
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from threading import Thread
from typing import Any, ClassVar

import duckdb

from data_quality.catalogue import suites
from data_quality.judged import Judged, judged_before, remember_judged
from data_quality.outcomes import GateReport, Outcome, sample, write_outcomes
from data_quality.rules import Rule

_LIBRARY = "great_expectations"
_ALWAYS = "row_count"  # the kind that is judged over an empty table too
_LOADED = {"en": "A release without any row says nothing; load files first.", "zh": "没有任何数据的发布毫无意义;请先导入文件。"}


@contextmanager
def importing_ahead() -> Iterator[None]:
    """Import Great Expectations, which takes seconds, beside the work of the block; what it raises is raised when the gate asks for it."""

    def load() -> None:
        with suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module(_LIBRARY)

    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    thread = Thread(target=load, name="imports the gate")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def run_gate(con: duckdb.DuckDBPyConnection, *, full: bool = False) -> GateReport:
    """Judge all rules of all tables in the store (`full`: and all rows), write quality_outcome, and say what blocks. `con` must not be in a transaction."""
    before = Judged() if full else judged_before(con)
    report = judge(con, suites(), before)
    remember_judged(con, report.outcomes)
    return report


def judge(con: duckdb.DuckDBPyConnection, rules: Mapping[str, Sequence[Rule]], before: Judged | None = None) -> GateReport:
    """Judge these rules (by table) as run_gate does, over all rows but those judged before."""
    ran_at = datetime.now(UTC)
    rows = _row_counts(con)
    outcomes = [_anything_loaded(rows, rules)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own making, on import and in use
        expectations = _Expectations(con, before or Judged())
        for table, suite in rules.items():
            outcomes += _judge_table(con, expectations, suite, rows.get(table))
    write_outcomes(con, f"{ran_at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}", ran_at, outcomes)
    return GateReport.of(outcomes)


def _judge_table(con: duckdb.DuckDBPyConnection, expectations: _Expectations, suite: Sequence[Rule], rows: int | None) -> list[Outcome]:
    if rows is None:
        return [Outcome(rule, "errored", "The table does not exist.") for rule in suite]
    judged = suite if rows else [rule for rule in suite if rule.kind == _ALWAYS]
    results = expectations.validate(judged) if judged else {}
    return [_outcome(con, rule, results.get(rule.id, "No result came back."), rows) for rule in judged]


def _outcome(con: duckdb.DuckDBPyConnection, rule: Rule, result: Any, rows: int) -> Outcome:
    if isinstance(result, str):
        return Outcome(rule, "errored", result)
    try:
        count = unexpected_count(result)
        found = None if result.success else sample(con, rule)
        observed = _observed(con, rule, result, rows)
    except duckdb.Error as error:
        return Outcome(rule, "errored", _first_line(str(error)))
    return Outcome(rule, "passed" if result.success else "failed", observed, count, found)


def _observed(con: duckdb.DuckDBPyConnection, rule: Rule, result: Any, rows: int) -> str:
    if rule.kind == "share":
        return _largest_share(con, rule)
    if rule.kind == "columns":
        return ", ".join(result.result.get("details", {}).get("mismatched", {}).get("missing", [])) or "0"
    return f"{unexpected_count(result)} / {rows}"


def _largest_share(con: duckdb.DuckDBPyConnection, rule: Rule) -> str:
    """The largest share over the groups that are judged, as a fraction of 1."""
    loose = Rule(rule.id, rule.table, rule.kind, {**rule.args, "max": -1}, rule.severity, rule.because)
    with con.cursor() as cursor:
        found = cursor.execute(f"select max(found / among) from ({loose.breaches(rule.table)}) as shares where among > 0").fetchone()
    return "too few rows" if not found or found[0] is None else f"{found[0]:.4f}"


def unexpected_count(result: Any) -> int:
    """Number of rows (or groups) that break a rule, from a result of Great Expectations."""
    body = result.result
    if "unexpected_count" in body:
        return int(body["unexpected_count"] or 0)
    observed = body.get("observed_value")
    return int(observed) if isinstance(observed, int) else int(not result.success)


def raised(info: Any) -> str | None:
    """The message of an exception hidden anywhere in a result's exception_info, else None."""
    if not isinstance(info, Mapping):
        return None
    if info.get("raised_exception"):
        return _first_line(str(info.get("exception_message") or "An exception was raised."))
    return next((message for message in map(raised, info.values()) if message), None)


def _rule_id(result: Any) -> str:
    return result.expectation_config.meta["rule_id"]


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300] if text.strip() else "An error without a message."


def _row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    names = [
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where database_name = current_database() and not internal"
        ).fetchall()
    ]
    if not names:
        return {}
    counts = " union all ".join(f"select '{name}', count(*) from \"{name}\"" for name in names)
    return dict(con.execute(counts).fetchall())


def _anything_loaded(rows: Mapping[str, int], rules: Mapping[str, Sequence[Rule]]) -> Outcome:
    total = sum(rows.get(table, 0) for table in rules)
    rule = Rule("anything_loaded", "store", "never", {"where": "no rows in any table"}, "block", _LOADED)
    return Outcome(rule, "passed" if total else "failed", str(total), int(not total))


class _Expectations:
    """Great Expectations over an open DuckDB connection; imported here, since that takes seconds."""

    def __init__(self, con: duckdb.DuckDBPyConnection, before: Judged) -> None:
        self.before = before
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        import great_expectations as gx
        from duckdb_sqlalchemy import ConnectionWrapper

        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        self.gx = gx
        self.make: Any = gx.expectations
        self.breaches = _breaches_expectation(self.make.UnexpectedRowsExpectation)
        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}  # pyright: ignore[reportAttributeAccessIssue]  (what it takes at run time)
        # autocommit and no reset on return: with them results come back, without them every one is empty
        options = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None, "skip_autocommit_rollback": True}
        creator = {"creator": lambda: ConnectionWrapper(con.cursor())}
        engine = {"connection_string": "duckdb:///:memory:", "kwargs": creator | options}
        self.source = self.context.data_sources.add_sql(name="store", **engine)

    def validate(self, rules: Sequence[Rule]) -> dict[str, Any]:
        """Results by rule id; a string in place of a result says why there is none. One validation for the table of these rules."""
        problems: dict[str, Any] = {}
        expectations = []
        for rule in rules:
            try:
                expectations.append(self._expectation(rule))
            except Exception as error:  # whatever the library raises on a rule: the rule is errored, the others go on
                problems[rule.id] = _first_line(str(error))
        try:
            return problems | self._results(rules[0].table, expectations)
        except Exception as error:  # nothing of this table could be judged
            return {rule.id: _first_line(str(error)) for rule in rules}

    def _results(self, table: str, expectations: list) -> dict[str, Any]:
        asset = self.source.add_table_asset(table, table_name=table)
        batch = asset.get_batch(asset.build_batch_request())  # a batch definition would be written down for every table that follows
        suite = self.gx.ExpectationSuite(name=table, expectations=expectations)
        found = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0})
        return {_rule_id(each): raised(each.exception_info) or each for each in found.results}

    def _expectation(self, rule: Rule) -> Any:
        meta = {"rule_id": rule.id}
        if rule.kind == "columns":
            return self.make.ExpectTableColumnsToMatchSet(column_set=rule.args["names"], exact_match=False, meta=meta)
        query = (rule.breaches("\0", self.before.newer(rule, "\0")) or "").replace("{", "{{").replace("}", "}}").replace("\0", "{batch}")
        return self.breaches(unexpected_rows_query=query, meta=meta)


def _breaches_expectation(base: Any) -> Any:
    """UnexpectedRowsExpectation that counts what the query finds and does not run it again to fetch rows: we sample those ourselves.

    The library's own expectations on columns take several metrics each, and half of a build of a small city was spent on adding those up
    (docs/decisions/0024). It asks an expectation for its configuration again for every key that it looks up, so that is kept.
    """
    from great_expectations.compatibility import pydantic

    class ExpectNoBreaches(base):
        """The query finds nothing."""

        metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)
        _configuration: Any = pydantic.PrivateAttr(None)  # pyright: ignore[reportPrivateImportUsage]

        @property
        def configuration(self) -> Any:
            if self._configuration is None:
                self._configuration = super().configuration
            return self._configuration

        def _validate(self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None) -> dict:
            count = metrics["unexpected_rows_query.row_count"]
            return {"success": count == 0, "result": {"observed_value": count}}

    return ExpectNoBreaches
