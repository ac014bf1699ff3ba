"""Verdicts on many rows at once are those that each row gets alone, for every form of the catalogue and every state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.intervals import Quantile
from metrics.judge import Sums, judge, judge_survival
from metrics.registry import registry
from metrics.spec import Form
from metrics.states import INSUFFICIENT_N, NOT_APPLICABLE, NOT_PROVIDED, VALUE
from metrics.verdicts import FIELDS, judge_all, judge_survivals

FORMS = list(
    {(form, metric.zero_is_missing_above): None for metric in registry().values() for form in metric.forms.values() if form.fragments()}
)
WHOLE = st.integers(0, 40) | st.integers(0, 10**7)
NUMBER = WHOLE | st.floats(0.01, 1e6)
ROW = st.fixed_dictionaries(
    {"numerator": NUMBER | st.integers(-50, -1), "denominator": NUMBER, "n": WHOLE, "squares": NUMBER, "bound": NUMBER}
)


def rows(columns):
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@given(st.sampled_from(FORMS), st.lists(ROW, min_size=1, max_size=12))
def test_many_rows_are_judged_as_each_alone(form_and_gap, given_rows):
    form, above = form_and_gap
    roles = list(form.fragments())
    sums = {role: [row[role] for row in given_rows] for role in roles}
    alone = [judge(form, Sums(**{role: row[role] for role in roles}), above).to_row() for row in given_rows]
    assert rows(judge_all(form, sums, above)) == alone


@given(
    st.lists(
        st.tuples(st.none() | st.floats(0, 500), st.none() | st.floats(0, 500), st.none() | st.floats(0, 500), WHOLE),
        min_size=1,
        max_size=12,
    )
)
def test_many_quantiles_are_judged_as_each_alone(found):
    reached = [(value, low, high, n) if value is not None and n else (None, None, None, n) for value, low, high, n in found]
    assert rows(judge_survivals(*zip(*reached, strict=True))) == [judge_survival(Quantile(*one)).to_row() for one in reached]


def test_each_state_stands_beside_the_others():
    share = Form("ratio", "share", interval="wilson", numerator="k", denominator="n")
    found = judge_all(share, {"numerator": [5, 0, 3, 0], "denominator": [10, 0, 9, 40], "n": [10, 0, 9, 40]}, 39)
    assert tuple(found) == FIELDS
    assert found["state"] == [VALUE, NOT_APPLICABLE, INSUFFICIENT_N, NOT_PROVIDED]
    assert found["value"] == [0.5, None, None, None]
    assert found["low"][0] == pytest.approx(0.23659, abs=1e-5)  # Wilson's interval of 5 in 10: 0.2366 to 0.7634
    assert (found["numerator"], found["denominator"], found["n"]) == ([5, 0, 3, None], [10, 0, 9, None], [10, 0, 9, 40])
