"""The rules themselves: written ones are complete and compile against the contracts, derived ones follow from them."""

import duckdb
import pytest

from data_quality.catalogue import parse_suite, suites, written_rules
from data_quality.derived import derived_rules
from data_quality.outcomes import keys
from data_quality.rules import SuiteError
from warehouse.contract import feeds, tables
from warehouse.engine.duckdb import create_table
from warehouse.masking import personal_columns

SUITE = """
table: core_rating
rules:
  - {id: r, rule: between, args: {column: grade, min: 1}, severity: warn, because: {en: Why, zh: 何故}}
"""


def test_every_core_and_built_table_has_its_contract_checked():
    rules = derived_rules()
    assert set(rules) == {feed.table for feed in feeds().values()} | set(tables())
    assert all({"columns", "key_unique"} <= {rule.id for rule in suite} for suite in rules.values())


def test_rules_of_one_contract_are_the_expected_ones():
    found = {rule.id: (rule.kind, rule.args) for rule in derived_rules()["core_rating"] if rule.id != "columns"}
    meta = {f"{name}_required": ("not_null", {"column": name}) for name in ("source_id", "source_version", "file_id", "row_no")}
    required = {f"{name}_required": ("not_null", {"column": name}) for name in ("rating_id", "grade", "rated_at", "channel")}
    assert found.pop("key_unique") == ("unique", {"columns": ["source_id", "rating_id"]})
    assert found.pop("grade_codes") == ("in_set", {"column": "grade", "values": [1, 2, 3, 4, 5]})
    assert found.pop("validity_codes") == ("in_set", {"column": "validity", "values": ["valid", "invalid", "under_review"]})
    assert found.pop("channel_codes")[0] == "in_set"
    assert found == meta | required


def test_derived_rules_all_block_and_written_ones_say_why_in_chinese():
    assert {rule.severity for suite in derived_rules().values() for rule in suite} == {"block"}
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in rule.because["zh"]) for suite in suites().values() for rule in suite)


def test_every_rule_runs_on_an_empty_table_of_its_contract():
    with duckdb.connect() as con:
        con.execute("create table build_as_of (as_of_at timestamptz, as_of_on date)")
        for feed in feeds().values():
            con.execute(create_table(feed, feed.table))
        for table in tables().values():
            con.execute(f"create table {table.name} ({', '.join(f'{c.name} {c.type}' for c in table.columns.values())})")
        queries = [query for table, suite in suites().items() for rule in suite if (query := rule.breaches(table))]
        assert len(queries) > 300
        assert [con.execute(query).fetchall() for query in queries] == [[]] * len(queries)


def test_written_rules_concern_known_tables_and_columns():
    known = {feed.table for feed in feeds().values()} | set(tables())
    assert set(written_rules()) <= known


def test_persons_are_known_and_are_part_of_no_mart():
    assert personal_columns()["core_rating"] == {"rater_key"}
    assert personal_columns()["core_case_event"] == {"applicant_key", "agent_key", "detail"}
    assert personal_columns()["mart_case"] == frozenset()
    assert keys()["core_rating"] == ("source_id", "rating_id")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rule: between", "rule: beyond", "unknown kind"),
        ("column: grade, ", "", "needs column"),
        ("severity: warn", "severity: fatal", "block or warn"),
        (", zh: 何故", "", "Chinese"),
        ("table: core_rating", "table: core_ratings", "core_rating.yaml must say"),
    ],
)
def test_a_rule_that_judges_nothing_is_refused(old, new, says):
    assert len(parse_suite("core_rating", SUITE)[1]) == 1
    with pytest.raises(SuiteError, match=says):
        parse_suite("core_rating", SUITE.replace(old, new))
