"""Every answer of the golden city that was worked out by hand, each as a test of its own."""

from __future__ import annotations


def test_answer(golden_city, expectation):
    assert expectation.fault(golden_city) is None
