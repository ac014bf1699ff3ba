"""Every kind of rule has been seen to fail, and whatever cannot be judged blocks like a failure."""

import json
from collections.abc import Iterator

import duckdb
import pytest

from data_quality.gate import judge, raised, run_gate
from data_quality.outcomes import GateReport, Outcome
from data_quality.rules import Rule

WHY = {"en": "Because.", "zh": "因为。"}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table ticket as from (values
                ('a', 1, 10, 0.9558, 5344, ['web']), ('b', 2, 20, 0.9558, 5344, ['app']), ('c', 3, 30, 0.5, 2, null)
            ) as t (id, grade, minutes, share, total, steps)
            """
        )
        yield connection


def rule(kind: str, severity: str = "block", name: str = "r", **args: object) -> Rule:
    return Rule(name, "ticket", kind, args, severity, WHY)


SHAPES = [
    (rule("not_null", column="grade"), "update ticket set grade = null where id = 'a'", 1),
    (rule("in_set", column="grade", values=[1, 2, 3]), "update ticket set grade = 7 where id <> 'a'", 2),
    (rule("list_in_set", column="steps", values=["web", "app"]), "update ticket set steps = ['web', 'fax'] where id = 'a'", 1),
    (rule("between", column="minutes", min=0, max=480), "update ticket set minutes = 481 where id = 'a'", 1),
    (rule("never", where="minutes < grade", columns=["minutes"]), "update ticket set minutes = 0 where id = 'a'", 1),
    (rule("grim", share="share", of="total"), "update ticket set total = 5349 where total = 5344", 2),
    (rule("unique", columns=["id"]), "insert into ticket from ticket where id = 'a'", 1),
    (rule("share", where="grade <= 1", max=0.4), "update ticket set grade = 1 where id = 'b'", 1),
    (rule("order", where="minutes < 25", higher="grade < 3", lower="grade = 3"), "update ticket set minutes = 50 - minutes", 1),
    (rule("row_count", sql="select 3"), "delete from ticket where id = 'a'", 1),
    (rule("columns", names=["id", "grade"]), "alter table ticket drop column grade", 1),
]


@pytest.mark.parametrize(("shape", "fault", "unexpected"), SHAPES, ids=[shape.kind for shape, _, _ in SHAPES])
def test_each_kind_passes_on_good_rows_and_blocks_on_a_fault(con, shape, fault, unexpected):
    assert judge(con, {"ticket": [shape]}).blocking == []
    con.execute(fault)
    report = judge(con, {"ticket": [shape]})
    assert [(o.rule.id, o.result, o.unexpected_count) for o in report.blocking] == [("r", "failed", unexpected)]
    assert report.counts == {"passed": 1, "warned": 0, "failed": 1, "errored": 0}


def test_a_warning_does_not_block(con):
    report = judge(con, {"ticket": [rule("between", "warn", column="minutes", max=15)]})
    assert report.blocking == []
    assert report.counts == {"passed": 1, "warned": 1, "failed": 0, "errored": 0}


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (rule("never", where="no_such_column > 1"), "no_such_column"),
        (rule("never", where="error('burst') is null"), "burst"),
        (rule("not_null", column="no_such_column"), "no_such_column"),
        (rule("between", column="id", min=0), "VARCHAR"),
        (rule("never", where="this is not sql at all ("), "rror"),
    ],
    ids=["missing column", "exception in the data", "missing column of a native rule", "wrong type", "syntax"],
)
def test_an_exception_inside_a_check_blocks_and_spares_the_others(con, broken, says):
    report = judge(con, {"ticket": [broken, rule("unique", name="good", columns=["id"])]})
    assert [(o.rule.id, o.result) for o in report.blocking] == [("r", "errored")]
    assert says in report.blocking[0].observed
    assert {o.rule.id: o.result for o in report.outcomes}["good"] == "passed"
    assert report.counts == {"passed": 2, "warned": 0, "failed": 0, "errored": 1}


def test_an_error_of_a_warning_is_counted_but_does_not_block(con):
    report = judge(con, {"ticket": [rule("never", "warn", where="no_such_column > 1")]})
    assert (report.errored, report.blocking) == (1, [])


def test_a_missing_table_blocks(con):
    gone = Rule("r", "gone", "not_null", {"column": "id"}, "block", WHY)
    report = judge(con, {"ticket": [rule("unique", name="good", columns=["id"])], "gone": [gone]})
    assert [(o.rule.table, o.result) for o in report.blocking] == [("gone", "errored")]


def test_an_empty_table_is_only_asked_for_its_row_count(con):
    con.execute("delete from ticket; create table other as select 1 as id")
    other = Rule("o", "other", "not_null", {"column": "id"}, "block", WHY)
    rules = [rule("not_null", column="grade", name="skipped"), rule("row_count", name="count", sql="select 0")]
    assert [o.rule.id for o in judge(con, {"ticket": rules, "other": [other]}).outcomes] == ["anything_loaded", "count", "o"]
    report = judge(con, {"ticket": [rule("row_count", name="count", sql="select 3")], "other": [other]})
    assert [(o.rule.id, o.result) for o in report.blocking] == [("count", "failed")]


def test_a_store_without_any_row_is_not_published(con):
    con.execute("delete from ticket")
    assert [o.rule.id for o in judge(con, {"ticket": [rule("unique", columns=["id"])]}).blocking] == ["anything_loaded"]


def test_results_belong_to_their_rules_whatever_their_order(con):
    bounds = [rule("between", name=f"max_{n}", column="minutes", max=n) for n in (30, 5, 20, 10, 40)]
    found = {o.rule.id: o.unexpected_count for o in judge(con, {"ticket": bounds}).outcomes if o.rule.table == "ticket"}
    assert found == {"max_30": 0, "max_5": 3, "max_20": 1, "max_10": 2, "max_40": 0}


def test_a_result_that_never_came_is_an_error():
    outcomes = [
        Outcome(rule("unique", columns=["id"]), "errored", "No result came back."),
        Outcome(rule("not_null", column="id"), "passed"),
    ]
    report = GateReport.of(outcomes)
    assert (report.passed, report.errored, len(report.blocking)) == (1, 1, 1)


def test_a_hidden_exception_is_found():
    assert raised({"raised_exception": False, "exception_message": None}) is None
    assert (
        raised({"metric a": {"raised_exception": False}, "metric b": {"raised_exception": True, "exception_message": "Boom\nmore"}})
        == "Boom"
    )


def test_outcomes_are_kept_as_a_table_with_counts_and_a_sample(con):
    judge(con, {"ticket": [rule("between", column="minutes", max=15), rule("share", name="s", where="grade = 1", max=0.5)]})
    judge(con, {"ticket": [rule("between", column="minutes", max=15)]})
    query = "select run_id, rule, severity, because, result, observed, expected, unexpected_count, sample from quality_outcome where rule_id = 'r'"
    rows = con.execute(query).fetchall()
    assert len({row[0] for row in rows}) == 2
    assert rows[0][1:3] == ("between", "block")
    assert json.loads(rows[0][3]) == WHY
    assert rows[0][4:8] == ("failed", "2 / 3", "minutes  … 15", 2)
    assert [row["minutes"] for row in json.loads(rows[0][8])] == [20, 30]
    assert con.execute("select observed from quality_outcome where rule_id = 's'").fetchone() == ("0.3333",)


def test_a_share_is_judged_per_group_and_only_with_enough_rows(con):
    con.execute(
        "create or replace table ticket as select i % 2 as source_id, case when i % 2 = 0 then 1 else 5 end as grade from range(20) t(i)"
    )
    by_source = {"where": "grade <= 2", "by": ["source_id"], "max": 0.6}
    assert [o.result for o in judge(con, {"ticket": [rule("share", **by_source, min_rows=10)]}).blocking] == ["failed"]
    assert judge(con, {"ticket": [rule("share", **by_source, min_rows=11)]}).blocking == []


def test_the_whole_gate_blocks_an_inverted_scale_and_samples_hold_no_person(store):
    store.execute(
        """
        insert into core_rating by name select 'r' || i as rating_id, 1 as grade, timestamptz '2024-02-08 09:00:00+08' as rated_at, date '2024-02-08' as rated_on,
            if(i = 7, 'fax', 'web') as channel, 'SECRET' as rater_key, 's' as source_id, 1 as source_version, 1 as file_id, i as row_no from range(100) t(i)
        """
    )
    report = run_gate(store)
    assert {(o.rule.table, o.rule.id) for o in report.blocking} == {("core_rating", "scale_direction"), ("core_rating", "channel_codes")}
    assert {o.rule.id for o in report.outcomes if o.result == "failed" and not o.is_blocking} == {"bad_share_plausible"}
    samples = [text for (text,) in store.execute("select sample from quality_outcome where sample is not null").fetchall()]
    assert any('"r7"' in text for text in samples)
    assert not any("SECRET" in text for text in samples)


def test_rows_lost_between_core_and_mart_block(store):
    store.execute(
        """
        insert into core_queue_ticket by name select 't1' as ticket_id, 's1' as site_id, timestamptz '2024-02-08 09:00:00+08' as issued_at,
            date '2024-02-08' as issued_on, 'served' as status, 's' as source_id, 1 as source_version, 1 as file_id, 1 as row_no
        """
    )
    assert [(o.rule.table, o.rule.id) for o in run_gate(store).blocking] == [("mart_ticket", "one_row_per_ticket")]
