"""Every answer of the golden city that was worked out by hand, each as a test of its own."""

from __future__ import annotations


def test_answer(golden_city, golden_store, expectation):
    assert expectation.fault(golden_city, golden_store) is None


def test_a_wrong_expectation_would_be_seen(golden_city, golden_store, expectations):
    """Every line, told a little wrong, differs: no line is so loose that anything fits."""
    loose = [str(each) for each in expectations if each.spoilt().fault(golden_city, golden_store) is None]
    assert loose == []
