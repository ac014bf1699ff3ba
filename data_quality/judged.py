"""Which rows were judged before, so that a rule that all of them kept is asked of newer rows only.

A row of a file never changes once it is loaded: of a core table, newer rows are those of later files. Of a mart that builds bring up to date by cases or
parts they are the rows that builds noted, and a table that was not built again has none. What is kept, in build_state: by rule its text, and the last file or the mart's build that was judged. A rule
that was broken, is worded anew, looks into other tables or compares shares is judged over all rows, and so is every rule of a full build
(docs/decisions/0029).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from data_quality.outcomes import Outcome
from data_quality.rules import Rule
from warehouse.contract import feeds
from warehouse.models.noted import noted_marts, notes_of, stamps

_STATE = "gate:judged"


@dataclass(frozen=True)
class Judged:
    """By rule: its text, and the last file, or build of a built table, whose rows kept it.

    `built`: by table its last build; `noted`: by mart the build since which its changes are noted.
    """

    marks: Mapping[str, tuple[str, int | str]] = field(default_factory=dict)
    built: Mapping[str, str] = field(default_factory=dict)
    noted: Mapping[str, str] = field(default_factory=dict)

    def newer(self, rule: Rule, source: str) -> str | None:
        """The rows of `source`, the rule's table, that are still to be judged, as something to select from; None for all rows."""
        text, mark = self.marks.get(_name(rule), (None, None))
        if text is None or text != _text(rule):
            return None
        if isinstance(mark, int):
            return f"(select * from {source} where file_id > {mark})"
        if self.built.get(rule.table) == mark:
            return f"(select * from {source} where false)"
        # the library wants every query to name the table that it is about
        noted = f"(select * exclude (sign) from {notes_of(rule.table)} /* of {source} */ where sign > 0)"
        return noted if self.noted.get(rule.table) == mark else None


def judged_before(con: duckdb.DuckDBPyConnection) -> Judged:
    """What the last run of the gate left."""
    found = con.execute("select value from build_state where name = ?", [_STATE]).fetchone()
    marks = {name: (text, mark) for name, (text, mark) in json.loads(found[0]).items()} if found else {}
    return Judged(marks, stamps(con), noted_marts(con))


def remember_judged(con: duckdb.DuckDBPyConnection, outcomes: list[Outcome]) -> None:
    """Leave what these outcomes say for the next run."""
    kept = {_name(outcome.rule): outcome.rule for outcome in outcomes if outcome.result == "passed" and _text(outcome.rule)}
    core = {feed.table for feed in feeds().values()} & {rule.table for rule in kept.values()}
    last = {table: _last_file(con, table) for table in core} | stamps(con)
    value = json.dumps({name: (_text(rule), last[rule.table]) for name, rule in kept.items() if rule.table in last})
    con.execute("insert or replace into build_state values (?, ?)", [_STATE, value])


def _last_file(con: duckdb.DuckDBPyConnection, table: str) -> int:
    found = con.execute(f"select coalesce(max(file_id), 0) from {table}").fetchone()
    return found[0] if found else 0


def _name(rule: Rule) -> str:
    return f"{rule.table}.{rule.id}"


def _text(rule: Rule) -> str | None:
    """The rule's query about newer rows; None where it needs all rows."""
    query = rule.breaches(rule.table, newer="newer")
    return query if query and query.lower().count("select") == (2 if rule.kind == "unique" else 1) else None
