"""What a column of a model rests on: literal SELECTs, each with the tables that a reader of it would name."""

import pytest

from warehouse.lineage import Lineage

COLUMNS = {"id": "BIGINT", "k": "BIGINT", "a": "VARCHAR", "b": "VARCHAR", "n": "BIGINT"}
SCHEMA = dict.fromkeys(("base", "other", "third"), COLUMNS)
OWN = {"m": {"id": "BIGINT", "a": "VARCHAR", "x": "VARCHAR"}, "top": {"id": "BIGINT", "x": "VARCHAR"}}


def behind(columns, **statements):
    found = Lineage(SCHEMA | {name: OWN[name] for name in statements}, statements).behind({list(statements)[-1]: columns})
    return found - statements.keys()


@pytest.mark.parametrize(
    ("sql", "columns", "wanted"),
    [
        ("select id, a from base", ["a"], {"base"}),
        ("select base.id, other.a as x from base left join other on other.id = base.id", ["id"], {"base"}),
        ("select base.id, other.a as x from base left join other on other.id = base.id", ["x"], {"base", "other"}),
        ("select base.id, other.a as x from base left join other using (id)", ["id"], {"base"}),
        ("select id, other.a as x from base left join other using (id)", ["id"], {"base"}),
        ("select base.id, base.a as x from base join other on other.id = base.id", ["id"], {"base", "other"}),
        ("select base.id from base left join other using (id) where other.a is null", ["id"], {"base", "other"}),
        ("select base.id from base where exists (select 1 from other where other.id = base.id)", ["id"], {"base", "other"}),
        ("select base.id, (select max(a) from other where other.id = base.id) as x from base", ["id"], {"base"}),
        ("select base.id, (select max(a) from other where other.id = base.id) as x from base", ["x"], {"base", "other"}),
        ("with s as (select id, a, n from base), t as (select id, b from other) select s.id, t.b as x from s left join t using (id)", ["id"], {"base"}),
        ("select id, x from (select id, a as x from base union all select id, b from other)", ["x"], {"base", "other"}),
        ("select base.id, count(*) as a, any_value(other.b) as x from base left join other using (id) group by all", ["a"], {"base"}),
        ("select base.id, other.b as x, count(*) as a from base left join other using (id) group by all", ["a"], {"base", "other"}),
        ("select base.id, third.a as x from base left join other using (id) left join third on third.id = other.k", ["x"], {"base", "other", "third"}),
        ("select base.id, third.a as x from base left join other using (id) left join third on third.id = other.k", ["id"], {"base"}),
        ("select coalesce(other.a, base.a) as x, base.id from base left join other using (id)", ["x"], {"base", "other"}),
        ("select * exclude (k, n, b) from base", ["a"], {"base"}),
    ],
)  # fmt: skip
def test_tables_behind_a_column(sql, columns, wanted):
    assert behind(columns, m=sql) == wanted


def test_columns_are_followed_through_models():
    made = {
        "m": "select base.id, other.a as x, third.a from base left join other using (id) left join third using (id)",
        "top": "select id, x from m",
    }
    assert behind(["x"], **made) == {"base", "other"} and behind(["id"], **made) == {"base"}
