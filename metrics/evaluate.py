"""Answers: a compiled query run on a store, its sums turned into values with their state and interval. The one way from a question to a number."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import duckdb

from metrics.catalog import Catalog, filled_marts, read_catalog, table_names
from metrics.compile import Compiled, Query, compile_query
from metrics.derived import Desk, evaluate_derived
from metrics.intervals import Quantile
from metrics.judge import Sums, Verdict, judge, judge_survival
from metrics.public import for_public
from metrics.query import Question, read_query
from metrics.spec import Form, QueryRefused, Value
from metrics.states import NOT_PROVIDED, NOT_YET_COMPLETE
from metrics.together import Found, run_together
from metrics.verdicts import Columns, columns_of, judge_all, judge_survivals, withheld

SCOPES = ("internal", "public")
COMPLETENESS = "completeness_by_mart"  # table of a release, see warehouse/freshness.py


@dataclass(frozen=True)
class Answer:
    """The answer to one query: a row for each combination of its dimensions (kept as columns, in their order), and what it rests on."""

    metric: str
    unit: str
    params: dict[str, Value]
    release: str | None
    as_of: date | None
    definition_version: int
    columns: Columns
    provisional_from: date | None = None  # the first day of its period that some source has not delivered yet; None: all is there

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """A field for each dimension, then value, state and what they rest on."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def to_json(self) -> dict[str, Any]:
        """The document that the outside sees."""
        return {
            "metric": self.metric, "unit": self.unit, "params": self.params, "release": self.release,
            "as_of": self.as_of.isoformat() if self.as_of else None, "definition_version": self.definition_version, "rows": self.rows,
        }  # fmt: skip


@dataclass(frozen=True)
class Store:
    """What there is to know of a store before any question: its rollups, its release, the marts that hold rows."""

    catalog: Catalog
    release: str | None
    as_of: date | None
    provided: frozenset[str]
    complete_on: dict[str, date] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()

    def provisional_from(self, *marts: str) -> date | None:
        """The first day for which not every source of these marts has delivered (R8); None where the store does not say."""
        known = [self.complete_on[mart] for mart in marts if mart in self.complete_on]
        return min(known) + timedelta(days=1) if known else None


def answer(con: duckdb.DuckDBPyConnection, query: Query, scope: str = "internal") -> Answer:
    """Answer one query, for insiders or for the `public`."""
    return answer_all(con, [query], scope=scope)[0]


def answer_all(
    con: duckdb.DuckDBPyConnection, queries: Iterable[Query], store: Store | None = None, scope: str = "internal"
) -> list[Answer]:
    """Answer the queries of a page, in their order; what the store is gets looked up once (or is handed in, for a sealed release)."""
    known = store or read_store(con)
    if scope not in SCOPES:
        raise QueryRefused(f"There is no scope {scope!r}; choose one of {', '.join(SCOPES)}.")
    asked = list(queries)
    answers = _for_insiders(con, asked, known)
    return answers if scope == "internal" else [_for_public(con, query, found, known) for query, found in zip(asked, answers, strict=True)]


def _for_public(con: duckdb.DuckDBPyConnection, query: Query, found: Answer, store: Store) -> Answer:
    def ask(other: Query) -> list[dict[str, Any]]:
        return _for_insiders(con, [other], store)[0].rows

    question = read_query(query)
    return replace(found, columns=columns_of(for_public(question, found.rows, ask, store.as_of), question.by))


def _for_insiders(con: duckdb.DuckDBPyConnection, queries: list[Query], known: Store) -> list[Answer]:
    questions = [read_query(query) for query in queries]
    plain = [compile_query(query, known.catalog) for query, question in zip(queries, questions, strict=True) if not _is_derived(question)]
    answerable = [each for each in plain if each.question.metric.mart in known.provided]
    rows = dict(zip(map(id, answerable), run_together(con, answerable), strict=True))
    answers = iter([_answer(known, each, rows.get(id(each), [])) for each in plain])
    return [_derived(con, question, known) if _is_derived(question) else next(answers) for question in questions]


def _is_derived(question: Question) -> bool:
    return question.form.kind == "derived"


