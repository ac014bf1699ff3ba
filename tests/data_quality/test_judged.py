"""Rows of a file are judged once: later runs look at later files, and find there what a run over all rows finds."""

import duckdb
import pytest

from data_quality.gate import run_gate
from data_quality.judged import judged_before
from data_quality.outcomes import GateReport
from data_quality.rules import Rule

RATINGS = """
insert into core_rating by name select 'r' || i as rating_id, 4 as grade, timestamptz '2024-02-08 09:00:00+08' as rated_at, date '2024-02-08' as rated_on,
    'web' as channel, 's' as source_id, 1 as source_version, {file} as file_id, i as row_no from range({first}, {first} + 100) t(i)
"""
WHY = {"en": "Because.", "zh": "因为。"}


@pytest.fixture
def judged(store: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A hundred good ratings in file 1, judged, and a hundred more in file 2."""
    store.execute(RATINGS.format(file=1, first=0))
    assert broken(run_gate(store)) == {}
    store.execute(RATINGS.format(file=2, first=100))
    return store


def broken(report: GateReport) -> dict[str, int | None]:
    """Rows by rule on ratings that they break."""
    return {o.rule.id: o.unexpected_count for o in report.outcomes if o.rule.table == "core_rating" and o.result != "passed"}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("channel = 'fax' where row_no in (150, 160)", {"channel_codes": 2}),
        ("grade = null where row_no = 150", {"grade_required": 1}),
        ("rating_id = 'r7' where row_no = 150", {"key_unique": 1}),
        ("rating_id = 'r151' where row_no = 150", {"key_unique": 1}),
        ("grade = 1 where file_id = 2", {"bad_share_plausible": 1}),
    ],
    ids=["a foreign code", "a blank", "a key of an earlier file", "a key twice in the new file", "a share of all rows"],
)
def test_what_a_new_file_breaks_is_found_as_if_everything_were_judged(judged, fault, found):
    judged.execute(f"update core_rating set {fault}")
    assert broken(run_gate(judged)) == found
    assert broken(run_gate(judged, full=True)) == found


def test_rows_judged_before_are_judged_again_by_a_full_build_only(judged):
    judged.execute("update core_rating set channel = 'fax' where row_no = 50")
    assert broken(run_gate(judged)) == {}
    assert broken(run_gate(judged, full=True)) == {"channel_codes": 1}


def test_a_rule_that_was_broken_is_judged_over_all_rows_until_it_is_kept(judged):
    judged.execute("update core_rating set channel = 'fax' where row_no = 150")
    for file in (3, 4):
        assert broken(run_gate(judged)) == {"channel_codes": 1}
        judged.execute(RATINGS.format(file=file, first=100 * file))
    judged.execute("delete from core_rating where row_no = 150")
    assert broken(run_gate(judged)) == {}


@pytest.mark.parametrize(
    ("rule", "is_spared"),
    [
        (Rule("channel_codes", "core_rating", "in_set", {"column": "channel", "values": ["web"]}, "block", WHY), False),
        (Rule("rating_id_required", "core_rating", "not_null", {"column": "rating_id"}, "block", WHY), True),
        (Rule("rating_id_required", "core_rating", "not_null", {"column": "grade"}, "block", WHY), False),
        (Rule("key_unique", "core_rating", "unique", {"columns": ["source_id", "rating_id"]}, "warn", WHY), True),
        (Rule("rating_id_required", "core_session", "not_null", {"column": "rating_id"}, "block", WHY), False),
    ],
    ids=["worded anew", "as it was", "of another column", "only its severity changed", "of another table"],
)
def test_only_a_rule_as_it_was_is_spared_rows(judged, rule, is_spared):
    assert (judged_before(judged).newer(rule, "t") == "(select * from t where file_id > 1)") is is_spared


def test_a_rule_that_looks_into_other_tables_is_judged_over_all_rows(store):
    """A division names its parent: earlier rows may break that when others go."""
    store.execute(
        """
        insert into core_division by name select code as division_code, code as name_zh, level, parent as parent_code, 's' as source_id,
            1 as source_version, 1 as file_id, 1 as row_no from (values ('440600', 2, null), ('440604', 3, '440600'), ('440604001', 4, '440604')) as t (code, level, parent)
        """
    )
    run_gate(store)
    store.execute("delete from core_division where division_code = '440604'")
    failed = {(o.rule.table, o.rule.id): o.unexpected_count for o in run_gate(store).outcomes if o.result == "failed"}
    assert failed[("core_division", "parent_known")] == 1
