"""What a rule is, and the SQL of each kind of rule. Knows nothing of Great Expectations.

A *row* kind names the rows that break it by a predicate; a *set* kind names what breaks it by a query over the whole table. Both serve twice:
Great Expectations judges by them, and the sample of a failed rule is taken with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Args = dict[str, Any]


class SuiteError(ValueError):
    """A rule is written in a way that nothing can be judged by."""


@dataclass(frozen=True)
class Rule:
    """One rule on one table. `severity` block stops publication; `because` says in both languages why it is there."""

    id: str
    table: str
    kind: str
    args: Args
    severity: str
    because: dict[str, str] = field(hash=False)

    def __post_init__(self) -> None:
        kind = KINDS.get(self.kind)
        if kind is None:
            raise SuiteError(f"Rule {self.id} of {self.table} is of the unknown kind {self.kind}; known: {', '.join(KINDS)}.")
        missing = kind.needs - set(self.args)
        if missing or self.severity not in ("block", "warn"):
            raise SuiteError(f"Rule {self.id} of {self.table} needs {', '.join(sorted(kind.needs))} and the severity block or warn.")
        if not (self.because.get("en") and self.because.get("zh")):
            raise SuiteError(f"Rule {self.id} of {self.table} must say in English and in Chinese why it is there.")

    @property
    def predicate(self) -> str | None:
        """SQL that is true for a row that breaks the rule; None for a set kind."""
        kind = KINDS[self.kind]
        return kind.rows(self.args) if kind.rows else None

    def breaches(self, source: str, newer: str | None = None) -> str | None:
        """Query that returns what breaks the rule, from `source`; None where it takes the table's columns to tell.

        `newer`: some of its rows; only what these break, or break together with others. None too where rows are not judged one by one.
        """
        kind = KINDS[self.kind]
        if kind.rows:
            return f"select * from {newer or source} where {kind.rows(self.args)}"
        if newer is not None:
            return _repeated_by(self.args, source, newer) if self.kind == "unique" else None
        return kind.whole(self.args, source) if kind.whole else None

    @property
    def expected(self) -> str:
        """What the rule wants, short, in signs rather than words of one language."""
        return KINDS[self.kind].expected(self.args)


@dataclass(frozen=True)
class Kind:
    """How a kind of rule is written as SQL."""

    needs: frozenset[str]
    expected: Callable[[Args], str]
    rows: Callable[[Args], str] | None = None
    whole: Callable[[Args, str], str] | None = None


def literal(value: Any) -> str:
    """A value as SQL text."""
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def _outside(args: Args) -> str:
    return f"{args['column']} is not null and {args['column']} not in ({', '.join(map(literal, args['values']))})"


def _list_outside(args: Args) -> str:
    values = ", ".join(map(literal, args["values"]))
    return f"not list_has_all([{values}], {args['column']})"


def _beyond(args: Args) -> str:
    parts = [f"{args['column']} {sign} {args[bound]}" for bound, sign in (("min", "<"), ("max", ">")) if bound in args]
    return "(" + " or ".join(parts) + ")"


def _unattainable(args: Args) -> str:
    """GRIM: no whole number out of `of` gives this share at the decimals with which it is stated."""
    share, total = args["share"], args["of"]
    decimals = f"len(split_part(cast({share} as varchar), '.', 2))"
    return (
        f"{total} > 0 and {share} between 0 and 1 and abs(round({share} * {total}) / {total} - {share}) > 0.5 * pow(10, -{decimals}) + 1e-9"
    )


def _repeated(args: Args, source: str) -> str:
    columns = ", ".join(args["columns"])
    return f"select {columns}, count(*) as copies from {source} group by {columns} having count(*) > 1"


def _repeated_by(args: Args, source: str, newer: str) -> str:
    """Keys that a newer row has, and another row too."""
    columns = ", ".join(f"line.{name}" for name in args["columns"])
    same = " and ".join(f"line.{name} is not distinct from newer.{name}" for name in args["columns"])
    return _repeated(args, f"(select {columns} from {source} as line semi join {newer} as newer on {same})")


def _above_share(args: Args, source: str) -> str:
    group = ", ".join(args.get("by", ()))
    found = f"count(*) filter (where {args['where']})"
    head = f"{group}, " if group else ""
    tail = f" group by {group}" if group else ""
    having = f"count(*) >= {args.get('min_rows', 1)} and {found} > {args['max']} * count(*)"
    return f"select {head}{found} as found, count(*) as among from {source} where {args.get('of', 'true')}{tail} having {having}"


def _out_of_order(args: Args, source: str) -> str:
    """Groups in which the share among `higher` falls more than `margin` below the share among `lower`, though it should be the larger one."""
    group = ", ".join(args.get("by", ()))
    shares = ", ".join(
        f"count(*) filter (where {args[side]}) as {side}_rows, avg(({args['where']})::int) filter (where {args[side]}) as {side}_share"
        for side in ("higher", "lower")
    )
    counted = f"select {f'{group}, ' if group else ''}{shares} from {source}{f' group by {group}' if group else ''}"
    enough = f"least(higher_rows, lower_rows) >= {args.get('min_rows', 1)}"
    return f"select * from ({counted}) as counted where {enough} and higher_share < lower_share - {args.get('margin', 0)}"


def _other_count(args: Args, source: str) -> str:
    counts = f"select (select count(*) from {source}) as found, ({args['sql']}) as wanted"
    return f"select * from ({counts}) as counts where found <> wanted"


def _range(args: Args) -> str:
    return f"{args['column']} {args.get('min', '')} … {args.get('max', '')}"


KINDS: dict[str, Kind] = {
    "not_null": Kind(frozenset({"column"}), lambda a: f"{a['column']} is not null", rows=lambda a: f"{a['column']} is null"),
    "in_set": Kind(frozenset({"column", "values"}), lambda a: f"{a['column']} ∈ {', '.join(map(str, a['values']))}", rows=_outside),
    "list_in_set": Kind(
        frozenset({"column", "values"}), lambda a: f"{a['column']} ⊆ {', '.join(map(str, a['values']))}", rows=_list_outside
    ),
    "between": Kind(frozenset({"column"}), _range, rows=_beyond),
    "never": Kind(frozenset({"where"}), lambda a: f"not ({a['where']})", rows=lambda a: f"({a['where']})"),
    "grim": Kind(frozenset({"share", "of"}), lambda a: f"{a['share']} = k ÷ {a['of']}", rows=_unattainable),
    "unique": Kind(frozenset({"columns"}), lambda a: f"unique: {', '.join(a['columns'])}", whole=_repeated),
    "share": Kind(frozenset({"where", "max"}), lambda a: f"share ({a['where']}) ≤ {a['max']}", whole=_above_share),
    "order": Kind(
        frozenset({"where", "higher", "lower"}),
        lambda a: f"share ({a['where']} | {a['higher']}) ≥ share ({a['where']} | {a['lower']})",
        whole=_out_of_order,
    ),
    "row_count": Kind(frozenset({"sql"}), lambda a: f"count(*) = ({a['sql']})", whole=_other_count),
    "columns": Kind(frozenset({"names"}), lambda a: f"columns: {', '.join(a['names'])}"),
}
