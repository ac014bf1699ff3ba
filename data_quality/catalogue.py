"""All rules by table: those that follow from the contracts, and those written in suites/<table>.yaml.

A suite's rule blocks only where a breach means that we, or a source's code map, are wrong. What a source may truly say, however odd, warns.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from data_quality.derived import derived_rules
from data_quality.rules import Rule, SuiteError
from warehouse.contract import LOADER


@cache
def suites() -> dict[str, tuple[Rule, ...]]:
    """Every rule of every table, the contract's first; ids are unique within a table."""
    out = derived_rules()
    for table, rules in written_rules().items():
        out.setdefault(table, []).extend(rules)
    for table, rules in out.items():
        _check_ids(table, [rule.id for rule in rules])
    return {table: tuple(rules) for table, rules in sorted(out.items())}


def written_rules() -> dict[str, list[Rule]]:
    """The rules of suites/*.yaml by table."""
    folder = files("data_quality") / "suites"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return dict(parse_suite(name.removesuffix(".yaml"), (folder / name).read_text("utf-8")) for name in names)


def parse_suite(table: str, text: str) -> tuple[str, list[Rule]]:
    """Rules of one suite; its file is named for the table."""
    body = yaml.load(text, Loader=LOADER)
    if body.get("table") != table or not body.get("rules"):
        raise SuiteError(f"The suite {table}.yaml must say `table: {table}` and hold at least one rule.")
    return table, [Rule(raw["id"], table, raw["rule"], raw["args"], raw["severity"], raw["because"]) for raw in body["rules"]]


def _check_ids(table: str, ids: list[str]) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise SuiteError(f"Two rules of {table} carry the id {', '.join(twice)}; give each its own.")