def _derived(con: duckdb.DuckDBPyConnection, question: Question, store: Store) -> Answer:
    """The answer to a question about a figure that rests on other figures' answers."""

    def read(sql: str, given: list[Any]) -> list[dict[str, Any]]:
        found = con.execute(sql, given)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def ask(query: Query) -> Columns:
        return _for_insiders(con, [query], store)[0].columns

    reason = _reason(question, store)
    if reason:
        return _as_answer(question, store, _withheld(question, reason))
    rows = evaluate_derived(question, Desk(ask, read, store.as_of, store.tables))
    return _as_answer(question, store, columns_of(rows, question.by))


def read_store(con: duckdb.DuckDBPyConnection) -> Store:
    """Look up what a store has."""
    tables = table_names(con)
    stamp, as_of = _release(con, tables)
    return Store(read_catalog(con, tables, as_of), stamp, as_of, filled_marts(con, tables), _complete_on(con, tables), frozenset(tables))


def _complete_on(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> dict[str, date]:
    if COMPLETENESS not in tables:
        return {}
    return {mart: day for mart, day in con.execute(f"select mart, complete_on from {COMPLETENESS}").fetchall() if day}


def _release(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> tuple[str | None, date | None]:
    row = con.execute("select stamp, as_of from release_info").fetchone() if "release_info" in tables else None
    built = con.execute("select as_of_on from build_as_of").fetchone() if "build_as_of" in tables else None
    as_of = (row[1] if row else None) or (built[0] if built else None)
    return (row[0] if row else None), _day(as_of)


def _day(moment: Any) -> date | None:
    if moment is None or type(moment) is date:
        return moment
    return date.fromisoformat(str(moment)[:10])


def _answer(store: Store, compiled: Compiled, found: Found) -> Answer:
    question = compiled.question
    reason = _reason(question, store)
    if not found:
        return _as_answer(question, store, _withheld(question, reason) if reason else _nothing(question))
    places = dict(zip(question.by, found, strict=False))
    sums = found[len(question.by) :]
    verdicts = withheld(reason, len(found[0])) if reason else _verdicts(question, compiled.roles, sums)
    return _as_answer(question, store, {**places, **verdicts})


def _as_answer(question: Question, store: Store, columns: Columns) -> Answer:
    metric = question.metric
    open_from = _provisional_from(question, store)
    return Answer(metric.id, question.form.unit, question.params, store.release, store.as_of, metric.version, columns, open_from)


def _provisional_from(question: Question, store: Store) -> date | None:
    """The first day that is not complete, where the question reaches as far. A period that still runs is not complete, whoever has delivered."""
    first = store.provisional_from(question.metric.mart, *question.form.requires)
    last = question.end - timedelta(days=1) if question.end else store.as_of
    return first if first and (last is None or last >= first) else None


def _reason(question: Question, store: Store) -> str | None:
    """The state of every row where no number can be right: a feed was never loaded, or the period has not begun."""
    needed = {question.metric.mart, *question.form.requires}
    if not needed <= store.provided:
        return NOT_PROVIDED
    begins_on = question.begins_on
    return NOT_YET_COMPLETE if begins_on and store.as_of and begins_on > store.as_of else None


def _verdicts(question: Question, roles: tuple[str, ...], sums: Found) -> Columns:
    if question.form.kind == "survival_quantile":
        return judge_survivals(*sums)
    return judge_all(question.form, dict(zip(roles, sums, strict=True)), question.metric.zero_is_missing_above)


def _withheld(question: Question, reason: str) -> Columns:
    """Without rows of its own: one that says why, unless it is broken down."""
    return {**dict.fromkeys(question.by, ()), **withheld(reason, 0 if question.by else 1)}


def _nothing(question: Question) -> Columns:
    """Where no row was found: the verdict on no sums, unless it is broken down."""
    return columns_of([] if question.by else [_of_nothing(question.form).to_row()], question.by)


def _of_nothing(form: Form) -> Verdict:
    return judge_survival(Quantile(None, None, None, 0)) if form.kind == "survival_quantile" else judge(form, Sums())
